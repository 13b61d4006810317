#include "lion/train/train_step.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <set>

#include "lion/train/trained_model.h"
#include "run_files.h"
#include "tiny_model.h"

namespace lion::train {
namespace {

data::TokenMatrix tokens(int64_t rows, int64_t length, int64_t first) {
  data::TokenMatrix matrix{rows, length, {}, {}};
  for (int64_t i = 0; i < rows * length; ++i) {
    matrix.ids.push_back(first + i % 17);
    matrix.mask.push_back(1);
  }
  return matrix;
}

class TrainStepTest : public ::testing::Test {
 protected:
  TrainStepTest() {
    torch::manual_seed(2);
    Json json = testing::tiny_settings(folder_ / "run");
    testing::set_stage(json, 2);
    const TrainConfig config = TrainConfig::from_json(json, "test", scenes::read_scene_data);
    model_ = plan_model(config);
    load_model(config, model_, at::kCPU);
    constexpr int64_t kSize = 8;
    batch_.size = kSize;
    batch_.image_size = model_.config.vit.image_size;
    const at::Tensor pixels =
        at::randn({kSize * 3 * batch_.image_size * batch_.image_size}, at::kFloat);
    batch_.pixels.assign(pixels.const_data_ptr<float>(),
                         pixels.const_data_ptr<float>() + pixels.numel());
    batch_.prompt = tokens(kSize, 6, 5);
    batch_.target = tokens(kSize, 4, 9);
    batch_.level.assign(kSize, 0);
  }

  std::vector<double> losses(double words_only) const {
    torch::manual_seed(11);
    ForwardOptions options{.dropout = 0, .t5_dropout = 0, .words_only = words_only};
    return forward(model_, batch_, options).sample_sums;
  }

