// The figures of what is in images, worked out by hand.
#include "lion/eval/score_objects.h"

#include <gmock/gmock.h>

#include <cmath>
#include <memory>

#include "lion/base/error.h"
#include "lion/base/random.h"
#include "lion/base/str.h"
#include "lion/eval/score_benchmark.h"
#include "score_metric.h"

namespace lion::eval {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

/// Images, what is in them, and what was said about them.
struct Case {
  Case(MetricKind kind, std::vector<std::string> of) : names(std::move(of)) {
    info->name = "made_up";
    info->figure = "figure";
    info->metric = kind;
    benchmark.info = info.get();
  }

  void add(std::vector<int64_t> present, std::string text, std::vector<double> probabilities = {}) {
    Item& item = benchmark.items.emplace_back();
    item.id = str("p", benchmark.items.size());
    item.candidates = names;
    item.truth.present = std::move(present);
    Prediction& prediction = predictions.emplace_back();
    prediction.id = item.id;
    prediction.text = std::move(text);
    for (const double p : probabilities) prediction.losses.push_back(-std::log(p));
  }

  Score score() const { return score_benchmark(benchmark, predictions); }
  Interval interval(const Score& score) const {
    return score_interval(benchmark, predictions, score);
  }

  std::vector<std::string> names;
  std::shared_ptr<BenchmarkInfo> info = std::make_shared<BenchmarkInfo>();  // stays where it is
  Benchmark benchmark;
  std::vector<Prediction> predictions;
};

Case tags() {
  Case one(MetricKind::kTags, {"cat", "dog", "kite"});
  one.add({0}, "cat", {0.9, 0.5, 0.3});
  one.add({0, 1}, "dog, cat", {0.8, 0.9, 0.2});
  one.add({}, "cat, red", {0.85, 0.5, 0.1});
  one.add({1}, "", {0.1, 0.5, 0.1});
  return one;
}

TEST(ScoreTags, MeanOverTheCategoriesThatSomeImageHas) {
  const Score score = tags().score();
  // cat: 1 of 1, then 2 of 3. dog: 1 of 1, then three equal ones: 2 of 4.
  const double cat = (1.0 + 2.0 / 3) / 2, dog = (1.0 + 2.0 / 4) / 2;
  ASSERT_EQ(score.categories.size(), 2u);  // nothing is a kite
  EXPECT_EQ(score.categories[0].name, "cat");
  EXPECT_EQ(score.categories[0].n, 2);
  EXPECT_NEAR(score.categories[0].value, cat, 1e-12);
  EXPECT_NEAR(score.categories[1].value, dog, 1e-12);
  EXPECT_NEAR(score.main, 100 * (cat + dog) / 2, 1e-9);
  EXPECT_NEAR(metric(score, "mAP"), (cat + dog) / 2, 1e-12);
  EXPECT_EQ(metric(score, "categories"), 2);
  EXPECT_EQ(score.n, 4);
}

TEST(ScoreTags, NamesInTheTextGivePrecisionRecallAndF1OfImages) {
  const Score score = tags().score();
  // "red" is no category: of four names three are right, of four objects three were found.
  EXPECT_NEAR(metric(score, "precision"), 3.0 / 4, 1e-12);
  EXPECT_NEAR(metric(score, "recall"), 3.0 / 4, 1e-12);
  EXPECT_THAT(score.ids, ElementsAre("p1", "p2", "p3", "p4"));
  EXPECT_THAT(score.values, ElementsAre(1, 1, 0, 0));
  Case half(MetricKind::kTags, {"cat", "dog"});
  half.add({0, 1}, "cat", {0.9, 0.1});
  half.add({}, "", {0.2, 0.1});
  EXPECT_THAT(half.score().values, ElementsAre(DoubleNear(2.0 / 3, 1e-12), 1));
}

TEST(ScoreTags, UnansweredImagesDoNotCount) {
  Case one = tags();
  one.predictions[2].error = "no image";
  const Score score = one.score();
  EXPECT_EQ(score.n, 3);
  EXPECT_EQ(score.missing, 1);
  EXPECT_EQ(score.categories[0].value, 1.0);
}

/// Many images, ten kinds of objects, some of them rare; the tagger is fair.
TEST(ScoreTags, TheIntervalHoldsTheFigureAndIsNotLiftedByDraws) {
  std::vector<std::string> names;
  for (int i = 0; i < 10; ++i) names.push_back(str("object ", i));
  Case one(MetricKind::kTags, names);
  Random random(7);
  const auto uniform = [&] { return random.uniform(); };
  for (int image = 0; image < 400; ++image) {
    std::vector<int64_t> present;
    std::vector<double> probabilities;
    for (int64_t i = 0; i < 10; ++i) {
      const bool there = uniform() < 0.01 * static_cast<double>(i + 1);
      if (there) present.push_back(i);
      probabilities.push_back(there ? std::sqrt(uniform()) : uniform() * uniform());
    }
    one.add(present, "", probabilities);
  }
  const Score score = one.score();
  const Interval interval = one.interval(score);
  EXPECT_LT(interval.low, score.main - 1);
  EXPECT_GT(interval.high, score.main + 1);
  EXPECT_NEAR((interval.low + interval.high) / 2, score.main, 1);
  EXPECT_EQ(interval.low, one.interval(score).low);  // the same draws
}

TEST(ScoreTags, APerfectTaggerHasNoInterval) {
  Case one(MetricKind::kTags, {"cat"});
  one.add({0}, "cat", {0.9});
  one.add({}, "", {0.1});
  one.add({0}, "cat", {0.8});
  const Score score = one.score();
  EXPECT_EQ(score.main, 100);
  EXPECT_EQ(one.interval(score).low, 100);  // what holds nothing at all is drawn again
  EXPECT_EQ(one.interval(score).high, 100);
}

TEST(ScoreTags, AnswersOfAnotherListAreAnError) {
  Case one = tags();
  one.predictions[1].losses.pop_back();
  EXPECT_THAT([&] { one.score(); },
              ThrowsMessage<InputError>(HasSubstr(
                  "item p2: got 2 probabilities, expected one for each of 3 categories")));
}

Case objects() {
  Case one(MetricKind::kMentions, {"dog", "hot dog", "tree", "knife"});
  one.add({0, 2}, "Dogs and a dog under the sky.");  // one of two, twice
  one.add({1}, "a hot dog and a knife");             // one of one, one is not there
  one.add({}, "a tree");                             // nothing is there
  one.add({0, 3}, "two knives");
  return one;
}

TEST(ScoreMentions, RecallOfPairsOfImageAndCategory) {
  const Score score = objects().score();
  EXPECT_NEAR(score.main, 100 * 3.0 / 5, 1e-9);
  EXPECT_NEAR(metric(score, "recall"), 3.0 / 5, 1e-12);
  // Of six mentions, the knife of the second caption and the tree of the third are not there.
  EXPECT_NEAR(metric(score, "precision"), 4.0 / 6, 1e-12);
  EXPECT_NEAR(metric(score, "CHAIRi"), 2.0 / 6, 1e-12);
  EXPECT_NEAR(metric(score, "CHAIRs"), 2.0 / 4, 1e-12);
  EXPECT_EQ(score.n, 4);
}

TEST(ScoreMentions, ImagesWithoutAnythingHaveNoRecall) {
  const Score score = objects().score();
  EXPECT_THAT(score.ids, ElementsAre("p1", "p2", "p4"));
  EXPECT_THAT(score.values, ElementsAre(0.5, 1, 0.5));
  ASSERT_EQ(score.categories.size(), 4u);
  EXPECT_EQ(score.categories[0].name, "dog");
  EXPECT_EQ(score.categories[0].n, 2);
  EXPECT_EQ(score.categories[0].value, 0.5);
  EXPECT_EQ(score.categories[1].value, 1);
  EXPECT_EQ(score.categories[2].value, 0);
}

TEST(ScoreMentions, TheIntervalIsOfTheRecallOfAllPairs) {
  const Case one = objects();
  const Score score = one.score();
  const Interval interval = one.interval(score);
  EXPECT_EQ(interval.low, 50);    // images 1 and 4 alone
  EXPECT_EQ(interval.high, 100);  // image 2 alone
  // One pair of ten is named, though it is all of every other image.
  Case uneven(MetricKind::kMentions,
              {"dog", "cat", "tree", "knife", "cup", "car", "boat", "horse", "bird"});
  for (int i = 0; i < 20; ++i) {
    uneven.add({0}, "a dog");
    uneven.add({0, 1, 2, 3, 4, 5, 6, 7, 8}, "nothing");
  }
  const Score named = uneven.score();
  EXPECT_NEAR(named.main, 10, 1e-9);
  EXPECT_LT(uneven.interval(named).high, 25);
}

TEST(ScoreMentions, CaptionsThatNameNothing) {
  Case one(MetricKind::kMentions, {"dog"});
  one.add({0}, "a red square");
  const Score score = one.score();
  for (const char* name : {"recall", "precision", "CHAIRs", "CHAIRi"}) {
    EXPECT_EQ(metric(score, name), 0) << name;
  }
}

TEST(ScoreObjects, ImagesInWhichNothingIsAreAnError) {
  for (const MetricKind kind : {MetricKind::kTags, MetricKind::kMentions}) {
    Case one(kind, {"dog"});
    one.add({}, "dog", {0.5});
    EXPECT_THAT([&] { one.score(); },
                ThrowsMessage<InputError>(HasSubstr("none of the 1 answered images has any")));
    EXPECT_TRUE(can_be_scored(one.benchmark));
  }
}

}  // namespace
}  // namespace lion::eval
