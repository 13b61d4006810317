#include <c10/core/CPUAllocator.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/torch.h>

#include <cmath>
#include <span>

#include "lion/base/cpus.h"
#include "lion/base/log.h"
#include "lion/convert/bench.h"
#include "lion/convert/model_info.h"
#include "lion/engine/answer_boxes.h"
#include "lion/engine/lion.h"
#include "lion/engine/plan_memory.h"
#include "lion/engine/tagger.h"
#include "lion/engine/tasks.h"
#include "lion/image/decode.h"
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
    image_.emplace(lion_->encode_image(load_image(oracle_files() / "images/photo.jpg")));
    question_.prompt = "What is the man holding?";
    question_.generate.max_new_tokens = 12;
    question_.generate.num_beams = 1;
  }
  TempFolder temp_;
  std::optional<Lion> lion_;
  std::optional<EncodedImage> image_;
  Question question_;
};

TEST_F(Answering, StreamedTextEndsAsTheAnswer) {
  std::vector<std::string> parts;
  const Answer answer =
      lion_->answer(*image_, question_, [&](std::string_view text) { parts.emplace_back(text); });
  ASSERT_FALSE(parts.empty());
  EXPECT_EQ(parts.back(), answer.best.text);
  EXPECT_EQ(parts.size(), answer.best.ids.size());
}

TEST_F(Answering, ReportsPromptTagsAndTimings) {
  const Answer answer = lion_->answer(*image_, question_);
  EXPECT_FALSE(answer.tags.empty());
  EXPECT_THAT(answer.prompt, HasSubstr("tags: [" + answer.tags[0].name));
  EXPECT_THAT(answer.prompt, HasSubstr(question_.prompt));
  EXPECT_EQ(answer.question, question_.prompt);
  EXPECT_GT(answer.timings.vit, 0);
  EXPECT_GT(answer.timings.tagger, 0);
  // An image is encoded once: the second question pays for neither.
  const Answer again = lion_->answer(*image_, question_);
  EXPECT_EQ(again.timings.vit, 0);
  EXPECT_EQ(again.timings.tagger, 0);
  EXPECT_EQ(again.best.ids, answer.best.ids);
}

TEST_F(Answering, TagsCanBeGivenOrLeftOut) {
  question_.tag_source = TagSource::kGiven;
  question_.tags = "dog, cat";
  EXPECT_THAT(lion_->answer(*image_, question_).prompt, HasSubstr("tags: [dog, cat]. What"));
  question_.tag_source = TagSource::kNone;
  EXPECT_EQ(lion_->answer(*image_, question_).prompt, question_.prompt);
}

TEST_F(Answering, ScoresOfAllTagsAndThoseAboveTheirThresholds) {
  const TagList& list = lion_->tag_list();
  const std::vector<float> scores = lion_->tag_scores(*image_);
  ASSERT_EQ(scores.size(), list.names.size());
  std::vector<std::string> above, found;
  for (size_t i = 0; i < scores.size(); ++i) {
    EXPECT_GE(scores[i], 0.0F);
    EXPECT_LE(scores[i], 1.0F);
    if (scores[i] > list.thresholds[i]) above.push_back(list.names[i]);
  }
  for (const Tag& tag : lion_->tags(*image_)) found.push_back(tag.name);
  EXPECT_FALSE(found.empty());
  EXPECT_EQ(found, above);
}

TEST_F(Answering, BestOfNComeBestFirstWithLogProbabilities) {
  question_.generate.num_beams = 4;
  question_.generate.num_return_sequences = 3;
  const Answer answer = lion_->answer(*image_, question_);
  ASSERT_EQ(answer.hypotheses.size(), 3u);
  EXPECT_GE(answer.hypotheses[0].score, answer.hypotheses[1].score);
  EXPECT_GE(answer.hypotheses[1].score, answer.hypotheses[2].score);
  for (const Hypothesis& hypothesis : answer.hypotheses) {
    EXPECT_EQ(hypothesis.ids.size(), hypothesis.token_logprobs.size());
    for (const double logprob : hypothesis.token_logprobs) EXPECT_LE(logprob, 0.0);
  }
}

