// What training adds to the leaf modules: dropout, activation checkpointing, float32 masters, and
// the search for numbers that are not finite.

#include <gtest/gtest.h>
#include <torch/torch.h>

#include "lion/base/error.h"
#include "lion/nn/activation.h"
#include "lion/nn/activation_checkpoint.h"
#include "lion/nn/attention.h"
#include "lion/nn/dropout.h"
#include "lion/nn/finite_scope.h"
#include "lion/nn/linear.h"
#include "lion/nn/norm.h"
#include "lion/nn/parameter.h"
#include "lion/nn/precision.h"

namespace lion::nn {
namespace {

TEST(Dropout, IsOffOutsideItsScope) {
  const at::Tensor x = at::ones({1000});
  EXPECT_TRUE(at::equal(dropout(x), x));
  {
    const DropoutScope scope(0.3);
    const at::Tensor y = dropout(x);
    const double zeros = (y == 0).sum().item<double>();
    EXPECT_NEAR(zeros, 300, 60);
    EXPECT_NEAR(y.max().item<double>(), 1 / 0.7, 1e-6);
    const DropoutScope inner(0);
    EXPECT_TRUE(at::equal(dropout(x), x));
  }
  EXPECT_EQ(dropout_rate(), 0);
  EXPECT_THROW(DropoutScope(1.0), InputError);
}

TEST(Dropout, ReachesAttentionWeights) {
  const at::Tensor q = at::randn({1, 2, 5, 8});
  const at::Tensor plain = attention(q, q, q, 0.3, {});
  const DropoutScope scope(0.5);
  EXPECT_FALSE(at::allclose(attention(q, q, q, 0.3, {}), plain));
}

/// Two layers with a norm and dropout between.
struct Block : torch::nn::Module {
  Linear first{6, 12, Bias::kYes};
  Linear second{12, 6, Bias::kYes};
  LayerNorm norm{6, 1e-5};

