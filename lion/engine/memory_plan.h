#pragma once
/// Memory that answering takes.

#include <cstdint>
#include <string>

namespace lion {

/// In bytes.
struct MemoryPlan {
  uint64_t weights = 0;    ///< in the compute type
  uint64_t mapped = 0;     ///< of these, what stays in the file: pages that the system may drop
  uint64_t workspace = 0;  ///< activations and caches of the longest question with 5 beams
  uint64_t available = 0;  ///< what the system can give now
  uint64_t total() const { return weights + workspace; }
  /// What must be allocated: without it nothing runs.
  uint64_t needed() const { return total() - mapped; }
  bool fits() const { return needed() <= available; }
  /// Room for the mapped weights too. Without it they are read from disk again and again.
  bool fits_with_mapped() const { return total() <= available; }
  /// A few lines for people.
  std::string text() const;
};

}  // namespace lion
