#include "lion/eval/json_lines.h"

#include <algorithm>

#include "lion/base/file.h"
#include "lion/base/str.h"

namespace lion::eval {

namespace {

std::string_view without_mark(std::string_view text) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  return text;
}

}  // namespace

void each_json_line(
    std::string_view text,
    const std::function<void(int64_t line, const simdjson::dom::element& value)>& read,
    const std::function<void(int64_t line, std::string_view what)>& broken) {
  text = without_mark(text);
  simdjson::dom::parser parser;
  for (int64_t number = 1; !text.empty(); ++number) {
    const size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = trim(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty()) continue;
    simdjson::dom::element value;
    if (const auto error = parser.parse(line.data(), line.size()).get(value)) {
      broken(number, str("is not JSON (", simdjson::error_message(error), ")"));
    } else {
      read(number, value);
    }
  }
}

bool is_json_list(const std::filesystem::path& path) {
  const auto file = MappedFile::open(path);
  const std::string_view text =
      without_mark({reinterpret_cast<const char*>(file->bytes().data()), file->bytes().size()});
  const size_t first = text.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && text[first] == '[';
}

}  // namespace lion::eval
