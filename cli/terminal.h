#pragma once
/// Where the program writes: the result to stdout, all else (messages, progress) to stderr.

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

#include "lion/base/json.h"
#include "lion/base/log.h"

namespace lion::cli {

enum class LogFormat {
  kText,  ///< for people: coloured on a terminal, progress as a bar there
  kJson,  ///< one JSON object a line: {"level", "message"} or {"level": "progress", ...}
};

/// Messages and progress may come from several threads (those that load data warn): one at a time.
class Terminal {
 public:
  /// Looks at what stdin, stdout and stderr are, and at NO_COLOR (https://no-color.org).
  Terminal();

  void set_log_format(LogFormat format) { format_ = format; }

  void info(std::string_view message);
  void warning(std::string_view message);
  void error(std::string_view message);

  /// For long jobs: a bar with the time left on a terminal, as wide as that is; a line now and then
  /// elsewhere, and where results go through a pipe, whose reader may write to the same terminal.
  ProgressSink progress();

  /// Writes `text` and a line break to stdout, at once. Throws ResourceError when that fails.
  void result(std::string_view text);
  /// One line of JSON. Bytes that are not UTF-8 become U+FFFD.
  void json_result(const Json& json);

  /// Writes a part of a result, without a line break.
  void partial_result(std::string_view text);

  bool typed_by_person() const { return stdin_is_terminal_; }
  bool read_by_person() const { return stdout_is_terminal_; }

 private:
  void message(std::string_view level, std::string_view color, std::string_view text);
  void show(const Progress& progress);
  void clear_bar();

  using Clock = std::chrono::steady_clock;

  std::mutex mutex_;  ///< guards the bar and what is written

  LogFormat format_ = LogFormat::kText;
  bool stdin_is_terminal_;
  bool stdout_is_terminal_;
  bool stderr_is_terminal_;
  bool shows_bar_;
  bool color_;
  bool bar_is_shown_ = false;

  /// The job whose progress is shown.
  std::string task_;
  Clock::time_point started_;
  Clock::time_point shown_;
  int64_t done_at_start_ = 0;
  int64_t done_ = 0;
};

/// One line of JSON, the form of all results.
std::string json_line(const Json& json);

}  // namespace lion::cli