  Block() {
    uint64_t seed = 1;
    for (const auto& module : {std::static_pointer_cast<torch::nn::Module>(first.ptr()),
                               std::static_pointer_cast<torch::nn::Module>(second.ptr()),
                               std::static_pointer_cast<torch::nn::Module>(norm.ptr())}) {
      randomize(*module, seed++);
      for (at::Tensor& p : module->parameters()) p.set_requires_grad(true);
    }
  }
  at::Tensor forward(const std::vector<at::Tensor>& in) const {
    return in[0] + second->forward(dropout(first->forward(norm->forward(in[0])))) * in[1];
  }
  std::vector<at::Tensor> gradients() const {
    return {first->weight.grad(), first->bias.grad(), second->weight.grad(), norm->weight.grad()};
  }
};

TEST(ActivationCheckpoint, GivesTheSameOutputAndGradientsWithDropout) {
  const auto run = [](bool checkpointing, bool input_requires_grad) {
    const Block block;
    torch::manual_seed(7);
    at::Tensor x = at::randn({3, 6}).set_requires_grad(input_requires_grad);
    const at::Tensor scale = at::randn({6});
    const DropoutScope dropout(0.4);
    const ActivationCheckpointScope scope(checkpointing);
    const TensorFunction forward = [&block](const auto& in) { return block.forward(in); };
    at::Tensor y = checkpointed(block, forward, {x, scale});
    y = checkpointed(block, forward, {y, scale});
    y.square().sum().backward();
    std::vector<at::Tensor> out = block.gradients();
    out.push_back(y.detach());
    if (input_requires_grad) out.push_back(x.grad());
    // Numbers drawn afterwards are the same too.
    out.push_back(at::randn({4}));
    return out;
  };
  for (const bool input : {true, false}) {
    const auto plain = run(false, input);
    const auto again = run(true, input);
    ASSERT_EQ(plain.size(), again.size());
    for (size_t i = 0; i < plain.size(); ++i) {
      EXPECT_TRUE(at::equal(plain[i], again[i])) << i << ", input requires gradient: " << input;
    }
  }
}

TEST(ActivationCheckpoint, FrozenProductsOfFewRowsAreTheSameInBothRuns) {
  // A frozen layer under a trained one, as in every block of stages 2 and 3: the first run has no
  // gradients, the second has them, and neither may choose another routine for that.
  constexpr int64_t kWidth = 512;
  for (const at::ScalarType type : {at::kFloat, at::kBFloat16}) {
    Linear frozen(kWidth, kWidth, Bias::kYes), trained(kWidth, 8, Bias::kNo);
    LayerNorm norm(kWidth, 1e-5);
    auto all = std::make_shared<torch::nn::Module>();
    all->register_module("frozen", frozen);
    all->register_module("trained", trained);
    all->register_module("norm", norm);
    set_compute_type(*all, type);
    randomize(*all, 5);
    trained->weight.set_requires_grad(true);
    torch::manual_seed(2);
    const at::Tensor x = at::randn({3, kWidth});
    const at::Tensor q = at::randn({1, 2, 3, 16}).to(type);
    std::vector<std::vector<at::Tensor>> runs;
    const TensorFunction block = [&](const std::vector<at::Tensor>& in) {
      const at::Tensor normed = norm->forward(in[0], type);
      const at::Tensor product = frozen->forward(normed);
      const at::Tensor gate = gelu(product, Gelu::kErf);
      const at::Tensor attended = attention(q, q, q, 0.3, {});
      runs.push_back({normed, product, frozen->forward_float(normed), gate, attended});
      return trained->forward(gate);
    };
    const ActivationCheckpointScope scope(true);
    checkpointed(*all, block, {x}).to(at::kFloat).sum().backward();
    ASSERT_EQ(runs.size(), 2u);
    for (size_t i = 0; i < runs[0].size(); ++i) {
      EXPECT_TRUE(at::equal(runs[0][i], runs[1][i])) << type << ", tensor " << i;
    }
  }
}

TEST(ActivationCheckpoint, KeepsNoGraphInTheFirstRun) {
  int with_graph = 0;
  int without = 0;
  int to_be_repeated = 0;
  const TensorFunction block = [&](const std::vector<at::Tensor>& in) {
    ++(at::GradMode::is_enabled() ? with_graph : without);
    to_be_repeated += runs_in_checkpoint();
    return in[0] * 2;
  };
  const ActivationCheckpointScope scope(true);
  const torch::nn::Module nothing;
  checkpointed(nothing, block, {at::ones({2})});  // no gradient is asked for: once, with its graph
  EXPECT_EQ(with_graph, 1);
  with_graph = 0;
  const at::Tensor x = at::ones({2}).set_requires_grad(true);
  checkpointed(nothing, block, {x}).sum().backward();
  EXPECT_EQ(without, 1);
  EXPECT_EQ(with_graph, 1);
  EXPECT_EQ(to_be_repeated, 2);  // both runs choose the same routines
  const at::NoGradGuard no_grad;
  checkpointed(nothing, block, {x});
  EXPECT_EQ(without, 1 + 1);
}

TEST(Masters, AreFloatWhileProductsAreInTheComputeType) {
  Linear linear(8, 4, Bias::kYes);
  set_compute_type(*linear, at::kBFloat16);
  linear->weight.set_data(placeholder({4, 8}));
  linear->bias.set_data(placeholder({4}));
  randomize(*linear, 3);
  linear->weight.set_requires_grad(true);
  ASSERT_EQ(linear->weight.scalar_type(), at::kFloat);
  const at::Tensor x = at::randn({3, 8});
  const at::Tensor y = linear->forward(x);
  EXPECT_EQ(y.scalar_type(), at::kBFloat16);
  const at::Tensor expected = at::linear(x.to(at::kBFloat16), linear->weight.to(at::kBFloat16),
                                         linear->bias.to(at::kBFloat16));
  EXPECT_TRUE(at::allclose(y.to(at::kFloat), expected.to(at::kFloat), 1e-2, 1e-3));
  y.to(at::kFloat).sum().backward();
  EXPECT_EQ(linear->weight.grad().scalar_type(), at::kFloat);
}

TEST(Finite, NamesTheFirstModuleThatBreaks) {
  Linear good(4, 4, Bias::kNo);
  Linear bad(4, 4, Bias::kNo);
  randomize(*good, 1);
  randomize(*bad, 2);
  const at::NoGradGuard no_grad;
  bad->weight[1][2] = NAN;
  const at::Tensor x = at::ones({2, 4});
  {
    const FiniteScope scope;
    bad->forward(good->forward(x));
    good->forward(bad->forward(x));
    EXPECT_EQ(scope.first(), bad.get());
  }
  const FiniteScope scope;
  good->forward(x);
  EXPECT_EQ(scope.first(), nullptr);
}

}  // namespace
}  // namespace lion::nn
