#include "lion/eval/report/bar_chart.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "lion/base/str.h"

namespace lion::eval {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

TEST(ScoreChart, WidthsOnOneAxis) {
  const std::vector<ScoreBar> bars = {
      {.name = "A", .link = "#b-a", .score = 50, .interval = Interval{40, 60}, .paper_4b = 75},
      {.name = "B", .link = "#b-b", .paper_12b = 25}};
  const std::string html = score_chart(bars);
  EXPECT_THAT(html, HasSubstr("<rect class=\"ours\" x=\"0.00\" y=\"3.00\" width=\"50.00\""));
  EXPECT_THAT(html, HasSubstr("<rect class=\"paper4\" x=\"0.00\" y=\"14.00\" width=\"75.00\""));
  EXPECT_THAT(html, HasSubstr("<rect class=\"paper12\" x=\"0.00\" y=\"19.00\" width=\"25.00\""));
  EXPECT_THAT(html, HasSubstr("<line class=\"whisker\" x1=\"40.00\" y1=\"7.50\" x2=\"60.00\""));
  EXPECT_THAT(html, HasSubstr("<b>50.0</b>"));
  EXPECT_THAT(html, HasSubstr("<b>–</b>"));
  EXPECT_THAT(html, HasSubstr(">100</i>"));
}

TEST(ScoreChart, CiderMakesTheAxisLonger) {
  const std::vector<ScoreBar> bars = {{.name = "captions", .score = 138.2, .paper_4b = 150}};
  const std::string html = score_chart(bars);
  EXPECT_THAT(html, HasSubstr("width=\"93.75\""));  // 150 of 160
  EXPECT_THAT(html, HasSubstr(">150</i>"));
  const std::vector<ScoreBar> odd = {{.name = "odd", .score = std::nan(""), .paper_4b = -3}};
  EXPECT_THAT(score_chart(odd), AllOf(HasSubstr("width=\"0.00\""), HasSubstr("<b>–</b>")));
}

TEST(CategoryTable, BestFirstWithCounts) {
  const std::vector<CategoryScore> categories = {
      {"colour_of", 1200, 0.25}, {"count & <b>", 31, 0.875}, {"none", 2, std::nan("")}};
  const std::string html = category_table(categories, "accuracy");
  const size_t colour = html.find("colour of"), count = html.find("count &amp; &lt;b&gt;");
  ASSERT_NE(count, std::string::npos);
  EXPECT_LT(count, colour);
  EXPECT_LT(colour, html.find(">none</th>"));
  EXPECT_THAT(html, HasSubstr("width=\"87.50\""));
  EXPECT_THAT(html, HasSubstr("<td class=\"number\">87.5</td><td class=\"number\">31</td>"));
  EXPECT_THAT(html, HasSubstr("<td class=\"number\">–</td><td class=\"number\">2</td>"));
  EXPECT_THAT(html, HasSubstr("<td class=\"number\">1,200</td>"));
}

TEST(IouCounts, AllTenOrNone) {
  Metrics metrics = {{"accuracy", 0.5}};
  for (int bin = 0; bin < 10; ++bin) metrics.emplace_back(str("iou_0.", bin), 10.0 * bin);
  const auto counts = iou_counts(metrics);
  ASSERT_TRUE(counts);
  EXPECT_EQ((*counts)[0], 0);
  EXPECT_EQ((*counts)[9], 90);
  metrics.pop_back();
  EXPECT_FALSE(iou_counts(metrics));
  metrics.emplace_back("iou_0.9", std::nan(""));
  EXPECT_FALSE(iou_counts(metrics));
  EXPECT_FALSE(iou_counts({}));
}

TEST(IouHistogram, HeightsAndHits) {
  const std::string html = iou_histogram({1000, 0, 0, 0, 500, 250, 0, 0, 0, 2000});
  EXPECT_THAT(html, HasSubstr("1,000</span><span class=\"column\" style=\"height:50.0px\">"));
  EXPECT_THAT(html, HasSubstr("500</span><span class=\"column\" style=\"height:25.0px\">"));
  EXPECT_THAT(html, HasSubstr("250</span><span class=\"column hit\" style=\"height:12.5px\">"));
  EXPECT_THAT(html, HasSubstr("2,000</span><span class=\"column hit\" style=\"height:100.0px\">"));
  EXPECT_THAT(iou_histogram({}), AllOf(HasSubstr("height:0.0px"), Not(HasSubstr("nan"))));
}

}  // namespace
}  // namespace lion::eval
