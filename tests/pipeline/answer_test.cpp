#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/torch.h>

#include <cmath>

#include "lion/image/decode.h"
#include "lion/pipeline/answer_boxes.h"
#include "lion/pipeline/bench.h"
#include "lion/pipeline/lion.h"
#include "lion/pipeline/memory_plan.h"
#include "lion/pipeline/tasks.h"
#include "oracle_model.h"

namespace lion::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class Answering : public ::testing::Test {
 protected:
  Answering() {
    convert(oracle_options(temp_ / "model"));
    LoadOptions options;
    options.dtype = ComputeType::kFp32;
    lion_.emplace(Lion::load(temp_ / "model", options));
    picture_.emplace(lion_->see(load_image(oracle_files() / "images/photo.jpg")));
    question_.prompt = "What is the man holding?";
    question_.generate.max_new_tokens = 12;
    question_.generate.num_beams = 1;
  }
  TempFolder temp_;
  std::optional<Lion> lion_;
  std::optional<Picture> picture_;
  Question question_;
};

TEST_F(Answering, StreamedTextEndsAsTheAnswer) {
  std::vector<std::string> parts;
  const Answer answer =
      lion_->answer(*picture_, question_, [&](std::string_view text) { parts.emplace_back(text); });
  ASSERT_FALSE(parts.empty());
  EXPECT_EQ(parts.back(), answer.best.text);
  EXPECT_EQ(parts.size(), answer.best.ids.size());
}

TEST_F(Answering, ReportsPromptTagsAndTimings) {
  const Answer answer = lion_->answer(*picture_, question_);
  EXPECT_FALSE(answer.tags.empty());
  EXPECT_THAT(answer.prompt, HasSubstr("tags: [" + answer.tags[0].name));
  EXPECT_THAT(answer.prompt, HasSubstr(question_.prompt));
  EXPECT_EQ(answer.question, question_.prompt);
  EXPECT_GT(answer.timings.vit, 0);
  EXPECT_GT(answer.timings.tagger, 0);
  // A picture is seen once: the second question pays for neither.
  const Answer again = lion_->answer(*picture_, question_);
  EXPECT_EQ(again.timings.vit, 0);
  EXPECT_EQ(again.timings.tagger, 0);
  EXPECT_EQ(again.best.ids, answer.best.ids);
}

TEST_F(Answering, TagsCanBeGivenOrLeftOut) {
  question_.tag_source = TagSource::kGiven;
  question_.tags = "dog, cat";
  EXPECT_THAT(lion_->answer(*picture_, question_).prompt, HasSubstr("tags: [dog, cat]. What"));
  question_.tag_source = TagSource::kNone;
  EXPECT_EQ(lion_->answer(*picture_, question_).prompt, question_.prompt);
}

TEST_F(Answering, ScoresOfAllTagsAndThoseAboveTheirThresholds) {
  const TagList& list = lion_->tag_list();
  const std::vector<float> scores = lion_->tag_scores(*picture_);
  ASSERT_EQ(scores.size(), list.names.size());
  std::vector<std::string> above, found;
  for (size_t i = 0; i < scores.size(); ++i) {
    EXPECT_GE(scores[i], 0.0F);
    EXPECT_LE(scores[i], 1.0F);
    if (scores[i] > list.thresholds[i]) above.push_back(list.names[i]);
  }
  for (const Tag& tag : lion_->tags(*picture_)) found.push_back(tag.name);
  EXPECT_FALSE(found.empty());
  EXPECT_EQ(found, above);
}

TEST_F(Answering, BestOfNComeBestFirstWithLogProbabilities) {
  question_.generate.num_beams = 4;
  question_.generate.num_return_sequences = 3;
  const Answer answer = lion_->answer(*picture_, question_);
  ASSERT_EQ(answer.hypotheses.size(), 3u);
  EXPECT_GE(answer.hypotheses[0].score, answer.hypotheses[1].score);
  EXPECT_GE(answer.hypotheses[1].score, answer.hypotheses[2].score);
  for (const Hypothesis& hypothesis : answer.hypotheses) {
    EXPECT_EQ(hypothesis.ids.size(), hypothesis.token_logprobs.size());
    for (const double logprob : hypothesis.token_logprobs) EXPECT_LE(logprob, 0.0);
  }
}

