/// Every figure of every worked example. The kinds of captions are in caption_cases_test.cpp, the
/// learning rates in tests/train.

#include "metric_cases.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "lion/data/mixture.h"
#include "lion/metrics/circular.h"
#include "lion/metrics/grounding.h"
#include "lion/metrics/pope.h"
#include "lion/metrics/ranking.h"
#include "lion/metrics/vqa_accuracy.h"

namespace lion {
namespace {

using metric_cases::entry;
using metric_cases::kTolerance;
using metric_cases::number;
using metric_cases::texts;
using testing::Contains;
using testing::DoubleNear;
using testing::Pointwise;

void expect_box(const Json& wanted, const std::vector<double>& got, const std::string& where) {
  EXPECT_THAT(got, Pointwise(DoubleNear(kTolerance), wanted.get<std::vector<double>>())) << where;
}

TEST(MetricCases, TheFileHasCasesOfKnownKinds) {
  size_t n = 0;
  for (const auto& [kind, cases] : metric_cases::all().items()) {
    EXPECT_THAT(metric_cases::known_kinds(), Contains(kind))
        << metric_cases::file() << ": no test knows the kind of case \"" << kind << "\"";
    if (kind != "about") n += cases.size();
  }
  EXPECT_GT(n, 0u) << metric_cases::file() << ": holds no case";
}

TEST(MetricCases, VqaNormalization) {
  LION_CASES_OF("vqa_normalization");
  for (size_t i = 0; i < cases.size(); ++i) {
    const auto text = cases[i].at("text").get<std::string>();
    EXPECT_EQ(vqa_punctuation(vqa_clean(text)), cases[i].at("punct").get<std::string>())
        << entry("vqa_normalization", i);
    EXPECT_EQ(vqa_normalize(text), cases[i].at("normalized").get<std::string>())
        << entry("vqa_normalization", i);
  }
}

TEST(MetricCases, VqaAccuracy) {
  LION_CASES_OF("vqa_accuracy");
  for (size_t i = 0; i < cases.size(); ++i) {
    const std::vector<std::string> answers = texts(cases[i].at("answers"));
    const auto prediction = cases[i].at("prediction").get<std::string>();
    for (const VqaEvaluator evaluator : {VqaEvaluator::kOfficial, VqaEvaluator::kLavis}) {
      const std::string name(vqa_evaluator_name(evaluator));
      EXPECT_NEAR(vqa_accuracy(prediction, answers, evaluator), number(cases[i].at(name)),
                  kTolerance)
          << entry("vqa_accuracy", i) << ": " << name;
    }
  }
}

TEST(MetricCases, AokvqaDirect) {
  LION_CASES_OF("aokvqa_direct");
  for (size_t i = 0; i < cases.size(); ++i) {
    const double accuracy = aokvqa_accuracy(cases[i].at("prediction").get<std::string>(),
                                            texts(cases[i].at("direct_answers")));
    EXPECT_NEAR(accuracy, number(cases[i].at("accuracy")), kTolerance) << entry("aokvqa_direct", i);
  }
}

TEST(MetricCases, GqaExact) {
  LION_CASES_OF("gqa_exact");
  for (size_t i = 0; i < cases.size(); ++i) {
    const bool correct = gqa_correct(cases[i].at("prediction").get<std::string>(),
                                     cases[i].at("answer").get<std::string>());
    EXPECT_EQ(correct, number(cases[i].at("correct")) == 1.0) << entry("gqa_exact", i);
  }
}

TEST(MetricCases, VisDial) {
  LION_CASES_OF("visdial");
  std::vector<int64_t> ranks;
  const Json& rounds = cases.at("cases");
  for (size_t i = 0; i < rounds.size(); ++i) {
    ranks.push_back(rank_of(rounds[i].at("losses").get<std::vector<double>>(),
                            rounds[i].at("gt_index").get<int64_t>()));
    EXPECT_EQ(ranks.back(), rounds[i].at("rank").get<int64_t>()) << entry("visdial", i);
    EXPECT_NEAR(1.0 / static_cast<double>(ranks.back()), number(rounds[i].at("reciprocal_rank")),
                kTolerance)
        << entry("visdial", i);
  }
  const RankScores scores = score_ranks(ranks);
  const std::vector<std::pair<std::string, double>> figures{{"mrr", scores.mrr},
                                                            {"r@1", scores.r1},
                                                            {"r@5", scores.r5},
                                                            {"r@10", scores.r10},
                                                            {"mean_rank", scores.mean_rank}};
  for (const auto& [name, value] : figures) {
    EXPECT_NEAR(value, number(cases.at("overall").at(name)), kTolerance) << name;
  }
}

/// The numbers of the candidates, the smallest loss first.
std::vector<int64_t> ranking(const std::vector<double>& losses) {
  std::vector<int64_t> order(losses.size());
  for (size_t i = 0; i < losses.size(); ++i) {
    order[static_cast<size_t>(rank_of(losses, static_cast<int64_t>(i))) - 1] =
        static_cast<int64_t>(i);
  }
  return order;
}

TEST(MetricCases, CandidateScoring) {
  LION_CASES_OF("candidate_scoring");
  for (size_t i = 0; i < cases.size(); ++i) {
    std::vector<double> sums, means;
    for (const Json& candidate : cases[i].at("candidates")) {
      std::vector<double> logits;
      for (const Json& row : candidate.at("logits")) {
        for (const Json& logit : row) logits.push_back(logit.get<double>());
      }
      const auto targets = candidate.at("targets").get<std::vector<int64_t>>();
      sums.push_back(sequence_loss(logits, targets));
      means.push_back(sums.back() / static_cast<double>(targets.size()));
      EXPECT_NEAR(sums.back(), number(candidate.at("sum_nll")), kTolerance)
          << entry("candidate_scoring", i);
      EXPECT_NEAR(means.back(), number(candidate.at("mean_nll")), kTolerance)
          << entry("candidate_scoring", i);
    }
    EXPECT_EQ(ranking(sums), cases[i].at("ranking_by_sum").get<std::vector<int64_t>>())
        << entry("candidate_scoring", i);
    EXPECT_EQ(ranking(means), cases[i].at("ranking_by_mean").get<std::vector<int64_t>>())
        << entry("candidate_scoring", i);
    EXPECT_EQ(ranking(sums).front(), cases[i].at("prediction").get<int64_t>())
        << entry("candidate_scoring", i);
  }
}

PixelBox pixel_box(const Json& corners) {
  return {corners.at(0).get<double>(), corners.at(1).get<double>(), corners.at(2).get<double>(),
          corners.at(3).get<double>()};
}

/// Checks one answer; gives its IoU, or nothing when it has no box.
std::optional<double> check_grounding(const Json& one, const std::string& where) {
  const auto text = one.at("text").get<std::string>();
  const auto width = one.at("width").get<int64_t>();
  const auto height = one.at("height").get<int64_t>();
  const PixelBox truth = pixel_box(one.at("gt_xyxy_pixels"));
  const double iou = answer_iou(text, truth, width, height);
  EXPECT_NEAR(iou, number(one.at("iou")), kTolerance) << where;
  EXPECT_EQ(iou >= 0.5, one.at("correct").get<bool>()) << where;
  const std::optional<Box> box = first_box(text);
  EXPECT_EQ(box.has_value(), !one.at("parsed").is_null()) << where;
  if (!box || one.at("parsed").is_null()) return std::nullopt;
  expect_box(one.at("parsed"), {box->x0, box->y0, box->x1, box->y1}, where);
  if (one.contains("pred_xyxy_pixels")) {
    const PixelBox pixels = to_pixels(*box, width, height);
    expect_box(one.at("pred_xyxy_pixels"), {pixels.x0, pixels.y0, pixels.x1, pixels.y1}, where);
  }
  return iou;
}

TEST(MetricCases, Grounding) {
  LION_CASES_OF("rec");
  std::vector<std::optional<double>> ious;
  for (size_t i = 0; i < cases.size(); ++i) {
    ious.push_back(check_grounding(cases[i], entry("rec", i)));
  }
  const Json* const overall = metric_cases::find("rec_overall");
  if (overall == nullptr) return;
  EXPECT_NEAR(score_grounding(ious).accuracy, number(overall->at("accuracy")), kTolerance);
}

TEST(MetricCases, BoxFormat) {
  LION_CASES_OF("box_format");
  for (size_t i = 0; i < cases.size(); ++i) {
    const PixelBox pixels = pixel_box(cases[i].at("box_xyxy_pixels"));
    const auto part = [](double pixel, const Json& side) {
      return std::clamp(pixel / side.get<double>(), 0.0, 1.0);
    };
    const Json& width = cases[i].at("width");
    const Json& height = cases[i].at("height");
    const std::string text = format_box({part(pixels.x0, width), part(pixels.y0, height),
                                         part(pixels.x1, width), part(pixels.y1, height)});
    EXPECT_EQ(text, cases[i].at("released_format").get<std::string>()) << entry("box_format", i);
    // What is written is read again, in this form and in that of the paper.
    for (const std::string& written : {text, cases[i].at("paper_format").get<std::string>()}) {
      const std::optional<Box> box = first_box(written);
      ASSERT_TRUE(box) << entry("box_format", i) << ": " << written;
      expect_box(cases[i].at("normalized_rounded"), {box->x0, box->y0, box->x1, box->y1},
                 entry("box_format", i));
    }
  }
}

TEST(MetricCases, Pope) {
  LION_CASES_OF("pope");
  for (size_t i = 0; i < cases.size(); ++i) {
    std::vector<std::pair<bool, bool>> answers;
    for (const Json& item : cases[i].at("items")) {
      const auto text = item.at("answer").get<std::string>();
      const bool yes = pope_says_yes(text);
      EXPECT_EQ(yes, item.at("parsed") == "yes") << entry("pope", i) << ": " << text;
      answers.emplace_back(yes, item.at("label") == "yes");
    }
    const PopeScores scores = score_pope(answers);
    const std::vector<std::pair<std::string, double>> figures{
        {"TP", static_cast<double>(scores.tp)},
        {"FP", static_cast<double>(scores.fp)},
        {"TN", static_cast<double>(scores.tn)},
        {"FN", static_cast<double>(scores.fn)},
        {"accuracy", scores.accuracy},
        {"precision", scores.precision},
        {"recall", scores.recall},
        {"f1", scores.f1},
        {"yes_ratio", scores.yes_ratio}};
    for (const auto& [name, value] : figures) {
      EXPECT_NEAR(value, number(cases[i].at("result").at(name)), kTolerance)
          << entry("pope", i) << ": " << name;
    }
  }
}

/// Checks the letters of one pass; says whether its prediction is right.
bool check_pass(const Json& question, const Json& pass, const std::string& where) {
  const auto options = question.at("num_options").get<int64_t>();
  const auto shift = pass.at("shift").get<int64_t>();
  std::vector<int64_t> order;
  for (int64_t letter = 0; letter < options; ++letter) {
    order.push_back(shown_option(letter, shift, options));
  }
  EXPECT_EQ(order, pass.at("order_of_original_options").get<std::vector<int64_t>>()) << where;
  const int64_t right =
      letter_of_option(question.at("gt_original_index").get<int64_t>(), shift, options);
  EXPECT_EQ(std::string(1, static_cast<char>('A' + right)),
            pass.at("answer_letter").get<std::string>())
      << where;
  const std::vector<std::string> names(static_cast<size_t>(options), "(an option)");
  return matched_option(pass.at("prediction_letter").get<std::string>(), names) == right;
}

void check_circular(const Json& one, const std::string& where) {
  std::vector<CircularPass> passes;
  double vanilla = 0;
  const Json& questions = one.at("questions");
  for (size_t i = 0; i < questions.size(); ++i) {
    for (const Json& pass : questions[i].at("passes")) {
      passes.push_back({str(i), questions[i].at("l2_category").get<std::string>(),
                        pass.at("shift").get<int64_t>(),
                        check_pass(questions[i], pass, str(where, ": question ", i))});
    }
    vanilla += number(questions[i].at("vanilla_hit"));
  }
  const CircularScores scores = score_circular(passes);
  for (size_t i = 0; i < questions.size(); ++i) {
    EXPECT_EQ(scores.hits.at(str(i)), number(questions[i].at("hit")) == 1.0)
        << where << ": question " << i;
  }
  EXPECT_NEAR(scores.vanilla, vanilla / static_cast<double>(questions.size()), kTolerance) << where;
  std::map<std::string, double> figures{{"Overall", scores.accuracy}};
  for (const auto& [name, ability] : scores.abilities) {
    figures.insert_or_assign(std::string(ability_column(name)), ability.accuracy);
  }
  for (const auto& [name, value] : one.at("accuracy").items()) {
    const auto found = figures.find(name);
    EXPECT_NEAR(found == figures.end() ? 0.0 : found->second, number(value), kTolerance)
        << where << ": " << name;
  }
}

TEST(MetricCases, CircularEval) {
  LION_CASES_OF("mmbench");
  for (size_t i = 0; i < cases.size(); ++i) check_circular(cases[i], entry("mmbench", i));
}

TEST(MetricCases, SquareRootSampling) {
  LION_CASES_OF("sqrt_sampling");
  constexpr std::string_view kSizes = "_sizes";
  for (const auto& [name, sizes] : cases.items()) {
    if (!name.ends_with(kSizes)) continue;
    const std::string stage = name.substr(0, name.size() - kSizes.size());
    std::vector<data::MixtureSource> sources;
    for (const auto& [source, size] : sizes.items()) sources.push_back({source, size});
    const data::Mixture mixture(sources, data::MixtureRule::kSqrtSize);
    for (size_t i = 0; i < sources.size(); ++i) {
      EXPECT_NEAR(mixture.probabilities()[i],
                  number(cases.at(stage + "_ratio").at(sources[i].name)), kTolerance)
          << stage << ": " << sources[i].name;
    }
  }
}

}  // namespace
}  // namespace lion
