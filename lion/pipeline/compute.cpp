#include "lion/pipeline/compute.h"

#include <torch/torch.h>

#include "lion/base/error.h"

namespace lion {

at::Device torch_device(Device device) {
  if (device == Device::kCpu) return at::kCPU;
  if (!torch::cuda::is_available()) {
    throw ResourceError(
        "device cuda: no usable GPU was found. Use --device cpu; for a GPU, build with "
        "LION_PRESET=cuda after ./dev setup --cuda and check the driver.");
  }
  // Its gradients under a mask are NaN for some lengths (pytorch/pytorch#196678), and it plans
  // anew for every shape, which takes longer than a small model's whole step.
  at::globalContext().setSDPUseCuDNN(false);
  return at::kCUDA;
}

}  // namespace lion