TEST_F(Answering, RankingAgreesWithGeneration) {
  // A greedy answer without penalties has the log-probabilities that ranking gives its text's ids.
  question_.generate.repetition_penalty = 1.0;
  const std::vector<std::string> candidates = {"umbrella", "a dog", "", "umbrella"};
  const RankedAnswer ranked = lion_->rank(*picture_, question_, candidates);
  ASSERT_EQ(ranked.candidates.size(), 4u);
  for (size_t i = 1; i < 4; ++i) {
    EXPECT_GE(ranked.candidates[i - 1].log_likelihood, ranked.candidates[i].log_likelihood);
  }
  for (const RankedCandidate& candidate : ranked.candidates) {
    double sum = 0;
    for (const double logprob : candidate.token_logprobs) sum += logprob;
    EXPECT_NEAR(sum, candidate.log_likelihood, 1e-9);
    EXPECT_EQ(candidate.text, candidates[static_cast<size_t>(candidate.index)]);
  }
  const Answer answer = lion_->answer(*picture_, question_);
  const RankedAnswer of_empty = lion_->rank(*picture_, question_, std::vector<std::string>{""});
  EXPECT_EQ(of_empty.candidates[0].token_logprobs.size(), 1u);  // </s> alone
  EXPECT_LE(of_empty.candidates[0].token_logprobs[0], answer.best.token_logprobs[0] + 1e-6);
}

TEST_F(Answering, TheBoxGrammarAlwaysGivesABox) {
  question_.box_grammar = true;
  question_.level = Level::kRegion;
  question_.generate.max_new_tokens = 64;
  for (const int64_t beams : {1, 3}) {
    question_.generate.num_beams = beams;
    const Answer answer = lion_->answer(*picture_, question_);
    ASSERT_EQ(answer.best.boxes.size(), 1u) << answer.best.text;
    const AnswerBox& box = answer.best.boxes[0];
    EXPECT_FALSE(box.adjusted);
    EXPECT_GT(box.confidence, 0.0);
    EXPECT_LE(box.confidence, 1.0);
    EXPECT_NEAR(box.pixels.x1, box.box.x1 * static_cast<double>(picture_->width()), 1e-9);
  }
}

TEST_F(Answering, BadQuestionsAreRefused) {
  question_.prompt = "  ";
  EXPECT_THAT(message_of<InputError>([&] { lion_->answer(*picture_, question_); }),
              HasSubstr("prompt is empty"));
  question_.prompt = "What?";
  question_.generate.num_beams = 0;
  EXPECT_THROW(lion_->answer(*picture_, question_), InputError);
}

