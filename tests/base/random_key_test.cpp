#include "lion/base/random_key.h"

#include <gtest/gtest.h>

#include <bit>
#include <set>

#include "lion/base/random.h"

namespace lion {
namespace {

constexpr auto kSample = KeyPurpose::kSample;

// A change of these numbers changes what every saved run goes on with.
TEST(RandomKey, IsTheSameEverywhere) {
  EXPECT_EQ(random_key(kSample, 0), 0x2a7349e4acb61b7u);
  EXPECT_EQ(random_key(kSample, 1, 2, 3), 0x66b947bdce6d4272u);
  EXPECT_EQ(random_key(KeyPurpose::kDataset, 1, 2, 3), 0xa9c6787611ba4fd8u);
}

TEST(RandomKey, DependsOnEveryNumberAndTheirOrder) {
  std::set<uint64_t> keys;
  for (int64_t seed = 0; seed < 4; ++seed) {
    for (int64_t step = 0; step < 50; ++step) {
      for (int64_t place = 0; place < 50; ++place) {
        keys.insert(random_key(kSample, seed, step, place));
        keys.insert(random_key(KeyPurpose::kOrder, seed, step, place));
      }
    }
  }
  EXPECT_EQ(keys.size(), 4u * 50 * 50 * 2);
  EXPECT_NE(random_key(kSample, 0, 0), random_key(kSample, 0));
  EXPECT_NE(random_key(kSample, 0, 0), random_key(kSample, 0, 0, 0));
}

TEST(RandomKey, OneBitMovesHalfOfTheBits) {
  int64_t moved = 0;
  for (int64_t step = 0; step < 200; ++step) {
    for (int bit = 0; bit < 32; ++bit) {
      moved += std::popcount(random_key(kSample, 7, step) ^
                             random_key(kSample, 7, step ^ int64_t{1} << bit));
    }
  }
  EXPECT_NEAR(static_cast<double>(moved) / (200 * 32), 32.0, 0.3);
}

TEST(RandomKey, NeighboursSeedUnrelatedNumbers) {
  double sum = 0.0, product = 0.0;
  const int n = 20000;
  for (int step = 0; step < n; ++step) {
    const double a = Random(random_key(kSample, 1, step)).uniform() - 0.5;
    const double b = Random(random_key(kSample, 1, step + 1)).uniform() - 0.5;
    sum += a;
    product += a * b;
  }
  EXPECT_NEAR(sum / n, 0.0, 0.01);
  EXPECT_NEAR(product / n, 0.0, 0.003);
}

}  // namespace
}  // namespace lion
