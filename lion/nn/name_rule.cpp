#include "lion/nn/name_rule.h"

namespace lion::nn {
namespace {

/// Matches `pattern` at the start of `key`; collects the numbers behind "*" and gives the rest.
bool match(std::string_view pattern, std::string_view key, std::vector<std::string>& numbers,
           std::string_view& rest) {
  numbers.clear();
  for (size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == '*') {
      const size_t end = std::min(key.find_first_not_of("0123456789"), key.size());
      if (end == 0) return false;
      numbers.emplace_back(key.substr(0, end));
      key.remove_prefix(end);
    } else {
      if (key.empty() || key.front() != pattern[i]) return false;
      key.remove_prefix(1);
    }
  }
  rest = key;
  return true;
}

}  // namespace

std::optional<MappedName> map_name(const std::vector<NameRule>& rules, std::string_view key) {
  std::vector<std::string> numbers;
  std::string_view rest;
  for (const NameRule& rule : rules) {
    if (!match(rule.pattern, key, numbers, rest)) continue;
    if (!rule.unused.empty()) return MappedName{"", rule.unused};
    MappedName mapped;
    size_t next = 0;
    for (const char c : rule.ours) {
      if (c == '*')
        mapped.ours += numbers[next++];
      else
        mapped.ours += c;
    }
    mapped.ours += rest;
    return mapped;
  }
  return std::nullopt;
}

}  // namespace lion::nn
