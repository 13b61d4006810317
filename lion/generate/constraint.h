#pragma once
/// A grammar over tokens, for instance "only a well-formed box".

#include <cstdint>
#include <span>
#include <vector>

namespace lion {

/// Stateless, so that one object serves many requests.
class TokenConstraint {
 public:
  virtual ~TokenConstraint() = default;

  /// The ids that may follow `generated` (without start id); they must be ids of the vocabulary.
  /// None: only the end id may follow.
  virtual std::vector<int64_t> allowed(std::span<const int64_t> generated) const = 0;
};

}  // namespace lion
