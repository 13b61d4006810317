#include "lion/eval/report/sample_view.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <limits>

#include "lion/image/decode.h"
#include "report_fixtures.h"

namespace lion::eval::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

/// The first image of a report, as a browser would see it.
Image first_image(const std::string& html) {
  constexpr std::string_view kStart = "src=\"data:image/jpeg;base64,";
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string bytes;
  uint32_t bits = 0;
  int have = 0;
  for (size_t at = html.find(kStart) + kStart.size(); kDigits.find(html[at]) != kDigits.npos;
       ++at) {
    bits = bits << 6 | static_cast<uint32_t>(kDigits.find(html[at]));
    have += 6;
    if (have < 8) continue;
    have -= 8;
    bytes += static_cast<char>(bits >> have & 0xFF);
  }
  return decode_image(std::as_bytes(std::span(bytes)), {}, "report");
}

/// Pixels that are nearly this colour.
int64_t count_near(const Image& image, int red, int green, int blue) {
  int64_t n = 0;
  for (size_t i = 0; i < image.rgb.size(); i += 3) {
    n += std::abs(image.rgb[i] - red) < 40 && std::abs(image.rgb[i + 1] - green) < 40 &&
         std::abs(image.rgb[i + 2] - blue) < 40;
  }
  return n;
}
int64_t green(const Image& image) { return count_near(image, 34, 178, 84); }
int64_t orange(const Image& image) { return count_near(image, 255, 122, 24); }

bool is_green(const Image& image, int64_t x, int64_t y) {
  const uint8_t* p = image.row(y) + 3 * x;
  return p[1] > 120 && p[1] > p[0] + 50 && p[1] > p[2] + 40;
}

TEST(SampleView, ImageIsScaledDownOnly) {
  TestRun run = vqa_run(1);
  run.options.load_item_image = [](const Item&) { return Image::black(800, 200); };
  EXPECT_THAT(run.report(), HasSubstr("width=\"320\" height=\"80\""));
  const Image wide = first_image(run.report());
  EXPECT_EQ(wide.width, 320);
  EXPECT_EQ(wide.height, 80);
  run.options.load_item_image = [](const Item&) { return Image::black(20, 30); };
  EXPECT_EQ(first_image(run.report()).height, 30);
  run.options.load_item_image = [](const Item&) { return Image::black(1, 3000); };
  EXPECT_EQ(first_image(run.report()).width, 1);
  run.options.image_side = 100;
  EXPECT_EQ(first_image(run.report()).height, 100);
}

TEST(SampleView, BothBoxesAreDrawnToScale) {
  TestRun run = grounding_run("It is at [0.5,0.5,0.9,0.95].");
  const std::string html = run.report();
  const Image image = first_image(html);
  ASSERT_EQ(image.width, 320);
  EXPECT_GT(green(image), 500);
  EXPECT_GT(orange(image), 500);
  EXPECT_TRUE(is_green(image, 32, 100));   // half of 64
  EXPECT_TRUE(is_green(image, 159, 100));  // half of 320
  EXPECT_FALSE(is_green(image, 96, 100));
  // Truth: 256 x 192 at (64, 96); answer: 256 x 216 at (320, 240); they touch in a line.
  EXPECT_THAT(html, AllOf(HasSubstr("IoU 0.000"), HasSubstr("64, 96 – 320, 288"),
                          HasSubstr("[0.5,0.5,0.9,0.95]")));
}

TEST(SampleView, OverlapOfTheBoxes) {
  EXPECT_THAT(grounding_run("[0.1,0.2,0.5,0.6]").report(), HasSubstr("IoU 1.000"));
  // The upper half of the truth.
  EXPECT_THAT(grounding_run("[0.1,0.2,0.5,0.4]").report(), HasSubstr("IoU 0.500"));
  EXPECT_THAT(grounding_run("[0.5,0.2,0.1,0.6]").report(),
              AllOf(HasSubstr("IoU 0.000"), HasSubstr("corners in the wrong order")));
  EXPECT_THAT(grounding_run("[0.1,0.2,3,4]").report(), HasSubstr("the box leaves the image"));
}

TEST(SampleView, AnswersWithoutAUsableBox) {
  TestRun run = grounding_run("I cannot see it.");
  EXPECT_THAT(run.report(), HasSubstr("no box in the answer"));
  const Image image = first_image(run.report());
  EXPECT_GT(green(image), 500);
  EXPECT_EQ(orange(image), 0);
  EXPECT_THAT(grounding_run("[0.1,0.2,0.3]").report(), HasSubstr("no box in the answer"));
  // Larger than any image, and than any number.
  EXPECT_THAT(grounding_run(str("[0,0,1,", std::string(30, '9'), "]")).report(),
              HasSubstr("data:image/jpeg"));
  EXPECT_THAT(grounding_run(str("[0,0,1,", std::string(400, '9'), "]")).report(),
              AllOf(HasSubstr("data:image/jpeg"), HasSubstr("r1")));
}

TEST(SampleView, TruthThatIsNoNumber) {
  TestRun run = grounding_run("[0.1,0.2,0.5,0.6]");
  run.benchmark.items[0].truth.box->x1 = std::nan("");
  EXPECT_THAT(run.report(),
              AllOf(HasSubstr("the truth has no finite box"), HasSubstr("data:image/jpeg")));
}