TEST_F(Answering, ATenThousandWordQuestionIsRefusedByName) {
  for (int i = 0; i < 10'000; ++i) question_.prompt += " zebra";
  const std::string message = message_of<InputError>([&] { lion_->answer(*picture_, question_); });
  EXPECT_THAT(message, HasSubstr("expected at most 2048"));
  EXPECT_THAT(message, HasSubstr("Shorten the question"));
}

TEST_F(Answering, ALongQuestionIsReadToItsEnd) {
  const Answer shorter = lion_->answer(*picture_, question_);
  question_.prompt = "zebra " + question_.prompt;
  for (int i = 0; i < 300; ++i) question_.prompt = "how many zebras? " + question_.prompt;
  const Answer longer = lion_->answer(*picture_, question_);
  EXPECT_THAT(longer.prompt, ::testing::EndsWith("What is the man holding?"));
  EXPECT_NE(longer.best.token_logprobs[0], shorter.best.token_logprobs[0]);
}

TEST_F(Answering, Bf16IsCloseToFp32) {
  const Lion half = Lion::load(temp_ / "model");
  const Answer exact = lion_->answer(*picture_, question_);
  const Answer rounded =
      half.answer(half.see(load_image(oracle_files() / "images/photo.jpg")), question_);
  // Random weights have near-ties, so ids may part; the first token's probability must not.
  EXPECT_NEAR(exact.best.token_logprobs[0], rounded.best.token_logprobs[0], 0.3);
}

TEST(AnswerBoxes, ConfidenceIsOfTheDigitsOnly) {
  const auto tokenizer = T5Tokenizer::load(oracle_files() / "flan-t5");
  const std::string text = "Answer: [0.440,0.060,0.650,0.367]";
  const std::vector<int64_t> ids = tokenizer.encode(text);
  std::vector<double> logprobs;
  for (const int64_t id : ids) {
    const bool digits =
        std::string(tokenizer.piece(id)).find_first_of("0123456789") != std::string::npos;
    logprobs.push_back(digits ? std::log(0.5) : std::log(0.01));
  }
  const auto boxes = answer_boxes(tokenizer.decode(ids), ids, logprobs, tokenizer, 200, 100);
  ASSERT_EQ(boxes.size(), 1u);
  EXPECT_NEAR(boxes[0].confidence, 0.5, 1e-9);
  EXPECT_NEAR(boxes[0].pixels.x0, 88.0, 1e-9);
  EXPECT_NEAR(boxes[0].pixels.y1, 36.7, 1e-9);
  EXPECT_TRUE(answer_boxes("no box here", ids, logprobs, tokenizer, 200, 100).empty());
}

TEST(Tasks, UseThePapersPromptsAndLevels) {
  const auto templates = PromptTemplates::builtin();
  EXPECT_EQ(caption_question(templates).prompt, "A short image description:");
  EXPECT_EQ(vqa_question(templates, "How many {dogs}?").prompt,
            "Question: How many {dogs}? Short answer:");
  EXPECT_EQ(vqa_question(templates, "Say it", Wording::kVerbatim).prompt, "Say it");
  EXPECT_EQ(ground_question(templates, "the dog").level, Level::kRegion);
  EXPECT_THAT(describe_question(templates, {0.1, 0.2, 0.3, 0.4}).prompt,
              HasSubstr("[0.100,0.200,0.300,0.400]"));
  const std::vector<Turn> history = {{"is it sunny?", "yes"}, {"any dogs?", "two"}};
  EXPECT_EQ(dialogue_question(templates, history, "what color?").prompt,
            "Dialog history: q: is it sunny? a: yes  q: any dogs? a: two\nQuestion: what color? "
            "Short answer:");
}

/// `action` throws an InputError with all of `parts` in its message.
template <typename Action>
void expect_refused(Action&& action, const std::vector<std::string>& parts) {
  try {
    action();
    ADD_FAILURE() << "nothing was thrown";
  } catch (const InputError& error) {
    for (const std::string& part : parts) EXPECT_THAT(error.what(), HasSubstr(part));
  }
}

TEST(Tasks, AQuestionIsOneLine) {
  const auto templates = PromptTemplates::builtin();
  for (const char* text : {"What color\nis the\tsquare?", " What color\r\nis  the square?\n",
                           "What\u00a0color is the\u2028square?"}) {
    EXPECT_EQ(vqa_question(templates, text).prompt,
              "Question: What color is the square? Short answer:");
    EXPECT_EQ(vqa_question(templates, text, Wording::kVerbatim).prompt,
              "What color is the square?");
    EXPECT_THAT(ground_question(templates, text).prompt,
                HasSubstr("locate What color is the square? in"));
    const std::vector<Turn> history = {{text, "two\nlines"}};
    EXPECT_EQ(dialogue_question(templates, history, text).prompt,
              "Dialog history: q: What color is the square? a: two lines\nQuestion: What color is "
              "the square? Short answer:");
  }
}

TEST(Tasks, ABlankQuestionIsRefused) {
  const auto templates = PromptTemplates::builtin();
  const std::vector<Turn> history = {{"is it sunny?", "yes"}};
  for (const char* text : {"", " ", "\n\t\r\n", "\u3000\u00a0", "\u200b", "\ufeff "}) {
    EXPECT_TRUE(is_blank(text));
    expect_refused([&] { vqa_question(templates, text); }, {"question: is empty", "variable"});
    expect_refused([&] { vqa_question(templates, text, Wording::kVerbatim); },
                   {"question: is empty"});
    expect_refused([&] { ground_question(templates, text); }, {"expression: is empty"});
    expect_refused([&] { dialogue_question(templates, history, text); }, {"question: is empty"});
  }
  EXPECT_FALSE(is_blank("?"));
}

TEST(MemoryPlan, TheLargeModelIsRefusedWithThePlan) {
  const models::LionConfig config = models::lion_12b();
  MemoryPlan plan = plan_memory(config, Networks(config, at::kBFloat16), Device::kCpu);
  // 12,441,666,272 parameters of LION and 212,117,045 of the tagger. Those kept in float32, twice
  // as wide, are norms, routers, tables of positions and tags: less than 0.1 %.
  EXPECT_NEAR(static_cast<double>(plan.weights), 2.0 * 12'653'783'317.0, 0.001 * 25.3e9);
  plan.available = 24ull << 30;
  const std::string message = message_of<ResourceError>([&] { require_memory(plan, "lion-12b"); });
  EXPECT_THAT(message, HasSubstr("lion-12b: needs more memory"));
  EXPECT_THAT(message, HasSubstr("weights    23.6 GiB"));
  EXPECT_THAT(message, HasSubstr("available  24.0 GiB"));
}

TEST(Bench, ReportsEveryPhase) {
  BenchOptions options;
  options.shape = "tiny";
  options.repeats = 1;
  options.decode_tokens = 2;
  options.encoder_tokens = 20;
  const Json result = bench(options);
  for (const char* phase : {"decode_image", "vit", "tagger", "qformer", "aggregator", "encoder"}) {
    EXPECT_GT(result["phases"][phase]["median_s"].get<double>(), 0.0) << phase;
  }
  EXPECT_GT(result["beam5"]["tokens_per_s"].get<double>(), 0.0);
  EXPECT_GT(result["peak_rss_bytes"].get<int64_t>(), 0);
  options.shape = "huge";
  EXPECT_THAT(message_of<InputError>([&] { bench(options); }),
              HasSubstr("lion-4b, lion-12b or tiny"));
}

}  // namespace
}  // namespace lion::testing
