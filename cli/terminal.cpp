#include "cli/terminal.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "lion/base/error.h"
#include "lion/base/str.h"

namespace lion::cli {
namespace {

using namespace std::chrono_literals;

// SGR codes of ECMA-48.
constexpr std::string_view kRed = "\x1b[1;31m";
constexpr std::string_view kYellow = "\x1b[1;33m";
constexpr std::string_view kReset = "\x1b[0m";
constexpr std::string_view kClearLine = "\r\x1b[K";

constexpr auto kBarInterval = 100ms;
constexpr auto kLineInterval = 5s;
constexpr int64_t kBarWidth = 24;

bool wants_color() {
  const char* no_color = std::getenv("NO_COLOR");
  const char* terminal = std::getenv("TERM");
  return (no_color == nullptr || *no_color == '\0') &&
         (terminal == nullptr || std::string_view(terminal) != "dumb");
}

void write_stderr(std::string_view text) {
  // There is nobody left to tell when this fails.
  std::fwrite(text.data(), 1, text.size(), stderr);
}

/// "1:02:03", "2:03"
std::string clock_str(double seconds) {
  const auto total = static_cast<int64_t>(std::lround(seconds));
  const auto two = [](int64_t n) { return str(n < 10 ? "0" : "", n); };
  const int64_t minutes = total / 60;
  if (minutes < 60) return str(minutes, ":", two(total % 60));
  return str(minutes / 60, ":", two(minutes % 60), ":", two(total % 60));
}

/// "12/40 pictures", "1.5 GiB/3 GiB"
std::string count_str(const Progress& progress) {
  const auto number = [&](int64_t n) {
    return progress.unit == "bytes" ? bytes_str(static_cast<uint64_t>(n)) : str(n);
  };
  return str(number(progress.done), progress.total > 0 ? str("/", number(progress.total)) : "",
             progress.unit == "bytes" ? "" : str(" ", progress.unit));
}

/// "[#####...................] "; empty when the end is not known.
std::string bar_str(const Progress& progress) {
  if (progress.total <= 0) return "";
  const double share = static_cast<double>(progress.done) / static_cast<double>(progress.total);
  const auto full = std::clamp<int64_t>(std::llround(share * kBarWidth), 0, kBarWidth);
  return str("[", std::string(full, '#'), std::string(kBarWidth - full, '.'), "] ");
}

}  // namespace

std::string json_line(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Terminal::Terminal()
    : stdin_is_terminal_(::isatty(STDIN_FILENO) == 1),
      stdout_is_terminal_(::isatty(STDOUT_FILENO) == 1),
      stderr_is_terminal_(::isatty(STDERR_FILENO) == 1),
      color_(stderr_is_terminal_ && wants_color()) {}

void Terminal::info(std::string_view text) { message("info", "", text); }
void Terminal::warning(std::string_view text) { message("warning", kYellow, text); }
void Terminal::error(std::string_view text) { message("error", kRed, text); }

void Terminal::message(std::string_view level, std::string_view color, std::string_view text) {
  const std::lock_guard lock(mutex_);
  clear_bar();
  if (format_ == LogFormat::kJson) {
    write_stderr(json_line({{"level", level}, {"message", text}}) + "\n");
  } else if (level == "info") {
    write_stderr(str(text, "\n"));
  } else {
    write_stderr(str(color_ ? color : "", level, ":", color_ ? kReset : "", " ", text, "\n"));
  }
}

ProgressSink Terminal::progress() {
  return [this](const Progress& progress) { show(progress); };
}

void Terminal::show(const Progress& progress) {
  const std::lock_guard lock(mutex_);
  const Clock::time_point now = Clock::now();
  const bool bar = stderr_is_terminal_ && format_ == LogFormat::kText;
  if (progress.task != task_ || progress.done < done_) {
    task_ = progress.task;
    started_ = now;
    shown_ = bar ? Clock::time_point() : now;
    done_at_start_ = progress.done;
  }
  done_ = progress.done;
  const bool complete = progress.total > 0 && progress.done >= progress.total;
  if (!complete && now - shown_ < (bar ? Clock::duration(kBarInterval) : kLineInterval)) return;
  shown_ = now;

  const double spent = std::chrono::duration<double>(now - started_).count();
  const int64_t progressed = progress.done - done_at_start_;
  const bool foreseeable = !complete && progress.total > 0 && progressed > 0;
  const double left = foreseeable ? spent / static_cast<double>(progressed) *
                                        static_cast<double>(progress.total - progress.done)
                                  : 0;
  if (format_ == LogFormat::kJson) {
    Json line = {{"level", "progress"},
                 {"task", progress.task},
                 {"done", progress.done},
                 {"total", progress.total},
                 {"unit", progress.unit}};
    if (!progress.detail.empty()) line["detail"] = progress.detail;
    if (foreseeable) line["seconds_left"] = left;
    write_stderr(json_line(line) + "\n");
    return;
  }
  const std::string time = complete      ? str(", ", clock_str(spent))
                           : foreseeable ? str(", ", clock_str(left), " left")
                                         : "";
  const std::string text =
      str(progress.task, ": ", bar ? bar_str(progress) : "", count_str(progress),
          progress.detail.empty() ? "" : ", ", progress.detail, time);
  write_stderr(bar ? str(kClearLine, text) : text + "\n");
  bar_is_shown_ = bar;
  if (complete) clear_bar();
}

void Terminal::clear_bar() {
  if (!bar_is_shown_) return;
  write_stderr(kClearLine);
  bar_is_shown_ = false;
}

void Terminal::result(std::string_view text) { partial_result(str(text, "\n")); }

void Terminal::json_result(const Json& json) { result(json_line(json)); }

void Terminal::partial_result(std::string_view text) {
  const std::lock_guard lock(mutex_);
  clear_bar();
  const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
  if (!written || std::fflush(stdout) != 0) {
    throw ResourceError(str("stdout: the result cannot be written (", std::strerror(errno),
                            "). Free space, or send it elsewhere."));
  }
}

void Terminal::ask() {
  if (stdin_is_terminal_) write_stderr("> ");
}

}  // namespace lion::cli
