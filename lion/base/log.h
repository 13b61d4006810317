#pragma once
/// Messages and progress of the library go to a sink that the program sets; the default drops them.

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace lion {

enum class LogLevel { kInfo, kWarning };

using LogSink = std::function<void(LogLevel, std::string_view message)>;

/// Sets where messages go, for the whole process. Not meant to be changed while work runs.
void set_log_sink(LogSink sink);

void log_info(std::string_view message);
void log_warning(std::string_view message);

/// How far a long job is. `total` is 0 when unknown; `unit` is what is counted ("tensors",
/// "bytes").
struct Progress {
  std::string_view task;
  int64_t done = 0;
  int64_t total = 0;
  std::string_view unit;
  std::string_view detail = {};  ///< how it goes, for the same line: "loss 2.31, 41 samples/s"
};
using ProgressSink = std::function<void(const Progress&)>;

}  // namespace lion
