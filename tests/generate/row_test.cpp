#include "lion/generate/row.h"

#include <gtest/gtest.h>

#include "tests/generate/fake_decoder.h"

namespace lion {
namespace {

using Extensions = std::vector<Search::Extension>;

TEST(Rows, FirstChildTakesTheRowAndOthersForkIt) {
  FakeDecoder decoder(random_model(1, 4, 1));
  std::vector<DecoderRow> rows;
  rows.emplace_back(decoder, 0);
  const Decoder::RowId first = rows[0].id();
  rows = follow(std::move(rows), Extensions{{0, 2}, {0, 3}, {0, 1}});
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_EQ(rows[0].id(), first);
  EXPECT_EQ(decoder.forks, 2u);
  const Decoder::RowId last = rows[2].id();
  rows = follow(std::move(rows), Extensions{{2, 0}, {0, 0}, {2, 0}});
  EXPECT_EQ(rows[0].id(), last);
  EXPECT_EQ(rows[1].id(), first);
  EXPECT_EQ(decoder.forks, 3u);
  EXPECT_EQ(decoder.most_rows, 3u);  // the childless row went before the fork came
  EXPECT_FALSE(decoder.clean());
  rows = follow(std::move(rows), {});
  EXPECT_TRUE(decoder.clean());
}

TEST(Rows, AFailingForkLeaksNothing) {
  class Full : public FakeDecoder {
   public:
    using FakeDecoder::FakeDecoder;
    RowId fork(RowId) override { throw std::runtime_error("full"); }
  };
  Full decoder(random_model(1, 4, 1));
  std::vector<DecoderRow> rows;
  rows.emplace_back(decoder, 0);
  rows.emplace_back(decoder, 0);
  EXPECT_THROW(follow(std::move(rows), Extensions{{0, 1}, {0, 2}}), std::runtime_error);
  EXPECT_TRUE(decoder.clean());
}

TEST(Rows, MovedFromOwnsNothing) {
  FakeDecoder decoder(random_model(1, 4, 1));
  {
    DecoderRow one(decoder, 0);
    DecoderRow other = std::move(one);
    EXPECT_TRUE(one.empty());
    one = std::move(other);
    EXPECT_FALSE(one.empty());
    one = DecoderRow(decoder, 1);
  }
  EXPECT_TRUE(decoder.clean());
}

}  // namespace
}  // namespace lion
