#pragma once
/// What generation needs of a model: rows that join and leave at any step. One row is one token
/// history over one encoded prompt (image included) with its own cache.
/// Dims: R rows of a step, V vocabulary.

#include <cstddef>
#include <cstdint>
#include <span>

namespace lion {

/// Logits of one step: float32 [R,V], row-major, in host memory; valid until the next step.
struct Logits {
  std::span<const float> values;
  int64_t vocabulary = 0;  ///< V

  int64_t rows() const {
    return vocabulary == 0 ? 0 : static_cast<int64_t>(values.size()) / vocabulary;
  }
  std::span<const float> row(int64_t index) const {
    return values.subspan(static_cast<size_t>(index * vocabulary), static_cast<size_t>(vocabulary));
  }
  /// Rows [first, first + count).
  Logits part(int64_t first, int64_t count) const {
    return {values.subspan(static_cast<size_t>(first * vocabulary),
                           static_cast<size_t>(count * vocabulary)),
            vocabulary};
  }
};

/// An encoded prompt, kept as long as this handle, which whoever made the decoder gives out.
class DecoderPrompt {
 public:
  virtual ~DecoderPrompt() = default;
  virtual int64_t id() const = 0;  ///< what `Decoder::start` takes
};

class Decoder {
 public:
  using RowId = int64_t;
  virtual ~Decoder() = default;

  /// A row without tokens that reads `prompt`, a number whose meaning is the decoder's.
  virtual RowId start(int64_t prompt) = 0;

  /// A second row with the same prompt and history as `row`.
  virtual RowId fork(RowId row) = 0;

  /// Ends a row. Every row that `start` or `fork` gave is released exactly once.
  virtual void release(RowId row) noexcept = 0;

  /// Appends tokens[i] to rows[i] and gives the logits of what follows, [R,V]. Rows are distinct,
  /// in any order, of any lengths. What a row gets must not depend on the other rows. When it
  /// throws, the rows are what they were before: the same step may be tried again, or with fewer
  /// rows.
  virtual Logits step(std::span<const RowId> rows, std::span<const int64_t> tokens) = 0;
};

}  // namespace lion