  testing::TempFolder folder_;
  TrainedModel model_;
  data::Batch batch_;
};

TEST_F(TrainStepTest, OptionsAreThoseOfTheSettings) {
  TrainConfig config;
  config.dropout = 0.3;
  config.t5_dropout = 0.4;
  config.words_only = 0.5;
  config.token_noise = 0.6;
  for (const bool checkpointing : {false, true}) {
    config.activation_checkpointing = checkpointing;
    const ForwardOptions options = forward_options(config, 7);
    EXPECT_EQ(options.dropout, 0.3);
    EXPECT_EQ(options.t5_dropout, 0.4);
    EXPECT_EQ(options.words_only, 0.5);
    EXPECT_EQ(options.token_noise, 0.6);
    EXPECT_EQ(options.activation_checkpointing, checkpointing);
    EXPECT_EQ(options.hint_id, 7);
  }
}

/// Functions of the graph that a backward pass from `sum` would run.
size_t graph_size(const at::Tensor& sum) {
  std::set<torch::autograd::Node*> reached;
  std::vector<torch::autograd::Node*> open = {sum.grad_fn().get()};
  while (!open.empty()) {
    torch::autograd::Node* node = open.back();
    open.pop_back();
    if (node == nullptr || !reached.insert(node).second) continue;
    for (const auto& edge : node->next_edges()) open.push_back(edge.function.get());
  }
  return reached.size();
}

TEST_F(TrainStepTest, ActivationCheckpointingKeepsNoGraphOfTheBlocks) {
  ForwardOptions options{.dropout = 0, .t5_dropout = 0};
  const size_t whole = graph_size(forward(model_, batch_, options).sum);
  options.activation_checkpointing = true;
  const size_t checkpointed = graph_size(forward(model_, batch_, options).sum);
  EXPECT_LT(3 * checkpointed, 2 * whole);
}

TEST_F(TrainStepTest, AShareOfDecodersReadsTheWordsAlone) {
  const at::NoGradGuard no_grad;
  const auto all = losses(0), some = losses(0.5), words = losses(1);
  int64_t without = 0;
  for (size_t i = 0; i < all.size(); ++i) {
    EXPECT_GT(std::abs(all[i] - words[i]), 1e-3);
    const bool is_without = std::abs(some[i] - words[i]) < 1e-5;
    EXPECT_TRUE(is_without || std::abs(some[i] - all[i]) < 1e-5) << i;
    without += is_without ? 1 : 0;
  }
  EXPECT_GT(without, 0);
  EXPECT_LT(without, std::ssize(all));
}

TEST_F(TrainStepTest, ADecoderOfTheWordsAloneIsAskedForNothingElse) {
  const at::NoGradGuard no_grad;
  const auto& lion = *model_.lion;
  const auto of = [](const std::vector<int64_t>& numbers, int64_t length) {
    return at::tensor(numbers).view({-1, length});
  };
  const at::Tensor pixels =
      at::tensor(batch_.pixels).view({batch_.size, 3, batch_.image_size, batch_.image_size});
  const models::ImageFeatures image = lion.encode_image(pixels);
  models::EncoderInputs inputs = lion.build_encoder_inputs(
      image, {}, {of(batch_.prompt.ids, 6), of(batch_.prompt.mask, 6)}, /*hint_id=*/-1);
  const int64_t length = inputs.embeds.size(1);
  inputs.cross_attention_mask =
      (at::arange(length) >= length - 6).to(at::kLong).expand({batch_.size, length});
  const auto result = lion.loss(inputs, of(batch_.target.ids, 4), at::tensor(batch_.level));
  const at::Tensor sums = result.token_loss.sum(1);
  const auto words = losses(1);
  for (int64_t i = 0; i < batch_.size; ++i) {
    EXPECT_NEAR(sums[i].item<double>(), words[static_cast<size_t>(i)], 1e-4);
  }
}

TEST_F(TrainStepTest, NoiseOnVisualTokensIsAnothersForEachSample) {
  const at::NoGradGuard no_grad;
  const auto with = [this](double noise, uint64_t seed) {
    torch::manual_seed(seed);
    return forward(model_, batch_, {.dropout = 0, .t5_dropout = 0, .token_noise = noise})
        .sample_sums;
  };
  const auto plain = with(0, 1), little = with(1e-4, 1), much = with(1, 1);
  EXPECT_EQ(much, with(1, 1));
  EXPECT_NE(much, with(1, 2));
  for (size_t i = 0; i < plain.size(); ++i) {
    EXPECT_NEAR(little[i], plain[i], 1e-2);
    EXPECT_GT(std::abs(much[i] - plain[i]), 10 * std::abs(little[i] - plain[i]));
  }
}

TEST_F(TrainStepTest, CodesAreTheDifferenceToWhatTheTeacherMakesOfTheSymbolicScenes) {
  const at::NoGradGuard no_grad;
  const ForwardOptions options{.dropout = 0, .t5_dropout = 0};
  batch_.symbolic_pixels = batch_.pixels;
  EXPECT_EQ(forward_codes(*model_.lion, *model_.lion, batch_, options).sum.item<double>(), 0);

  for (float& pixel : batch_.symbolic_pixels) pixel = -pixel;
  const auto tokens = [this](const std::vector<float>& pixels) {
    return model_.lion
        ->encode_image(
            at::tensor(pixels).view({batch_.size, 3, batch_.image_size, batch_.image_size}))
        .adapter_proj;
  };
  const at::Tensor errors =
      (tokens(batch_.pixels) - tokens(batch_.symbolic_pixels)).square().mean({1, 2});  // [B]
  const BatchLoss loss = forward_codes(*model_.lion, *model_.lion, batch_, options);
  EXPECT_EQ(loss.tokens, batch_.target_tokens());
  for (int64_t i = 0; i < batch_.size; ++i) {
    const double want = 4 * errors[i].item<double>();  // tokens of its answer
    EXPECT_NEAR(loss.sample_sums[static_cast<size_t>(i)], want, 1e-4 * (1 + want));
  }
}

}  // namespace
}  // namespace lion::train