TEST(SampleView, ImageThatFails) {
  TestRun run = vqa_run(3);
  run.options.load_item_image = [](const Item& item) -> Image {
    if (item.id == "q1") throw ResourceError("read a<b.jpg: the file is missing. Copy it.");
    if (item.id == "q2") throw std::bad_alloc();
    return Image::black(8, 8);
  };
  const std::string html = run.report();
  EXPECT_THAT(html, HasSubstr("<b>No image.</b> read a&lt;b.jpg: the file is missing. Copy it."));
  EXPECT_EQ(count(html, "<b>No image.</b>"), 2);
  EXPECT_EQ(count(html, "data:image/jpeg"), 1);
  run.options.load_item_image = nullptr;
  EXPECT_EQ(count(run.report(), "Images were not asked for."), 3);
}

TestRun ranking_run(int64_t candidates, int64_t right) {
  TestRun run = vqa_run(1);
  run.info.metric = MetricKind::kRanking;
  Item& item = run.benchmark.items[0];
  item.truth.texts.clear();
  item.truth.candidate = right;
  for (int64_t i = 0; i < candidates; ++i) {
    item.candidates.push_back(str("answer number ", i));
    run.predictions[0].losses.push_back(100 - static_cast<double>(i));  // the last is likeliest
  }
  run.predictions[0].text = item.candidates.back();
  return run;
}

TEST(SampleView, CandidatesByLoss) {
  const std::string html = ranking_run(3, 0).report();
  const size_t last = html.find("answer number 2</"), first = html.find("answer number 0<");
  EXPECT_LT(html.find("answer number 2<span class=\"mark answer\">chosen</span>"), first);
  EXPECT_LT(html.find("answer number 1</th>"), first);
  EXPECT_EQ(html.find("answer number 2<span class=\"mark truth\""), std::string::npos);
  EXPECT_THAT(html, HasSubstr("answer number 0<span class=\"mark truth\">right</span>"));
  EXPECT_THAT(html, HasSubstr("<td class=\"number\">98.00</td>"));
  EXPECT_NE(last, std::string::npos);
  EXPECT_THAT(html, Not(HasSubstr("more candidates")));
}

TEST(SampleView, RightCandidateIsShownWhereverItIs) {
  const std::string html = ranking_run(100, 4).report();
  EXPECT_THAT(html, HasSubstr("<td class=\"number\">96</td><th scope=\"row\">answer number 4<"));
  EXPECT_EQ(count(html, "<th scope=\"row\">answer number"), 9);
  EXPECT_THAT(html, HasSubstr("91 more candidates"));
}

TEST(SampleView, LossesThatAreMissingOrNoNumbers) {
  TestRun run = ranking_run(3, 0);
  run.predictions[0].losses[2] = std::numeric_limits<double>::quiet_NaN();
  const std::string html = run.report();
  EXPECT_THAT(html, HasSubstr("answer number 1<span class=\"mark answer\">chosen</span>"));
  EXPECT_THAT(html, HasSubstr("answer number 2</th>"));
  EXPECT_LT(html.find("answer number 0<"), html.find("answer number 2</th>"));  // NaN is last
  run.predictions[0].losses.clear();
  run.predictions[0].text = "answer number 1";
  EXPECT_THAT(run.report(), AllOf(HasSubstr("answer number 1<span class=\"mark answer\">"),
                                  Not(HasSubstr(">loss</th>"))));
}

TEST(SampleView, WhatIsInTheImageIsListed) {
  TestRun run = vqa_run(2);
  run.info.metric = MetricKind::kTags;
  for (Item& item : run.benchmark.items) {
    item.candidates = {"cat", "dog", "kite"};
    item.truth = {.present = std::vector<int64_t>{}};
    item.prompt = "";
  }
  run.benchmark.items[0].truth.present = {0, 2};
  const std::string html = run.report();
  EXPECT_THAT(html, AllOf(HasSubstr("<li>cat</li><li>kite</li>"), Not(HasSubstr("<li>dog</li>")),
                          HasSubstr("<em class=\"none\">nothing</em>"),
                          HasSubstr("<span>F1</span>"), Not(HasSubstr("<dd class=\"prompt\">"))));
  EXPECT_EQ(unbalanced(html), "");
}

TEST(SampleView, QuestionOfSeveralPasses) {
  TestRun run = vqa_run(0);
  run.info.metric = MetricKind::kCircular;
  for (int64_t shift = 0; shift < 3; ++shift) {
    Item item{.id = str(shift * 1'000'000 + 5), .candidates = {"cat", "dog", "hen"}};
    item.official = {{"question", "5"}, {"shift", shift}};
    item.truth.candidate = shift;
    run.benchmark.items.push_back(item);
    run.predictions.push_back({.id = item.id, .text = "cat", .losses = {0.5, 1, 2}});
  }
  run.predictions[2].losses = {1, 2, 0.5};
  run.score.ids = {"5"};
  run.score.values = {0};
  EXPECT_THAT(run.report(), AllOf(HasSubstr("right in 2 of 3 rotations; the first one is shown"),
                                  HasSubstr("<code>5</code>"), Not(HasSubstr("1000005"))));
}

TEST(SampleView, ValuesOfUnknownItemsAreSkipped) {
  TestRun run = vqa_run(3);
  run.score.ids[1] = "elsewhere";
  EXPECT_EQ(count(run.report(), "<article"), 2);
}

}  // namespace
}  // namespace lion::eval::test
