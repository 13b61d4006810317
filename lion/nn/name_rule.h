#pragma once
/// How names in a foreign checkpoint map onto ours: a list of prefix rules, tried in order.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lion::nn {

/// One line of a name table: keys that match `pattern` (a prefix; a "*" stands for one number) are
/// renamed to `ours` with the numbers and the rest kept, or left out for the reason `unused`.
struct NameRule {
  std::string pattern;
  std::string ours;
  std::string unused;  ///< why such keys are not loaded; empty when they are
};

/// What a table makes of one key.
struct MappedName {
  std::string ours;         ///< empty when the key is left out
  std::string_view unused;  ///< the reason of the rule that left it out
};

/// Applies the first matching rule; nullopt when none matches. Names point into `rules`.
std::optional<MappedName> map_name(const std::vector<NameRule>& rules, std::string_view key);

}  // namespace lion::nn
