#pragma once
/// Internal to this component: regular expressions over kinds of characters.
///
/// A pattern has ( ) | * + ? {m,n}, sets [a-z] [^a-z], \ before a character meant as itself, and
/// {Name} for a pattern given earlier. A letter by itself stands for both cases, a letter in a set
/// for one. Groups of characters, inside sets too: \L letter, \U upper-case letter, \M joining
/// mark, \D digit, \B blank, \S symbol, \P superscript, \Q subscript, \G raised or lowered sign,
/// \O what is no token. A full stop is a full stop.

#include <bitset>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "lion/metrics/ptb_characters.h"

namespace lion::ptb {

using SymbolSet = std::bitset<kSymbolCount>;
using NamedPatterns = std::map<std::string, std::string, std::less<>>;

/// A node either eats a symbol of `set` and goes to `next`, or goes to `next` and `other` at once.
struct Node {
  SymbolSet set;
  int next = -1;
  int other = -1;
  int rule = -1;  ///< the rule that ends here
};

/// A non-deterministic automaton that grows by patterns.
class PatternGraph {
 public:
  explicit PatternGraph(const NamedPatterns& names) : names_(names) {}
  /// Adds a rule: from a new start node through the pattern to a node that ends `rule`. Returns
  /// the start. A broken pattern is an InternalError.
  int add(std::string_view pattern, int rule);
  const std::vector<Node>& nodes() const { return nodes_; }

 private:
  friend class PatternReader;
  NamedPatterns names_;
  std::vector<Node> nodes_;
};

}  // namespace lion::ptb
