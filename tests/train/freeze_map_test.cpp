#include "lion/train/freeze_map.h"

#include <gmock/gmock.h>
#include <torch/torch.h>

#include "lion/base/error.h"

namespace lion::train {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

ParameterMap parameters() {
  ParameterMap map;
  for (const char* name : {"Qformer.a.weight", "ln_vision.bias", "t5_model.encoder.block.0.x",
                           "t5_model.encoder.block.10.adapter.adapters.0.scale",
                           "t5_model.encoder.block.1.adapter.router_ratio1"}) {
    map.emplace(name, at::zeros({1000}));
  }
  return map;
}

TEST(FreezeMap, SelectsNamesInOrder) {
  EXPECT_THAT(select(parameters(), {"ln_", "Qformer."}, "train"),
              ElementsAre("Qformer.a.weight", "ln_vision.bias"));
}

TEST(FreezeMap, APatternThatMatchesNothingIsAnError) {
  try {
    select(parameters(), {"Qformer.", "qformer.", "ln_adapter."}, "train");
    FAIL();
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), HasSubstr("\"qformer.\", \"ln_adapter.\""));
    EXPECT_THAT(error.what(), ::testing::Not(HasSubstr("\"Qformer.\"")));
  }
}

TEST(FreezeMap, TableCountsParts) {
  const std::string table = freeze_table(
      parameters(), {"Qformer.a.weight", "t5_model.encoder.block.10.adapter.adapters.0.scale"});
  EXPECT_THAT(table, HasSubstr("Qformer"));
  EXPECT_THAT(table, HasSubstr("T5 adapters.0"));
  EXPECT_THAT(table, HasSubstr("T5 routers"));
  EXPECT_THAT(table, ::testing::ContainsRegex("all +2.0 k +3.0 k"));
}

}  // namespace
}  // namespace lion::train
