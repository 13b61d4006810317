#include "cli/interrupt.h"

namespace lion::cli {

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

}  // namespace lion::cli
