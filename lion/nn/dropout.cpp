#include "lion/nn/dropout.h"

#include <torch/torch.h>

#include "lion/base/error.h"

namespace lion::nn {
namespace {

thread_local double current_rate = 0;

}  // namespace

DropoutScope::DropoutScope(double rate) : before_(current_rate) {
  if (!(rate >= 0 && rate < 1)) {
    throw InputError(str("dropout: got rate ", rate, ", expected 0 to below 1. Change the rate."));
  }
  current_rate = rate;
}

DropoutScope::~DropoutScope() { current_rate = before_; }

double dropout_rate() { return current_rate; }

at::Tensor dropout(const at::Tensor& x) {
  return current_rate > 0 ? at::dropout(x, current_rate, /*train=*/true) : x;
}

}  // namespace lion::nn
