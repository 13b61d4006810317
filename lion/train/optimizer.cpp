#include "lion/train/optimizer.h"

#include <torch/torch.h>

#include "lion/base/error.h"
#include "lion/train/muon.h"

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

Optimizer::Optimizer(const ParameterMap& trained, const OptimizerConfig& config) : config_(config) {
  for (const bool muon : {false, true}) {
    for (const bool aggregator : {false, true}) {
      for (const bool decayed : {true, false}) {
        ParameterGroup group{muon, aggregator, decayed ? config.weight_decay : 0.0, {}};
        for (const auto& [name, parameter] : trained) {
          if ((config.muon > 0 && is_layer_matrix(name, parameter)) == muon &&
              is_aggregator(name) == aggregator && is_undecayed(name, parameter) != decayed) {
            group.names.push_back(name);
          }
        }
        if (!group.names.empty()) add_group(trained, std::move(group));
      }
    }
  }
}

void Optimizer::add_group(const ParameterMap& trained, ParameterGroup group) {
  Tensors tensors;
  for (const std::string& name : group.names) {
    const at::Tensor& parameter = trained.at(name);
    LION_CHECK(parameter.scalar_type() == at::kFloat, name, " is not stored in float32.");
    tensors.parameters.push_back(parameter);
    tensors.first.push_back(at::zeros_like(parameter));
    if (group.muon) continue;
    tensors.second.push_back(at::zeros_like(parameter));
    tensors.updates.push_back(at::zeros({}, parameter.options().requires_grad(false)));
  }
  groups_.push_back(std::move(group));
  tensors_.push_back(std::move(tensors));
}

void Optimizer::step(int64_t step) {
  const at::NoGradGuard no_grad;
  ++updates_;
  for (size_t g = 0; g < groups_.size(); ++g) {
    const ParameterGroup& group = groups_[g];
    const double rate =
        (group.aggregator ? config_.aggregator_schedule : config_.schedule).rate(step);
    if (group.muon) {
      muon_step(tensors_[g].parameters, tensors_[g].first, config_.muon * rate, group.weight_decay,
                config_.muon_precision);
    } else {
      adamw_step(tensors_[g], rate, group.weight_decay);
    }
  }
}

void Optimizer::adamw_step(Tensors& all, double rate, double weight_decay) {
  std::vector<at::Tensor> gradients;
  for (const at::Tensor& parameter : all.parameters) gradients.push_back(parameter.grad());
  for (const at::Tensor& updates : all.updates) updates.fill_(static_cast<double>(updates_));
  at::_fused_adamw_(all.parameters, gradients, all.first, all.second, {}, all.updates, rate,
                    config_.beta1, config_.beta2, weight_decay, config_.eps, /*amsgrad=*/false,
                    /*maximize=*/false);
}

ParameterMap Optimizer::moments() const {
  ParameterMap out;
  for (size_t g = 0; g < groups_.size(); ++g) {
    for (size_t i = 0; i < groups_[g].names.size(); ++i) {
      out.emplace("m/" + groups_[g].names[i], tensors_[g].first[i]);
      if (!groups_[g].muon) out.emplace("v/" + groups_[g].names[i], tensors_[g].second[i]);
    }
  }
  return out;
}

void Optimizer::set_updates(int64_t updates) { updates_ = updates; }

}  // namespace lion::train
