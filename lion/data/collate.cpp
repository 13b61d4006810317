#include "lion/data/collate.h"

#include <algorithm>

#include "lion/base/error.h"
#include "lion/base/random.h"
#include "lion/base/random_key.h"
#include "lion/base/str.h"

namespace lion::data {

void TextOptions::validate() const {
  if (!(tag_share >= 0 && tag_share <= 1)) {
    throw InputError(str("tag_share: got ", tag_share, ", expected 0 to 1. Fix it."));
  }
  const int64_t least = std::min({max_question, max_prompt, max_target});
  if (least >= 2) return;
  throw InputError(str("text lengths: got a limit of ", least,
                       " tokens (expected at least 2 for question, prompt and target). Raise it."));
}

TextEncoder::TextEncoder(std::shared_ptr<const T5Tokenizer> t5,
                         std::shared_ptr<const BertTokenizer> bert, PromptTemplates templates,
                         const TextOptions& options)
    : t5_(std::move(t5)),
      bert_(std::move(bert)),
      templates_(std::move(templates)),
      options_(options) {
  options_.validate();
  for (const std::string& name : options_.tag_classes) {
    classes_.emplace(name, static_cast<int64_t>(classes_.size()));
  }
}

std::vector<int64_t> TextEncoder::classes_of(std::string_view tags) const {
  std::vector<int64_t> numbers;
  for (const std::string& part : split(tags, ',')) {
    const std::string_view name = trim(part);
    if (name.empty()) continue;
    const auto found = classes_.find(name);
    if (found == classes_.end()) {
      throw InputError(str("tag \"", name, "\": is none of the model's ", classes_.size(),
                           " tags. Use images tagged with the list of this model."));
    }
    numbers.push_back(found->second);
  }
  return numbers;
}

std::string TextEncoder::tag_sentence(std::string_view tags, uint64_t key) const {
  if (options_.tags == TagUse::kNone) return {};
  Random random(random_key(KeyPurpose::kTagSentence, key));
  if (random.uniform() >= options_.tag_share) return {};
  const bool soft = options_.tags == TagUse::kSoft ||
                    (options_.tags == TagUse::kEither && random.uniform() < 0.5);
  return soft ? templates_.tag_sentence(tags) : templates_.hard_tag_sentence(tags);
}

SampleTokens TextEncoder::encode(const Example& example, std::string_view tags,
                                 uint64_t key) const {
  const std::string prompt = tag_sentence(tags, key) + example.instruction;
  SampleTokens out;
  if (bert_) out.question = bert_->encode(example.instruction, options_.max_question);
  out.prompt = t5_->encode(prompt, options_.max_prompt, Truncate::kLeft);
  out.target = classes_.empty() ? t5_->encode(example.answer, options_.max_target, Truncate::kRight)
                                : classes_of(tags);
  return out;
}

void TextEncoder::collate(std::span<const SampleTokens> samples, Batch& batch) const {
  const auto field = [&](auto SampleTokens::*ids, int64_t pad_id) {
    std::vector<std::vector<int64_t>> rows;
    for (const SampleTokens& sample : samples) rows.push_back(sample.*ids);
    return pad_rows(rows, pad_id);
  };
  batch.question = field(&SampleTokens::question, bert_ ? bert_->pad_id() : 0);
  batch.prompt = field(&SampleTokens::prompt, t5_->pad_id());
  batch.target = field(&SampleTokens::target, t5_->pad_id());
}

TokenMatrix pad_rows(std::span<const std::vector<int64_t>> rows, int64_t pad_id) {
  TokenMatrix out;
  out.rows = std::ssize(rows);
  for (const auto& row : rows) out.length = std::max<int64_t>(out.length, std::ssize(row));
  out.ids.assign(out.rows * out.length, pad_id);
  out.mask.assign(out.rows * out.length, 0);
  for (int64_t r = 0; r < out.rows; ++r) {
    std::copy(rows[r].begin(), rows[r].end(), out.ids.begin() + r * out.length);
    std::fill_n(out.mask.begin() + r * out.length, rows[r].size(), 1);
  }
  return out;
}

}  // namespace lion::data
