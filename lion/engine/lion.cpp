#include "lion/engine/lion.h"

#include <torch/torch.h>

#include <algorithm>
#include <chrono>
#include <cmath>

#include "lion/base/error.h"
#include "lion/engine/answer_boxes.h"
#include "lion/engine/compute.h"
#include "lion/engine/lion_decoder.h"
#include "lion/engine/plan_memory.h"
#include "lion/engine/tagger_network.h"
#include "lion/engine/tasks.h"
#include "lion/generate/rank.h"
#include "lion/generate/scheduler.h"
#include "lion/image/normalize.h"
#include "lion/model_folder/model_folder.h"
#include "lion/model_folder/networks.h"
#include "lion/nn/process_settings.h"
#include "lion/nn/torch_errors.h"
#include "lion/text/bert_tokenizer.h"
#include "lion/text/box_grammar.h"
#include "lion/text/t5_tokenizer.h"

namespace lion {

using at::Tensor;

/// An image's pixels (for the tagger, which sees it at another size) and what was made of them.
/// A part is either whole or not there: what fails on the way leaves the image as it was.
struct EncodedImage::State {
  Image image;
  std::optional<models::ImageFeatures> features;  // filled when first asked for
  std::optional<std::vector<float>> tag_scores;   // filled when first asked for
  Timings timings;  // of what has been run on the image, until reported
};

int64_t EncodedImage::width() const { return state_->image.width; }
int64_t EncodedImage::height() const { return state_->image.height; }

namespace {

/// Runs `work` and adds its seconds to `total`.
template <typename Work>
auto timed(double& total, Work&& work) {
  const auto begin = std::chrono::steady_clock::now();
  auto result = work();
  total += std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return result;
}

/// The box grammar as a rule for the generator.
class BoxConstraint : public TokenConstraint {
 public:
  explicit BoxConstraint(const T5Tokenizer& tokenizer) : grammar_(tokenizer) {}
  std::vector<int64_t> allowed(std::span<const int64_t> generated) const override {
    return grammar_.allowed(generated);
  }

 private:
  BoxGrammar grammar_;
};

void check_prompt(const Question& question) {
  if (trim(question.prompt).empty()) {
    throw InputError("question: the prompt is empty. Ask something.");
  }
}

std::vector<Tag> given_tags(std::string_view text) {
  std::vector<Tag> tags;
  for (const std::string& part : split(text, ',')) {
    if (const auto name = trim(part); !name.empty()) tags.push_back({std::string(name), 0.0});
  }
  return tags;
}

}  // namespace

struct Lion::Impl {
  models::LionConfig config;
  at::Device device;
  Networks networks;
  T5Tokenizer t5;
  PromptTemplates templates;
  std::optional<BertTokenizer> bert;
  std::optional<TaggerNetwork> tagger;
  int64_t threads = 0;  ///< of our own calls; 0: the process's setting
  mutable std::shared_ptr<const TokenConstraint> grammar;  // made when first asked for

  /// What `work` returns, computed as all calls are: without gradients, with the model's threads,
  /// and with our errors. `where` begins the messages of those.
  template <typename Work>
  auto call(std::string_view where, Work&& work) const {
    const at::NoGradGuard no_grad;
    const nn::ThreadScope own_threads(threads);
    return nn::with_our_errors(where, nn::Fault::kOurs, work);
  }

  Tensor image_tensor(const Image& image, int64_t size, Filter filter,
                      const Normalization& norm) const {
    std::vector<float> pixels = preprocess(image, size, filter, norm);
    return at::from_blob(pixels.data(), {1, 3, size, size}, at::kFloat).clone().to(device);
  }

  /// One sentence as a batch: ids [1,L] and mask [1,L] of ones.
  models::TokenBatch token_batch(const std::vector<int64_t>& ids) const {
    const Tensor row = at::tensor(ids, at::kLong).unsqueeze(0).to(device);
    return {row, at::ones_like(row)};
  }

  /// Runs the vision encoder and the aggregator, once an image.
  void run_vision(EncodedImage::State& image) const;
  const std::vector<float>& tag_scores(EncodedImage::State& image) const;
  std::vector<Tag> tags(EncodedImage::State& image) const {
    return tagger->found(tag_scores(image));
  }
  /// Throws InputError when the model has none.
  const TaggerNetwork& need_tagger() const;
  std::shared_ptr<const TokenConstraint> constraint(bool box_grammar) const;

