#include "lion/train/curve_svg.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <pugixml.hpp>

#include "lion/base/error.h"

namespace lion::train {
namespace {

using testing::DoubleNear;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

CurveSeries falling(const std::string& name, int n, double from) {
  CurveSeries series{name, {}};
  for (int i = 0; i < n; ++i) {
    series.points.push_back({i * 10.0, from * std::exp(-i / 300.0) + 0.1 * std::sin(i * 12.9898)});
  }
  return series;
}

pugi::xml_document parsed(const std::string& svg) {
  pugi::xml_document document;
  EXPECT_TRUE(document.load_string(svg.c_str())) << svg.substr(0, 200);
  return document;
}

int64_t count(const std::string& svg, const std::string& what) {
  int64_t n = 0;
  for (size_t at = svg.find(what); at != svg.npos; at = svg.find(what, at + 1)) ++n;
  return n;
}

/// The corners of the drawn lines, as x,y pairs of all polylines.
std::vector<CurvePoint> corners(const std::string& svg) {
  std::vector<CurvePoint> out;
  const pugi::xml_document document = parsed(svg);
  for (const auto& line : document.select_nodes("//polyline")) {
    for (const std::string& pair : split(line.node().attribute("points").value(), ' ')) {
      if (pair.empty()) continue;
      const auto xy = split(pair, ',');
      out.push_back({std::stod(xy.at(0)), std::stod(xy.at(1))});
    }
  }
  return out;
}

TEST(CurveSvg, OneLinePerSeriesAndALegend) {
  const std::vector<CurveSeries> series{falling("image", 800, 4), falling("region", 800, 2)};
  const std::string svg = curve_svg(series, {.title = "Stage 3"});
  EXPECT_EQ(count(svg, "<polyline"), 2);
  for (const char* text : {">Stage 3<", ">step<", ">loss<", ">image<", ">region<", ">2k<"}) {
    EXPECT_THAT(svg, HasSubstr(text));
  }
  EXPECT_THAT(svg, Not(HasSubstr("nan")));
}

TEST(CurveSvg, OneSeriesNeedsNoLegend) {
  EXPECT_THAT(curve_svg(std::vector{falling("only", 50, 1)}, {}), Not(HasSubstr(">only<")));
}

TEST(CurveSvg, WithoutSmoothingTheLineIsTheValues) {
  const std::vector<CurveSeries> series{{"a", {{0, 0}, {5, 5}, {10, 10}}}};
  const auto got = corners(curve_svg(series, {.smoothing = 0}));
  ASSERT_EQ(got.size(), 3u);
  EXPECT_NEAR(got[1].x, (got[0].x + got[2].x) / 2, 0.11);
  EXPECT_NEAR(got[1].y, (got[0].y + got[2].y) / 2, 0.11);
  EXPECT_GT(got[0].y, got[2].y) << "larger values are higher up";
}

TEST(CurveSvg, LinesStayInTheImage) {
  const std::vector<CurveSeries> series{falling("a", 5000, 100), falling("b", 3, -4)};
  for (const CurvePoint& p : corners(curve_svg(series, {.width = 600, .height = 300}))) {
    EXPECT_TRUE(p.x >= 0 && p.x <= 600 && p.y >= 0 && p.y <= 300) << p.x << " " << p.y;
  }
}

TEST(CurveSvg, LongRunsStaySmall) {
  const std::vector<CurveSeries> series{falling("a", 60000, 4)};
  EXPECT_LT(curve_svg(series, {}).size(), 100'000u);
}

TEST(CurveSvg, ValuesThatAreNotFiniteAreLeftOut) {
  CurveSeries series = falling("a", 10, 2);
  series.points[3].y = kNan;
  series.points[5].y = std::numeric_limits<double>::infinity();
  const auto got = corners(curve_svg(std::vector{series}, {}));
  EXPECT_EQ(got.size(), 8u);
}

TEST(CurveSvg, NothingToDrawIsSaid) {
  for (const auto& series :
       std::vector<std::vector<CurveSeries>>{{}, {{"a", {}}}, {{"a", {{0, kNan}}}}}) {
    const std::string svg = curve_svg(series, {.title = "t"});
    parsed(svg);
    EXPECT_THAT(svg, HasSubstr("no points yet"));
  }
}

TEST(CurveSvg, APointAloneOrEqualValues) {
  for (const auto& points :
       std::vector<std::vector<CurvePoint>>{{{7, 3}}, {{0, 0}, {1, 0}}, {{0, -2}, {0, -2}}}) {
    const std::string svg = curve_svg(std::vector<CurveSeries>{{"a", points}}, {});
    EXPECT_THAT(svg, Not(HasSubstr("nan")));
    EXPECT_THAT(svg, Not(HasSubstr("inf")));
    EXPECT_FALSE(corners(svg).empty());
  }
}

TEST(CurveSvg, NamesAreEscaped) {
  const std::vector<CurveSeries> series{falling("a<b>&\"\x01", 5, 1), falling("c", 5, 1)};
  const std::string svg = curve_svg(series, {.title = "1 < 2 & 3"});
  EXPECT_STREQ(parsed(svg).select_node("//text[@class='title']").node().child_value(), "1 < 2 & 3");
}

TEST(NiceTicks, AreRoundNumbersWithinTheRange) {
  EXPECT_THAT(nice_ticks(0, 10, 5), ElementsAre(0, 2, 4, 6, 8, 10));
  EXPECT_THAT(nice_ticks(0, 1, 5),
              ElementsAre(DoubleNear(0, 1e-12), DoubleNear(0.2, 1e-12), DoubleNear(0.4, 1e-12),
                          DoubleNear(0.6, 1e-12), DoubleNear(0.8, 1e-12), DoubleNear(1, 1e-12)));
  EXPECT_THAT(nice_ticks(-3e6, 1.2e7, 3), ElementsAre(0, 5e6, 1e7));
  for (const auto& [low, high] : {std::pair{1e-7, 3e-7}, {-5.0, 7.3}, {99.0, 101.0}}) {
    const auto ticks = nice_ticks(low, high, 6);
    EXPECT_GE(ticks.size(), 3u);
    EXPECT_LE(ticks.size(), 13u);
    EXPECT_TRUE(std::is_sorted(ticks.begin(), ticks.end()));
  }
}

TEST(NiceTicks, RefuseWhatIsNoRange) {
  EXPECT_THROW(nice_ticks(1, 1, 5), InputError);
  EXPECT_THROW(nice_ticks(0, kNan, 5), InputError);
}

TEST(Smooth, IsTheMovingAverageCorrectedForItsBeginning) {
  const std::vector<CurvePoint> points{{0, 4}, {1, 8}, {2, 8}};
  const auto got = smooth(points, 0.5);
  EXPECT_EQ(got[0].y, 4);
  EXPECT_NEAR(got[1].y, (0.5 * 4 + 8) / 1.5, 1e-12);
  EXPECT_NEAR(got[2].y, (0.25 * 4 + 0.5 * 8 + 8) / 1.75, 1e-12);
  EXPECT_EQ(smooth(points, 0)[1].y, 8);
}

}  // namespace
}  // namespace lion::train
