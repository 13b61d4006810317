#include "lion/data/permutation.h"

#include <cstdlib>
#include <map>
#include <set>
#include <vector>

#include "loader_fixtures.h"

namespace lion::data {
namespace {

std::vector<int64_t> order(int64_t size, uint64_t key) {
  const Permutation permutation(size, key);
  std::vector<int64_t> out(size);
  for (int64_t i = 0; i < size; ++i) out[i] = permutation(i);
  return out;
}

TEST(Permutation, MeetsEveryNumberOnce) {
  std::vector<int64_t> sizes{1000, 4096, 4097, (1 << 20) + 7};
  for (int64_t size = 1; size <= 70; ++size) sizes.push_back(size);
  for (const int64_t size : sizes) {
    for (const uint64_t key : {0u, 1u, 77u}) {
      std::vector<bool> met(size, false);
      for (const int64_t at : order(size, key)) {
        ASSERT_TRUE(at >= 0 && at < size) << size;
        ASSERT_FALSE(met[at]) << size << ": " << at << " twice";
        met[at] = true;
      }
    }
  }
}

TEST(Permutation, KeysGiveOtherOrders) {
  EXPECT_EQ(order(1000, 5), order(1000, 5));
  EXPECT_NE(order(1000, 5), order(1000, 6));
}

TEST(Permutation, AllOrdersOfThreeAreEquallyLikely) {
  const int keys = 12000;
  std::map<std::vector<int64_t>, int> counts;
  for (int key = 0; key < keys; ++key) ++counts[order(3, key)];
  ASSERT_EQ(counts.size(), 6u);
  for (const auto& [order, count] : counts) EXPECT_NEAR(count, keys / 6.0, 250);
}

TEST(Permutation, EveryPlaceIsEquallyLikely) {
  const int64_t size = 10;
  const int keys = 20000;
  std::vector<int> counts(size * size, 0);
  for (int key = 0; key < keys; ++key) {
    const Permutation permutation(size, key);
    for (int64_t i = 0; i < size; ++i) ++counts[i * size + permutation(i)];
  }
  // 2000 expected; 5 standard deviations of a binomial are 212.
  for (const int count : counts) EXPECT_NEAR(count, keys / 10.0, 220);
}

TEST(Permutation, NeighboursPart) {
  const int64_t size = 100000;
  const std::vector<int64_t> got = order(size, 3);
  int64_t fixed = 0, adjacent = 0, ascending = 0;
  for (int64_t i = 0; i + 1 < size; ++i) {
    fixed += got[i] == i ? 1 : 0;
    adjacent += std::abs(got[i + 1] - got[i]) == 1 ? 1 : 0;
    ascending += got[i + 1] > got[i] ? 1 : 0;
  }
  EXPECT_LE(fixed, 8);      // 1 expected
  EXPECT_LE(adjacent, 12);  // 2 expected
  EXPECT_NEAR(static_cast<double>(ascending) / size, 0.5, 0.01);
}

TEST(Permutation, LargeSizesWork) {
  const int64_t size = (int64_t{1} << 40) + 5;
  const Permutation permutation(size, 1);
  EXPECT_LT(permutation(size - 1), size);
  std::set<int64_t> met;
  int64_t above_half = 0;
  for (int64_t i = 0; i < 1000; ++i) {
    const int64_t at = permutation(i);
    EXPECT_GE(at, 0);
    EXPECT_LT(at, size);
    EXPECT_TRUE(met.insert(at).second) << at << " twice";
    above_half += at > size / 2 ? 1 : 0;
  }
  EXPECT_GT(above_half, 400);  // 500 expected, 16 off the usual
  EXPECT_LT(above_half, 600);
}

TEST(Permutation, RefusesNothingToPermute) {
  EXPECT_THAT(error_of<InputError>([] { Permutation(0, 1); }),
              testing::AllOf(testing::HasSubstr("permutation: the size is 0"),
                             testing::HasSubstr("Leave out")));
}

}  // namespace
}  // namespace lion::data
