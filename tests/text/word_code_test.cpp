#include "lion/text/word_code.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

namespace lion {
namespace {

double alike(const std::vector<float>& a, const std::vector<float>& b) {
  const auto dot = [](const auto& x, const auto& y) {
    return std::inner_product(x.begin(), x.end(), y.begin(), 0.0);
  };
  return dot(a, b) / std::sqrt(dot(a, a) * dot(b, b));
}

TEST(WordCode, IsOfTheWordsLettersAlone) {
  const std::vector<float> dog = word_code("dog", 128);
  for (const float one : dog) EXPECT_EQ(std::abs(one), 1);
  EXPECT_EQ(word_code("dog", 128), dog);
  const std::vector<float> longer = word_code("dog", 192);
  EXPECT_EQ(std::vector<float>(longer.begin(), longer.begin() + 128), dog);
  EXPECT_LT(std::abs(alike(dog, word_code("god", 128))), 0.35);
}

TEST(WordCode, SeveralWordsAreTheirMean) {
  const std::vector<float> ice = word_code("ice", 64), cream = word_code("cream", 64);
  const std::vector<float> both = word_code("ice cream", 64);
  for (size_t i = 0; i < both.size(); ++i) EXPECT_EQ(both[i], (ice[i] + cream[i]) / 2);
  EXPECT_EQ(word_code("", 3), std::vector<float>(3, 0));
}

TEST(NumberCode, NearNumbersAreAlike) {
  for (const int64_t length : {96, 128}) {
    const auto alike_to_3 = [&](double other) {
      return alike(number_code(0.3, length), number_code(other, length));
    };
    EXPECT_NEAR(alike_to_3(0.3), 1, 1e-6);
    EXPECT_GT(alike_to_3(0.31), 0.97);
    EXPECT_GT(alike_to_3(0.33), alike_to_3(0.4));
    EXPECT_LT(alike_to_3(0.6), 0.6);
  }
  const std::vector<float> code = number_code(0.7, 96), longer = number_code(0.7, 128);
  EXPECT_EQ(std::vector<float>(longer.begin(), longer.begin() + 96), code);
  EXPECT_NEAR(std::inner_product(code.begin(), code.end(), code.begin(), 0.0) / 96, 0.5, 1e-6);
}

}  // namespace
}  // namespace lion
