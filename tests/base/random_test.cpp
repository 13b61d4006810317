#include "lion/base/random.h"

#include <gtest/gtest.h>

namespace lion {
namespace {

TEST(Random, GivesThePublishedSequence) {
  // The first outputs of SplitMix64 from seed 1234567, as in its authors' test.
  Random random(1234567);
  EXPECT_EQ(random.next(), 6457827717110365317u);
  EXPECT_EQ(random.next(), 3203168211198807973u);
  EXPECT_EQ(random.next(), 9817491932198370423u);
}

TEST(Random, UniformCoversTheUnitInterval) {
  Random random(1);
  double sum = 0;
  double least = 1;
  double most = 0;
  for (int i = 0; i < 10'000; ++i) {
    const double value = random.uniform();
    ASSERT_GE(value, 0.0);
    ASSERT_LT(value, 1.0);
    sum += value;
    least = std::min(least, value);
    most = std::max(most, value);
  }
  EXPECT_NEAR(sum / 10'000, 0.5, 0.02);
  EXPECT_LT(least, 0.01);
  EXPECT_GT(most, 0.99);
}

TEST(Random, BelowStaysBelow) {
  Random random(2);
  int counts[3] = {};
  for (int i = 0; i < 3'000; ++i) ++counts[random.below(3)];
  for (const int count : counts) EXPECT_NEAR(count, 1'000, 150);
  EXPECT_EQ(random.below(1), 0u);
}

TEST(Random, SameSeedSameNumbers) {
  Random a(9);
  Random b(9);
  Random c(10);
  const uint64_t first = a.next();
  EXPECT_EQ(first, b.next());
  EXPECT_NE(first, c.next());
}

}  // namespace
}  // namespace lion
