#pragma once
/// What the rows of a computation may have to do with each other.

namespace lion::nn {

enum class Rows {
  /// The fastest routine for as many rows: how a row is rounded may depend on how many there are.
  /// For the tokens of one sequence, which always come together, and for training.
  kTogether,
  /// Rows of several requests, which join and leave. On the CPU each row's result is, to the bit,
  /// the one that it gets alone; no gradients. On other devices the vendor's routine may choose by
  /// the number of rows: results agree within rounding (docs/performance.md).
  kIndependent,
};

}  // namespace lion::nn
