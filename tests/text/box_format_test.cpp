#include "lion/text/box_format.h"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>
#include <map>
#include <random>

#include "lion/base/error.h"
#include "lion/base/str.h"

namespace lion {
namespace {

using testing::AllOf;
using testing::HasSubstr;

constexpr BoxFormat kPixelCorners = {BoxUnit::kPixels, BoxOrder::kCorners};
constexpr BoxFormat kPixelSizes = {BoxUnit::kPixels, BoxOrder::kSizes};
constexpr BoxFormat kFractionCorners = {BoxUnit::kFractions, BoxOrder::kCorners};

struct Sample {
  PixelBox box;
  int64_t width, height;
};

/// Boxes as annotations have them: whole pixels, anywhere in images of several sizes.
std::vector<Sample> samples(size_t n, uint64_t seed) {
  std::mt19937_64 random(seed);
  const auto from = [&](int64_t low, int64_t high) {
    return std::uniform_int_distribution<int64_t>(low, high)(random);
  };
  std::vector<Sample> all;
  for (size_t i = 0; i < n; ++i) {
    const int64_t w = from(300, 640), h = from(300, 640);
    const int64_t x0 = from(0, w - 60), y0 = from(0, h - 60);
    const int64_t x1 = from(x0 + 20, w), y1 = from(y0 + 20, h);
    const auto d = [](int64_t v) { return static_cast<double>(v); };
    all.push_back({{d(x0), d(y0), d(x1), d(y1)}, w, h});
  }
  return all;
}

/// The numbers of a box in a format, rounded to `digits` behind the point.
std::array<double, 4> written(const Sample& sample, const BoxFormat& format, int digits) {
  const PixelBox& box = sample.box;
  constexpr std::array<double, 4> kWhole = {0, 1, 100, 1000};
  const double whole = kWhole[static_cast<size_t>(format.unit)];
  const double by_x = whole == 0 ? 1 : whole / static_cast<double>(sample.width);
  const double by_y = whole == 0 ? 1 : whole / static_cast<double>(sample.height);
  const double x0 = box.x0 * by_x, y0 = box.y0 * by_y, x1 = box.x1 * by_x, y1 = box.y1 * by_y;
  std::array<double, 4> numbers{};
  switch (format.order) {
    case BoxOrder::kCorners:
      numbers = {x0, y0, x1, y1};
      break;
    case BoxOrder::kSizes:
      numbers = {x0, y0, x1 - x0, y1 - y0};
      break;
    case BoxOrder::kYFirst:
      numbers = {y0, x0, y1, x1};
      break;
    case BoxOrder::kCentre:
      numbers = {(x0 + x1) / 2, (y0 + y1) / 2, x1 - x0, y1 - y0};
      break;
  }
  const double scale = std::pow(10, digits);
  for (double& one : numbers) one = std::round(one * scale) / scale;
  return numbers;
}

BoxFormatGuess::Result guess(const std::vector<Sample>& all, const BoxFormat& format,
                             const BoxFormat& declared, bool with_truth) {
  BoxFormatGuess guess(declared);
  const int digits = format.unit == BoxUnit::kFractions ? 3 : 0;
  for (const Sample& one : all) {
    guess.add(written(one, format, digits), one.width, one.height, with_truth ? &one.box : nullptr);
  }
  return guess.result();
}

TEST(BoxFormats, NamesAndWords) {
  EXPECT_EQ(parse_box_format("pixels", "test"), kPixelCorners);
  EXPECT_EQ(parse_box_format("xywh", "test"), kPixelSizes);
  EXPECT_EQ(parse_box_format("yxyx_thousandths", "test"),
            (BoxFormat{BoxUnit::kThousandths, BoxOrder::kYFirst}));
  EXPECT_EQ(box_format_words({BoxUnit::kPercent, BoxOrder::kSizes}),
            "x,y,width,height in percent (0 to 100)");
  try {
    parse_box_format("cm", "c.json");
    FAIL();
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(),
                AllOf(HasSubstr("c.json"), HasSubstr("\"cm\""), HasSubstr("xywh_pixels")));
  }
}

TEST(BoxFormats, EveryNameMeansTheSameBox) {
  const std::map<std::string, std::array<double, 4>> same = {
      {"xyxy_pixels", {10, 10, 60, 40}},          {"xywh_pixels", {10, 10, 50, 30}},
      {"xyxy_fractions", {.1, .2, .6, .8}},       {"xywh_fractions", {.1, .2, .5, .6}},
      {"xyxy_thousandths", {100, 200, 600, 800}}, {"xywh_thousandths", {100, 200, 500, 600}},
      {"xyxy_percent", {10, 20, 60, 80}},         {"xywh_percent", {10, 20, 50, 60}},
      {"yxyx_pixels", {10, 10, 40, 60}},          {"cxcywh_pixels", {35, 25, 50, 30}},
      {"yxyx_fractions", {.2, .1, .8, .6}},       {"cxcywh_fractions", {.35, .5, .5, .6}},
      {"yxyx_thousandths", {200, 100, 800, 600}}, {"cxcywh_thousandths", {350, 500, 500, 600}},
      {"yxyx_percent", {20, 10, 80, 60}},         {"cxcywh_percent", {35, 50, 50, 60}}};
  EXPECT_EQ(box_format_names().size(), same.size());
  for (const auto& [name, numbers] : same) {
    const BoxFormat format = parse_box_format(name, "test");
    EXPECT_EQ(box_format_name(format), name);
    const PixelBox box = box_in_pixels(numbers, format, 100, 50);
    EXPECT_NEAR(box.x0, 10, 1e-9) << name;
    EXPECT_NEAR(box.y0, 10, 1e-9) << name;
    EXPECT_NEAR(box.x1, 60, 1e-9) << name;
    EXPECT_NEAR(box.y1, 40, 1e-9) << name;
    EXPECT_EQ(box_fault(numbers, format, 100, 50), "") << name;
  }
}

TEST(BoxFormats, AFaultNamesTheFormatThatFits) {
  const auto fault = [](const std::array<double, 4>& numbers, const BoxFormat& format) {
    return box_fault(numbers, format, 100, 50);
  };
  EXPECT_THAT(fault({60, 20, 30, 20}, kPixelCorners),
              AllOf(HasSubstr("x1 <= x0: is this x,y,width,height?"), HasSubstr("xywh_pixels")));
  EXPECT_THAT(fault({.1, .2, .5, .9}, kPixelCorners), HasSubstr("xyxy_fractions"));
  EXPECT_THAT(fault({10, 20, 60, 40}, kFractionCorners), HasSubstr("xyxy_pixels"));
  EXPECT_THAT(fault({std::nan(""), 0, 1, 1}, kPixelCorners), HasSubstr("not finite"));
}

TEST(BoxFormats, InPixels) {
  const PixelBox box = {20, 30, 60, 90};
  EXPECT_EQ(box_in_pixels({20, 30, 60, 90}, kPixelCorners, 0, 0), box);
  EXPECT_EQ(box_in_pixels({20, 30, 40, 60}, kPixelSizes, 0, 0), box);
  EXPECT_EQ(
      box_in_pixels({100, 75, 300, 225}, {BoxUnit::kThousandths, BoxOrder::kCorners}, 200, 400),
      box);
  EXPECT_EQ(box_in_pixels({7.5, 10, 22.5, 30}, {BoxUnit::kPercent, BoxOrder::kYFirst}, 200, 400),
            box);
  EXPECT_EQ(
      box_in_pixels({0.25, 0.25, 0.5, 0.5}, {BoxUnit::kFractions, BoxOrder::kCentre}, 80, 160),
      (PixelBox{0, 0, 40, 80}));
}

TEST(BoxFormats, FaultsOfCorners) {
  EXPECT_EQ(corners_fault({80, 80, 40, 40}), "x1 < x0: is this x,y,width,height?");
  EXPECT_EQ(corners_fault({10, 80, 40, 40}), "y1 < y0: is this x,y,width,height?");
  EXPECT_EQ(corners_fault({10, 10, 10, 40}), "it has no area");
  EXPECT_EQ(corners_fault({0, 0, std::nan(""), 1}), "one of its numbers is not finite");
  EXPECT_EQ(corners_fault({10, 10, 40, 40}), "");
}

TEST(BoxFormatGuess, TheDeclaredFormatStaysWhereItFits) {
  for (uint64_t seed = 0; seed < 50; ++seed) {
    for (const size_t n : {1u, 3u, 12u, 100u}) {
      const auto all = samples(n, seed);
      for (const BoxFormat& format : {kPixelCorners, kPixelSizes, kFractionCorners}) {
        for (const bool truth : {false, true}) {
          const auto result = guess(all, format, format, truth);
          EXPECT_EQ(result.format, format);
          EXPECT_EQ(result.words, "") << seed << " " << n;
        }
      }
    }
  }
  EXPECT_EQ(BoxFormatGuess(kPixelCorners).result().words, "");
}

TEST(BoxFormatGuess, OtherUnitsAndOrdersAreFoundFromTheNumbers) {
  using enum BoxUnit;
  using enum BoxOrder;
  for (uint64_t seed = 0; seed < 50; ++seed) {
    const auto all = samples(24, seed);
    for (const BoxFormat& declared : {kPixelCorners, kPixelSizes, kFractionCorners}) {
      for (const BoxFormat& format :
           {BoxFormat{kFractions, kCorners}, BoxFormat{kThousandths, kCorners},
            BoxFormat{kPercent, kCorners}, BoxFormat{kPixels, kCorners}}) {
        if (format == declared) continue;
        const auto result = guess(all, format, declared, false);
        EXPECT_EQ(result.format, format) << result.words << " seed " << seed;
        EXPECT_TRUE(result.other);
        EXPECT_THAT(result.words, AllOf(HasSubstr(box_format_words(format)),
                                        HasSubstr(box_format_words(declared))));
      }
    }
    EXPECT_EQ(guess(all, kPixelSizes, kPixelCorners, false).format, kPixelSizes);
  }
}

/// How well boxes written in one format and read in another agree with what they are.
double mean_agreement(const std::vector<Sample>& all, const BoxFormat& format,
                      const BoxFormat& read) {
  double sum = 0;
  const int digits = format.unit == BoxUnit::kFractions ? 3 : 0;
  for (const Sample& one : all) {
    sum +=
        box_iou(box_in_pixels(written(one, format, digits), read, one.width, one.height), one.box);
  }
  return sum / static_cast<double>(all.size());
}

TEST(BoxFormatGuess, WithWhatIsRightAllFormatsAreFound) {
  std::map<std::string, int> missed;
  for (uint64_t seed = 0; seed < 50; ++seed) {
    const auto all = samples(12, seed);
    for (const BoxFormat& declared : {kPixelCorners, kFractionCorners}) {
      for (const BoxUnit unit :
           {BoxUnit::kPixels, BoxUnit::kFractions, BoxUnit::kPercent, BoxUnit::kThousandths}) {
        for (const BoxOrder order :
             {BoxOrder::kCorners, BoxOrder::kSizes, BoxOrder::kYFirst, BoxOrder::kCentre}) {
          const BoxFormat format{unit, order};
          const auto result = guess(all, format, declared, true);
          if (result.format == format) continue;
          // Orders may agree too well to be distinguished for certain; then it scores well anyway.
          EXPECT_EQ(unit, declared.unit) << box_format_words(format) << " seed " << seed;
          EXPECT_EQ(result.format, declared) << box_format_words(format) << " seed " << seed;
          EXPECT_GT(mean_agreement(all, format, result.format), 0.3)
              << box_format_words(format) << " seed " << seed;
          ++missed[box_format_name(format)];
        }
      }
    }
  }
  for (const auto& [name, count] : missed) EXPECT_LT(count, 5) << name << " of 100";
}

TEST(BoxFormatGuess, FewBoxesAreNamedOnly) {
  BoxFormatGuess guess(kPixelCorners);
  guess.add({0.1, 0.2, 0.3, 0.4}, 640, 480);
  const auto result = guess.result();
  EXPECT_FALSE(result.other);
  EXPECT_EQ(result.format, kPixelCorners);
  EXPECT_THAT(result.words, HasSubstr("look like x0,y0,x1,y1 as fractions"));
}

TEST(BoxFormatGuess, AMixtureIsSaid) {
  BoxFormatGuess guess(kFractionCorners);
  for (int i = 0; i < 6; ++i) guess.add({100, 100, 300, 200}, 640, 480);
  for (int i = 0; i < 4; ++i) guess.add({0.1, 0.1, 0.3, 0.3}, 640, 480);
  EXPECT_FALSE(guess.result().other);
  EXPECT_THAT(guess.result().words, HasSubstr("only 4 of 10 boxes"));
}

TEST(BoxFormatGuess, ReadersThatDoNotConvertSaySo) {
  BoxFormatGuess guess(kPixelCorners);
  for (int i = 0; i < 9; ++i) guess.add({0.1, 0.2, 0.3, 0.4}, 640, 480);
  EXPECT_TRUE(guess.result().other);
  EXPECT_FALSE(guess.result(false).other);
  EXPECT_THAT(guess.result(false).words, HasSubstr("look like"));
}

TEST(BoxFormatGuess, OddNumbersDoNoHarm) {
  BoxFormatGuess guess(kFractionCorners);
  const double infinity = std::numeric_limits<double>::infinity();
  const PixelBox truth = {0, 0, 1, 1};
  for (int i = 0; i < 9; ++i) guess.add({0, 0, infinity, infinity}, 640, 480, &truth);
  for (int i = 0; i < 9; ++i) guess.add({std::nan(""), -infinity, 1e300, 0}, 0, 0, &truth);
  EXPECT_FALSE(guess.result().other);
}

}  // namespace
}  // namespace lion
