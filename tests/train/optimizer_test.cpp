#include "lion/train/optimizer.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include "lion/train/gradients.h"

namespace lion::train {
namespace {

/// Parameters of all four kinds: decayed or not, the aggregator's or not.
ParameterMap parameters(int64_t seed) {
  torch::manual_seed(static_cast<uint64_t>(seed));
  ParameterMap map;
  for (const char* name : {"a.weight", "a.bias", "query_tokens", "ln_x.weight",
                           "fusion_adapter.w.weight", "fusion_adapter.w.bias"}) {
    const bool vector = std::string(name).ends_with("bias");
    at::Tensor value = vector ? at::randn({5}) : at::randn({4, 5});
    map.emplace(name, value.set_requires_grad(true));
  }
  return map;
}

TEST(Optimizer, GroupsAreThoseOfTheReleasedCode) {
  const ParameterMap map = parameters(1);
  EXPECT_TRUE(is_undecayed("a.bias", map.at("a.bias")));
  EXPECT_TRUE(is_undecayed("ln_x.weight", map.at("ln_x.weight")));  // by its name
  EXPECT_FALSE(is_undecayed("query_tokens", map.at("query_tokens")));
  EXPECT_TRUE(is_undecayed("adapter.scale", at::ones({1})));
  EXPECT_FALSE(is_undecayed("adapter.router_ratio1", at::ones({2, 4})));
  const Optimizer optimizer(map, {});
  ASSERT_EQ(optimizer.groups().size(), 4u);
  EXPECT_EQ(optimizer.groups()[0].names, (std::vector<std::string>{"a.weight", "query_tokens"}));
  EXPECT_EQ(optimizer.groups()[1].names, (std::vector<std::string>{"a.bias", "ln_x.weight"}));
  EXPECT_TRUE(optimizer.groups()[2].aggregator);
  EXPECT_EQ(optimizer.groups()[3].weight_decay, 0);
}

TEST(Optimizer, MuonTakesTheMatricesOfLayersOnRequest) {
  ParameterMap map = parameters(1);
  map.emplace("fusion_adapter.blocks.0.dense.weight", at::randn({3, 3}).set_requires_grad(true));
  map.emplace("visual_encoder.blocks.0.fc1.weight", at::randn({3, 3}).set_requires_grad(true));
  OptimizerConfig config;
  EXPECT_EQ(Optimizer(map, config).groups().size(), 4u);
  config.muon = 2;
  const Optimizer optimizer(map, config);
  ASSERT_EQ(optimizer.groups().size(), 6u);
  EXPECT_EQ(optimizer.groups()[4].names,
            std::vector<std::string>{"visual_encoder.blocks.0.fc1.weight"});
  EXPECT_EQ(optimizer.groups()[5].names,
            std::vector<std::string>{"fusion_adapter.blocks.0.dense.weight"});
  EXPECT_TRUE(optimizer.groups()[5].muon && optimizer.groups()[5].aggregator);
  const ParameterMap moments = optimizer.moments();
  EXPECT_TRUE(moments.contains("m/visual_encoder.blocks.0.fc1.weight"));
  EXPECT_FALSE(moments.contains("v/visual_encoder.blocks.0.fc1.weight"));
  EXPECT_TRUE(moments.contains("v/a.weight"));
}

// Against LibTorch's own AdamW, one optimizer per group with that group's rate.
TEST(Optimizer, StepsAreLibTorchs) {
  OptimizerConfig config;
  config.schedule.decay = Decay::kConstant;
  config.schedule.warmup = 0;
  config.schedule.peak = 0.01;
  config.aggregator_schedule = config.schedule;
  config.aggregator_schedule.peak = 0.002;
  config.weight_decay = 0.1;
  const ParameterMap ours = parameters(3);
  const ParameterMap theirs = parameters(3);
  Optimizer optimizer(ours, config);
  std::vector<torch::optim::AdamW> reference;
  for (const ParameterGroup& group : optimizer.groups()) {
    std::vector<at::Tensor> tensors;
    for (const std::string& name : group.names) tensors.push_back(theirs.at(name));
    reference.emplace_back(tensors, torch::optim::AdamWOptions(group.aggregator ? 0.002 : 0.01)
                                        .weight_decay(group.weight_decay));
  }
  for (int step = 0; step < 7; ++step) {
    for (const auto& [name, parameter] : ours) {
      const at::Tensor gradient = at::randn(parameter.sizes());
      at::Tensor(parameter).mutable_grad() = gradient.clone();
      at::Tensor(theirs.at(name)).mutable_grad() = gradient.clone();
    }
    optimizer.step(step);
    for (auto& each : reference) each.step();
  }
  EXPECT_EQ(optimizer.updates(), 7);
  for (const auto& [name, parameter] : ours) {
    EXPECT_TRUE(at::allclose(parameter, theirs.at(name), 1e-6, 1e-7)) << name;
    EXPECT_FALSE(at::allclose(parameter, parameters(3).at(name))) << name << " did not move";
  }
}

TEST(Gradients, AreOnePieceOfMemoryWithNormAndScale) {
  const ParameterMap map = parameters(1);
  NamedParameters ordered(map.begin(), map.end());
  ProcessGroup alone(DistributedContext{}, at::kCPU, std::chrono::seconds(1));
  Gradients gradients(ordered, alone, /*bucket_bytes=*/64);
  gradients.sum_as_they_come();
  at::Tensor loss = at::zeros({});
  for (const auto& [name, parameter] : map) {
    if (name != "query_tokens") loss = loss + parameter.square().sum() / 2;
  }
  loss.backward();
  gradients.finish();
  double squares = 0;
  for (const auto& [name, parameter] : map) {
    if (name == "query_tokens") {
      EXPECT_EQ(parameter.grad().abs().sum().item<double>(), 0) << "unused: zero, not missing";
      continue;
    }
    EXPECT_TRUE(at::equal(parameter.grad(), parameter)) << name;
    squares += parameter.square().sum().item<double>();
    EXPECT_TRUE(parameter.grad().storage().is_alias_of(map.begin()->second.grad().storage()))
        << name;
  }
  EXPECT_NEAR(gradients.norm(), std::sqrt(squares), 1e-5);
  gradients.scale(0.5);
  EXPECT_NEAR(gradients.norm(), std::sqrt(squares) / 2, 1e-5);
  EXPECT_EQ(gradients.first_not_finite(), "");
  map.at("a.bias").grad()[2] = NAN;
  EXPECT_EQ(gradients.first_not_finite(), "a.bias");
  gradients.zero();
  EXPECT_EQ(gradients.norm(), 0);
}

}  // namespace
}  // namespace lion::train
