#include "lion/nn/process_settings.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>

#include <mutex>

#include "lion/base/cpus.h"
#include "lion/base/error.h"
#include "lion/base/log.h"

namespace lion::nn {

int64_t usable_threads(int64_t wanted, std::string_view where) {
  if (wanted < 0) {
    throw InputError(str(where, ": got ", wanted, ", expected 0 (one per processor) or more. ",
                         "Leave it out for the default."));
  }
  const int64_t cpus = available_cpus();
  if (wanted <= cpus) return wanted;
  log_warning(str(where, ": got ", wanted, ", and this process may use ", cpus,
                  cpus == 1 ? " processor" : " processors", ": computing with ", cpus,
                  cpus == 1 ? " thread." : " threads."));
  return cpus;
}

ThreadScope::ThreadScope(int64_t count) {
  if (count == 0 || count == at::get_num_threads()) return;
  before_ = at::get_num_threads();
  at::set_num_threads(static_cast<int>(count));
}

ThreadScope::~ThreadScope() {
  if (before_ > 0) at::set_num_threads(before_);
}

RandomScope::RandomScope() : generator_(at::globalContext().defaultGenerator(at::kCPU)) {
  const std::scoped_lock lock(generator_.mutex());
  state_ = generator_.get_state();
}

RandomScope::~RandomScope() {
  const std::scoped_lock lock(generator_.mutex());
  generator_.set_state(state_);
}

}  // namespace lion::nn
