#include "lion/train/muon.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

namespace lion::train {
namespace {

/// A matrix whose rows, or columns where they are fewer, are orthogonal and of length one.
at::Tensor orthogonal(int64_t rows, int64_t columns) {
  const at::Tensor basis =
      std::get<0>(at::linalg_qr(at::randn({std::max(rows, columns), std::min(rows, columns)})));
  return rows < columns ? basis.t() : basis;
}

/// What five iterations make of a singular value, one number at a time.
double iterated(double value) {
  for (int i = 0; i < 5; ++i) {
    value = 3.4445 * value - 4.7750 * std::pow(value, 3) + 2.0315 * std::pow(value, 5);
  }
  return value;
}

TEST(Muon, IsForTheMatricesOfLayers) {
  const at::Tensor matrix = at::zeros({4, 4});
  for (const char* name : {"visual_encoder.blocks.0.attn.qkv.weight",
                           "t5_model.encoder.block.0.layer.1.DenseReluDense.wo.weight",
                           "Qformer.bert.encoder.layer.2.output.dense.weight"}) {
    EXPECT_TRUE(is_layer_matrix(name, matrix)) << name;
    EXPECT_FALSE(is_layer_matrix(name, at::zeros({4}))) << name;
  }
  for (const char* name :
       {"t5_model.shared.weight", "t5_model.lm_head.weight", "adapter_proj.0.weight",
        "Qformer.bert.embeddings.word_embeddings.weight",
        "t5_model.encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight",
        "t5_model.encoder.block.0.layer.1.adapter.router_ratio1",
        "ram.visual_encoder.layers.0.blocks.0.attn.relative_position_bias_table"}) {
    EXPECT_FALSE(is_layer_matrix(name, matrix)) << name;
  }
}

TEST(Muon, MakesSingularValuesAlikeAndKeepsTheirVectors) {
  torch::manual_seed(4);
  for (const auto& [rows, columns] : {std::pair<int64_t, int64_t>{6, 10}, {10, 6}, {8, 8}}) {
    const at::Tensor given = at::randn({3, rows, columns});
    const at::Tensor made = orthogonalize(given);
    ASSERT_EQ(made.sizes(), given.sizes());
    for (int64_t i = 0; i < 3; ++i) {
      const auto [u, s, v] = at::linalg_svd(given[i], /*full_matrices=*/false);
      const at::Tensor core = u.t().matmul(made[i]).matmul(v.t());  // diagonal: the same vectors
      const at::Tensor values = core.diagonal();
      const double norm = given[i].norm().item<double>();
      for (int64_t k = 0; k < values.size(0); ++k) {
        EXPECT_NEAR(values[k].item<double>(), iterated(s[k].item<double>() / norm), 1e-3);
      }
      EXPECT_LT((core - values.diag()).abs().max().item<double>(), 1e-3);
    }
  }
  EXPECT_EQ(orthogonalize(at::zeros({1, 3, 3})).abs().sum().item<double>(), 0);
}

TEST(Muon, StepsByHand) {
  torch::manual_seed(5);
  const at::Tensor direction = orthogonal(4, 9);
  at::Tensor parameter = at::randn({4, 9}).set_requires_grad(true);
  const at::Tensor before = parameter.detach().clone();
  const at::Tensor momentum = at::zeros({4, 9});
  parameter.mutable_grad() = 7 * direction;
  muon_step({parameter}, {momentum}, 0.1, 0.5);
  const double size = 0.1 * 0.2 * 3 * iterated(0.5);  // 9 columns, 4 equal singular values
  const at::Tensor once = before * 0.95 - size * direction;
  EXPECT_TRUE(at::allclose(parameter.detach(), once, 1e-4, 1e-5));
  EXPECT_TRUE(at::allclose(momentum, 7 * direction));

  // Half the way back: 0.95 x 7 - 3.5 is what the momentum holds, and 0.95 of it counts.
  parameter.mutable_grad() = -3.5 * direction;
  muon_step({parameter}, {momentum}, 0.1, 0);
  EXPECT_TRUE(at::allclose(momentum, (0.95 * 7 - 3.5) * direction, 1e-5, 1e-6));
  const double back = 0.95 * (0.95 * 7 - 3.5) - 3.5;
  EXPECT_LT(back, 0);
  EXPECT_TRUE(at::allclose(parameter.detach(), once + size * direction, 1e-4, 1e-5));
}

}  // namespace
}  // namespace lion::train
