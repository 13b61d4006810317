#include "lion/text/unigram.h"

#include <cmath>

#include "text_fixtures.h"

namespace lion {
namespace {

using Ids = std::vector<int64_t>;

// 0 unknown, then pieces of growing score: the example in the documentation of Hugging Face.
const std::vector<Piece> kPieces{{"<unk>", 0.0}, {"a", 0.0},   {"b", 0.0},
                                 {"c", 0.0},     {"d", 0.0},   {"cd", 1.0},
                                 {"ab", 2.0},    {"abc", 5.0}, {"abcd", 10.0}};

TEST(Unigram, TakesTheHighestSum) {
  const Unigram model(kPieces, 0, "test");
  EXPECT_EQ(model.encode("abcd"), (Ids{8}));
  EXPECT_EQ(model.encode("abcdacdxx"), (Ids{8, 1, 5, 0}));
  EXPECT_EQ(model.encode("abc"), (Ids{7}));
  EXPECT_EQ(model.encode(""), (Ids{}));
}

TEST(Unigram, TiesGoToThePieceThatBeginsFirst) {
  const Unigram model({{"<unk>", 0.0}, {"a", -1.0}, {"b", -1.0}, {"ab", -2.0}}, 0, "test");
  EXPECT_EQ(model.encode("ab"), (Ids{3}));
}

TEST(Unigram, UnknownCharactersFuseAndCostTenBelowTheWorstPiece) {
  const Unigram model(kPieces, 0, "test");
  EXPECT_EQ(model.encode("aéü你b"), (Ids{1, 0, 2}));
  EXPECT_EQ(model.encode("éaü"), (Ids{0, 1, 0}));
  // "xy" is known though x and y are not: -25 beats two unknown ones of (-25 - 10) each.
  const Unigram costly({{"<unk>", 0.0}, {"xy", -25.0}}, 0, "test");
  EXPECT_EQ(costly.encode("xy"), (Ids{1}));
}

TEST(Unigram, RejectsBadVocabularies) {
  expect_error<InputError>([] { Unigram({}, 0, "here"); }, {"here", "unknown piece is 0", "again"});
  expect_error<InputError>([] { Unigram(kPieces, 9, "here"); }, {"here", "0 to 9 - 1"});
  expect_error<InputError>(
      [] {
        Unigram({{"a", std::nan("")}}, 0, "here");
      },
      {"here", "\"a\"", "finite", "again"});
}

}  // namespace
}  // namespace lion
