#include "lion/eval/journal.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <system_error>
#include <utility>
#include <vector>

#include "lion/base/error.h"
#include "lion/base/file.h"
#include "lion/base/str.h"
#include "lion/text/unicode.h"

namespace lion::eval {
namespace fs = std::filesystem;
namespace {

constexpr uint64_t kMaxBytes = uint64_t{16} << 30;

bool is_journal(const fs::path& path) {
  const std::string name = path.filename().string();
  return name.starts_with("journal-") && name.ends_with(".jsonl");
}

std::vector<fs::path> journals_of(const fs::path& folder) {
  std::vector<fs::path> paths;
  std::error_code failed;
  for (fs::directory_iterator entry(folder, failed), end; !failed && entry != end;
       entry.increment(failed)) {
    if (is_journal(entry->path())) paths.push_back(entry->path());
  }
  if (failed) {
    throw ResourceError(str(folder.string(), ": the folder cannot be read (", failed.message(),
                            "). Check its permissions, or name another --out."));
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

Json to_json(const Prediction& prediction) {
  Json json = {{"id", valid_utf8(prediction.id)}, {"text", valid_utf8(prediction.text)}};
  if (!prediction.losses.empty()) json["losses"] = prediction.losses;
  return json;
}

std::optional<Prediction> to_prediction(const Json& json) {
  const auto id = json.find("id");
  const auto text = json.find("text");
  if (id == json.end() || !id->is_string() || text == json.end() || !text->is_string()) {
    return std::nullopt;
  }
  Prediction prediction;
  prediction.id = id->get<std::string>();
  prediction.text = text->get<std::string>();
  if (const auto losses = json.find("losses"); losses != json.end() && losses->is_array()) {
    for (const Json& loss : *losses) {
      if (!loss.is_number() && !loss.is_null()) return std::nullopt;
      // JSON has no NaN: it is written as null.
      prediction.losses.push_back(loss.is_null() ? std::nan("") : loss.get<double>());
    }
  }
  return prediction;
}

/// The names of settings that differ, with both values.
std::string differences(const Json& before, const Json& now) {
  std::vector<std::string> told;
  const auto value = [](const Json& json, const std::string& key) {
    return json.is_object() && json.contains(key) ? json[key].dump() : std::string("nothing");
  };
  const auto tell = [&](const std::string& key) {
    const std::string one = str(key, ": ", value(before, key), " then, ", value(now, key), " now");
    if (value(before, key) == value(now, key)) return;
    if (std::find(told.begin(), told.end(), one) == told.end()) told.push_back(one);
  };
  for (const auto& [key, ignored] : now.items()) tell(key);
  if (before.is_object()) {
    for (const auto& [key, ignored] : before.items()) tell(key);
  }
  return join(told, "; ");
}

}  // namespace

Journal::Journal(fs::path folder, int64_t rank, Json settings)
    : folder_(std::move(folder)),
      own_(folder_ / str("journal-", rank, ".jsonl")),
      settings_(std::move(settings)) {
  std::error_code failed;
  fs::create_directories(folder_, failed);
  lock_ = ::open(own_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (lock_ < 0) {
    throw ResourceError(str(own_.string(), ": cannot be opened (",
                            std::generic_category().message(errno),
                            "). Name another folder with --out."));
  }
  if (::flock(lock_, LOCK_EX | LOCK_NB) != 0) {
    ::close(lock_);
    throw ResourceError(str(own_.string(),
                            ": another process writes it. Wait for that run, or name another --out "
                            "(processes that share one run need a RANK each)."));
  }
  try {
    uint64_t whole = 0;
    for (const fs::path& path : journals_of(folder_)) {
      const uint64_t end = read(path, 0);
      if (path == own_) whole = end;
      read_to_.insert_or_assign(path.string(), end);
    }
    file_.emplace(own_, whole);
    if (whole == 0) file_->write(str(Json{{"settings", settings_}}.dump(), "\n"));
    file_->sync();
  } catch (...) {
    ::close(lock_);
    throw;
  }
}

Journal::~Journal() { ::close(lock_); }

void Journal::check_settings(const fs::path& path, const Json& line) const {
  const auto before = line.find("settings");
  if (before == line.end()) {
    throw InputError(str(path.string(), ": is no journal of an evaluation (its first line has no ",
                         "\"settings\"). Name another folder with --out."));
  }
  if (*before == settings_) return;
  throw InputError(str(path.string(), ": was begun with other settings (",
                       differences(*before, settings_),
                       "). Use the same ones, name another --out, or pass --restart to drop what "
                       "was answered."));
}

uint64_t Journal::read(const fs::path& path, uint64_t from) {
  const std::string content = read_file(path, kMaxBytes);
  uint64_t start = from;
  while (true) {
    const size_t end = content.find('\n', start);
    if (end == std::string::npos) return start;  // the rest is torn, or being written
    const std::string_view text = std::string_view(content).substr(start, end - start);
    const std::string where = str(path.string(), ", byte ", start);
    const Json line = parse_json(text, where);
    if (start == 0) {
      check_settings(path, line);
    } else if (std::optional<Prediction> prediction = to_prediction(line)) {
      std::string id = prediction->id;
      done_.emplace(std::move(id), *std::move(prediction));
    } else {
      throw InputError(str(where, ": is no answer (got ", text.substr(0, 80),
                           ", expected {\"id\", \"text\"}). Remove the line, or pass --restart."));
    }
    start = end + 1;
  }
}

void Journal::add(std::span<const Prediction> predictions) {
  std::string written;
  for (const Prediction& prediction : predictions) {
    if (!prediction.error.empty()) continue;
    const Json line = to_json(prediction);
    written += line.dump();
    written += '\n';
    // What a later run will read, so that both have the same answer.
    done_.insert_or_assign(prediction.id, *to_prediction(line));
  }
  if (written.empty()) return;
  file_->write(written);
  file_->sync();
}

void Journal::refresh() {
  for (const fs::path& path : journals_of(folder_)) {
    if (path == own_) continue;
    const uint64_t from = read_to_[path.string()];
    read_to_[path.string()] = read(path, from);
  }
}

void Journal::clear(const fs::path& folder) {
  std::error_code missing;
  if (!fs::exists(folder, missing)) return;
  for (const fs::path& path : journals_of(folder)) fs::remove(path, missing);
}

}  // namespace lion::eval
