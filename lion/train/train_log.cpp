#include "lion/train/train_log.h"

#include <string>
#include <string_view>

#include "lion/base/error.h"
#include "lion/base/file.h"

namespace lion::train {
namespace {

namespace fs = std::filesystem;

bool has_step(const Json& values) {
  return values.is_object() && values.contains("step") && values["step"].is_number_integer();
}

/// Calls `visit(line, values)` for each complete line.
template <typename Visit>
void for_each_line(std::string_view content, const fs::path& path, Visit&& visit) {
  size_t begin = 0;
  int64_t number = 0;
  for (size_t end = content.find('\n'); end != content.npos; end = content.find('\n', begin)) {
    const std::string where = str(path.string(), ":", ++number);
    const std::string_view line = content.substr(begin, end + 1 - begin);
    const Json values = parse_json(line, where);
    if (!has_step(values)) {
      throw InputError(str(where, ": is no line of a training log (expected an object with an ",
                           "integer \"step\"). Remove the line, or name another file."));
    }
    visit(line, values);
    begin = end + 1;
  }
}

}  // namespace

TrainLog::TrainLog(const fs::path& path, int64_t first_step) {
  std::string content, kept;
  if (fs::exists(path)) content = read_file(path, uint64_t{4} << 30);
  for_each_line(content, path, [&](std::string_view line, const Json& values) {
    if (values["step"].get<int64_t>() < first_step) kept += line;
  });
  if (kept != content) write_file(path, kept);
  file_ = std::make_unique<AppendFile>(path, kept.size());
}

void TrainLog::write(const Json& values) {
  LION_CHECK(has_step(values), values.dump());
  file_->write(values.dump() + "\n");
}

std::vector<Json> read_train_log(const fs::path& path) {
  std::vector<Json> lines;
  const std::string content = read_file(path, uint64_t{4} << 30);
  for_each_line(content, path,
                [&](std::string_view, const Json& values) { lines.push_back(values); });
  return lines;
}

}  // namespace lion::train
