#pragma once
/// AdamW over the trained parameters, in the groups of the released code; Muon for layers on
/// request.

#include <ATen/core/Tensor.h>

#include <string>
#include <string_view>
#include <vector>

#include "lion/checkpoint/load.h"
#include "lion/train/schedule.h"

namespace lion::train {

struct OptimizerConfig {
  Schedule schedule;             ///< of all parameters but those with a rate of their own
  Schedule aggregator_schedule;  ///< of `fusion_adapter.*`; the paper keeps it constant in stage 2
  double beta1 = 0.9;
  double beta2 = 0.999;
  double eps = 1e-8;
  double weight_decay = 0.05;
  /// Rate of Muon for the matrices of layers, as a multiple of the schedule's. 0: AdamW for all.
  double muon = 0;
  at::ScalarType muon_precision = at::kFloat;  ///< of its matrix products
  double clip = 0;  ///< largest norm of all gradients together; 0: not limited
};

/// True for parameters that weight decay leaves alone: fewer than two dimensions, or "bias", "ln"
/// or "bn" in the name. Source: the released code's get_optimizer_params.
bool is_undecayed(std::string_view name, const at::Tensor& parameter);

/// One set of parameters with a rate and a decay in common.
struct ParameterGroup {
  bool muon = false;
  bool aggregator = false;
  double weight_decay = 0;
  std::vector<std::string> names;
};

/// AdamW (Loshchilov 2019), as torch.optim.AdamW computes it; Muon (`muon.h`) for groups that have
/// it. Parameters and moments are float32.
class Optimizer {
 public:
  /// `trained` holds the parameters; their gradients must be defined when `step` is called.
  Optimizer(const ParameterMap& trained, const OptimizerConfig& config);

  /// One update with the rates of step `step`.
  void step(int64_t step);

  const std::vector<ParameterGroup>& groups() const { return groups_; }
  const OptimizerConfig& config() const { return config_; }

  /// The moments by name, "m/<parameter>" and "v/<parameter>": to save, and to load into. Muon has
  /// the first alone.
  ParameterMap moments() const;
  /// How many updates the moments have seen: their bias correction.
  int64_t updates() const { return updates_; }
  void set_updates(int64_t updates);

 private:
  /// The tensors of a group, in the order of its names; `second` and `updates` are AdamW's.
  struct Tensors {
    std::vector<at::Tensor> parameters, first, second, updates;
  };
  void add_group(const ParameterMap& trained, ParameterGroup group);
  void adamw_step(Tensors& all, double rate, double weight_decay);

  OptimizerConfig config_;
  std::vector<ParameterGroup> groups_;
  std::vector<Tensors> tensors_;
  int64_t updates_ = 0;
};

}  // namespace lion::train
