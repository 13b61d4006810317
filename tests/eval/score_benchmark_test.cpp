#include "lion/eval/score_benchmark.h"

#include <gmock/gmock.h>

#include "lion/base/error.h"
#include "lion/base/str.h"
#include "score_metric.h"

namespace lion::eval {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// A benchmark of `kind` and the predictions for its items.
struct Case {
  explicit Case(MetricKind kind) {
    info.name = "made_up";
    info.figure = "accuracy";
    info.metric = kind;
    benchmark.info = &info;
  }

  Item& add(std::string text, std::vector<double> losses = {}) {
    Item& item = benchmark.items.emplace_back();
    item.id = str("q", benchmark.items.size());
    predictions.push_back({item.id, std::move(text), std::move(losses), ""});
    return item;
  }
  Score score(const ScoreOptions& options = {}) const {
    return score_benchmark(benchmark, predictions, options);
  }

  BenchmarkInfo info;
  Benchmark benchmark;
  std::vector<Prediction> predictions;
};

TEST(ScoreBenchmark, VqaCountsAnsweredItemsAndSplitsByCategory) {
  Case one(MetricKind::kVqa);
  const std::vector<std::string> yes(10, "yes"), red = {"red", "red", "blue"};
  Item& first = one.add("Yes");
  first.truth.texts = yes;
  first.category = "yes/no";
  Item& second = one.add("red");
  second.truth.texts = red;
  second.category = "other";
  one.add("never asked").truth.texts = yes;
  one.predictions[2].error = "no image";
  const Score score = one.score();
  EXPECT_EQ(score.n, 2);
  EXPECT_EQ(score.missing, 1);
  EXPECT_THAT(score.ids, ElementsAre("q1", "q2"));
  // Of three answers, two match: min(1, 1/3), min(1, 1/3), min(1, 2/3).
  EXPECT_NEAR(score.values[1], (1.0 / 3 + 1.0 / 3 + 2.0 / 3) / 3, 1e-12);
  EXPECT_NEAR(score.main, 50 * (1 + score.values[1]), 1e-9);
  ASSERT_EQ(score.categories.size(), 2u);
  EXPECT_EQ(score.categories[1].name, "yes/no");
  EXPECT_EQ(score.categories[1].value, 1.0);
  const Interval interval = score_interval(one.benchmark, one.predictions, score);
  EXPECT_LE(interval.low, score.main);
  EXPECT_GE(interval.high, score.main);
}

TEST(ScoreBenchmark, TopOneTakesTheSmallestLossAndTheFirstOfEqualOnes) {
  Case one(MetricKind::kTop1);
  for (const int64_t right : {1, 0, 2}) {
    Item& item = one.add("", {2.0, 1.0, 1.0});
    item.candidates = {"a", "b", "c"};
    item.truth.candidate = right;
  }
  EXPECT_THAT(one.score().values, ElementsAre(1, 0, 0));
}

TEST(ScoreBenchmark, AWrittenAnswerIsMatchedToACandidate) {
  Item item;
  item.candidates = {"two cats", "a dog", "nothing"};
  const auto chosen = [&](std::string text) {
    return chosen_candidate(item, {"q", std::move(text), {}, ""});
  };
  EXPECT_EQ(chosen("A dog."), 1);
  EXPECT_EQ(chosen("I see two cats here"), 0);
  EXPECT_EQ(chosen("C"), 2);
  EXPECT_EQ(chosen("b"), 1);
  EXPECT_EQ(chosen("The answer is (c)."), 2);
  EXPECT_EQ(chosen("(a) or (b)"), -1);
  EXPECT_EQ(chosen("a bird"), -1);
  EXPECT_EQ(chosen(""), -1);
}

TEST(ScoreBenchmark, RanksAmongCandidates) {
  Case one(MetricKind::kRanking);
  for (const int64_t right : {0, 1, 2}) one.add("", {3.0, 1.0, 2.0}).truth.candidate = right;
  const Score score = one.score();
  EXPECT_NEAR(metric(score, "MRR"), (1.0 / 3 + 1 + 1.0 / 2) / 3, 1e-12);
  EXPECT_NEAR(metric(score, "mean_rank"), 2.0, 1e-12);
  EXPECT_NEAR(score.main, 100 * metric(score, "MRR"), 1e-12);
}

TEST(ScoreBenchmark, BoxesInPixelsOfTheImage) {
  Case one(MetricKind::kGrounding);
  const auto add = [&](std::string text) {
    Item& item = one.add(std::move(text));
    item.truth.box = PixelBox{0, 0, 100, 50};
    item.official = {{"width", 200}, {"height", 100}};
  };
  add("Answer: [0.000,0.000,0.500,0.500]");  // IoU 1
  add("[0.000,0.000,0.500,0.250]");          // IoU 0.5 exactly
  add("[0.5,0.5,1.0,1.0]");                  // IoU 0
  add("nowhere");
  const Score score = one.score();
  EXPECT_THAT(score.values, ElementsAre(1, 1, 0, 0));
  EXPECT_EQ(metric(score, "parsed"), 0.75);
  EXPECT_EQ(metric(score, "iou_0.9"), 1);
  EXPECT_EQ(metric(score, "iou_0.5"), 1);
}

TEST(ScoreBenchmark, PopeIsF1OverAllAndItsIntervalKeepsIt) {
  Case one(MetricKind::kPope);
  const auto add = [&](std::string said, std::string label) {
    one.add(std::move(said)).truth.texts = {std::move(label)};
  };
  for (int i = 0; i < 6; ++i) add("yes", "yes");
  for (int i = 0; i < 2; ++i) add("Yes, there is.", "no");
  for (int i = 0; i < 2; ++i) add("no", "yes");
  for (int i = 0; i < 5; ++i) add("No", "no");
  const Score score = one.score();
  EXPECT_NEAR(score.main, 100 * 0.75, 1e-9);  // precision 6/8, recall 6/8
  EXPECT_NEAR(metric(score, "yes_ratio"), 8.0 / 15, 1e-12);
  const Interval interval = score_interval(one.benchmark, one.predictions, score);
  EXPECT_LT(interval.low, 75);
  EXPECT_GT(interval.high, 75);
  // Where most is rightly denied, it is far from that of the accuracy (88).
  Case rare(MetricKind::kPope);
  const auto add_all = [&](int n, const char* said, const char* label) {
    for (int i = 0; i < n; ++i) rare.add(said).truth.texts = {label};
  };
  add_all(3, "yes", "yes"), add_all(3, "yes", "no"), add_all(3, "no", "yes"),
      add_all(40, "no", "no");
  const Score low = rare.score();
  EXPECT_NEAR(low.main, 50, 1e-9);
  EXPECT_LT(score_interval(rare.benchmark, rare.predictions, low).low, 50);
}

TEST(ScoreBenchmark, CircularQuestionsNeedEveryPass) {
  Case one(MetricKind::kCircular);
  const auto add = [&](const std::string& question, int64_t shift, bool right) {
    Item& item = one.add("", {right ? 0.0 : 2.0, 1.0});
    item.candidates = {"x", "y"};
    item.truth.candidate = 0;
    item.category = "logic_reasoning";
    item.official = {{"question", question}, {"shift", shift}};
  };
  add("1", 0, true), add("1", 1, true), add("2", 0, true), add("2", 1, false);
  add("3", 0, true), add("3", 1, true);
  one.predictions.back().error = "no image";
  const Score score = one.score();
  EXPECT_EQ(score.n, 2);
  EXPECT_EQ(score.missing, 1);  // question 3 lacks a pass
  EXPECT_EQ(score.main, 50);
  EXPECT_EQ(metric(score, "single_pass_accuracy"), 1.0);
  EXPECT_EQ(metric(score, "LR"), 0.5);
  EXPECT_THAT(score.ids, ElementsAre("1", "2"));
}

TEST(ScoreBenchmark, NothingAnsweredIsAnErrorAndNoTruthIsNoScore) {
  Case one(MetricKind::kTop1);
  one.add("").truth.candidate = 0;
  one.predictions[0].error = "no image";
  try {
    one.score();
    FAIL();
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), HasSubstr("made_up: there is no answer to score (1 items"));
  }
  EXPECT_TRUE(can_be_scored(one.benchmark));
  one.benchmark.items[0].truth.candidate = -1;
  EXPECT_FALSE(can_be_scored(one.benchmark));
}

}  // namespace
}  // namespace lion::eval
