#include "lion/annotations/json_lines.h"

#include <algorithm>

#include "lion/annotations/mapped_text.h"
#include "lion/base/json_nan.h"
#include "lion/base/str.h"

namespace lion {

void each_json_line(
    std::string_view text,
    const std::function<void(int64_t line, const simdjson::dom::element& value)>& read,
    const std::function<void(int64_t line, std::string_view what)>& broken) {
  simdjson::dom::parser parser;
  for (int64_t number = 1; !text.empty(); ++number) {
    const size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = trim(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty()) continue;
    simdjson::dom::element value;
    const auto error = parser.parse(line.data(), line.size()).get(value);
    const auto plain = error ? without_nan(line) : std::nullopt;
    if (error && !(plain && !parser.parse(*plain).get(value))) {
      broken(number, str("is not JSON (", simdjson::error_message(error), ")"));
    } else {
      read(number, value);
    }
  }
}

bool is_json_list(const std::filesystem::path& path) {
  const MappedText file(path);
  const std::string_view text = file.text();
  const size_t first = text.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && text[first] == '[';
}

}  // namespace lion
