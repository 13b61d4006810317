#include "lion/scenes/held_out.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "lion/base/error.h"
#include "lion/scenes/painter.h"

namespace lion::scenes {
namespace {

constexpr uint64_t kScenes = 4000;

const Painter& painter() {
  static const Painter shared(SceneConfig{});
  return shared;
}

TEST(HeldOut, NeverOccursInTrainingValidationOrTest) {
  for (const Split split : {Split::kTrain, Split::kVal, Split::kTest}) {
    const Painter of_split = painter().with_split(split);
    for (uint64_t i = 0; i < kScenes; ++i) {
      const auto found = held_out_combinations(of_split.plan(i), of_split.vocabulary());
      ASSERT_TRUE(found.empty()) << "scene " << i << ": " << found.front();
    }
  }
}

TEST(HeldOut, EveryHeldOutSceneHasACombinationAndAllSortsOccur) {
  const Painter held_out = painter().with_split(Split::kHeldOut);
  int places = 0, pairs = 0, links = 0;
  for (uint64_t i = 0; i < 500; ++i) {
    const auto found = held_out_combinations(held_out.plan(i), held_out.vocabulary());
    ASSERT_FALSE(found.empty()) << i;
    for (const std::string& words : found) {
      places += words.find(", ") != std::string::npos;
      pairs += words.find(" and ") != std::string::npos;
      links += words.find(" a circle") != std::string::npos ||
               words.find(" a square") != std::string::npos;
    }
  }
  EXPECT_GT(places, 50);
  EXPECT_GT(pairs, 50);
  EXPECT_GT(links, 50);
}

TEST(HeldOut, IsAboutATenthAndDoesNotDependOnOrder) {
  const std::vector<Kind>& kinds = painter().vocabulary().kinds();
  double held = 0, all = 0;
  for (const Kind& a : kinds) {
    EXPECT_FALSE(is_held_out(a.code, a.code));
    for (const Kind& b : kinds) {
      EXPECT_EQ(is_held_out(a.code, b.code), is_held_out(b.code, a.code));
      if (a.code == b.code) continue;
      held += is_held_out(a.code, b.code);
      ++all;
    }
  }
  EXPECT_NEAR(held / all, 0.1, 0.02);
}

TEST(HeldOut, TrainingStillShowsEveryKindAndPlace) {
  std::set<int64_t> kinds;
  std::set<Setting> places;
  for (uint64_t i = 0; i < kScenes; ++i) {
    const Scene scene = painter().plan(i);
    places.insert(scene.background.place);
    for (const Object& object : scene.objects) {
      if (object.form == Form::kEmoji) kinds.insert(object.kind);
    }
  }
  EXPECT_EQ(kinds.size(), 72u);
  EXPECT_EQ(places.size(), kSettingCount);
}

TEST(HeldOut, ListHasWhatScenesShow) {
  const std::vector<std::string> all = all_held_out(painter().vocabulary());
  const Painter held_out = painter().with_split(Split::kHeldOut);
  for (uint64_t i = 0; i < 50; ++i) {
    for (const std::string& words :
         held_out_combinations(held_out.plan(i), held_out.vocabulary())) {
      EXPECT_NE(std::find(all.begin(), all.end(), words), all.end()) << words;
    }
  }
}

}  // namespace
}  // namespace lion::scenes
