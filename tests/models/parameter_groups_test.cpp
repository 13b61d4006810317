#include "lion/models/parameter_groups.h"

#include <gtest/gtest.h>

#include "lion/models/lion_weights.h"

namespace lion::models {
namespace {

TEST(ParameterGroups, EveryNameHasOneAndAdaptersAreNotTheLanguageModel) {
  EXPECT_EQ(parameter_group("visual_encoder.blocks.3.norm1.weight"),
            ParameterGroup::kVisionEncoder);
  EXPECT_EQ(parameter_group("query_tokens"), ParameterGroup::kQformer);
  EXPECT_EQ(parameter_group("adapter_proj.0.weight"), ParameterGroup::kAggregator);
  EXPECT_EQ(parameter_group("soft_prompt_hint"), ParameterGroup::kSoftPrompt);
  EXPECT_EQ(parameter_group("ram.fc.bias"), ParameterGroup::kTagger);
  EXPECT_EQ(parameter_group("t5_model.decoder.block.11.layer.2.adapter.router_ratio1"),
            ParameterGroup::kAdapters);
  EXPECT_EQ(parameter_group("t5_model.shared.weight"), ParameterGroup::kLanguageModel);
  EXPECT_EQ(parameter_group("lm_head.weight"), std::nullopt);
  for (const ParameterGroupInfo& info : parameter_groups()) {
    EXPECT_EQ(&parameter_group_info(info.group), &info) << info.title;
  }
}

TEST(ParameterGroups, TheLionFileSuppliesAllButVitTaggerAndLanguageModel) {
  EXPECT_TRUE(is_trained_by_lion("t5_model.encoder.block.0.layer.1.adapter.adapters.0.scale"));
  EXPECT_TRUE(is_trained_by_lion("Qformer.bert.embeddings.word_embeddings.weight"));
  EXPECT_FALSE(is_trained_by_lion("t5_model.encoder.block.0.layer.0.SelfAttention.q.weight"));
  EXPECT_FALSE(is_trained_by_lion("visual_encoder.cls_token"));
  EXPECT_FALSE(is_trained_by_lion("ram.label_embed"));
}

TEST(ParameterGroups, PatternsArePrefixesWithOnePartForAStar) {
  EXPECT_TRUE(name_matches("Qformer.", "Qformer.a.weight"));
  EXPECT_TRUE(name_matches("", "anything"));
  EXPECT_TRUE(name_matches("t5_model.*.block.*.adapter.", "t5_model.encoder.block.10.adapter.x"));
  EXPECT_FALSE(name_matches("t5_model.*.adapter.", "t5_model.encoder.block.10.adapter.x"));
  EXPECT_FALSE(name_matches("Qformer.b", "Qformer.a"));
  EXPECT_FALSE(name_matches("longer.than", "longer"));
}

}  // namespace
}  // namespace lion::models
