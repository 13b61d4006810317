#include "lion/nn/device.h"

#include <torch/torch.h>

#include "lion/base/error.h"

namespace lion::nn {

at::Device usable_device(std::string_view name) {
  if (name == "cpu") return at::kCPU;
  if (name != "cuda") {
    throw InputError(str("device: got \"", name, "\", expected cpu or cuda. Pass one of these."));
  }
  if (!torch::cuda::is_available()) {
    throw ResourceError(
        "device cuda: no usable GPU was found. Use --device cpu; for a GPU, build with "
        "LION_PRESET=cuda after ./dev setup --cuda and check the driver.");
  }
  return at::kCUDA;
}

}  // namespace lion::nn
