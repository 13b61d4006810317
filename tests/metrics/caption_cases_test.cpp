/// The worked examples of caption scores and of their tokens.

#include "lion/metrics/caption_scores.h"
#include "lion/metrics/ptb_tokenizer.h"
#include "metric_cases.h"

namespace lion {
namespace {

using metric_cases::entry;
using metric_cases::kTolerance;
using metric_cases::number;
using metric_cases::texts;

void expect_tokens(const std::string& text, const Json& wanted, const std::string& where) {
  EXPECT_EQ(ptb_tokenize(text), wanted.get<std::string>()) << where << ": " << text;
}

void check_captions(const Json& one, const std::string& where) {
  const Json& images = one.at("images");
  std::vector<CaptionPair> captions;
  for (size_t i = 0; i < images.size(); ++i) {
    CaptionPair pair{images[i].at("cand").get<std::string>(), texts(images[i].at("refs"))};
    if (one.contains("tokenized_cands")) {
      expect_tokens(pair.candidate, one.at("tokenized_cands").at(i), where);
    }
    for (size_t j = 0; one.contains("tokenized_refs") && j < pair.references.size(); ++j) {
      expect_tokens(pair.references[j], one.at("tokenized_refs").at(i).at(j), where);
    }
    captions.push_back(std::move(pair));
  }
  const CaptionScores scores = score_captions(captions);
  EXPECT_NEAR(scores.cider, number(one.at("cider")), kTolerance) << where;
  const Json& each = one.at("per_image");
  ASSERT_EQ(scores.cider_each.size(), each.size()) << where;
  for (size_t i = 0; i < each.size(); ++i) {
    EXPECT_NEAR(scores.cider_each[i], number(each[i]), kTolerance) << where << ": image " << i;
  }
}

TEST(MetricCases, Cider) {
  LION_CASES_OF("cider");
  for (size_t i = 0; i < cases.size(); ++i) check_captions(cases[i], entry("cider", i));
}

TEST(MetricCases, PtbTokens) {
  LION_CASES_OF("ptb");
  size_t equal = 0;
  std::string others;
  for (size_t i = 0; i < cases.size(); ++i) {
    const auto text = cases[i].at("text").get<std::string>();
    const auto wanted = cases[i].at("tokens").get<std::string>();
    const std::string tokens = ptb_tokenize(text);
    equal += tokens == wanted ? 1 : 0;
    if (tokens != wanted) {
      others +=
          str(entry("ptb", i), ": ", text, "\n  got      ", tokens, "\n  expected ", wanted, "\n");
    }
  }
  if (!others.empty()) std::cout << others;
  EXPECT_GE(static_cast<double>(equal), 0.98 * static_cast<double>(cases.size())) << others;
}

}  // namespace
}  // namespace lion
