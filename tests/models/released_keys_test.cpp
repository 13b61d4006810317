/// Names and shapes at full size against the list of every released tensor, without any weights.

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <cstdlib>
#include <filesystem>

#include "lion/base/json.h"
#include "lion/models/lion_t5.h"
#include "lion/models/lion_weights.h"
#include "lion/models/ram.h"

namespace lion::models {
namespace {

namespace fs = std::filesystem;
using Shapes = std::map<std::string, std::vector<int64_t>>;

Shapes shapes_of(const torch::nn::Module& module, const std::string& prefix) {
  Shapes out;
  for (const auto& item : module.named_parameters())
    out[prefix + item.key()] = item.value().sizes().vec();
  return out;
}

class ReleasedKeys : public ::testing::Test {
 protected:
  void SetUp() override {
    const char* shared = std::getenv("LION_SHARED_DIR");
    const fs::path folder = shared ? fs::path(shared) : fs::path(LION_SOURCE_DIR) / "../shared";
    const fs::path list = folder / "spec/checkpoint_keys.json";
    if (!fs::exists(list)) GTEST_SKIP() << "no " << list.string() << " (set LION_SHARED_DIR)";
    keys_ = read_json_file(list);
  }

  /// Adds the tensors of one released file under our names.
  void add(Shapes& shapes, const Json& file, const std::vector<nn::NameRule>& rules) {
    for (const auto& [key, shape] : file.items()) {
      const auto mapped = map_name(rules, key);
      ASSERT_TRUE(mapped && !mapped->ours.empty()) << key << " is left out";
      shapes[mapped->ours] = shape.get<std::vector<int64_t>>();
    }
  }

  void expect_model(const char* name, LionConfig config) {
    Shapes released;
    for (const auto& [file, tensors] : keys_[name].items()) {
      add(released, tensors,
          file == "LION.pth"                      ? lion_rules()
          : file.find("eva") != std::string::npos ? vit_rules(39)
                                                  : t5_rules());
    }
    // The vision encoder is one file for both models, and listed once.
    add(released, keys_["LION-4B"]["eva_vit_g.pth"], vit_rules(39));
    EXPECT_EQ(shapes_of(*LionT5(config), ""), released);
  }

  Json keys_;
};

TEST_F(ReleasedKeys, Lion4bHasExactlyThese) { expect_model("LION-4B", lion_4b()); }
TEST_F(ReleasedKeys, Lion12bHasExactlyThese) { expect_model("LION-12B", lion_12b()); }

TEST_F(ReleasedKeys, TheTaggerHasExactlyThese) {
  Shapes released;
  add(released, keys_["ram_swin_large_14m.pth"], ram_rules());
  EXPECT_EQ(shapes_of(*Ram(RamConfig{}), "ram."), released);
}

/// The counts of docs/architecture.md.
TEST(ReleasedSizes, ParameterCounts) {
  const auto count = [](const torch::nn::Module& module) {
    int64_t sum = 0;
    for (const auto& parameter : module.parameters()) sum += parameter.numel();
    return sum;
  };
  const LionT5 small(lion_4b());
  EXPECT_EQ(count(*small), 4'117'222'112);
  EXPECT_EQ(count(*small->visual_encoder), 985'894'528);
  EXPECT_EQ(count(*small->qformer), 185'660'160);
  EXPECT_EQ(count(*small->fusion_adapter), 49'069'312);
  EXPECT_EQ(count(*LionT5(lion_12b())), 12'441'666'272);
  EXPECT_EQ(count(*Ram(RamConfig{})), 212'117'045);
}

}  // namespace
}  // namespace lion::models
