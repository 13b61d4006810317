#include "lion/train/optimizer.h"

#include <torch/torch.h>

#include "lion/base/error.h"

namespace lion::train {
namespace {

bool is_aggregator(std::string_view name) { return name.starts_with("fusion_adapter."); }

}  // namespace

bool is_undecayed(std::string_view name, const at::Tensor& parameter) {
  const auto has = [name](std::string_view part) {
    return name.find(part) != std::string_view::npos;
  };
  return parameter.dim() < 2 || has("bias") || has("ln") || has("bn");
}

AdamW::AdamW(const ParameterMap& trained, const OptimizerConfig& config) : config_(config) {
  for (const bool aggregator : {false, true}) {
    for (const bool decayed : {true, false}) {
      ParameterGroup group{aggregator, decayed ? config.weight_decay : 0.0, {}};
      Tensors tensors;
      for (const auto& [name, parameter] : trained) {
        if (is_aggregator(name) != aggregator || is_undecayed(name, parameter) == decayed) continue;
        LION_CHECK(parameter.scalar_type() == at::kFloat, name, " is not stored in float32.");
        group.names.push_back(name);
        tensors.parameters.push_back(parameter);
        tensors.first.push_back(at::zeros_like(parameter));
        tensors.second.push_back(at::zeros_like(parameter));
        tensors.updates.push_back(at::zeros({}, parameter.options().requires_grad(false)));
      }
      if (group.names.empty()) continue;
      groups_.push_back(std::move(group));
      tensors_.push_back(std::move(tensors));
    }
  }
}

void AdamW::step(int64_t step) {
  const at::NoGradGuard no_grad;
  ++updates_;
  for (size_t g = 0; g < groups_.size(); ++g) {
    Tensors& all = tensors_[g];
    const Schedule& schedule =
        groups_[g].aggregator ? config_.aggregator_schedule : config_.schedule;
    std::vector<at::Tensor> gradients;
    for (const at::Tensor& parameter : all.parameters) gradients.push_back(parameter.grad());
    for (const at::Tensor& updates : all.updates) updates.fill_(static_cast<double>(updates_));
    at::_fused_adamw_(all.parameters, gradients, all.first, all.second, {}, all.updates,
                      schedule.rate(step), config_.beta1, config_.beta2, groups_[g].weight_decay,
                      config_.eps, /*amsgrad=*/false, /*maximize=*/false);
  }
}

ParameterMap AdamW::moments() const {
  ParameterMap out;
  for (size_t g = 0; g < groups_.size(); ++g) {
    for (size_t i = 0; i < groups_[g].names.size(); ++i) {
      out.emplace("m/" + groups_[g].names[i], tensors_[g].first[i]);
      out.emplace("v/" + groups_[g].names[i], tensors_[g].second[i]);
    }
  }
  return out;
}

void AdamW::set_updates(int64_t updates) { updates_ = updates; }

}  // namespace lion::train
