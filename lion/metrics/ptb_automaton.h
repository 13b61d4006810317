#pragma once
/// Internal to this component: finds which of many patterns eats most of a text, in one pass.

#include <cstdint>
#include <span>
#include <vector>

#include "lion/metrics/ptb_pattern.h"

namespace lion::ptb {

/// A deterministic automaton for several rules at once.
class Automaton {
 public:
  using State = int32_t;
  static constexpr State kNowhere = -1;

  /// `starts`: where each rule begins in the graph.
  Automaton(const PatternGraph& graph, std::span<const int> starts);

  State start() const { return 0; }
  State next(State state, Symbol symbol) const {
    return next_[static_cast<size_t>(state) * columns_ + column_[symbol]];
  }
  /// The first rule (by number) that may end in this state, or -1.
  int rule(State state) const { return rule_[static_cast<size_t>(state)]; }

  /// The lengths of all beginnings of `symbols` that it eats, ascending.
  std::vector<size_t> prefixes(std::span<const Symbol> symbols) const;
  /// Does it eat exactly `symbols`?
  bool matches(std::span<const Symbol> symbols) const;

 private:
  size_t columns_ = 0;
  std::vector<uint8_t> column_;  // symbols that no pattern tells apart share a column
  std::vector<State> next_;
  std::vector<int> rule_;
};

}  // namespace lion::ptb
