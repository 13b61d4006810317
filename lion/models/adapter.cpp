#include "lion/models/adapter.h"

#include <torch/torch.h>

#include "lion/base/error.h"
#include "lion/nn/parameter.h"
#include "lion/nn/shape.h"

namespace lion::models {

using at::Tensor;
using nn::Bias;

AdapterImpl::AdapterImpl(int64_t d_model, int64_t bottleneck)
    : down_proj(d_model, bottleneck, Bias::kYes),
      up_proj(bottleneck, d_model, Bias::kYes),
      scale(nn::add_parameter(*this, "scale", {1})) {
  register_module("down_proj", down_proj);
  register_module("up_proj", up_proj);
}

Tensor AdapterImpl::unscaled(const Tensor& x, nn::Rows rows) const {
  return up_proj->forward(at::relu(down_proj->forward(x, rows)), rows);
}

AdapterRouterImpl::AdapterRouterImpl(int64_t d_model, const AdapterConfig& config) {
  for (int64_t i = 0; i < config.count; ++i) adapters.emplace_back(d_model, config.bottleneck);
  nn::add_list(*this, "adapters", adapters);
  if (config.count == 2 && config.router) {
    router_ratio1 = nn::add_parameter(*this, "router_ratio1", {2, d_model});
    router_ratio2 = nn::add_parameter(*this, "router_ratio2", {2, d_model});
  }
}

Tensor AdapterRouterImpl::forward(const Tensor& x, const Tensor& level, nn::Rows rows) const {
  const auto expert = [&](size_t i) { return adapters[i]->unscaled(x, rows); };  // [B,S,D]
  if (adapters.size() == 1) return expert(0) * adapters[0]->scale;
  LION_CHECK(adapters.size() == 2, adapters.size(), " adapters");
  nn::check_shape(level, {x.size(0)}, "AdapterRouter: level");
  if (!router_ratio1.defined()) {
    return expert(0) * adapters[0]->scale + expert(1) * adapters[1]->scale;
  }
  // The scale joins the router's row, which is small, instead of the adapter's output.
  const Tensor region = (router_ratio1.index_select(0, level) * adapters[0]->scale).unsqueeze(1);
  const Tensor image = (router_ratio2.index_select(0, level) * adapters[1]->scale).unsqueeze(1);
  return at::addcmul(region * expert(0), image, expert(1).to(at::kFloat));
}

}  // namespace lion::models
