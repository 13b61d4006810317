#include "lion/train/initial_weights.h"

#include <gmock/gmock.h>
#include <torch/torch.h>
#include <cmath>

#include "lion/checkpoint/safetensors.h"
#include "lion/train/trained_model.h"
#include "tiny_model.h"

namespace lion::train {
namespace {

using ::testing::HasSubstr;
using testing::TempFolder;

/// A safetensors file of float32 tensors.
void write_tensors(const std::filesystem::path& path,
                   const std::map<std::string, at::Tensor>& tensors) {
  std::vector<TensorSpec> specs;
  for (const auto& [name, t] : tensors) specs.push_back({name, DType::kF32, t.sizes().vec()});
  SafetensorsWriter writer(path, specs);
  for (const auto& [name, t] : tensors) {
    writer.write(name, {static_cast<const std::byte*>(t.const_data_ptr()), t.nbytes()});
  }
  writer.commit();
}

TEST(InitialValue, FollowsTheReleasedCode) {
  const auto value = [](const std::string& name, std::vector<int64_t> shape) {
    return initial_value(name, shape, 5);
  };
  const std::string adapter = "t5_model.encoder.block.0.layer.1.adapter.";
  const at::Tensor down = value(adapter + "adapters.0.down_proj.weight", {8, 100});
  EXPECT_LE(down.abs().max().item<double>(), 0.1);  // 1 / sqrt(100)
  EXPECT_GT(down.abs().max().item<double>(), 0.09);
  EXPECT_EQ(value(adapter + "adapters.0.up_proj.weight", {100, 8}).abs().sum().item<double>(), 0);
  EXPECT_EQ(value(adapter + "adapters.0.scale", {1}).item<double>(), 1);
  const at::Tensor region = value(adapter + "router_ratio1", {2, 3});
  EXPECT_TRUE(at::equal(region, at::tensor({1., 1., 1., 0., 0., 0.}, at::kFloat).view({2, 3})));
  const at::Tensor image = value(adapter + "router_ratio2", {2, 3});
  EXPECT_TRUE(at::equal(image, 1 - region));
  const std::string block = "fusion_adapter.blocks.0.";
  EXPECT_EQ(value(block + "attention.output.dense.weight", {8, 8}).abs().sum().item<double>(), 0);
  EXPECT_NEAR(value(block + "attention.self.query.weight", {80, 80}).std().item<double>(), 0.02,
              0.002);
  EXPECT_EQ(value(block + "attention.output.LayerNorm.weight", {8}).sum().item<double>(), 8);
  EXPECT_EQ(value("ln_vision.bias", {8}).abs().sum().item<double>(), 0);
  EXPECT_NEAR(value("soft_prompt_hint", {5000}).std().item<double>(), 1, 0.05);
  EXPECT_TRUE(at::equal(value("query_tokens", {1, 4, 8}), value("query_tokens", {1, 4, 8})));
}

TEST(InitialValue, AttentionToT5sEncoderLooksUpWhatIsLikeTheQuery) {
  for (const std::string attention : {"t5_model.encoder.block.0.layer.0.SelfAttention.",
                                      "t5_model.decoder.block.1.layer.1.EncDecAttention."}) {
    for (const int64_t inner : {64, 96}) {
      const auto value = [&](const std::string& which, std::vector<int64_t> shape) {
        return initial_value(attention + which + ".weight", shape, 5);
      };
      const at::Tensor query = value("q", {inner, 64}), key = value("k", {inner, 64});
      EXPECT_TRUE(at::allclose(query * (8 / 2.5), key));
      const at::Tensor read = value("v", {inner, 64}), written = value("o", {64, inner});
      EXPECT_TRUE(at::allclose(written.mm(read), at::eye(64), 1e-4, 1e-4)) << attention << inner;
      EXPECT_FALSE(at::allclose(read, key));
    }
  }
  const auto own = [](const std::string& which) {
    return initial_value("t5_model.decoder.block.0.layer.0.SelfAttention." + which + ".weight",
                         {64, 64}, 5);
  };
  EXPECT_FALSE(at::allclose(own("q") * 8, own("k")));
}

TEST(InitialValue, TokensOfT5sEncoderLookElsewhereThanAtThemselves) {
  const auto bias = [](const std::string& part) {
    return initial_value(
        "t5_model." + part + ".block.0.layer.0.SelfAttention.relative_attention_bias.weight",
        {32, 4}, 5);
  };
  const at::Tensor encoder = bias("encoder");
  EXPECT_EQ(encoder[0].max().item<double>(), -8);
  EXPECT_LT(encoder.slice(0, 1).slice(1, 0, 2).abs().max().item<double>(), 1);
  EXPECT_LT(bias("decoder").abs().max().item<double>(), 1);
}

TEST(InitialValue, TwoHeadsOfT5sEncoderSeeWhatStandsBeforeAndAfter) {
  const at::Tensor bias = initial_value(
      "t5_model.encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight", {32, 8}, 5);
  for (const int64_t head : {2, 3, 6, 7}) {
    const int64_t seen = head % 4 == 2 ? 0 : 16;  // keys before the query have the first buckets
    const at::Tensor near = bias.select(1, head).slice(0, seen + 1, seen + 6);
    EXPECT_GT(near.min().item<double>(), -7) << head;
    EXPECT_GT(near[0].item<double>(), near[4].item<double>() + 2) << head;
    EXPECT_EQ((bias.select(1, head) < -35).sum().item<int64_t>(), 32 - 5) << head;
  }
}

TEST(InitialValue, PositionsAreSinesAndASmallGridIsTheCornerOfALargeOne) {
  const auto grid = [](int64_t g) {
    const at::Tensor table = initial_value("visual_encoder.pos_embed", {1, 1 + g * g, 16}, 5);
    EXPECT_EQ(table.select(1, 0).abs().sum().item<double>(), 0);  // the class token
    return table.slice(1, 1).view({g, g, 16});
  };
  const at::Tensor large = grid(8), small = grid(3);
  EXPECT_TRUE(at::allclose(small, large.slice(0, 0, 3).slice(1, 0, 3)));
  // Every sine has its cosine: all patches have the same length, and no two are the same.
  EXPECT_TRUE(at::allclose(large.norm(2, 2), at::full({8, 8}, std::sqrt(8.0))));
  const at::Tensor distance = at::cdist(large.view({64, 16}), large.view({64, 16}));
  EXPECT_GT((distance + 10 * at::eye(64)).min().item<double>(), 0.1);
}

class InitialWeightsTest : public ::testing::Test {
 protected:
  InitialWeightsTest() {
    Json json = testing::tiny_settings(folder_ / "run");
    testing::set_stage(json, 1);
    config_ = TrainConfig::from_json(json, "test", scenes::read_scene_data);
  }
  TempFolder folder_;
  TrainConfig config_;
};

TEST_F(InitialWeightsTest, WhatNoSourceSuppliesIsListed) {
  config_.weights.reinitialize = {"Qformer.", "t5_model.*.block.*.layer.*.adapter."};
  TrainedModel model = plan_model(config_);
  const std::string message =
      message_of<ResourceError>([&] { load_model(config_, model, at::kCPU); });
  EXPECT_THAT(message, HasSubstr("query_tokens"));
  EXPECT_THAT(message, HasSubstr("t5_proj.weight"));
  EXPECT_THAT(message, ::testing::Not(HasSubstr("Qformer")));
}

TEST_F(InitialWeightsTest, FilesAreRenamedFilteredAndMergedOver) {
  const TrainedModel shapes = plan_model(config_);
  const auto ones = [&](const std::string& name) {
    return at::ones(shapes.parameters.at(name).sizes());
  };
  const std::string down = "t5_model.encoder.block.0.layer.1.adapter.adapters.0.down_proj.bias";
  std::string renamed = down;
  renamed.replace(renamed.find("adapters.0"), 10, "adapters.7");
  write_tensors(folder_ / "a.safetensors", {{renamed, ones(down)},
                                            {"query_tokens", ones("query_tokens") * 3},
                                            {"unknown", at::ones({2})}});
  config_.weights.files = {
      {folder_ / "a.safetensors", {{"adapters.7", "adapters.0"}}, {"t5_model."}}};
  TrainedModel model = plan_model(config_);
  const auto report = load_model(config_, model, at::kCPU);
  EXPECT_THAT(report.back(), HasSubstr("1 tensors, 2 not used"));
  EXPECT_TRUE(at::equal(model.parameters.at(down), ones(down)));
  EXPECT_LT(model.parameters.at("query_tokens").abs().max().item<double>(), 0.2);
  EXPECT_TRUE(model.parameters.at(down).requires_grad());
  EXPECT_FALSE(model.parameters.at("t5_model.shared.weight").requires_grad());
}

TEST_F(InitialWeightsTest, NamesThatATrainingWrapperLeftAreBroughtToOurs) {
  const TrainedModel shapes = plan_model(config_);
  const at::Tensor queries = at::full_like(shapes.parameters.at("query_tokens"), 3, at::kFloat);
  const at::Tensor bias = at::full_like(shapes.parameters.at("t5_proj.bias"), 2, at::kFloat);
  for (const std::string prefix : {"module.", "_orig_mod.", "model.", "model.module."}) {
    write_tensors(folder_ / "wrapped.safetensors",
                  {{prefix + "query_tokens", queries}, {prefix + "t5_proj.bias", bias}});
    config_.weights.files = {{folder_ / "wrapped.safetensors", {}, {}}};
    TrainedModel model = plan_model(config_);
    EXPECT_THAT(load_model(config_, model, at::kCPU).back(), HasSubstr("2 tensors")) << prefix;
    EXPECT_TRUE(at::equal(model.parameters.at("query_tokens"), queries)) << prefix;
    EXPECT_TRUE(at::equal(model.parameters.at("t5_proj.bias"), bias)) << prefix;
  }
}

// A layer is put in before the first: what was block 0 becomes block 1, and the new one, whose
// outputs are zero, changes nothing yet.
TEST_F(InitialWeightsTest, ALayerIsPutIn) {
  const TrainedModel shapes = plan_model(config_);
  const std::string block = "t5_model.encoder.block.";
  const auto value = [&](const std::string& name) { return shapes.parameters.at(block + name); };
  const std::string v = ".layer.0.SelfAttention.v.weight", o = ".layer.0.SelfAttention.o.weight";
  write_tensors(folder_ / "a.safetensors",
                {{block + "0" + v, at::ones(value("0" + v).sizes())},
                 {block + "1" + v, 2 * at::ones(value("1" + v).sizes())}});
  config_.weights.reinitialize = {
      "Qformer.",  "query_tokens", "ln_vision.", "t5_proj.", "t5_model.*.block.*.layer.*.adapter.",
      block + "0."};
  config_.weights.zero = {block + "0.layer.0.SelfAttention.o.",
                          block + "0.layer.1.DenseReluDense.wo."};
  config_.weights.files = {
      {folder_ / "a.safetensors", {{".block.1.", ".block.2."}, {".block.0.", ".block.1."}}, {}}};
  TrainedModel model = plan_model(config_);
  const auto report = load_model(config_, model, at::kCPU);
  EXPECT_THAT(report, ::testing::Contains(HasSubstr("zeros: 2 tensors")));
  const auto most = [&](const std::string& name) {
    return model.parameters.at(block + name).abs().max().item<double>();
  };
  EXPECT_EQ(most("0" + o), 0);
  EXPECT_NE(most("0" + v), 0);
  EXPECT_NE(most("0" + v), 1);
  EXPECT_EQ(most("1" + v), 1);
  EXPECT_NE(most("1" + o), 0);
}

TEST_F(InitialWeightsTest, BertsShorterVocabularyGetsARow) {
  const std::string name = "Qformer.bert.embeddings.word_embeddings.weight";
  const auto shape = plan_model(config_).parameters.at(name).sizes().vec();
  write_tensors(folder_ / "bert.safetensors",
                {{"bert.embeddings.word_embeddings.weight", at::ones({shape[0] - 1, shape[1]})}});
  config_.weights.files = {{folder_ / "bert.safetensors", {{"bert.", "Qformer.bert."}}, {}}};
  TrainedModel model = plan_model(config_);
  load_model(config_, model, at::kCPU);
  const at::Tensor table = model.parameters.at(name);
  EXPECT_EQ(table[shape[0] - 2][0].item<double>(), 1);
  EXPECT_NE(table[shape[0] - 1][0].item<double>(), 1);
}

TEST_F(InitialWeightsTest, UselessAndMisshapenFilesAreRefused) {
  write_tensors(folder_ / "none.safetensors", {{"other", at::ones({2})}});
  config_.weights.files = {{folder_ / "none.safetensors", {}, {}}};
  TrainedModel model = plan_model(config_);
  EXPECT_THAT(message_of<InputError>([&] { load_model(config_, model, at::kCPU); }),
              HasSubstr("none of its 1 tensors"));
  write_tensors(folder_ / "odd.safetensors", {{"query_tokens", at::ones({2})}});
  config_.weights.files = {{folder_ / "odd.safetensors", {}, {}}};
  EXPECT_THAT(message_of<InputError>([&] { load_model(config_, model, at::kCPU); }),
              HasSubstr("query_tokens is [2]"));
}

TEST_F(InitialWeightsTest, TrainingAPartThatTheModelLacksIsRefused) {
  config_.train.push_back("fusion_adapter.");
  EXPECT_THAT(message_of<InputError>([&] { plan_model(config_); }), HasSubstr("fusion_adapter."));
  config_.train.pop_back();
  config_.tags = data::TagUse::kSoft;
  EXPECT_THAT(message_of<InputError>([&] { plan_model(config_); }), HasSubstr("soft prompt"));
}

}  // namespace
}  // namespace lion::train
