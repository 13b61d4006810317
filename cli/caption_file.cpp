#include "cli/caption_file.h"

#include <optional>
#include <string_view>
#include <vector>

#include "cli/terminal.h"
#include "lion/base/error.h"
#include "lion/base/file.h"
#include "lion/base/str.h"

namespace lion::cli {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view kCsvHeader = "path,caption,score";

std::string one_line(std::string text) {
  text = replace_all(text, "\n", "\\n");
  text = replace_all(text, "\r", "\\r");
  return replace_all(text, "\t", "\\t");
}

std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"") == std::string::npos) return text;
  return str("\"", replace_all(text, "\"", "\"\""), "\"");
}

/// The first field of a CSV line; nothing when there is no second one.
std::optional<std::string> first_csv_field(std::string_view line) {
  if (!line.starts_with('"')) {
    const size_t comma = line.find(',');
    if (comma == std::string_view::npos) return std::nullopt;
    return std::string(line.substr(0, comma));
  }
  size_t close = line.find('"', 1);
  while (close + 1 < line.size() && line[close + 1] == '"') close = line.find('"', close + 2);
  if (close == std::string_view::npos || close + 1 >= line.size()) return std::nullopt;
  return replace_all(line.substr(1, close - 1), "\"\"", "\"");
}

/// The path that a line begins with; nothing when the line is not of this format.
std::optional<std::string> path_in(LineFormat format, const std::string& line) {
  switch (format) {
    case LineFormat::kText: {
      const size_t tab = line.find('\t');
      if (tab == std::string::npos) return std::nullopt;
      return line.substr(0, tab);
    }
    case LineFormat::kCsv:
      return first_csv_field(line);
    case LineFormat::kJson: {
      if (line.find('\0') != line.npos) return std::nullopt;  // the parser's end of the text
      const Json json = Json::parse(line, nullptr, /*allow_exceptions=*/false);
      const Json::json_pointer path("/image/path");
      if (!json.is_object() || !json.contains(path) || !json[path].is_string()) {
        return std::nullopt;
      }
      return json[path].get<std::string>();
    }
  }
  return std::nullopt;
}

/// `path` as it stands in a line.
std::string written_path(LineFormat format, const std::string& path) {
  return format == LineFormat::kJson ? path : one_line(path);
}

}  // namespace

std::string header_line(LineFormat format) {
  return format == LineFormat::kCsv ? std::string(kCsvHeader) : "";
}

std::string caption_line(LineFormat format, const Json& result) {
  if (format == LineFormat::kJson) return json_line(result);
  const std::string path = written_path(format, result.at("image").at("path").get<std::string>());
  const std::string caption = one_line(result.at("text").get<std::string>());
  if (format == LineFormat::kText) return str(path, "\t", caption);
  return str(csv_field(path), ",", csv_field(caption), ",", result.at("score").dump());
}

CaptionFile::CaptionFile(fs::path path, LineFormat format)
    : path_(std::move(path)), format_(format) {
  std::error_code ignored;
  if (fs::exists(path_, ignored)) read();
  const bool empty = !fs::exists(path_, ignored) || fs::file_size(path_, ignored) == 0;
  stream_.open(path_, std::ios::app | std::ios::binary);
  if (!stream_) {
    throw ResourceError(str("--out ", path_.string(),
                            ": cannot be written. Check that its folder exists and may be "
                            "written."));
  }
  if (empty && !header_line(format_).empty()) append(header_line(format_));
}

void CaptionFile::read() {
  std::string content = read_file(path_);
  const size_t kept = content.rfind('\n') + 1;  // npos + 1 is 0
  if (kept < content.size()) {
    content.resize(kept);
    std::error_code failed;
    fs::resize_file(path_, kept, failed);
    if (failed) {
      throw ResourceError(str("--out ", path_.string(),
                              ": its broken last line cannot be dropped (", failed.message(),
                              "). Check that it may be written."));
    }
  }
  const std::vector<std::string> all = lines(content);
  for (size_t i = 0; i < all.size(); ++i) {
    if (i == 0 && format_ == LineFormat::kCsv && all[i] == kCsvHeader) continue;
    std::optional<std::string> done = path_in(format_, all[i]);
    if (!done || (i == 0 && format_ == LineFormat::kCsv)) {
      throw InputError(str("--out ", path_.string(), ": line ", i + 1,
                           " was not written by this command in this format (got \"",
                           all[i].substr(0, 60),
                           "\"). Name another file, or pass --csv or --jsonl as before."));
    }
    done_.insert(*std::move(done));
  }
}

bool CaptionFile::has(const std::string& picture_path) const {
  return done_.contains(written_path(format_, picture_path));
}

void CaptionFile::append(const std::string& line) {
  stream_ << line << '\n' << std::flush;
  if (!stream_) {
    throw ResourceError(
        str("--out ", path_.string(),
            ": writing failed. Free space and start again: it goes on from there."));
  }
}

}  // namespace lion::cli
