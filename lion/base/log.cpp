#include "lion/base/log.h"

#include <mutex>

namespace lion {
namespace {

/// The process-wide sink and the lock that keeps messages whole.
struct Log {
  std::mutex mutex;
  LogSink sink;
};

Log& log() {
  static Log instance;
  return instance;
}

void send(LogLevel level, std::string_view message) {
  Log& target = log();
  const std::lock_guard lock(target.mutex);
  if (target.sink) target.sink(level, message);
}

}  // namespace

void set_log_sink(LogSink sink) {
  Log& target = log();
  const std::lock_guard lock(target.mutex);
  target.sink = std::move(sink);
}

void log_info(std::string_view message) { send(LogLevel::kInfo, message); }
void log_warning(std::string_view message) { send(LogLevel::kWarning, message); }

}  // namespace lion
