#include "lion/nn/parameter.h"

#include <torch/torch.h>

#include <algorithm>

namespace lion::nn {

at::Tensor placeholder(at::IntArrayRef shape) { return at::zeros({}, at::kFloat).expand(shape); }

bool is_placeholder(const at::Tensor& tensor) {
  return tensor.numel() > 1 &&
         tensor.storage().nbytes() == static_cast<size_t>(tensor.element_size());
}

at::Tensor add_parameter(torch::nn::Module& owner, std::string name, at::IntArrayRef shape) {
  return owner.register_parameter(std::move(name), placeholder(shape), /*requires_grad=*/false);
}

void add_group(
    torch::nn::Module& owner, std::string name,
    const std::vector<std::pair<std::string, std::shared_ptr<torch::nn::Module>>>& children) {
  auto group = owner.register_module(std::move(name), std::make_shared<torch::nn::Module>());
  for (const auto& [child_name, child] : children) group->register_module(child_name, child);
}

void randomize(torch::nn::Module& module, uint64_t seed) {
  // One block of noise is repeated: drawing billions of numbers would take minutes.
  constexpr int64_t kBlock = 1 << 20;
  auto generator = at::detail::createCPUGenerator(seed);
  const at::Tensor noise = at::randn({kBlock}, generator, at::kFloat) * 0.02;
  for (auto& item : module.named_parameters()) {
    at::Tensor& parameter = item.value();
    at::Tensor values = at::empty(parameter.sizes(), parameter.options());
    at::Tensor flat = values.view({-1});
    if (parameter.dim() < 2) {
      const bool scales = item.key().ends_with("weight") || item.key().ends_with("scale");
      flat.fill_(scales ? 1.0 : 0.0);
    } else {
      const at::Tensor typed = noise.to(parameter.scalar_type());
      for (int64_t at = 0; at < flat.numel(); at += kBlock) {
        const int64_t n = std::min(kBlock, flat.numel() - at);
        flat.narrow(0, at, n).copy_(typed.narrow(0, 0, n));
      }
    }
    parameter.set_data(values);
  }
}

}  // namespace lion::nn