TEST_F(Answering, RankingIsOrderedAndSumsItsTokens) {
  const std::vector<std::string> candidates = {"umbrella", "a dog", "yes", "umbrella"};
  const RankedAnswer ranked = lion_->rank(*image_, question_, candidates);
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
  EXPECT_THROW(lion_->rank(*image_, question_, std::vector<std::string>{"a dog", " "}), InputError);
}

TEST_F(Answering, RankingGivesACandidateTheSameProbabilitiesAloneAndAmongOthers) {
  const auto tokenizer = T5Tokenizer::load(oracle_files() / "flan-t5");
  const Lion half = Lion::load(temp_ / "model");
  for (const Lion* lion : std::initializer_list<const Lion*>{&*lion_, &half}) {
    const EncodedImage image = lion->encode_image(load_image(oracle_files() / "images/photo.jpg"));
    // Candidates that part at the first token, so the rows of a step are many.
    std::vector<std::string> candidates;
    for (int64_t id = 100; id < 141; ++id) {
      candidates.emplace_back(tokenizer.decode(std::vector<int64_t>{id, id + 1, id + 2}));
    }
    const RankedAnswer all = lion->rank(image, question_, candidates);
    for (const RankedCandidate& candidate : all.candidates) {
      const RankedAnswer alone =
          lion->rank(image, question_, std::span(candidates).subspan(candidate.index, 1));
      EXPECT_EQ(candidate.token_logprobs, alone.candidates[0].token_logprobs) << candidate.text;
    }
  }
}

TEST_F(Answering, DoNotDependOnWhatIsAskedBesides) {
  const Lion half = Lion::load(temp_ / "model");
  for (const Lion* lion : std::initializer_list<const Lion*>{&*lion_, &half}) {
    const EncodedImage image = lion->encode_image(load_image(oracle_files() / "images/photo.jpg"));
    std::vector<Lion::Ask> asks;
    for (uint64_t i = 0; i < 40; ++i) {
      Question question = question_;
      question.prompt = str("What is number ", i * i, " from the left?");
      question.level = i % 3 == 0 ? TaskLevel::kRegion : TaskLevel::kImage;
      question.generate.max_new_tokens = 4 + static_cast<int64_t>(i % 9);
      question.generate.num_beams = i % 2 == 0 ? 5 : 1;
      if (i % 5 == 3) {
        question.generate.strategy = Strategy::kSample;
        question.generate.num_return_sequences = 2;
        question.generate.seed = i;
      }
      asks.push_back({image, question});
    }
    const auto check = [&](const Answer& got, const Answer& want, const std::string& where) {
      ASSERT_EQ(got.hypotheses.size(), want.hypotheses.size()) << where;
      for (size_t h = 0; h < got.hypotheses.size(); ++h) {
        EXPECT_EQ(got.hypotheses[h].ids, want.hypotheses[h].ids) << where;
        EXPECT_EQ(got.hypotheses[h].token_logprobs, want.hypotheses[h].token_logprobs) << where;
        EXPECT_EQ(got.hypotheses[h].score, want.hypotheses[h].score) << where;
      }
    };
    std::vector<Answer> alone;
    for (const Lion::Ask& ask : asks) alone.push_back(lion->answer(ask.image, ask.question));
    EXPECT_NE(alone[0].best.token_logprobs, alone[2].best.token_logprobs);
    for (const size_t batch : {7, 40}) {
      for (size_t first = 0; first < asks.size(); first += batch) {
        const auto part = std::span(asks).subspan(first, std::min(batch, asks.size() - first));
        const std::vector<Answer> together = lion->answer(part);
        ASSERT_EQ(together.size(), part.size());
        for (size_t i = 0; i < part.size(); ++i) {
          check(together[i], alone[first + i], str("question ", first + i, " of ", batch));
        }
      }
    }
  }
}

