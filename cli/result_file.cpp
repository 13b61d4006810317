#include "cli/result_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <span>

#include "cli/session.h"
#include "lion/base/base64.h"
#include "lion/base/error.h"
#include "lion/base/file.h"
#include "lion/base/str.h"
#include "lion/text/unicode.h"

namespace lion::cli {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

std::string text_field(std::string text) {
  text = replace_all(text, "\n", "\\n");
  text = replace_all(text, "\r", "\\r");
  return replace_all(text, "\t", "\\t");
}

std::string csv_field(const std::string& text) {
  // Blanks at the ends are quoted as well: some readers drop them otherwise.
  const bool quoted = text.find_first_of(",\"\r\n") != std::string::npos || text.starts_with(' ') ||
                      text.ends_with(' ');
  return quoted ? str("\"", replace_all(text, "\"", "\"\""), "\"") : text;
}

std::string csv_line(std::span<const std::string> fields) {
  std::vector<std::string> written;
  for (const std::string& field : fields) written.push_back(csv_field(field));
  return join(written, ",");
}

fs::path settings_path(const fs::path& path) {
  fs::path beside = path;
  beside += ".settings.json";
  return beside;
}

/// The first difference of two objects as "--beams: 5 then, 1 now"; empty when there is none.
std::string difference(const Json& then, const Json& now) {
  const auto value = [](const Json& object, const std::string& key) {
    const auto found = object.find(key);
    if (found == object.end() || found->is_null()) return std::string("nothing");
    return found->is_string() ? str("\"", found->get<std::string>(), "\"") : found->dump();
  };
  for (const Json* object : {&now, &then}) {
    for (const auto& [key, ignored] : object->items()) {
      const std::string before = value(then, key);
      const std::string after = value(now, key);
      if (before != after) return str(key, ": ", before, " then, ", after, " now");
    }
  }
  return "";
}

}  // namespace

std::string header_line(const LineLayout& layout) {
  return layout.format == LineFormat::kCsv ? csv_line(layout.columns) : "";
}

std::string format_line(const LineLayout& layout, const ResultLine& result) {
  if (layout.format == LineFormat::kJson) return json_line(result.json);
  const bool csv = layout.format == LineFormat::kCsv;
  std::vector<std::string> fields{written_path(result.path, /*one_line=*/!csv)};
  fields.insert(fields.end(), result.fields.begin(), result.fields.end());
  for (std::string& field : fields) field = valid_utf8(field);
  if (csv) return csv_line(fields);
  for (std::string& field : fields) field = text_field(std::move(field));
  return join(fields, "\t");
}

CsvRecord parse_csv_record(std::string_view text) {
  CsvRecord record;
  std::string field;
  bool quoted = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted) {
      if (c != '"') {
        field += c;
      } else if (i + 1 < text.size() && text[i + 1] == '"') {
        field += '"';
        ++i;
      } else {
        quoted = false;
      }
    } else if (c == '"' && field.empty()) {
      quoted = true;
    } else if (c == ',') {
      record.fields.push_back(std::exchange(field, ""));
    } else if (c == '\n') {
      if (i > 0 && text[i - 1] == '\r') field.pop_back();
      record.fields.push_back(std::move(field));
      record.length = i + 1;
      record.complete = true;
      return record;
    } else {
      field += c;
    }
  }
  record.fields.push_back(std::move(field));
  record.length = text.size();
  return record;
}

bool is_result_file(const std::string& path) {
  std::error_code failed;
  const fs::file_status status = fs::status(path, failed);
  return !fs::exists(status) || fs::is_regular_file(status);
}

ResultFile::ResultFile(fs::path path, LineLayout layout, const Json& settings, Terminal& terminal)
    : path_(std::move(path)), layout_(std::move(layout)) {
  lock();
  try {
    const std::string content = read_file(path_, uint64_t{1} << 40);
    const uint64_t kept = read(content);
    check_settings(settings, kept == 0, terminal);
    for (auto& [image, asked] : std::exchange(lines_, {})) {
      if (image != kStdinName) done_.insert({(*identity_)(image), std::move(asked)});
    }
    file_.emplace(path_, kept);
    const std::string header = header_line(layout_);
    if (kept == 0 && !header.empty()) file_->write(header + "\n");
  } catch (...) {
    ::close(lock_);
    throw;
  }
}

ResultFile::~ResultFile() { ::close(lock_); }

