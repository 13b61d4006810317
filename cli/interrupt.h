#pragma once
/// Interruptions that wait until files are tidied up.

#include <csignal>
#include <stdexcept>

namespace lion::cli {

/// Thrown when the person has pressed Ctrl-C or asked the program to end.
class Interrupted : public std::runtime_error {
 public:
  Interrupted() : std::runtime_error("interrupted") {}
};

/// Holds SIGINT and SIGTERM back in its scope; `check` throws when one waits, so that destructors
/// remove unfinished files. The end of the scope lets the signal end the process as usual.
class InterruptGuard {
 public:
  InterruptGuard();
  ~InterruptGuard();
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;

  /// Throws Interrupted.
  void check() const;

 private:
  sigset_t before_;
};

/// In its scope, SIGINT and SIGTERM only leave word, for work that saves its state and then ends; a
/// second one ends the process at once.
class StopRequest {
 public:
  StopRequest();
  ~StopRequest();
  StopRequest(const StopRequest&) = delete;
  StopRequest& operator=(const StopRequest&) = delete;

  bool came() const { return signal() != 0; }
  /// The signal that came; 0 when none did.
  int signal() const;

 private:
  struct sigaction before_int_;
  struct sigaction before_term_;
};

}  // namespace lion::cli
