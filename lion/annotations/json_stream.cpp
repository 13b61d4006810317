#include "lion/annotations/json_stream.h"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "lion/annotations/mapped_text.h"
#include "lion/base/error.h"
#include "lion/base/json_nan.h"
#include "lion/base/str.h"

namespace lion {
namespace {

constexpr size_t kReleaseStep = size_t{16} << 20;  // bytes read between two releases
constexpr size_t kLongestLine = size_t{1}
                                << 20;  // a first line that is longer is no line of records
constexpr size_t kNone = std::string_view::npos;

bool is_space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

/// What a byte between values means to the search for the end of a list or object.
enum Mark : uint8_t { kOther, kQuote, kOpen, kClose };

constexpr std::array<Mark, 256> kMarks = [] {
  std::array<Mark, 256> marks{};
  marks['"'] = kQuote;
  marks['['] = marks['{'] = kOpen;
  marks[']'] = marks['}'] = kClose;
  return marks;
}();

/// Behind the text that begins at `begin`; kNone when it does not end.
size_t string_end(std::string_view json, size_t begin) {
  for (size_t i = begin + 1; i < json.size(); ++i) {
    if (json[i] == '"') return i + 1;
    if (json[i] == '\\') ++i;
  }
  return kNone;
}

/// Behind the list or object that begins at `begin`; kNone when it does not end.
size_t container_end(std::string_view json, size_t begin) {
  size_t depth = 0;
  for (size_t i = begin; i < json.size();) {
    switch (kMarks[static_cast<uint8_t>(json[i])]) {
      case kOther:
        ++i;
        break;
      case kQuote:
        i = string_end(json, i);
        break;
      case kOpen:
        ++depth;
        ++i;
        break;
      case kClose:
        ++i;
        if (--depth == 0) return i;
    }
  }
  return kNone;
}

/// Behind the value that begins at `begin`, whether it is valid or not; kNone when it does not end.
size_t value_end(std::string_view json, size_t begin) {
  if (json[begin] == '"') return string_end(json, begin);
  if (kMarks[static_cast<uint8_t>(json[begin])] == kOpen) return container_end(json, begin);
  size_t i = begin;
  while (i < json.size() && !is_space(json[i]) && json[i] != ',' &&
         kMarks[static_cast<uint8_t>(json[i])] != kClose) {
    ++i;
  }
  return i;
}

std::string_view text_of(const MappedFile& file) {
  return {reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size()};
}

/// Walks over a mapped file: finds where values end, parses them alone, releases what is behind.
class Cursor {
 public:
  Cursor(const MappedFile& file, size_t start, const ProgressSink& progress,
         const BrokenVisitor& broken)
      : file_(file), text_(text_of(file)), at_(start), progress_(progress), broken_(broken) {}

  bool at_end() const { return at_ >= text_.size(); }
  size_t at() const { return at_; }
  char peek() const {
    if (at_end()) truncated();
    return text_[at_];
  }

  void skip_space() {
    while (at_ < text_.size() && is_space(text_[at_])) ++at_;
  }

  /// The next byte that is not white space must be `c`.
  void take(char c) {
    skip_space();
    if (peek() != c) fail(str("got \"", excerpt(at_), "\", expected '", c, "'"));
    ++at_;
  }

  /// Whether `c` comes next; then it is taken.
  bool take_if(char c) {
    skip_space();
    if (peek() != c) return false;
    ++at_;
    return true;
  }

  /// The bytes of the value that comes next, which are skipped.
  std::string_view take_value() {
    skip_space();
    const size_t begin = at_;
    if (at_end()) truncated();
    const size_t end = value_end(text_, begin);
    if (end == kNone) truncated();
    at_ = end;
    if (at_ == begin) fail(str("got \"", excerpt(begin), "\", expected a value"));
    return text_.substr(begin, at_ - begin);
  }

  /// The value that comes next, parsed; it lives until the next call.
  simdjson::dom::element parse_value() {
    const std::string_view json = take_value();
    simdjson::dom::element value;
    if (const auto error = parse(json, value)) {
      at_ = static_cast<size_t>(json.data() - text_.data());
      fail(str("\"", excerpt(at_), "\" is not JSON (", simdjson::error_message(error), ")"));
    }
    return value;
  }