  /// What to report about a question beside its answer.
  struct Prepared {
    std::string prompt;
    std::vector<Tag> tags;
    Timings timings;
  };
  struct Encoded {
    Prepared prepared;
    Tensor encoder_output;  ///< [1,S,D]: what the decoder reads
  };
  Encoded encode(const EncodedImage& image, const Question& question) const;
  Hypothesis hypothesis(const Sequence& sequence, const EncodedImage& image) const;
  static std::unique_ptr<Impl> load(const std::filesystem::path& folder,
                                    const LoadOptions& options);
  std::vector<Answer> answer(std::span<const Ask> asks, const OnText& on_text) const;
  RankedAnswer rank(const EncodedImage& image, const Question& question,
                    std::span<const std::string> candidates) const;
  Answer report(const Ask& ask, Prepared prepared, const std::vector<Sequence>& sequences) const;
};

Lion::Lion(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Lion::Lion(Lion&&) noexcept = default;
Lion& Lion::operator=(Lion&&) noexcept = default;
Lion::~Lion() = default;

Lion Lion::load(const std::filesystem::path& folder, const LoadOptions& options) {
  return nn::with_our_errors(folder.string(), nn::Fault::kInput,
                             [&] { return Lion(Impl::load(folder, options)); });
}

std::unique_ptr<Lion::Impl> Lion::Impl::load(const std::filesystem::path& folder,
                                             const LoadOptions& options) {
  const at::NoGradGuard no_grad;
  const at::Device device = torch_device(options.device);
  const int64_t threads = nn::usable_threads(options.threads, "threads");
  const nn::ThreadScope own_threads(threads);
  const ModelFolder files{folder};
  const models::LionConfig config = files.read_config();
  Networks networks(config, scalar_type(options.dtype));
  const TensorMap tensors = read_tensors(folder);
  require_memory(plan_memory(config, networks, options.device, &tensors), folder.string(), options);
  load_parameters(networks.parameters(), tensors, folder.string(), device);
  auto impl = std::unique_ptr<Impl>(new Impl{config,
                                             device,
                                             std::move(networks),
                                             T5Tokenizer::load(files.t5_tokenizer()),
                                             options.templates,
                                             {},
                                             {},
                                             threads,
                                             {}});
  if (impl->t5.size() > config.t5.vocab_size) {
    throw InputError(str(files.t5_tokenizer().string(), ": has ", impl->t5.size(),
                         " tokens, the model has ", config.t5.vocab_size,
                         ". Use the tokenizer of this model."));
  }
  if (config.has_qformer()) {
    impl->bert = BertTokenizer::load(files.bert_tokenizer());
    if (impl->bert->size() > config.qformer.vocab_size) {
      throw InputError(str(files.bert_tokenizer().string(), ": has ", impl->bert->size(),
                           " tokens, the model has ", config.qformer.vocab_size,
                           ". Use the vocabulary of this model."));
    }
  }
  if (config.ram) {
    impl->tagger = TaggerNetwork{impl->networks.ram, load_tag_list(files, config),
                                 config.ram->swin.image_size, device};
  }
  return impl;
}

bool Lion::reads_dialogue_history() const { return impl_->config.dialogue_history; }

bool Lion::has_tagger() const { return impl_->config.ram.has_value(); }

EncodedImage Lion::encode_image(const Image& image) const {
  auto state = std::make_shared<EncodedImage::State>();
  state->image = image;
  return EncodedImage(std::move(state));
}

void Lion::Impl::run_vision(EncodedImage::State& image) const {
  if (image.features) return;
  const Tensor pixels =
      image_tensor(image.image, config.vit.image_size, Filter::kBicubic, kClipNormalization);
  const models::LionT5& lion = networks.lion;
  Timings timings = image.timings;
  const auto vit = timed(timings.vit, [&] { return lion->vit_forward(pixels); });
  models::ImageFeatures features{vit.ln_vision, {}};
  if (config.has_aggregator()) {
    features.adapter_proj =
        timed(timings.aggregator, [&] { return lion->aggregator_forward(vit).adapter_proj; });
  }
  image.features = std::move(features);
  image.timings = timings;
}

const std::vector<float>& Lion::Impl::tag_scores(EncodedImage::State& image) const {
  if (!image.tag_scores) {
    image.tag_scores = timed(image.timings.tagger, [&] { return tagger->scores(image.image); });
  }
  return *image.tag_scores;
}

const TaggerNetwork& Lion::Impl::need_tagger() const {
  if (!tagger) {
    throw InputError(
        "tags: this model has no tagger. Convert it again with --ram, --ram-tags and "
        "--ram-thresholds.");
  }
  return *tagger;
}

std::vector<Tag> Lion::tags(const EncodedImage& image) const {
  impl_->need_tagger();
  return impl_->call("tags", [&] { return impl_->tags(image.state()); });
}

const TagList& Lion::tag_list() const { return impl_->need_tagger().list; }

std::vector<float> Lion::tag_scores(const EncodedImage& image) const {
  impl_->need_tagger();
  return impl_->call("tags",
                     [&]() -> std::vector<float> { return impl_->tag_scores(image.state()); });
}

std::shared_ptr<const TokenConstraint> Lion::Impl::constraint(bool box_grammar) const {
  if (!box_grammar) return nullptr;
  if (!grammar) grammar = std::make_shared<BoxConstraint>(t5);
  return grammar;
}

Lion::Impl::Encoded Lion::Impl::encode(const EncodedImage& image, const Question& question) const {
  Encoded encoded;
  Prepared& out = encoded.prepared;
  EncodedImage::State& encoded_image = image.state();
  out.prompt = question.prompt;
  const bool offered = config.enable_semantic_tags && question.tag_source != TagSource::kNone;
  if (offered) {
    std::string tag_text = question.tags;
    if (question.tag_source == TagSource::kGiven) {
      out.tags = given_tags(question.tags);
    } else if (config.ram) {
      out.tags = tags(encoded_image);
      tag_text = tag_names(out.tags);
    } else {
      tag_text.clear();
    }
    out.prompt = templates.tag_sentence(tag_text) + question.prompt;
  }
  const std::vector<int64_t> prompt_ids = t5.encode(out.prompt);
  if (static_cast<int64_t>(prompt_ids.size()) > kMaxPromptTokens) {
    throw PromptTooLong(str("question: got ", prompt_ids.size(),
                            " tokens with the tags, expected at most ", kMaxPromptTokens,
                            ". Shorten the question."));
  }
  run_vision(encoded_image);
  out.timings = encoded_image.timings;
  Tensor queries;
  if (bert) {
    const auto ids = token_batch(bert->encode(question.prompt, config.max_txt_len));
    queries = timed(out.timings.qformer,
                    [&] { return networks.lion->qformer_forward(*encoded_image.features, ids); });
  }
  const auto prompt = token_batch(prompt_ids);
  encoded.encoder_output = timed(out.timings.encoder, [&] {
    const auto inputs = networks.lion->build_encoder_inputs(*encoded_image.features, queries,
                                                            prompt, offered ? t5.sentinel(0) : -1);
    const Tensor level = at::full({1}, static_cast<int64_t>(question.level),
                                  at::TensorOptions(at::kLong).device(device));
    return networks.lion->t5_model->encoder->forward(inputs.embeds, inputs.attention_mask, level)
        .last_hidden_state;
  });
  encoded_image.timings = {};  // reported with the first answer about the image
  return encoded;
}

Hypothesis Lion::Impl::hypothesis(const Sequence& sequence, const EncodedImage& image) const {
  Hypothesis out;
  out.text = t5.decode(sequence.ids);
  out.score = sequence.score;
  out.ids = sequence.ids;
  out.token_logprobs = sequence.token_logprobs;
  out.finished = sequence.finished;
  out.boxes = answer_boxes(out.text, sequence.ids, sequence.token_logprobs, t5, image.width(),
                           image.height());
  return out;
}

Answer Lion::Impl::report(const Ask& ask, Prepared prepared,
                          const std::vector<Sequence>& sequences) const {
  Answer out;
  for (const Sequence& sequence : sequences)
    out.hypotheses.push_back(hypothesis(sequence, ask.image));
  // Draws come in the order in which they were drawn.
  std::stable_sort(out.hypotheses.begin(), out.hypotheses.end(),
                   [](const auto& a, const auto& b) { return a.score > b.score; });
  out.best = out.hypotheses.front();
  out.prompt = std::move(prepared.prompt);
  out.question = ask.question.prompt;
  out.level = ask.question.level;
  out.tags = std::move(prepared.tags);
  out.timings = prepared.timings;
  return out;
}

Answer Lion::answer(const EncodedImage& image, const Question& question,
                    const OnText& on_text) const {
  const Ask ask{image, question};
  return impl_->call("answer", [&] { return impl_->answer(std::span(&ask, 1), on_text).front(); });
}

std::vector<Answer> Lion::answer(std::span<const Ask> asks) const {
  return impl_->call("answer", [&] { return impl_->answer(asks, {}); });
}

std::vector<Answer> Lion::Impl::answer(std::span<const Ask> asks, const OnText& on_text) const {
  for (const Ask& ask : asks) {
    ask.question.generate.validate();
    check_prompt(ask.question);
  }
  LionDecoder decoder(networks.lion->t5_model);
  std::vector<int64_t> streamed;
  Scheduler scheduler(decoder, kDefaultMaxRows, [&](Scheduler::Ticket, const Search::Token& token) {
    if (!on_text || token.sequence != 0) return;
    streamed.push_back(token.id);
    on_text(t5.decode(streamed));
  });
  // A question is encoded when its rows join, and what the decoder reads of it is kept until its
  // rows have gone: many questions need no more memory than those that are decoded together.
  std::vector<Prepared> prepared(asks.size());
  std::vector<Scheduler::Ticket> tickets;
  double preparing = 0;
  for (size_t i = 0; i < asks.size(); ++i) {
    const Question& question = asks[i].question;
    tickets.push_back(
        scheduler.add(make_search(question.generate, constraint(question.box_grammar)), [&, i] {
          Encoded encoded = timed(preparing, [&] { return encode(asks[i].image, question); });
          prepared[i] = std::move(encoded.prepared);
          return decoder.add_prompt(encoded.encoder_output, question.level);
        }));
  }
  std::vector<Answer> answers(asks.size());
  double seconds = 0;
  for (bool more = !asks.empty(); more;) {
    more = timed(seconds, [&] { return scheduler.step(); });
    for (size_t i = 0; i < asks.size(); ++i) {
      // Taken at once: the first error ends the call before the others are worked out.
      if (scheduler.finished(tickets[i])) {
        answers[i] = report(asks[i], std::move(prepared[i]), scheduler.take(tickets[i]));
      }
    }
  }
  // The steps of a batch are shared.
  for (Answer& answer : answers) answer.timings.decoder = seconds - preparing;
  return answers;
}

RankedAnswer Lion::rank(const EncodedImage& image, const Question& question,
                        std::span<const std::string> candidates) const {
  return impl_->call("rank", [&] { return impl_->rank(image, question, candidates); });
}

RankedAnswer Lion::Impl::rank(const EncodedImage& image, const Question& question,
                              std::span<const std::string> candidates) const {
  std::vector<std::vector<int64_t>> ids;
  for (size_t i = 0; i < candidates.size(); ++i) {
    if (!is_blank(candidates[i])) continue;
    throw InputError(str("candidate ", i + 1, " of ", candidates.size(), ": is empty (got \"",
                         candidates[i], "\"). Remove it, or write the answer that it stands for."));
  }
  for (const std::string& candidate : candidates) ids.push_back(t5.encode(candidate));
  check_prompt(question);
  auto [prepared, encoder_output] = encode(image, question);
  RankedAnswer out;
  LionDecoder decoder(networks.lion->t5_model);
  const Ranking ranking = timed(prepared.timings.decoder, [&, &encoder_output = encoder_output] {
    const auto prompt = decoder.add_prompt(std::exchange(encoder_output, {}), question.level);
    return lion::rank(decoder, prompt->id(), ids);
  });
  for (const int64_t index : ranking.order) {
    const Ranked& ranked = ranking.candidates[static_cast<size_t>(index)];
    out.candidates.push_back({index, candidates[static_cast<size_t>(index)], ranked.log_likelihood,
                              ranked.token_logprobs});
  }
  out.prompt = std::move(prepared.prompt);
  out.question = question.prompt;
  out.level = question.level;
  out.tags = std::move(prepared.tags);
  out.timings = prepared.timings;
  return out;
}

}  // namespace lion
