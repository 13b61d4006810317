#include "cli/terminal.h"

#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "lion/base/error.h"
#include "lion/base/str.h"
#include "lion/text/unicode.h"

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
constexpr int64_t kDefaultWidth = 80;  // columns of a terminal that does not say

bool is_pipe(int fd) {
  struct stat info {};
  return ::fstat(fd, &info) == 0 && (S_ISFIFO(info.st_mode) || S_ISSOCK(info.st_mode));
}

int64_t terminal_width() {
  struct winsize size {};
  return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col
                                                                           : kDefaultWidth;
}

/// Control characters, which could move the cursor, and bytes that are not UTF-8 as \xNN: names of
/// files may hold any of them.
std::string printable(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string shown;
  while (!text.empty()) {
    const CodePoint next = decode_utf8(text);
    const std::string_view bytes = text.substr(0, next.length);
    const bool broken = next.value == 0xfffd && bytes != "\xef\xbf\xbd";
    const bool control = (next.value < 0x20 && bytes != "\n" && bytes != "\t") ||
                         (next.value >= 0x7f && next.value < 0xa0);
    if (broken || control) {
      for (const unsigned char c : bytes) shown += {'\\', 'x', kDigits[c >> 4], kDigits[c & 15]};
    } else {
      shown += bytes;
    }
    text.remove_prefix(bytes.size());
  }
  return shown;
}

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

/// "12/40 images", "1.5 GiB/3 GiB"
std::string count_str(const Progress& progress) {
  const auto number = [&](int64_t n) {
    return progress.unit == "bytes" ? bytes_str(static_cast<uint64_t>(n)) : str(n);
  };
  return str(number(progress.done), progress.total > 0 ? str("/", number(progress.total)) : "",
             progress.unit == "bytes" ? "" : str(" ", progress.unit));
}

/// "[#####...................] " of `width` signs between the brackets.
std::string bar_str(const Progress& progress, int64_t width) {
  const double share = static_cast<double>(progress.done) / static_cast<double>(progress.total);
  const auto full = std::clamp<int64_t>(std::llround(share * static_cast<double>(width)), 0, width);
  return str("[", std::string(full, '#'), std::string(width - full, '.'), "] ");
}

/// The line of a bar, in at most `width` columns: the bar gives way first, then the detail, then
/// the time.
std::string bar_line(const Progress& progress, const std::string& time, int64_t width) {
  const std::string count = count_str(progress);
  const std::string detail = progress.detail.empty() ? "" : str(", ", progress.detail);
  const auto free = [&](const std::string& line) {
    return width - static_cast<int64_t>(line.size());
  };
  const std::string head = str(progress.task, ": ");
  const std::string all = str(head, count, detail, time);
  constexpr int64_t kBrackets = 3;
  constexpr int64_t kLeastBar = 4;
  if (const int64_t bar = std::min(free(all) - kBrackets, kBarWidth);
      progress.total > 0 && bar >= kLeastBar) {
    return str(head, bar_str(progress, bar), count, detail, time);
  }
  for (const std::string& line : {all, str(head, count, time), str(head, count), count}) {
    if (free(line) >= 0) return line;
  }
  return count.substr(0, static_cast<size_t>(std::max<int64_t>(width, 0)));
}

}  // namespace

std::string json_line(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Terminal::Terminal()
    : stdin_is_terminal_(::isatty(STDIN_FILENO) == 1),
      stdout_is_terminal_(::isatty(STDOUT_FILENO) == 1),
      stderr_is_terminal_(::isatty(STDERR_FILENO) == 1),
      shows_bar_(stderr_is_terminal_ && !is_pipe(STDOUT_FILENO)),
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
    write_stderr(str(printable(text), "\n"));
  } else {
    write_stderr(
        str(color_ ? color : "", level, ":", color_ ? kReset : "", " ", printable(text), "\n"));
  }
}

ProgressSink Terminal::progress() {
  return [this](const Progress& progress) { show(progress); };
}

void Terminal::show(const Progress& progress) {
  const std::lock_guard lock(mutex_);
  const Clock::time_point now = Clock::now();
  const bool bar = shows_bar_ && format_ == LogFormat::kText;
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
  if (bar) {
    // One column stays free: a terminal that is full to its edge starts a new line.
    write_stderr(str(kClearLine, bar_line(progress, time, terminal_width() - 1)));
  } else {
    write_stderr(str(progress.task, ": ", count_str(progress), progress.detail.empty() ? "" : ", ",
                     progress.detail, time, "\n"));
  }
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

}  // namespace lion::cli
