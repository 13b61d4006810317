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
#include "lion/eval/fingerprint.h"
#include "lion/text/unicode.h"

namespace lion::eval {
namespace fs = std::filesystem;
namespace {

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

/// A lock on one journal, held as long as the object.
class Lock {
 public:
  explicit Lock(const fs::path& path)
      : fd_(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666)) {
    if (fd_ < 0) {
      throw ResourceError(str(path.string(), ": cannot be opened (",
                              std::generic_category().message(errno),
                              "). Name another folder with --out."));
    }
    if (::flock(fd_, LOCK_EX | LOCK_NB) == 0) return;
    ::close(fd_);
    throw ResourceError(str(path.string(),
                            ": another process writes it. Wait for that run, or name another --out "
                            "(processes that share one run need a RANK each)."));
  }
  ~Lock() {
    if (fd_ >= 0) ::close(fd_);
  }
  Lock(Lock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Lock& operator=(Lock&&) = delete;

  int release() { return std::exchange(fd_, -1); }
  int fd() const { return fd_; }

 private:
  int fd_;
};

Json to_json(const Prediction& prediction, const std::string& key) {
  Json json = {{"id", valid_utf8(prediction.id)}, {"asks", key}};
  if (!prediction.error.empty()) {
    json["error"] = valid_utf8(prediction.error);
    return json;
  }
  json["text"] = valid_utf8(prediction.text);
  if (!prediction.losses.empty()) json["losses"] = prediction.losses;
  return json;
}

/// Text under `key`; nothing when it is missing or something else.
std::optional<std::string> text_of(const Json& json, const char* key) {
  const auto found = json.find(key);
  if (found == json.end() || !found->is_string()) return std::nullopt;
  return found->get<std::string>();
}

/// An answer or a failure; nothing when the line is neither.
std::optional<Prediction> to_prediction(const Json& json) {
  const auto id = text_of(json, "id");
  const auto text = text_of(json, "text");
  const auto error = text_of(json, "error");
  if (!id || (!text && !error)) return std::nullopt;
  Prediction prediction{*id, text.value_or(""), {}, error.value_or("")};
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
  std::vector<std::string> reported;
  const auto value = [](const Json& json, const std::string& key) {
    return json.is_object() && json.contains(key) ? json[key].dump() : std::string("nothing");
  };
  const auto tell = [&](const std::string& key) {
    const std::string one = str(key, ": ", value(before, key), " then, ", value(now, key), " now");
    if (value(before, key) == value(now, key)) return;
    if (std::find(reported.begin(), reported.end(), one) == reported.end()) reported.push_back(one);
  };
  for (const auto& [key, ignored] : now.items()) tell(key);
  if (before.is_object()) {
    for (const auto& [key, ignored] : before.items()) tell(key);
  }
  return join(reported, "; ");
}

}  // namespace

std::string item_key(const Item& item) {
  std::string asked = str(item.prompt, "\n", item.candidates.size());
  for (const std::string& candidate : item.candidates) asked += str("\n", candidate);
  if (item.image.bytes) {
    asked += str("\n", *item.image.bytes);
  } else {
    std::error_code missing;
    const auto size = fs::file_size(item.image.path, missing);
    asked += str("\n", item.image.path.filename().string(), " ", missing ? 0 : size);
  }
  constexpr size_t kDigits = 16;
  return sha256(asked).substr(0, kDigits);
}

Journal::Journal(fs::path folder, int64_t rank, Json settings)
    : folder_(std::move(folder)),
      own_(folder_ / str("journal-", rank, ".jsonl")),
      settings_(std::move(settings)) {
  std::error_code failed;
  fs::create_directories(folder_, failed);
  Lock lock(own_);
  uint64_t whole = 0;
  for (const fs::path& path : journals_of(folder_)) {
    const uint64_t end = read(path, 0);
    if (path == own_) whole = end;
    read_to_.insert_or_assign(path.string(), end);
  }
  file_.emplace(own_, whole);
  // Reported again by each run: what failed before it is tried again.
  file_->write(str(Json{{"settings", settings_}}.dump(), "\n"));
  file_->sync();
  failures_.erase(own_.string());
  lock_ = lock.release();
}

Journal::~Journal() { ::close(lock_); }

void Journal::check_settings(const fs::path& path, const Json& before) const {
  if (before == settings_) return;
  throw InputError(str(path.string(), ": was begun with other settings (",
                       differences(before, settings_),
                       "). Use the same ones, name another --out, or pass --restart to drop what "
                       "was answered."));
}

uint64_t Journal::read(const fs::path& path, uint64_t from) {
  const auto file = MappedFile::open(path);
  const std::string_view content(reinterpret_cast<const char*>(file->bytes().data()),
                                 file->bytes().size());
  uint64_t start = from;
  while (true) {
    const size_t end = content.find('\n', start);
    if (end == std::string_view::npos) return start;  // the rest is torn, or being written
    const std::string where = str(path.string(), ", byte ", start);
    const Json line = parse_json(content.substr(start, end - start), where);
    if (start == 0 && !line.contains("settings")) {
      throw InputError(str(path.string(),
                           ": is no journal of an evaluation (its first line has no ",
                           "\"settings\"). Name another folder with --out."));
    }
    read_line(path, line, where);
    start = end + 1;
  }
}

void Journal::read_line(const fs::path& path, const Json& line, const std::string& where) {
  if (const auto before = line.find("settings"); before != line.end()) {
    check_settings(path, *before);
    failures_.erase(path.string());
    return;
  }
  std::optional<Prediction> prediction = to_prediction(line);
  const auto key = text_of(line, "asks");
  if (!prediction || !key) {
    throw InputError(str(where, ": is no answer (got ", line.dump().substr(0, 80),
                         ", expected {\"id\", \"asks\", \"text\"}). Remove the line, or pass "
                         "--restart."));
  }
  const std::string id = prediction->id;
  if (!prediction->error.empty()) {
    failures_[path.string()].insert_or_assign(id, Entry{*key, *std::move(prediction)});
  } else {
    done_.insert_or_assign(id, Entry{*key, *std::move(prediction)});
  }
}

const Prediction* Journal::find(const std::string& id, const std::string& key) const {
  const auto found = done_.find(id);
  return found != done_.end() && found->second.key == key ? &found->second.prediction : nullptr;
}

bool Journal::is_outdated(const std::string& id, const std::string& key) const {
  const auto found = done_.find(id);
  return found != done_.end() && found->second.key != key;
}

std::string Journal::failure(const std::string& id, const std::string& key) const {
  for (const auto& [file, failed] : failures_) {
    const auto found = failed.find(id);
    if (found != failed.end() && found->second.key == key) return found->second.prediction.error;
  }
  return "";
}

void Journal::add(std::span<const Prediction> predictions, std::span<const std::string> keys) {
  std::string written;
  for (size_t i = 0; i < predictions.size(); ++i) {
    const Json line = to_json(predictions[i], keys[i]);
    written += line.dump();
    written += '\n';
    // What a later run will read, so that both have the same answer.
    read_line(own_, line, own_.string());
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
  std::vector<Lock> locks;
  for (const fs::path& path : journals_of(folder)) locks.emplace_back(path);
  for (const Lock& lock : locks) {
    if (::ftruncate(lock.fd(), 0) != 0) {
      throw ResourceError(str(folder.string(), ": a journal cannot be emptied (",
                              std::generic_category().message(errno), "). Remove the folder."));
    }
  }
}

}  // namespace lion::eval
