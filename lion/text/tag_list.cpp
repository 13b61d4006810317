#include "lion/text/tag_list.h"

#include <charconv>

#include "lion/base/error.h"
#include "lion/base/file.h"
#include "lion/base/str.h"
#include "lion/text/unicode.h"

namespace lion {
namespace {

constexpr uint64_t kMaxListBytes = 16u << 20;  // the released lists have 46 kB

[[noreturn]] void fail(const std::filesystem::path& path, size_t index, std::string_view got,
                       std::string_view expected) {
  throw InputError(str(path.string(), ": line ", index + 1, ": got \"", valid_utf8(got),
                       "\", expected ", expected, ". Correct the line."));
}

float parse_threshold(const std::filesystem::path& path, size_t index, std::string_view line) {
  const std::string_view number = trim(line);
  const char* end = number.data() + number.size();
  float value = -1.0f;
  const auto [stop, error] = std::from_chars(number.data(), end, value);
  if (error != std::errc() || stop != end || !(value >= 0.0f && value <= 1.0f)) {
    fail(path, index, line, "a number from 0 to 1");
  }
  return value;
}

}  // namespace

TagList TagList::load(const std::filesystem::path& names_path,
                      const std::filesystem::path& thresholds_path) {
  TagList list;
  for (const std::string& line : lines(read_file(names_path, kMaxListBytes))) {
    const std::string_view name = trim(line);
    if (name.empty() || valid_utf8(name) != name) {
      fail(names_path, list.names.size(), line, "the name of a tag in UTF-8");
    }
    list.names.emplace_back(name);
  }
  for (const std::string& line : lines(read_file(thresholds_path, kMaxListBytes))) {
    list.thresholds.push_back(parse_threshold(thresholds_path, list.thresholds.size(), line));
  }
  if (list.names.size() != list.thresholds.size() || list.names.empty()) {
    throw InputError(str(thresholds_path.string(), ": got ", list.thresholds.size(),
                         " thresholds for ", list.names.size(), " tags of ", names_path.string(),
                         ", expected one line per tag in each. Take both files from one release."));
  }
  return list;
}

TagList TagList::load_for(int64_t tags, const std::filesystem::path& names_path,
                          const std::filesystem::path& thresholds_path) {
  TagList list = load(names_path, thresholds_path);
  if (static_cast<int64_t>(list.names.size()) != tags) {
    throw InputError(str(names_path.string(), ": has ", list.names.size(), " tags, the tagger has ",
                         tags, ". Use the list of this tagger."));
  }
  return list;
}

}  // namespace lion
