#include "lion/eval/report/samples.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <set>

namespace lion::eval {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

TEST(ChooseSamples, LowestAndHighestInOrder) {
  const std::vector<double> values = {0.5, 0.1, 0.9, 0.3, 0.7, 0.2, 0.8, 0.6};
  const Samples samples = choose_samples(values, 3);
  EXPECT_FALSE(samples.all_equal);
  EXPECT_THAT(samples.worst, ElementsAre(1, 5, 3));
  EXPECT_THAT(samples.best, ElementsAre(2, 6, 4));
}

TEST(ChooseSamples, EqualOnesComeFromEverywhere) {
  std::vector<double> values(1000, 0.0);
  for (size_t i = 0; i < values.size(); i += 2) values[i] = 1.0;
  const Samples samples = choose_samples(values, 4);
  // Of 500 zeros, those at 62, 187, 312 and 437; the zeros are the odd numbers.
  EXPECT_THAT(samples.worst, ElementsAre(125, 375, 625, 875));
  EXPECT_THAT(samples.best, ElementsAre(124, 374, 624, 874));
}

TEST(ChooseSamples, OnlyTheLastTiesAreSpread) {
  const std::vector<double> values = {0.4, 0.4, 0.4, 0.4, 0.4, 0.4, 0.1, 0.4, 1.0, 1.0};
  const Samples samples = choose_samples(values, 2);
  EXPECT_THAT(samples.worst, ElementsAre(6, 3));  // of the seven at 0.4, the one in the middle
  EXPECT_THAT(samples.best, ElementsAre(8, 9));
}

TEST(ChooseSamples, TheBestIsNotAmongTheWorst) {
  const std::vector<double> one_hit = {0, 0, 0, 1, 0};
  EXPECT_THAT(choose_samples(one_hit, 6).worst, ElementsAre(0, 2, 4));
  EXPECT_THAT(choose_samples(one_hit, 6).best, ElementsAre(3));
  const std::vector<double> one_miss = {1, 1, 0, 1, 1, 1};
  EXPECT_THAT(choose_samples(one_miss, 6).worst, ElementsAre(2));
  EXPECT_THAT(choose_samples(one_miss, 6).best, ElementsAre(0, 1, 3, 4, 5));
}

TEST(ChooseSamples, NoneTwice) {
  for (size_t size = 1; size < 20; ++size) {
    for (int64_t count = 1; count < 12; ++count) {
      std::vector<double> values(size);
      for (size_t i = 0; i < size; ++i) values[i] = static_cast<double>(i * 7 % 5) / 4;
      const Samples samples = choose_samples(values, count);
      std::set<int64_t> seen(samples.worst.begin(), samples.worst.end());
      seen.insert(samples.best.begin(), samples.best.end());
      EXPECT_EQ(seen.size(), samples.worst.size() + samples.best.size());
      EXPECT_LE(samples.worst.size(), static_cast<size_t>(count));
      EXPECT_LE(samples.best.size(), static_cast<size_t>(count));
      EXPECT_GE(*seen.begin(), 0);
      EXPECT_LT(*seen.rbegin(), static_cast<int64_t>(size));
    }
  }
}

TEST(ChooseSamples, AllEqual) {
  const Samples samples = choose_samples(std::vector<double>(9, 0.25), 3);
  EXPECT_TRUE(samples.all_equal);
  EXPECT_THAT(samples.worst, ElementsAre(1, 4, 7));
  EXPECT_THAT(samples.best, IsEmpty());
}

TEST(ChooseSamples, NothingToChoose) {
  EXPECT_THAT(choose_samples({}, 3).worst, IsEmpty());
  EXPECT_FALSE(choose_samples({}, 3).all_equal);
  EXPECT_THAT(choose_samples(std::vector<double>{0, 1}, 0).worst, IsEmpty());
  EXPECT_THAT(choose_samples(std::vector<double>{0, 1}, 0).best, IsEmpty());
}

TEST(ChooseSamples, WhatIsNotFiniteIsWorst) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const Samples samples = choose_samples(std::vector<double>{0.5, nan, 0.9, 0.1, nan}, 2);
  EXPECT_THAT(samples.worst, ElementsAre(1, 4));
  EXPECT_THAT(samples.best, ElementsAre(2, 0));
  EXPECT_TRUE(choose_samples(std::vector<double>{nan, nan}, 2).all_equal);
}

Item pass(const std::string& id, const std::string& question, int64_t shift) {
  Item item{.id = id};
  item.official = {{"question", question}, {"shift", shift}};
  return item;
}

TEST(ItemsById, OwnIdsFirst) {
  std::vector<Item> items(3);
  items[0].id = "a";
  items[1].id = "b";
  items[2].id = "c";
  items[0].official = {{"question", "b"}};  // a field of that name in another benchmark
  const auto found = items_by_id(items);
  EXPECT_EQ(found.at("a"), 0);
  EXPECT_EQ(found.at("b"), 1);
  EXPECT_EQ(found.at("c"), 2);
}

TEST(ItemsById, FirstPassStandsForTheQuestion) {
  const std::vector<Item> items = {pass("q7-1", "7", 1), pass("q7-0", "7", 0), pass("q8-0", "8", 0),
                                   pass("q8-1", "8", 1), pass("q9-2", "9", 2)};
  const auto found = items_by_id(items);
  EXPECT_EQ(found.at("7"), 1);
  EXPECT_EQ(found.at("8"), 2);
  EXPECT_EQ(found.at("9"), 4);  // has no first pass
  EXPECT_EQ(found.at("q7-1"), 0);
  EXPECT_THAT(found, SizeIs(8));
}

TEST(QuestionId, NumberOrTextOrOwnId) {
  Item item{.id = "own"};
  EXPECT_EQ(question_id(item), "own");
  item.official = {{"question", 241}};
  EXPECT_EQ(question_id(item), "241");
  item.official = {{"question", "241"}};
  EXPECT_EQ(question_id(item), "241");
  item.official = {{"question", {1, 2}}};
  EXPECT_EQ(question_id(item), "own");
}

}  // namespace
}  // namespace lion::eval
