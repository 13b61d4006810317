#include "lion/text/trie.h"

#include <numeric>

namespace lion {

Trie::Trie(std::span<const std::string> keys) {
  std::vector<size_t> order(keys.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return keys[a] < keys[b]; });
  struct Range {  // of `order`: the keys below a node, equal in their first `depth` bytes
    size_t begin, end, depth;
  };
  std::vector<Range> ranges{{0, keys.size(), 0}};
  const auto add_node = [&](unsigned char label) {
    nodes_.emplace_back();
    labels_.push_back(label);
  };
  add_node(0);
  for (size_t node = 0; node < nodes_.size(); ++node) {
    auto [begin, end, depth] = ranges[node];
    while (begin < end && keys[order[begin]].size() == depth) {
      nodes_[node].key = static_cast<int64_t>(order[begin++]);
    }
    nodes_[node].first_child = static_cast<uint32_t>(nodes_.size());
    while (begin < end) {
      const char label = keys[order[begin]][depth];
      size_t next = begin;
      while (next < end && keys[order[next]][depth] == label) ++next;
      add_node(static_cast<unsigned char>(label));
      ranges.push_back({begin, next, depth + 1});
      begin = next;
    }
    nodes_[node].children = static_cast<uint32_t>(nodes_.size()) - nodes_[node].first_child;
  }
}

Trie::Match Trie::longest_prefix(std::string_view text) const {
  Match longest;
  for_each_prefix(text, [&](const Match& match) { longest = match; });
  return longest;
}

}  // namespace lion