TEST_F(Answering, OneBadQuestionAmongManyIsRefused) {
  std::vector<Lion::Ask> asks(3, {*image_, question_});
  for (int i = 0; i < 10'000; ++i) asks[1].question.prompt += " zebra";
  EXPECT_THAT(message_of<InputError>([&] { lion_->answer(asks); }),
              HasSubstr("Shorten the question"));
  EXPECT_TRUE(lion_->answer(std::span<const Lion::Ask>{}).empty());
}

TEST_F(Answering, TheBoxGrammarAlwaysGivesABox) {
  question_.box_grammar = true;
  question_.level = TaskLevel::kRegion;
  question_.generate.max_new_tokens = 64;
  for (const int64_t beams : {1, 3}) {
    question_.generate.num_beams = beams;
    const Answer answer = lion_->answer(*image_, question_);
    ASSERT_EQ(answer.best.boxes.size(), 1u) << answer.best.text;
    const AnswerBox& box = answer.best.boxes[0];
    EXPECT_FALSE(box.adjusted);
    EXPECT_GT(box.confidence, 0.0);
    EXPECT_LE(box.confidence, 1.0);
    EXPECT_NEAR(box.pixels.x1, box.box.x1 * static_cast<double>(image_->width()), 1e-9);
  }
}

TEST_F(Answering, BadQuestionsAreRefused) {
  question_.prompt = "  ";
  EXPECT_THAT(message_of<InputError>([&] { lion_->answer(*image_, question_); }),
              HasSubstr("prompt is empty"));
  question_.prompt = "What?";
  question_.generate.num_beams = 0;
  EXPECT_THROW(lion_->answer(*image_, question_), InputError);
}

TEST_F(Answering, ATenThousandWordQuestionIsRefusedByName) {
  for (int i = 0; i < 10'000; ++i) question_.prompt += " zebra";
  const std::string message = message_of<InputError>([&] { lion_->answer(*image_, question_); });
  EXPECT_THAT(message, HasSubstr("expected at most 2048"));
  EXPECT_THAT(message, HasSubstr("Shorten the question"));
}

TEST_F(Answering, ALongQuestionIsReadToItsEnd) {
  // One word in the middle, beyond what the Q-Former reads and what a cut to max_txt_len would
  // leave.
  const auto ask = [&](const std::string& middle) {
    std::string half;
    for (int i = 0; i < 150; ++i) half += "how many zebras? ";
    question_.prompt = half + middle + " " + half + "What is the man holding?";
    return lion_->answer(*image_, question_);
  };
  const Answer dogs = ask("dogs");
  const Answer cats = ask("cats");
  EXPECT_THAT(dogs.prompt, ::testing::EndsWith("What is the man holding?"));
  EXPECT_NE(dogs.best.token_logprobs[0], cats.best.token_logprobs[0]);
  EXPECT_EQ(ask("dogs").best.token_logprobs, dogs.best.token_logprobs);
}

TEST_F(Answering, Bf16IsCloseToFp32) {
  const Lion half = Lion::load(temp_ / "model");
  const EncodedImage image = half.encode_image(load_image(oracle_files() / "images/photo.jpg"));
  // Random weights have near-ties, so ids may part; the probability of one token must not.
  const std::vector<std::string> candidates = {lion_->answer(*image_, question_).best.text};
  const RankedAnswer exact = lion_->rank(*image_, question_, candidates);
  const RankedAnswer rounded = half.rank(image, question_, candidates);
  EXPECT_NEAR(exact.candidates.at(0).token_logprobs.at(0),
              rounded.candidates.at(0).token_logprobs.at(0), 0.3);
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
  EXPECT_EQ(ground_question(templates, "the dog").level, TaskLevel::kRegion);
  EXPECT_THAT(describe_question(templates, {0.1, 0.2, 0.3, 0.4}).prompt,
              HasSubstr("[0.100,0.200,0.300,0.400]"));
  const std::vector<Turn> history = {{"is it sunny?", "yes"}, {"any dogs?", "two"}};
  EXPECT_EQ(dialogue_question(templates, history, "what color?").prompt,
            "Dialog history: q: is it sunny? a: yes  q: any dogs? a: two\nQuestion: what color? "
            "Short answer:");
}

/// The CPU's allocator, which refuses the n-th request from now on.
class FailingAllocator : public c10::Allocator {
 public:
  FailingAllocator() : real_(c10::GetCPUAllocator()) {
    c10::SetCPUAllocator(this, /*priority=*/100);
  }
  ~FailingAllocator() override { c10::SetCPUAllocator(real_, /*priority=*/100); }

  void fail_at(int64_t request) { left_ = request; }
  bool failed() const { return left_ < 0; }

  c10::DataPtr allocate(size_t bytes) override {
    TORCH_CHECK(--left_ != 0, "DefaultCPUAllocator: not enough memory: you tried to allocate ",
                bytes, " bytes.");
    return real_->allocate(bytes);
  }
  void copy_data(void* to, const void* from, std::size_t bytes) const override {
    real_->copy_data(to, from, bytes);
  }

 private:
  c10::Allocator* real_;
  int64_t left_ = 0;
};

TEST_F(Answering, WhereverMemoryRunsOutTheImageStaysWhole) {
  const at::NoGradGuard no_grad;
  const Image image = load_image(oracle_files() / "images/photo.jpg");
  const Answer expected = lion_->answer(*image_, question_);
  FailingAllocator allocator;
  int64_t failures = 0;
  // Steps that share no factor with a layer's number of requests, so that all kinds are met.
  for (int64_t request = 1;; request += 37) {
    const EncodedImage encoded = lion_->encode_image(image);
    allocator.fail_at(request);
    std::string message;
    try {
      lion_->answer(encoded, question_);
    } catch (const ResourceError& error) {
      message = error.what();
    }
    if (!allocator.failed() && message.empty()) break;  // it needs fewer requests
    allocator.fail_at(0);
    if (message.empty()) continue;
    ++failures;
    EXPECT_THAT(message, HasSubstr("answer: memory ran out."));
    const Answer again = lion_->answer(encoded, question_);
    ASSERT_EQ(again.best.ids, expected.best.ids) << "request " << request;
    ASSERT_EQ(again.best.token_logprobs, expected.best.token_logprobs) << "request " << request;
  }
  EXPECT_GT(failures, 20);
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
  const std::string message =
      message_of<ResourceError>([&] { require_memory(plan, "lion-12b", {}); });
  EXPECT_THAT(message, HasSubstr("lion-12b: needs more memory"));
  EXPECT_THAT(message, HasSubstr("weights    23.6 GiB"));
  EXPECT_THAT(message, HasSubstr("available  24.0 GiB"));
  EXPECT_THAT(message, HasSubstr("--ignore-memory-plan"));
  EXPECT_THAT(message, HasSubstr("LION_IGNORE_MEMORY_PLAN"));
  EXPECT_NO_THROW(require_memory(plan, "lion-12b", {.ignore_memory_plan = true}));
}

TEST(MemoryPlan, TheLongestQuestionFits) {
  const models::LionConfig config = models::lion_4b();
  const MemoryPlan plan = plan_memory(config, Networks(config, at::kBFloat16), Device::kCpu);
  // Bias and scores of the encoder's attention over all visual tokens and 2,048 of text.
  const auto s = static_cast<uint64_t>(config.visual_tokens() + kMaxPromptTokens);
  EXPECT_GT(plan.workspace, 2 * 4 * s * s * static_cast<uint64_t>(config.t5.num_heads));
}

TEST(MemoryPlan, WeightsThatStayInTheFileAreNotAllocated) {
  const TempFolder temp;
  ConvertOptions options = oracle_options(temp / "model");
  options.dtype = StoredType::kBf16;
  convert(options);
  LoadOptions load;
  load.dtype = ComputeType::kBf16;
  MemoryPlan plan = inspect_model(temp / "model", load).plan;
  EXPECT_GT(plan.mapped, plan.weights / 2);
  EXPECT_LE(plan.mapped, plan.weights);
  plan.available = plan.workspace + (plan.weights - plan.mapped);
  EXPECT_TRUE(plan.fits());
  std::vector<std::string> warnings;
  set_log_sink([&](LogLevel, std::string_view message) { warnings.emplace_back(message); });
  require_memory(plan, "tiny", load);
  set_log_sink({});
  ASSERT_EQ(warnings.size(), 1u);
  EXPECT_THAT(warnings[0], HasSubstr("stay in the file"));
  plan.available -= 1;
  EXPECT_FALSE(plan.fits());
  load.dtype = ComputeType::kFp32;  // converted: the file's bytes will not do
  plan = inspect_model(temp / "model", load).plan;
  EXPECT_LT(plan.mapped, plan.weights / 2);
}

TEST(Loading, LeavesTheProcessAsItWas) {
  const TempFolder temp;
  convert(oracle_options(temp / "model"));
  const int before = at::get_num_threads();
  at::set_num_threads(2);
  at::globalContext().setSDPUseCuDNN(true);
  at::manual_seed(5);
  const at::Tensor drawn = at::rand({4});
  at::manual_seed(5);
  const auto same = [&](const char* when) {
    EXPECT_EQ(at::get_num_threads(), 2) << when;
    EXPECT_TRUE(at::globalContext().userEnabledCuDNNSDP()) << when;
    EXPECT_TRUE(at::globalContext().userEnabledFlashSDP()) << when;
    EXPECT_TRUE(at::globalContext().userEnabledMathSDP()) << when;
    EXPECT_FALSE(at::globalContext().deterministicAlgorithms()) << when;
    EXPECT_TRUE(at::GradMode::is_enabled()) << when;
    EXPECT_EQ(at::globalContext().float32MatmulPrecision(), at::Float32MatmulPrecision::HIGHEST)
        << when;
    const at::Tensor tiny = at::full({1}, 1e-39f);  // flushed to zero where denormals are
    EXPECT_GT((tiny * 1.0f).item<float>(), 0) << when;
  };
  same("before");
  LoadOptions options;
  options.threads = 1;
  const Lion lion = Lion::load(temp / "model", options);
  same("after loading");
  const EncodedImage image = lion.encode_image(load_image(oracle_files() / "images/photo.jpg"));
  Question question;
  question.prompt = "What is this?";
  question.generate.max_new_tokens = 3;
  lion.answer(image, question);
  const std::vector<std::string> candidates{"a dog", "a cat"};
  lion.rank(image, question, candidates);
  lion.tags(image);
  Tagger::load(temp / "model", options).tags(load_image(oracle_files() / "images/photo.jpg"));
  same("after answering");
  EXPECT_TRUE(at::equal(at::rand({4}), drawn));
  at::set_num_threads(before);
}

TEST(Loading, MoreThreadsThanProcessorsAreCutAndSaidSo) {
  const TempFolder temp;
  convert(oracle_options(temp / "model"));
  std::vector<std::string> warnings;
  set_log_sink([&](LogLevel, std::string_view message) { warnings.emplace_back(message); });
  LoadOptions options;
  options.threads = 1000000;
  Lion::load(temp / "model", options);
  set_log_sink({});
  ASSERT_EQ(warnings.size(), 1u);
  EXPECT_THAT(warnings[0], HasSubstr("threads: got 1000000, and this process may use "));
  EXPECT_THAT(warnings[0], HasSubstr(str(available_cpus())));
  options.threads = -1;
  EXPECT_THAT(message_of<InputError>([&] { Lion::load(temp / "model", options); }),
              HasSubstr("threads: got -1"));
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