  /// The same; nothing when it is broken and that was reported.
  std::optional<simdjson::dom::element> parse_record() {
    if (!broken_) return parse_value();
    return parse_or_report(take_value());
  }

  /// The value of the line that comes next, which is all of the line.
  std::optional<simdjson::dom::element> parse_line() {
    if (!broken_) return parse_value();
    const std::string_view line = text_.substr(at_, text_.find('\n', at_) - at_);
    at_ += line.size();
    return parse_or_report(line);
  }

  /// A key and its colon.
  std::string take_key() {
    skip_space();
    if (peek() != '"') fail(str("got \"", excerpt(at_), "\", expected a key in quotes"));
    std::string_view key;
    if (parse_value().get(key)) fail("expected a key");
    std::string copy(key);
    take(':');
    return copy;
  }

  void finish() {
    skip_space();
    if (!at_end()) fail(str("got \"", excerpt(at_), "\" behind the end, expected nothing"));
    report();
  }

  /// To be called between elements.
  void release_behind() {
    if (at_ - released_ < kReleaseStep) return;
    file_.release(file_.bytes().subspan(released_, at_ - released_));
    released_ = at_;
    report();
  }

  /// `element` says where in the file, for errors.
  void name_element(std::string_view list, int64_t number) {
    list_ = list;
    number_ = number;
  }

  [[noreturn]] void fail(std::string_view what) const {
    throw InputError(str(where(), ": ", what, ". Download or make the file again."));
  }

 private:
  simdjson::error_code parse(std::string_view json, simdjson::dom::element& value) {
    const size_t begin = static_cast<size_t>(json.data() - text_.data());
    // The parser reads on beyond the end of what it is given: at the end of the file it needs a
    // copy.
    const bool copy = begin + json.size() + simdjson::SIMDJSON_PADDING > text_.size();
    const auto error = parser_.parse(json.data(), json.size(), copy).get(value);
    if (!error) return error;
    const auto plain = without_nan(json);
    return plain && !parser_.parse(*plain).get(value) ? simdjson::SUCCESS : error;
  }

  std::optional<simdjson::dom::element> parse_or_report(std::string_view json) {
    simdjson::dom::element value;
    const auto error = parse(json, value);
    if (!error) return value;
    broken_(list_, number_, str("is not JSON (", simdjson::error_message(error), ")"));
    return std::nullopt;
  }

  std::string where() const {
    std::string element;
    if (number_ >= 0) {
      element = list_.empty() ? str(", element ", number_) : str(", ", list_, " ", number_);
    }
    return str(file_.path().string(), ", byte ", at_, element);
  }

  [[noreturn]] void truncated() const {
    throw InputError(str(where(), ": the file ends within a value (got ", text_.size(),
                         " bytes, expected more). Download it again."));
  }

  std::string excerpt(size_t at) const {
    std::string part(text_.substr(at, 30));
    for (char& c : part) {
      if (static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) >= 0x7f) c = '?';
    }
    return part;
  }

  void report() const {
    if (!progress_) return;
    const std::string name = file_.path().filename().string();
    progress_({name, static_cast<int64_t>(at_), static_cast<int64_t>(text_.size()), "bytes"});
  }

  const MappedFile& file_;
  std::string_view text_;
  size_t at_;
  size_t released_ = 0;
  const ProgressSink& progress_;
  const BrokenVisitor& broken_;
  simdjson::dom::parser parser_;
  std::string list_;
  int64_t number_ = -1;
};

void visit_list(Cursor& cursor, std::string_view name, const JsonVisitor& visit) {
  cursor.take('[');
  if (cursor.take_if(']')) return;
  for (int64_t number = 0;; ++number) {
    cursor.name_element(name, number);
    if (const auto value = cursor.parse_record()) visit({*value, "", number});
    cursor.release_behind();
    if (cursor.take_if(']')) break;
    cursor.take(',');
  }
  cursor.name_element("", -1);
}

/// Calls `value(key, number)` in front of each value, which it must take.
template <typename Value>
void visit_pairs(Cursor& cursor, Value&& value) {
  cursor.take('{');
  if (cursor.take_if('}')) return;
  for (int64_t number = 0;; ++number) {
    value(cursor.take_key(), number);
    cursor.release_behind();
    if (cursor.take_if('}')) break;
    cursor.take(',');
  }
}

}  // namespace

