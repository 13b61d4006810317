#pragma once
/// A set of byte strings that finds every member which a text starts with.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lion {

/// Children of a node lie side by side, in order of their byte.
class Trie {
 public:
  struct Match {
    size_t length = 0;   ///< bytes; 0: nothing found
    int64_t index = -1;  ///< of the key
  };

  Trie() : Trie(std::span<const std::string>()) {}
  /// Empty keys are never found; of equal keys the last one counts.
  explicit Trie(std::span<const std::string> keys);

  /// Calls `found(Match)` for each key that `text` starts with, the shortest first.
  template <typename Found>
  void for_each_prefix(std::string_view text, Found&& found) const {
    size_t node = 0;
    for (size_t i = 0; i < text.size(); ++i) {
      const auto first = labels_.begin() + nodes_[node].first_child;
      const auto last = first + nodes_[node].children;
      const auto label = static_cast<unsigned char>(text[i]);
      const auto child = std::lower_bound(first, last, label);
      if (child == last || *child != label) return;
      node = static_cast<size_t>(child - labels_.begin());
      if (nodes_[node].key >= 0) found(Match{i + 1, nodes_[node].key});
    }
  }

  Match longest_prefix(std::string_view text) const;

 private:
  struct Node {
    uint32_t first_child = 0;
    uint32_t children = 0;
    int64_t key = -1;
  };
  std::vector<Node> nodes_;
  std::vector<unsigned char> labels_;  // the byte that leads to nodes_[i]
};

}  // namespace lion
