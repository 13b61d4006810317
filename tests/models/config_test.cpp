#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "lion/base/memory.h"
#include "lion/models/lion_config.h"
#include "lion/models/lion_t5.h"
#include "lion/models/ram.h"

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

TEST(LionConfig, SizesFromAStrangerAreBoundedByKey) {
  const struct {
    const char* part;
    const char* key;
    Json value;
  } cases[] = {{"vit", "depth", 1 << 20},
               {"vit", "image_size", 1 << 20},
               {"vit", "patch_size", 1},
               {"vit", "embed_dim", 1ll << 40},
               {"vit", "ln_eps", -1.0},
               {"t5", "num_layers", 1 << 20},
               {"t5", "num_decoder_layers", INT64_MAX},
               {"t5", "d_kv", 4096},
               {"t5", "layer_norm_epsilon", 0.0},
               {"qformer", "num_hidden_layers", 1 << 20},
               {"qformer", "num_query_tokens", 1 << 20},
               {"aggregator", "layers", Json(std::vector<int64_t>(100000, 1))},
               {"adapter", "count", 3},
               {"ram", "window_size", 1024},
               {"ram", "window_size", 0},
               {"ram", "depths", {1 << 20, 2, 18, 2}},
               {"ram", "num_tags", -5},
               {"ram", "mlp_ratio", 1e-9},
               {"ram", "num_hidden_layers", 1 << 20}};
  for (const auto& [part, key, value] : cases) {
    const std::string message = message_of({{part, {{key, value}}}});
    EXPECT_NE(message.find(str("config.json: ", part)), std::string::npos) << message;
    EXPECT_NE(message.find(key), std::string::npos) << message;
    EXPECT_LT(message.size(), 300u);
  }
}

/// The sizes of tests/fixtures/oracle: small, every part there.
Json tiny_json() {
  LionConfig config = lion_4b();
  config.vit = {28, 14, 32, 4, 2, 64, 1e-6};
  config.qformer.num_query_tokens = 4;
  config.qformer.hidden_size = 32;
  config.qformer.num_hidden_layers = 2;
  config.qformer.num_attention_heads = 2;
  config.qformer.intermediate_size = 64;
  config.aggregator.layers = {3, 2, 1};
  config.aggregator.num_heads = 2;
  config.aggregator.intermediate_size = 64;
  config.t5.d_model = 64;
  config.t5.d_kv = 16;
  config.t5.num_heads = 4;
  config.t5.d_ff = 128;
  config.t5.num_layers = 2;
  config.t5.num_decoder_layers = 2;
  config.ram->swin = {32, 4, 12, {1, 2}, {1, 2}, 4, 4.0};
  config.ram->num_tags = 50;
  return to_json(config);
}

Json hostile_value(std::mt19937& random, const Json& was) {
  static const std::vector<Json> values = {0,
                                           1,
                                           2,
                                           3,
                                           7,
                                           16,
                                           64,
                                           127,
                                           512,
                                           1024,
                                           4096,
                                           65536,
                                           65537,
                                           1 << 20,
                                           1 << 30,
                                           INT64_MAX,
                                           -1,
                                           -65536,
                                           INT64_MIN,
                                           1.5,
                                           1e300,
                                           -0.0,
                                           1e-300,
                                           "many",
                                           nullptr,
                                           true,
                                           false,
                                           "gelu",
                                           UINT64_MAX,
                                           "QFORMER",
                                           0x7fffffff,
                                           "AGGREGATOR",
                                           Json::array(),
                                           Json::object(),
                                           Json::array({1, 2}),
                                           Json::array({1, 1, 1, 1})};
  if (was.is_number_integer() && random() % 3 == 0) {
    const auto n = was.get<int64_t>();
    const int64_t near[] = {n - 1, n + 1, 2 * n, n / 2, 3 * n, -n, 16 * n, 1024 * n};
    return near[random() % std::size(near)];
  }
  return values[random() % values.size()];
}

/// Every config that is accepted can be built: nothing is allocated for its weights, and what the
/// blocks hold from the start stays below the limit of tables.
TEST(LionConfig, MutationsAreRefusedOrBuilt) {
  std::mt19937 random(1);
  const Json tiny = tiny_json();
  int64_t refused = 0, built = 0;
  for (int i = 0; i < 4000; ++i) {
    Json json = tiny;
    for (uint32_t changes = 1 + random() % 3; changes > 0; --changes) {
      Json* part = &json;
      do {
        auto at = part->begin();
        std::advance(at, random() % part->size());
        part = &*at;
      } while (part->is_object() && !part->empty());
      *part = hostile_value(random, *part);
    }
    try {
      const LionConfig config = lion_config_from_json(json, "config.json");
      const auto begin = std::chrono::steady_clock::now();
      const LionT5 lion(config);
      if (config.ram) const Ram ram(*config.ram);
      const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - begin;
      EXPECT_LT(spent.count(), 30) << json;
      ++built;
    } catch (const InputError& error) {
      EXPECT_NE(std::string(error.what()).find("config.json"), std::string::npos) << error.what();
      ++refused;
    } catch (const std::exception& error) {
      ADD_FAILURE() << error.what() << "\n" << json;
    }
  }
  EXPECT_GT(refused, 1000);
  EXPECT_GT(built, 100);
  EXPECT_LT(peak_memory(), 4ull << 30);
}

TEST(LionConfig, ReleasedSizesGiveTheReleasedTokenCounts) {
  EXPECT_EQ(lion_4b().visual_tokens(), 32 + 257);
  EXPECT_EQ(lion_12b().t5.inner(), 4096);
}

}  // namespace
}  // namespace lion::models
