#pragma once
/// Internal to this component: the patterns of the rules as regular expressions of RE2.
///
/// A pattern is a regular expression of RE2 in which a letter stands for both cases (in a set for
/// one) and {name} for a pattern given by name. Groups of characters, inside sets too: \L letter,
/// \U upper-case letter, \M joining mark, \D digit, \B blank, \S symbol, \P superscript,
/// \Q subscript, \G raised or lowered sign, \O what is no token.

#include <map>
#include <string>
#include <string_view>

namespace lion::ptb {

using NamedPatterns = std::map<std::string, std::string, std::less<>>;

/// The pattern over symbols as Latin-1 bytes, without capturing groups. An unknown name is an
/// InternalError.
std::string regex_of(std::string_view pattern, const NamedPatterns& names);

}  // namespace lion::ptb