void ResultFile::lock() {
  lock_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (lock_ < 0) {
    throw ResourceError(str("--out ", path_.string(), ": cannot be written (", std::strerror(errno),
                            "). Check that its folder exists and may be written."));
  }
  // File systems without locks say so with other codes: there the file is written all the same.
  if (::flock(lock_, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
    ::close(lock_);
    throw ResourceError(str("--out ", path_.string(),
                            ": is being written by another process. Wait until it ends, or name "
                            "another file for this one."));
  }
}

uint64_t ResultFile::read(std::string_view content) {
  const size_t begin = content.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0;
  size_t at = begin;
  for (size_t line = 1; at < content.size(); ++line) {
    const std::string_view rest = content.substr(at);
    const size_t end = rest.find('\n');
    std::string_view text = rest.substr(0, end);
    if (text.ends_with('\r')) text.remove_suffix(1);
    const auto refuse = [&](std::string_view what) {
      throw InputError(str("--out ", path_.string(), ": line ", line, " ", what, " (got \"",
                           text.substr(0, 60),
                           "\"). Name another file, or pass --csv or --jsonl as before."));
    };
    constexpr std::string_view kForeign = "was not written by this command in this format";
    if (layout_.format == LineFormat::kCsv) {
      const CsvRecord record = parse_csv_record(rest);
      if (!record.complete) {
        // A kill cuts the last line short. Lines below an open quote are somebody's, not ours to
        // cut.
        if (end != std::string_view::npos) refuse("has a quote that is not closed");
        return at;
      }
      if (at == begin) {
        if (record.fields != layout_.columns) refuse(kForeign);
      } else {
        if (record.fields.size() != layout_.columns.size()) refuse(kForeign);
        lines_.emplace_back(path_of(record.fields[0]), layout_.has_asked ? record.fields[1] : "");
      }
      line += static_cast<size_t>(std::count(
                  rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(record.length), '\n')) -
              1;
      at += record.length;
      continue;
    }
    if (end == std::string_view::npos) return at;
    if (layout_.format == LineFormat::kText) {
      const std::vector<std::string> fields = split(text, '\t');
      if (fields.size() != layout_.columns.size()) refuse(kForeign);
      lines_.emplace_back(path_of(fields[0]), layout_.has_asked ? fields[1] : "");
    } else {
      const Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
      const Json::json_pointer path("/image/path");
      const Json::json_pointer bytes("/image/path_bytes");
      if (!json.is_object() || !json.contains(path) || !json[path].is_string()) refuse(kForeign);
      if (layout_.has_asked && !(json.contains("asked") && json["asked"].is_string())) {
        refuse(kForeign);
      }
      lines_.emplace_back(json.contains(bytes) && json[bytes].is_string()
                              ? decode_base64(json[bytes].get<std::string>())
                              : path_of(json[path].get<std::string>()),
                          layout_.has_asked ? json["asked"].get<std::string>() : "");
    }
    at += end + 1;
  }
  return at == begin ? 0 : at;
}

void ResultFile::check_settings(const Json& settings, bool is_empty, Terminal& terminal) {
  const fs::path beside = settings_path(path_);
  const std::string here = working_folder();
  base_ = here;
  std::error_code ignored;
  if (!is_empty && fs::exists(beside, ignored)) {
    const Json kept = read_json_file(beside);
    JsonReader reader(kept, beside.string());
    reader.require("folder", base_);
    reader.object("settings");
    reader.finish();
    const std::string differs = difference(kept["settings"], settings);
    if (!differs.empty()) {
      throw InputError(str("--out ", path_.string(), ": was begun with other settings (", differs,
                           "). Use those again, or name another file."));
    }
  } else {
    if (!is_empty) {
      terminal.info(str(path_.string(),
                        ": with which settings it was begun is not known (there is "
                        "no ",
                        beside.filename().string(), "); its lines are kept."));
    }
    write_file(beside,
               Json{{"folder", written_path(here, true)}, {"settings", settings}}.dump(1) + "\n");
  }
  base_ = path_of(base_);
  moved_ = base_ != here;
  identity_.emplace(base_);
}

bool ResultFile::has(const std::string& path, const std::string& asked) {
  if (path == kStdinName) return false;
  return done_.contains({(*identity_)(moved_ ? fs::absolute(path).string() : path), asked});
}

void ResultFile::append(ResultLine result) {
  // In the file, relative paths start where it was begun.
  if (moved_ && result.path != kStdinName) {
    result.path = fs::absolute(result.path).lexically_normal().string();
    result.json["image"]["path"] = written_path(result.path, /*one_line=*/false);
    if (result.json["image"].contains("path_bytes")) {
      result.json["image"]["path_bytes"] = encode_base64(result.path);
    }
  }
  file_->write(format_line(layout_, result) + "\n");
}

}  // namespace lion::cli