JsonStream::JsonStream(const std::filesystem::path& path, ProgressSink progress)
    : file_(MappedFile::open(path)), progress_(std::move(progress)) {
  const std::string_view text = text_of(*file_);
  if (text.starts_with(kByteOrderMark)) start_ = kByteOrderMark.size();
  while (start_ < text.size() && is_space(text[start_])) ++start_;
  if (start_ == text.size()) {
    throw InputError(str(path.string(), ": is empty, expected JSON. Download it again."));
  }
  if (text[start_] != '[' && text[start_] != '{') {
    throw InputError(str(path.string(), ", byte ", start_, ": is not JSON (got byte ",
                         static_cast<int>(static_cast<uint8_t>(text[start_])),
                         ", expected '[' or '{'). Unpack it if it is an archive."));
  }
}

JsonLayout JsonStream::layout() const {
  const std::string_view text = text_of(*file_);
  if (text[start_] == '[') return JsonLayout::kList;
  if (path().extension() == ".jsonl") return JsonLayout::kLines;
  // A line holds a whole value, and another one follows.
  const size_t line = std::min(text.find('\n', start_), start_ + kLongestLine);
  const size_t end = value_end(text.substr(0, line), start_);
  const bool is_line = end != kNone && text.find_first_not_of(" \t\r\n", end) != kNone;
  return is_line ? JsonLayout::kLines : JsonLayout::kObject;
}

std::vector<std::string> JsonStream::keys() const {
  Cursor cursor(*file_, start_, progress_, broken_);
  std::vector<std::string> keys;
  visit_pairs(cursor, [&](std::string key, int64_t) {
    cursor.take_value();
    keys.push_back(std::move(key));
  });
  cursor.finish();
  return keys;
}

void JsonStream::each(const JsonVisitor& visit) const {
  Cursor cursor(*file_, start_, progress_, broken_);
  visit_list(cursor, "", visit);
  cursor.finish();
}

void JsonStream::each_pair(const JsonVisitor& visit) const {
  Cursor cursor(*file_, start_, progress_, broken_);
  visit_pairs(cursor, [&](const std::string& key, int64_t number) {
    cursor.name_element("", number);
    if (const auto value = cursor.parse_record()) visit({*value, key, number});
  });
  cursor.finish();
}

void JsonStream::each_in(std::span<const JsonList> lists) const {
  Cursor cursor(*file_, start_, progress_, broken_);
  std::vector<bool> seen(lists.size());
  visit_pairs(cursor, [&](const std::string& key, int64_t) {
    const auto list = std::find_if(lists.begin(), lists.end(),
                                   [&](const JsonList& one) { return one.key == key; });
    if (list == lists.end()) {
      cursor.take_value();
      return;
    }
    seen[static_cast<size_t>(list - lists.begin())] = true;
    visit_list(cursor, key, list->visit);
  });
  cursor.finish();
  for (size_t i = 0; i < lists.size(); ++i) {
    if (seen[i]) continue;
    throw InputError(str(path().string(), ": has no list \"", lists[i].key,
                         "\", expected one in the top-level object. Is it the right file?"));
  }
}

void JsonStream::each_line(const JsonVisitor& visit) const {
  Cursor cursor(*file_, start_, progress_, broken_);
  const std::string_view text = text_of(*file_);
  int64_t line = 0;
  for (size_t counted = 0;;) {
    cursor.skip_space();
    line += std::count(text.begin() + counted, text.begin() + cursor.at(), '\n');
    if (cursor.at_end()) break;
    cursor.name_element("line", line + 1);
    counted = cursor.at();
    if (const auto value = cursor.parse_line()) visit({*value, "", line});
    cursor.release_behind();
  }
  cursor.finish();
}

void JsonStream::each_record(const JsonVisitor& visit) const {
  if (layout() == JsonLayout::kLines) return each_line(visit);
  each(visit);
}

}  // namespace lion
