#include "lion/data/mixture.h"

#include <cmath>
#include <limits>

#include "loader_fixtures.h"

namespace lion::data {
namespace {

using testing::AllOf;
using testing::HasSubstr;

// The sizes of the paper's training sets and the ratios that follow from InstructBLIP's rule.
struct Known {
  const char* name;
  int64_t size;
  double stage1;  // 0: not in the stage
  double stage3;
};
constexpr Known kKnown[] = {
    {"llava_instruct_150k", 361000, 0.14122962653987745, 0.07464660365535505},
    {"okvqa", 9009, 0.02231056163814717, 0.011792197520687333},
    {"aokvqa", 17056, 0.03069805101003861, 0.016225386293797196},
    {"vqav2", 443757, 0.15658307522192838, 0.08276163466259406},
    {"ocrvqa", 801579, 0.21044827737823282, 0.11123196694830545},
    {"vqg_okvqa", 9009, 0.02231056163814717, 0.011792197520687333},
    {"vqg_aokvqa", 17056, 0.03069805101003861, 0.016225386293797196},
    {"vqg_vqav2", 443757, 0.15658307522192838, 0.08276163466259406},
    {"coco_caption", 414113, 0.15126262814480024, 0.0799495242437965},
    {"textcaps", 109765, 0.07787609219686113, 0.04116123458561704},
    {"rec_vg", 3600000, 0.0, 0.23572611680638442},
    {"reg_vg", 3600000, 0.0, 0.23572611680638442},
};

TEST(Mixture, SquareRootsOfThePapersSets) {
  std::vector<MixtureSource> stage1, stage3;
  for (const Known& known : kKnown) {
    if (known.stage1 > 0) stage1.push_back({known.name, known.size});
    stage3.push_back({known.name, known.size});
  }
  const Mixture first(stage1, MixtureRule::kSqrtSize), third(stage3, MixtureRule::kSqrtSize);
  for (size_t i = 0; i < stage1.size(); ++i) {
    EXPECT_NEAR(first.probabilities()[i], kKnown[i].stage1, 1e-15) << kKnown[i].name;
  }
  for (size_t i = 0; i < stage3.size(); ++i) {
    EXPECT_NEAR(third.probabilities()[i], kKnown[i].stage3, 1e-15) << kKnown[i].name;
  }
}

TEST(Mixture, OtherRulesAndWeights) {
  const std::vector<MixtureSource> sources{{"a", 100, 2.0}, {"b", 400, 1.0}, {"c", 5, 0.0}};
  using testing::ElementsAre;
  EXPECT_THAT(Mixture(sources, MixtureRule::kSqrtSize).probabilities(), ElementsAre(0.5, 0.5, 0.0));
  EXPECT_THAT(Mixture(sources, MixtureRule::kSize).probabilities(),
              ElementsAre(200.0 / 600, 400.0 / 600, 0.0));
  EXPECT_THAT(Mixture(sources, MixtureRule::kWeight).probabilities(),
              ElementsAre(2.0 / 3, 1.0 / 3, 0.0));
}

TEST(Mixture, PicksByProbability) {
  const std::vector<MixtureSource> sources{
      {"a", 1, 1.0}, {"b", 1, 0.0}, {"c", 1, 3.0}, {"d", 1, 0.0}};
  const Mixture mixture(sources, MixtureRule::kWeight);
  EXPECT_EQ(mixture.pick(0.0), 0);
  EXPECT_EQ(mixture.pick(0.2499), 0);
  EXPECT_EQ(mixture.pick(0.25), 2);
  EXPECT_EQ(mixture.pick(std::nextafter(1.0, 0.0)), 2);
  EXPECT_EQ(mixture.pick(1.0), 2) << "rounding must not end at a source that is never drawn";
}

TEST(Mixture, NamesWhatIsWrong) {
  const auto error = [](std::vector<MixtureSource> sources) {
    return error_of<InputError>([&] { Mixture(sources, MixtureRule::kSqrtSize); });
  };
  EXPECT_THAT(error({}), AllOf(HasSubstr("no dataset"), HasSubstr("Add one")));
  EXPECT_THAT(error({{"vqav2", 0}}),
              AllOf(HasSubstr("dataset vqav2 has 0 records"), HasSubstr("Check its files")));
  EXPECT_THAT(error({{"a", 1, -1.0}}), AllOf(HasSubstr("dataset a"), HasSubstr("weight -1")));
  EXPECT_THAT(error({{"a", 1, std::numeric_limits<double>::quiet_NaN()}}), HasSubstr("dataset a"));
  EXPECT_THAT(error({{"a", 1, 0.0}}), AllOf(HasSubstr("weights are 0"), HasSubstr("Raise one")));
}

}  // namespace
}  // namespace lion::data
