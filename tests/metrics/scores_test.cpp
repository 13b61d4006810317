/// Boxes, yes and no, ranks: edge cases that no published example has.

#include <gmock/gmock.h>

#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "lion/base/error.h"
#include "lion/metrics/grounding.h"
#include "lion/metrics/pope.h"
#include "lion/metrics/ranking.h"

namespace lion {
namespace {

using testing::ElementsAre;

TEST(FirstBox, IsTheFirstMatchOfThePattern) {
  EXPECT_EQ(first_box("at [0.1, 0.2,0.3 ,.4] or [0,0,1,1]"), (Box{0.1, 0.2, 0.3, 0.4}));
  EXPECT_EQ(first_box("[x] [[0.5,0.5,1.,1]]"), (Box{0.5, 0.5, 1, 1}));
  EXPECT_EQ(first_box("[0.9,0.8,0.1,7]"), (Box{0.9, 0.8, 0.1, 7}));  // neither turned nor clamped
}

TEST(FirstBox, AFirstMatchThatIsNoBoxEndsTheSearch) {
  for (const char* text :
       {"[0.1,0.2,0.3] [0,0,1,1]", "[0.1,0.2,0.3,0.4,0.5]", "[0.1,0.2,,0.4]", "[0.1 0.2 0.3 0.4]",
        "[0.1,0.2,0.3,0.4.5]", "[.,.,.,.]", "[0,0,1 1,1]"}) {
    EXPECT_EQ(first_box(text), std::nullopt) << text;
  }
  for (const char* text : {"", "[", "[]", "[0,0,1,1", "0,0,1,1]", "[-1,0,1,1]", "[1e1,0,1,1]"}) {
    EXPECT_EQ(first_box(text), std::nullopt) << text;
  }
}

TEST(FirstBox, NumbersOfAnyLength) {
  const auto box =
      first_box("[0." + std::string(5000, '0') + "1,0,1," + std::string(5000, '9') + "]");
  ASSERT_TRUE(box);
  EXPECT_EQ(box->x0, 0.0);
  EXPECT_TRUE(std::isinf(box->y1));
}

TEST(BoxIou, KnownOverlaps) {
  const PixelBox a{0, 0, 10, 10};
  EXPECT_DOUBLE_EQ(box_iou(a, a), 1.0);
  EXPECT_DOUBLE_EQ(box_iou(a, {5, 0, 15, 10}), 50.0 / 150);
  EXPECT_DOUBLE_EQ(box_iou(a, {0, 0, 10, 5}), 0.5);
  EXPECT_DOUBLE_EQ(box_iou(a, {10, 0, 20, 10}), 0.0);
  EXPECT_DOUBLE_EQ(box_iou(a, {2, 2, 4, 4}), 0.04);
}

TEST(BoxIou, BoxesWithoutAreaGiveNothing) {
  const PixelBox a{0, 0, 10, 10};
  EXPECT_EQ(box_iou(a, {10, 10, 0, 0}), 0.0);
  EXPECT_EQ(box_iou(a, {10, 0, 0, 10}), 0.0);
  EXPECT_EQ(box_iou({3, 3, 3, 3}, {3, 3, 3, 3}), 0.0);
  const double infinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(box_iou(a, {0, 0, infinity, infinity}), 0.0);
  EXPECT_EQ(box_iou({0, 0, infinity, infinity}, {0, 0, infinity, infinity}), 0.0);
}

TEST(AnswerIou, FractionsOfTheImage) {
  EXPECT_DOUBLE_EQ(answer_iou("[0.1,0.1,0.3,0.5]", {10, 20, 30, 100}, 100, 200), 1.0);
  EXPECT_EQ(answer_iou("nowhere", {10, 20, 30, 100}, 100, 200), 0.0);
  EXPECT_THROW(answer_iou("[0,0,1,1]", {0, 0, 1, 1}, 0, 200), InputError);
}

TEST(ScoreGrounding, HalfCountsAndMissingBoxesDoNot) {
  const std::vector<std::optional<double>> ious{0.5, 0.49, std::nullopt, 1.0, 0.1, 0.75};
  const GroundingScores scores = score_grounding(ious);
  EXPECT_DOUBLE_EQ(scores.accuracy, 0.5);
  EXPECT_DOUBLE_EQ(scores.mean_iou, (0.5 + 0.49 + 1.0 + 0.1 + 0.75) / 6);
  EXPECT_DOUBLE_EQ(scores.parsed, 5.0 / 6);
  EXPECT_THAT(scores.histogram, ElementsAre(1, 1, 0, 0, 1, 1, 0, 1, 0, 1));
  EXPECT_THROW(score_grounding({}), InputError);
}

TEST(PopeSaysYes, OnlyThreeWordsSayNo) {
  for (const char* no : {"no", "No", "not", "there is no cow", "No, none", "It is,not, a"}) {
    EXPECT_EQ(pope_says_yes(no), std::string(no) == "It is,not, a") << no;
  }
  for (const char* yes : {"", "NO", "nope", "Yes. No.", ".no", "no\n", "no!", "Not", "nothing"}) {
    EXPECT_TRUE(pope_says_yes(yes)) << yes;
  }
  EXPECT_FALSE(pope_says_yes("No."));
  EXPECT_FALSE(pope_says_yes("  no"));
}

TEST(ScorePope, KnownCounts) {
  const std::vector<std::pair<bool, bool>> answers{{true, true},   {true, true},  {true, false},
                                                   {false, false}, {false, true}, {false, true}};
  const PopeScores scores = score_pope(answers);
  EXPECT_EQ(scores.tp, 2);
  EXPECT_EQ(scores.fp, 1);
  EXPECT_EQ(scores.tn, 1);
  EXPECT_EQ(scores.fn, 2);
  EXPECT_DOUBLE_EQ(scores.precision, 2.0 / 3);
  EXPECT_DOUBLE_EQ(scores.recall, 0.5);
  EXPECT_DOUBLE_EQ(scores.f1, 4.0 / 7);
  EXPECT_DOUBLE_EQ(scores.accuracy, 0.5);
  EXPECT_DOUBLE_EQ(scores.yes_ratio, 0.5);
}

TEST(ScorePope, ZeroDenominatorsGiveZero) {
  const PopeScores none = score_pope({});
  EXPECT_EQ(none.f1 + none.accuracy + none.precision + none.recall + none.yes_ratio, 0.0);
  const std::vector<std::pair<bool, bool>> all_no{{false, false}, {false, true}};
  EXPECT_EQ(score_pope(all_no).precision, 0.0);
  EXPECT_EQ(score_pope(all_no).f1, 0.0);
  EXPECT_EQ(score_pope(all_no).accuracy, 0.5);
}

TEST(RankOf, TiesGoByIndexAndNanIsLast) {
  const double nan = std::nan("");
  const std::vector<double> losses{2, 1, 2, nan, 0.5, nan};
  std::vector<int64_t> ranks;
  for (int64_t i = 0; i < 6; ++i) ranks.push_back(rank_of(losses, i));
  EXPECT_THAT(ranks, ElementsAre(3, 2, 4, 5, 1, 6));
  EXPECT_THROW(rank_of(losses, 6), InputError);
  EXPECT_THROW(rank_of(losses, -1), InputError);
}

TEST(ScoreRanks, KnownFigures) {
  const std::vector<int64_t> ranks{1, 2, 5, 10, 20};
  const RankScores scores = score_ranks(ranks);
  EXPECT_DOUBLE_EQ(scores.mrr, (1 + 0.5 + 0.2 + 0.1 + 0.05) / 5);
  EXPECT_DOUBLE_EQ(scores.r1, 0.2);
  EXPECT_DOUBLE_EQ(scores.r5, 0.6);
  EXPECT_DOUBLE_EQ(scores.r10, 0.8);
  EXPECT_DOUBLE_EQ(scores.mean_rank, 38.0 / 5);
  EXPECT_THROW(score_ranks({}), InputError);
  EXPECT_THROW(score_ranks(std::vector<int64_t>{1, 0}), InputError);
}

TEST(SequenceLoss, SumsOverTargets) {
  const std::vector<double> even(8, 3.0);  // [2,4]
  EXPECT_NEAR(sequence_loss(even, std::vector<int64_t>{0, 3}), 2 * std::log(4.0), 1e-12);
  const std::vector<double> far{1000, 0, 0, 1000};  // must not overflow
  EXPECT_NEAR(sequence_loss(far, std::vector<int64_t>{0, 0}), 1000, 1e-9);
  EXPECT_THROW(sequence_loss(even, std::vector<int64_t>{0, 1, 2}), InputError);
  EXPECT_THROW(sequence_loss(even, std::vector<int64_t>{0, 4}), InputError);
  EXPECT_THROW(sequence_loss(even, {}), InputError);
}

}  // namespace
}  // namespace lion
