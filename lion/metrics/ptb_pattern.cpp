#include "lion/metrics/ptb_pattern.h"

#include <cctype>
#include <utility>

#include "lion/base/error.h"
#include "lion/text/unicode.h"

namespace lion::ptb {
namespace {

bool is_ascii_letter(Symbol symbol) { return symbol < 0x80 && std::isalpha(symbol) != 0; }

SymbolSet symbols(std::u32string_view characters) {
  SymbolSet set;
  for (const char32_t c : characters) {
    set.set(symbol_of(c));
  }
  return set;
}

SymbolSet between(char first, char last) {
  SymbolSet set;
  for (int c = first; c <= last; ++c) {
    set.set(static_cast<size_t>(c));
  }
  return set;
}

// The group that a letter after a backslash names; empty when it names none.
SymbolSet group(char32_t name) {
  SymbolSet set;
  switch (name) {
    case U'L':
      set = between('a', 'z') | between('A', 'Z');
      return set.set(kUpperLetter).set(kOtherLetter);
    case U'U':
      set = between('A', 'Z');
      return set.set(kUpperLetter);
    case U'M':
      return set.set(kMark);
    case U'D':
      set = between('0', '9');
      return set.set(kDigit);
    case U'B':
      set = symbols(U" \t\u00A0");
      return set.set(kWideBlank);
    case U'S':
      return set.set(kSymbol);
    case U'P':
      return set.set(kSuperscript);
    case U'Q':
      return set.set(kSubscript);
    case U'G':
      return set.set(kScriptSign);
    case U'O':
      return set.set(kOther);
    default:
      return set;
  }
}

}  // namespace

/// Reads one pattern into the graph by recursive descent.
class PatternReader {
 public:
  PatternReader(PatternGraph& graph, std::string_view pattern)
      : graph_(graph), pattern_(pattern), rest_(pattern) {}

  /// Part of the graph: entered at `first`, left at `last`, which leads nowhere yet.
  struct Part {
    int first;
    int last;
  };

  Part read() {
    const Part all = choice();
    require(rest_.empty(), "ends early");
    return all;
  }

 private:
  void require(bool good, const char* what) const {
    LION_CHECK(good, "pattern ", std::string(pattern_), " ", what, ".");
  }

  Node& node(int index) { return graph_.nodes_[static_cast<size_t>(index)]; }

  int add_node() {
    graph_.nodes_.emplace_back();
    return static_cast<int>(graph_.nodes_.size()) - 1;
  }

  bool next_is(char c) const { return !rest_.empty() && rest_.front() == c; }

  bool take(char c) {
    const bool found = next_is(c);
    if (found) {
      rest_.remove_prefix(1);
    }
    return found;
  }

  char32_t take_character() {
    require(!rest_.empty(), "breaks off");
    const CodePoint code_point = decode_utf8(rest_);
    rest_.remove_prefix(code_point.length);
    return code_point.value;
  }

  Part empty_part() {
    const int only = add_node();
    return {only, only};
  }

  Part set_part(const SymbolSet& set) {
    const int first = add_node();
    const int last = add_node();
    node(first).set = set;
    node(first).next = last;
    return {first, last};
  }

  Part joined(Part left, Part right) {
    node(left.last).next = right.first;
    return {left.first, right.last};
  }

  Part either(Part left, Part right) {
    const int first = add_node();
    const int last = add_node();
    node(first).next = left.first;
    node(first).other = right.first;
    node(left.last).next = last;
    node(right.last).next = last;
    return {first, last};
  }

  Part any_number(Part part) {
    const int hub = add_node();
    const int last = add_node();
    node(hub).next = part.first;
    node(hub).other = last;
    node(part.last).next = hub;
    return {hub, last};
  }

  Part choice() {
    Part all = sequence();
    while (take('|')) {
      all = either(all, sequence());
    }
    return all;
  }

  Part sequence() {
    Part all = empty_part();
    while (!rest_.empty() && !next_is('|') && !next_is(')')) {
      all = joined(all, repeated());
    }
    return all;
  }

  Part repeated() {
    const std::string_view begin = rest_;
    Part part = atom();
    const std::string_view source = begin.substr(0, begin.size() - rest_.size());
    if (take('*')) {
      return any_number(part);
    }
    if (take('+')) {
      return joined(part, any_number(again(source)));
    }
    if (take('?')) {
      return either(part, empty_part());
    }
    if (rest_.size() > 1 && rest_[0] == '{' && std::isdigit(static_cast<unsigned char>(rest_[1]))) {
      const auto [least, most] = bounds();
      return counted(source, least, most);
    }
    return part;
  }

  std::pair<int, int> bounds() {
    take('{');
    const int least = number();
    const int most = take(',') ? number() : least;
    require(take('}') && most >= least && most > 0, "has a bad {m,n}");
    return {least, most};
  }

  int number() {
    int value = 0;
    while (!rest_.empty() && std::isdigit(static_cast<unsigned char>(rest_.front()))) {
      value = value * 10 + (rest_.front() - '0');
      rest_.remove_prefix(1);
    }
    return value;
  }

  Part again(std::string_view source) { return PatternReader(graph_, source).read(); }

  Part counted(std::string_view source, int least, int most) {
    Part all = empty_part();
    for (int i = 0; i < most; ++i) {
      const Part one = again(source);
      all = joined(all, i < least ? one : either(one, empty_part()));
    }
    return all;
  }

  Part atom() {
    if (take('(')) {
      const Part inner = choice();
      require(take(')'), "lacks a )");
      return inner;
    }
    if (take('[')) {
      return set_part(bracket());
    }
    if (take('{')) {
      const size_t end = rest_.find('}');
      require(end != std::string_view::npos, "lacks a }");
      const auto named = graph_.names_.find(rest_.substr(0, end));
      require(named != graph_.names_.end(), "names what is not there");
      rest_.remove_prefix(end + 1);
      return again(named->second);
    }
    if (take('\\')) {
      return set_part(escaped());
    }
    const Symbol symbol = symbol_of(take_character());
    SymbolSet set;
    set.set(symbol);
    if (is_ascii_letter(symbol)) {
      set.set(symbol ^ 0x20U);
    }
    return set_part(set);
  }

  SymbolSet escaped() {
    const char32_t c = take_character();
    const SymbolSet named = group(c);
    return named.any() ? named : symbols(std::u32string_view(&c, 1));
  }

  SymbolSet bracket() {
    const bool negated = take('^');
    SymbolSet set;
    while (!take(']')) {
      if (take('\\')) {
        set |= escaped();
        continue;
      }
      const char32_t first = take_character();
      if (rest_.size() > 1 && rest_[0] == '-' && rest_[1] != ']') {
        rest_.remove_prefix(1);
        set |= between(static_cast<char>(first), static_cast<char>(take_character()));
      } else {
        set.set(symbol_of(first));
      }
    }
    return negated ? ~set : set;
  }

  PatternGraph& graph_;
  std::string_view pattern_;
  std::string_view rest_;
};

int PatternGraph::add(std::string_view pattern, int rule) {
  const PatternReader::Part part = PatternReader(*this, pattern).read();
  nodes_[static_cast<size_t>(part.last)].rule = rule;
  return part.first;
}

}  // namespace lion::ptb
