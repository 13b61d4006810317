#include "cli/interrupt.h"

#include <atomic>

namespace lion::cli {
namespace {

std::atomic<int> stop_signal = 0;
static_assert(std::atomic<int>::is_always_lock_free);  // a signal handler sets it

void leave_word(int signal) { stop_signal = signal; }

}  // namespace

InterruptGuard::InterruptGuard() {
  sigset_t held;
  sigemptyset(&held);
  sigaddset(&held, SIGINT);
  sigaddset(&held, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &held, &before_);
}

InterruptGuard::~InterruptGuard() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

void InterruptGuard::check() const {
  sigset_t waiting;
  sigpending(&waiting);
  if (sigismember(&waiting, SIGINT) == 1 || sigismember(&waiting, SIGTERM) == 1) {
    throw Interrupted();
  }
}

StopRequest::StopRequest() {
  stop_signal = 0;
  struct sigaction action {};
  action.sa_handler = leave_word;
  action.sa_flags = SA_RESETHAND | SA_RESTART;
  sigaction(SIGINT, &action, &before_int_);
  sigaction(SIGTERM, &action, &before_term_);
}

StopRequest::~StopRequest() {
  sigaction(SIGINT, &before_int_, nullptr);
  sigaction(SIGTERM, &before_term_, nullptr);
}

int StopRequest::signal() const { return stop_signal; }

}  // namespace lion::cli
