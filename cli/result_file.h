#pragma once
/// Results of many images in a file that one process writes at a time and that can be continued.

#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/image_path.h"
#include "cli/terminal.h"
#include "lion/base/append_file.h"
#include "lion/base/json.h"

namespace lion::cli {

enum class LineFormat {
  kText,  ///< fields with tabs between them; line ends and tabs within them are written \n, \r, \t
  kCsv,   ///< RFC 4180, below a line with the names of the columns
  kJson,  ///< an object of docs/json.md a line
};

/// What is asked of every image, and how its lines look.
struct LineLayout {
  LineFormat format = LineFormat::kText;
  /// The path's first; then what was asked, where a command asks anything; then the answer's.
  std::vector<std::string> columns;
  bool has_asked = false;  ///< the second column says what was asked
};

/// One result: an object of docs/json.md ("asked" included), and the fields behind the path.
struct ResultLine {
  std::string path;  ///< as named
  std::vector<std::string> fields;
  Json json;
};

/// The line with the names of the columns; empty where the format has none.
std::string header_line(const LineLayout& layout);

/// One result, without the line end. A CSV field may hold line ends of its own.
std::string format_line(const LineLayout& layout, const ResultLine& result);

/// One CSV record of a text: its fields, and the bytes it takes with its line end.
struct CsvRecord {
  std::vector<std::string> fields;
  size_t length = 0;
  bool complete = false;  ///< its line end is there and no quote is open
};
CsvRecord parse_csv_record(std::string_view text);

class ResultFile {
 public:
  /// Opens `path` to append to, or makes it, and keeps other processes from writing to it. A last
  /// line without its end, as a kill leaves it, is dropped. `settings`, what results depend on, are
  /// kept beside it in `<path>.settings.json`. Throws InputError when the file was not written in
  /// this layout or was begun with other settings, ResourceError when another process writes it, or
  /// it cannot be read or written.
  ResultFile(std::filesystem::path path, LineLayout layout, const Json& settings,
             Terminal& terminal);
  ~ResultFile();
  ResultFile(const ResultFile&) = delete;
  ResultFile& operator=(const ResultFile&) = delete;

  /// Whether there is a line for this image and question. Never for stdin, whose images have no
  /// name.
  bool has(const std::string& path, const std::string& asked);

  /// Appends a line and hands it to the system at once. Throws ResourceError.
  void append(ResultLine result);

 private:
  void lock();
  uint64_t read(std::string_view content);
  void check_settings(const Json& settings, bool is_empty, Terminal& terminal);

  std::filesystem::path path_;
  LineLayout layout_;
  int lock_ = -1;
  std::string base_;    ///< the folder that relative paths in the file start at
  bool moved_ = false;  ///< it is not the working folder of this process
  std::optional<PathIdentity> identity_;
  std::vector<std::pair<std::string, std::string>> lines_;  ///< path and question of each line
  std::set<std::pair<std::string, std::string>> done_;      ///< with the identity of the path
  std::optional<AppendFile> file_;
};

/// Whether results may be kept under this name: it is no pipe, terminal or other device.
bool is_result_file(const std::string& path);

}  // namespace lion::cli
