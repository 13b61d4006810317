#include "lion/metrics/ptb_automaton.h"

#include <algorithm>
#include <map>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace lion::ptb {
namespace {

using Positions = std::vector<int>;  // nodes that eat or end, ascending

/// Follows the steps that eat nothing.
class Closure {
 public:
  explicit Closure(const std::vector<Node>& nodes) : nodes_(nodes), seen_(nodes.size(), 0) {}

  /// All places that can be reached from `open` without eating.
  Positions reach(std::vector<int> open) {
    ++round_;
    Positions found;
    while (!open.empty()) {
      const int at = open.back();
      open.pop_back();
      if (at < 0 || seen_[static_cast<size_t>(at)] == round_) {
        continue;
      }
      seen_[static_cast<size_t>(at)] = round_;
      const Node& node = nodes_[static_cast<size_t>(at)];
      if (node.set.any()) {
        found.push_back(at);
        continue;
      }
      if (node.rule >= 0) {
        found.push_back(at);
      }
      open.push_back(node.next);
      open.push_back(node.other);
    }
    std::sort(found.begin(), found.end());
    return found;
  }

 private:
  const std::vector<Node>& nodes_;
  std::vector<int> seen_;  // the round that met each node last
  int round_ = 0;
};

// Numbers the classes of symbols that every set of the graph treats alike.
std::vector<uint8_t> columns(const std::vector<Node>& nodes) {
  std::unordered_set<SymbolSet> sets;
  for (const Node& node : nodes) {
    sets.insert(node.set);
  }
  std::vector<uint8_t> column(kSymbolCount, 0);
  for (const SymbolSet& set : sets) {  // whatever their order, the classes are the same
    std::map<std::pair<uint8_t, bool>, uint8_t> numbers;
    for (size_t symbol = 0; symbol < kSymbolCount; ++symbol) {
      const auto number = static_cast<uint8_t>(numbers.size());
      column[symbol] =
          numbers.try_emplace({column[symbol], set.test(symbol)}, number).first->second;
    }
  }
  return column;
}

int first_rule(const std::vector<Node>& nodes, const Positions& positions) {
  int best = -1;
  for (const int at : positions) {
    const int rule = nodes[static_cast<size_t>(at)].rule;
    if (rule >= 0 && (best < 0 || rule < best)) {
      best = rule;
    }
  }
  return best;
}

/// Numbers sets of places; set n is state n.
class StateTable {
 public:
  explicit StateTable(const std::vector<Node>& nodes) : closure_(nodes) {}

  /// The state of all that can be reached from `places`.
  Automaton::State state(const std::vector<int>& places) {
    const auto [known, inserted] = by_places_.try_emplace(places, Automaton::kNowhere);
    if (inserted) {
      const auto number = static_cast<Automaton::State>(states_.size());
      const auto [entry, added] = by_closure_.try_emplace(closure_.reach(places), number);
      if (added) {
        states_.push_back(&entry->first);
      }
      known->second = entry->second;
    }
    return known->second;
  }

  size_t size() const { return states_.size(); }
  const Positions& positions(size_t state) const { return *states_[state]; }

 private:
  struct Hash {
    size_t operator()(const std::vector<int>& numbers) const {
      size_t hash = numbers.size();
      for (const int number : numbers) {
        hash = hash * 0x9E3779B97F4A7C15U + static_cast<size_t>(number);
      }
      return hash ^ (hash >> 32U);
    }
  };
  using Table = std::unordered_map<std::vector<int>, Automaton::State, Hash>;

  Closure closure_;
  Table by_places_;   // before the closure: spares most closures
  Table by_closure_;  // an entry stays where it is, so that states may point at it
  std::vector<const Positions*> states_;
};

// The columns that each node eats.
std::vector<std::vector<size_t>> columns_of_nodes(const std::vector<Node>& nodes,
                                                  std::span<const uint8_t> column) {
  std::vector<std::vector<size_t>> all(nodes.size());
  for (size_t at = 0; at < nodes.size(); ++at) {
    std::vector<size_t>& mine = all[at];
    for (size_t symbol = 0; symbol < column.size(); ++symbol) {
      if (nodes[at].set.test(symbol)) {
        mine.push_back(column[symbol]);
      }
    }
    std::sort(mine.begin(), mine.end());
    mine.erase(std::unique(mine.begin(), mine.end()), mine.end());
  }
  return all;
}

}  // namespace

Automaton::Automaton(const PatternGraph& graph, std::span<const int> starts)
    : column_(columns(graph.nodes())) {
  const std::vector<Node>& nodes = graph.nodes();
  columns_ = 1 + static_cast<size_t>(*std::max_element(column_.begin(), column_.end()));
  const std::vector<std::vector<size_t>> columns_of = columns_of_nodes(nodes, column_);
  StateTable table(nodes);
  table.state({starts.begin(), starts.end()});
  std::vector<std::vector<int>> reached(columns_);
  for (size_t state = 0; state < table.size(); ++state) {
    const Positions& positions = table.positions(state);
    rule_.push_back(first_rule(nodes, positions));
    for (const int at : positions) {
      for (const size_t column : columns_of[static_cast<size_t>(at)]) {
        reached[column].push_back(nodes[static_cast<size_t>(at)].next);
      }
    }
    for (std::vector<int>& places : reached) {
      next_.push_back(places.empty() ? kNowhere : table.state(places));
      places.clear();
    }
  }
}

std::vector<size_t> Automaton::prefixes(std::span<const Symbol> symbols) const {
  std::vector<size_t> lengths;
  State state = start();
  for (size_t at = 0; at < symbols.size(); ++at) {
    state = next(state, symbols[at]);
    if (state == kNowhere) {
      break;
    }
    if (rule(state) >= 0) {
      lengths.push_back(at + 1);
    }
  }
  return lengths;
}

bool Automaton::matches(std::span<const Symbol> symbols) const {
  State state = start();
  for (const Symbol symbol : symbols) {
    state = next(state, symbol);
    if (state == kNowhere) {
      return false;
    }
  }
  return rule(state) >= 0;
}

}  // namespace lion::ptb
