#include "lion/base/json_nan.h"

#include <algorithm>
#include <array>

namespace lion {
namespace {

// The longest first, as one ends with another.
constexpr std::array<std::string_view, 4> kNumbers = {"-Infinity", "Infinity", "-NaN", "NaN"};

bool ends_value(std::string_view json, size_t at) {
  return at >= json.size() ||
         std::string_view(",]} \t\r\n/").find(json[at]) != std::string_view::npos;
}

/// Behind the text that begins at `begin`, or the end.
size_t text_end(std::string_view json, size_t begin) {
  for (size_t i = begin + 1; i < json.size(); ++i) {
    if (json[i] == '"') return i + 1;
    if (json[i] == '\\') ++i;
  }
  return json.size();
}

}  // namespace

std::optional<std::string> without_nan(std::string_view json) {
  std::string out;
  size_t copied = 0;
  for (size_t i = 0; i < json.size();) {
    if (json[i] == '"') {
      i = text_end(json, i);
      continue;
    }
    const std::string_view rest = json.substr(i);
    const auto number = std::find_if(kNumbers.begin(), kNumbers.end(), [&](std::string_view one) {
      return rest.starts_with(one) && ends_value(json, i + one.size());
    });
    if (number == kNumbers.end()) {
      ++i;
      continue;
    }
    out.append(json.substr(copied, i - copied)).append("null");
    i += number->size();
    copied = i;
  }
  if (copied == 0) return std::nullopt;
  return out.append(json.substr(copied));
}

}  // namespace lion
