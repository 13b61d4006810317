#include <gtest/gtest.h>

#include "lion/models/lion_config.h"

namespace lion::models {
namespace {

std::string message_of(const Json& json) {
  try {
    lion_config_from_json(json, "config.json");
  } catch (const InputError& e) {
    return e.what();
  }
  return "no error";
}

TEST(LionConfig, JsonRoundTripKeepsEverySize) {
  for (const LionConfig& config : {lion_4b(), lion_12b()}) {
    const Json json = to_json(config);
    EXPECT_EQ(to_json(lion_config_from_json(json, "x")), json);
  }
  LionConfig single = lion_4b();
  single.visual_input = VisualInput::kAggregator;
  single.adapter.count = 1;
  single.ram.reset();
  EXPECT_EQ(to_json(lion_config_from_json(to_json(single), "x")), to_json(single));
}

TEST(LionConfig, OneAdapterIsTheDefaultOfSingleBranches) {
  EXPECT_EQ(lion_config_from_json({{"visual_input", "QFORMER"}}, "x").adapter.count, 1);
  EXPECT_EQ(lion_config_from_json({{"visual_input", "ALL"}}, "x").adapter.count, 2);
}

TEST(LionConfig, BadConfigsAreNamed) {
  EXPECT_NE(message_of({{"visual_inptu", "ALL"}}).find("config.json: unknown key \"visual_inptu\""),
            std::string::npos);
  EXPECT_NE(message_of({{"visual_input", "BOTH"}}).find("expected ALL, QFORMER or AGGREGATOR"),
            std::string::npos);
  EXPECT_NE(message_of({{"vit", {{"num_heads", 7}}}}).find("vit.num_heads must divide"),
            std::string::npos);
  EXPECT_NE(message_of({{"t5", {{"d_model", -1}}}}).find("t5.d_model is -1"), std::string::npos);
  EXPECT_NE(message_of({{"t5", {{"d_model", 1.5}}}}).find("expected a whole number"),
            std::string::npos);
  EXPECT_NE(message_of({{"t5", {{"activation", "relu"}}}}).find("expected gelu or gelu_new"),
            std::string::npos);
  EXPECT_NE(message_of({{"aggregator", {{"layers", {39, 1}}}}}).find("expected 0 to 38"),
            std::string::npos);
  EXPECT_NE(message_of({{"ram", {{"window_size", 11}}}}).find("ram.window_size = 11 must divide"),
            std::string::npos);
}

TEST(LionConfig, ReleasedSizesGiveTheReleasedTokenCounts) {
  EXPECT_EQ(lion_4b().visual_tokens(), 32 + 257);
  EXPECT_EQ(lion_12b().t5.inner(), 4096);
}

}  // namespace
}  // namespace lion::models
