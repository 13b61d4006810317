#include "lion/data/micro_batches.h"

#include <algorithm>
#include <numeric>

#include "lion/base/random.h"
#include "loader_fixtures.h"

namespace lion::data {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

std::vector<int64_t> random_lengths(int64_t n) {
  Random random(5);
  std::vector<int64_t> lengths(n);
  for (int64_t& length : lengths) length = static_cast<int64_t>(random.below(500));
  return lengths;
}

TEST(MicroBatches, InOrderIsContiguous) {
  const MicroBatchShards shards =
      shard_micro_batches(std::vector<int64_t>{9, 1, 8, 2, 7, 3, 6, 4},
                          {.grouping = Grouping::kInOrder, .micro_batch = 2, .world = 2});
  EXPECT_THAT(shards, ElementsAre(ElementsAre(ElementsAre(0, 1), ElementsAre(2, 3)),
                                  ElementsAre(ElementsAre(4, 5), ElementsAre(6, 7))));
}

TEST(MicroBatches, NeighboursInLengthGoTogetherAndRanksTakeTurns) {
  const MicroBatchShards shards = shard_micro_batches(std::vector<int64_t>{9, 1, 8, 2, 7, 3, 6, 4},
                                                      {.micro_batch = 2, .world = 2});
  EXPECT_THAT(shards, ElementsAre(ElementsAre(ElementsAre(0, 2), ElementsAre(3, 1)),
                                  ElementsAre(ElementsAre(4, 6), ElementsAre(7, 5))));
}

TEST(MicroBatches, EverySampleOnceWhateverTheWorld) {
  const std::vector<int64_t> lengths = random_lengths(64);
  for (const Grouping grouping : {Grouping::kInOrder, Grouping::kByLength}) {
    for (const int64_t world : {1, 2, 4, 8}) {
      std::vector<int64_t> met;
      for (const auto& rank : shard_micro_batches(lengths, {grouping, 4, world})) {
        EXPECT_EQ(std::ssize(rank), 64 / 4 / world);
        for (const auto& group : rank) met.insert(met.end(), group.begin(), group.end());
      }
      std::sort(met.begin(), met.end());
      std::vector<int64_t> all(64);
      std::iota(all.begin(), all.end(), 0);
      EXPECT_EQ(met, all);
    }
  }
}

TEST(MicroBatches, ByLengthPadsLessAndSharesTheWork) {
  const std::vector<int64_t> lengths = random_lengths(256);
  // What a rank computes: each group as long as its longest sample.
  const auto work = [&](Grouping grouping) {
    std::vector<int64_t> out;
    for (const auto& rank : shard_micro_batches(lengths, {grouping, 8, 4})) {
      int64_t sum = 0;
      for (const auto& group : rank) {
        int64_t longest = 0;
        for (const int64_t at : group) longest = std::max(longest, lengths[at]);
        sum += longest * std::ssize(group);
      }
      out.push_back(sum);
    }
    return out;
  };
  const auto ordered = work(Grouping::kInOrder), grouped = work(Grouping::kByLength);
  const auto sum = [](const auto& v) { return std::accumulate(v.begin(), v.end(), int64_t{0}); };
  EXPECT_LT(static_cast<double>(sum(grouped)), 0.65 * static_cast<double>(sum(ordered)));
  const auto [least, most] = std::minmax_element(grouped.begin(), grouped.end());
  EXPECT_LT(static_cast<double>(*most - *least), 0.04 * static_cast<double>(*most));
}

TEST(MicroBatches, RefusesABatchThatCannotBeShared) {
  const std::vector<int64_t> lengths(12, 1);
  EXPECT_THAT(
      error_of<InputError>([&] { shard_micro_batches(lengths, {.micro_batch = 4, .world = 2}); }),
      AllOf(HasSubstr("12 samples"), HasSubstr("2 processes in groups of 4"),
            HasSubstr("Change batch, micro_batch")));
  EXPECT_THROW(shard_micro_batches(lengths, {.micro_batch = 0}), InputError);
  EXPECT_THROW(shard_micro_batches({}, {}), InputError);
}

}  // namespace
}  // namespace lion::data
