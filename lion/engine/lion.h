#pragma once
/// The front door: load a model folder once, then ask about images. No torch type appears here.

#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "lion/base/error.h"
#include "lion/base/log.h"
#include "lion/engine/options.h"
#include "lion/engine/tagger.h"
#include "lion/image/image.h"
#include "lion/text/box.h"
#include "lion/text/tag_list.h"

namespace lion {

/// The prompt has more than kMaxPromptTokens tokens.
class PromptTooLong : public InputError {
 public:
  using InputError::InputError;
};

/// A box read from an answer.
struct AnswerBox {
  Box box;                ///< fractions of the image, ordered and clamped
  PixelBox pixels;        ///< pixels of the image that was asked about
  double confidence = 0;  ///< geometric mean of the probabilities of the tokens with its digits
  bool adjusted = false;  ///< the model wrote it out of order or out of range
};

/// One of the n best answers.
struct Hypothesis {
  std::string text;
  double score = 0;  ///< lion/generate/sequence.h says of what
  std::vector<int64_t> ids;
  std::vector<double> token_logprobs;
  bool finished = false;
  std::vector<AnswerBox> boxes;
};

/// Seconds of each phase; 0 where it was not run (an image is encoded once for many questions).
struct Timings {
  double vit = 0;
  double aggregator = 0;
  double tagger = 0;
  double qformer = 0;
  double encoder = 0;
  double decoder = 0;
};

struct Answer {
  Hypothesis best;
  std::vector<Hypothesis> hypotheses;  ///< num_return_sequences of them, best first
  std::string prompt;                  ///< what the language model read, tag sentence included
  std::string question;                ///< what the Q-Former read
  TaskLevel level = TaskLevel::kImage;
  std::vector<Tag> tags;  ///< offered in the prompt; score 0 for tags that were given
  Timings timings;
};

/// Likelihood of one given answer.
struct RankedCandidate {
  int64_t index = 0;  ///< in the list that was given
  std::string text;
  double log_likelihood = 0;  ///< sum over its tokens and the end
  std::vector<double> token_logprobs;
};
struct RankedAnswer {
  std::vector<RankedCandidate> candidates;  ///< likeliest first
  std::string prompt;
  std::string question;
  TaskLevel level = TaskLevel::kImage;
  std::vector<Tag> tags;
  Timings timings;
};

/// An image and what the networks have made of it. Cheap to copy; tied to the model that made it.
class EncodedImage {
 public:
  int64_t width() const;   ///< pixels
  int64_t height() const;  ///< pixels

  struct State;
  explicit EncodedImage(std::shared_ptr<State> state) : state_(std::move(state)) {}
  State& state() const { return *state_; }

 private:
  std::shared_ptr<State> state_;
};

/// One model. Used by one thread at a time, its images too; several models may run side by side.
class Lion {
 public:
  /// Loads a folder made by `convert`. Throws ResourceError when files are missing or broken, when
  /// weights do not fit the config, or when memory is too small (with the plan).
  static Lion load(const std::filesystem::path& folder, const LoadOptions& options = {});
  Lion(Lion&&) noexcept;
  Lion& operator=(Lion&&) noexcept;
  ~Lion();

  /// An image to ask about. Each network runs on it once, when first needed: the vision encoder
  /// and the aggregator for the first question, the tagger for the tags.
  EncodedImage encode_image(const Image& image) const;

  /// The tags of an image, in the tagger's order. Computed once an image. Throws InputError when
  /// the model has no tagger.
  std::vector<Tag> tags(const EncodedImage& image) const;
  bool has_tagger() const;

  /// Whether the model learned to read earlier turns of a dialogue before a question
  /// (`dialogue_question`); config.json of the model folder says so.
  bool reads_dialogue_history() const;

  /// All tags that the tagger knows, and the probability of each for an image, in the same order.
  /// Throw InputError when the model has no tagger.
  const TagList& tag_list() const;
  std::vector<float> tag_scores(const EncodedImage& image) const;

  /// Called with the text of an answer so far, each time it grows (greedy and sampling only).
  using OnText = std::function<void(std::string_view text_so_far)>;

  /// Throws InputError for bad options or an empty prompt, PromptTooLong.
  Answer answer(const EncodedImage& image, const Question& question,
                const OnText& on_text = {}) const;

  /// Many questions about many images, decoded together; answers in the order of questions.
  struct Ask {
    EncodedImage image;
    Question question;
  };
  std::vector<Answer> answer(std::span<const Ask> asks) const;

  /// Ranks given answers by likelihood. `question.generate` is not used. Throws InputError for a
  /// blank candidate, else as `answer`.
  RankedAnswer rank(const EncodedImage& image, const Question& question,
                    std::span<const std::string> candidates) const;

 private:
  struct Impl;
  explicit Lion(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace lion
