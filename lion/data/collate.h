#pragma once
/// Texts of samples as the ids that the networks read.

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lion/data/batch.h"
#include "lion/data/dataset.h"
#include "lion/text/bert_tokenizer.h"
#include "lion/text/prompt.h"
#include "lion/text/t5_tokenizer.h"

namespace lion::data {

/// Whether and how the tags of an image precede the instruction. Source: LION paper, table 4.
enum class TagUse {
  kNone,
  kSoft,  ///< the tag sentence with the sentinel that the learned soft prompt replaces
  kHard,  ///< a tag sentence in words alone
  /// One of the two, drawn for each sample; the sentinel is read as the word that it is. For a
  /// language model's own pretraining, which gives it every sentence that a prompt may have.
  kEither,
};

/// The limits count tokens, the closing ones included (docs/architecture.md).
struct TextOptions {
  TagUse tags = TagUse::kNone;
  double tag_share = 1;  ///< of the samples that have the tag sentence; the others do without
  /// Not empty: what a sample must give are its image's tags, as numbers in this list.
  std::vector<std::string> tag_classes;
  int64_t max_question = 128;  ///< cut on the left
  int64_t max_prompt = 128;    ///< tags included, cut on the left
  int64_t max_target = 128;    ///< cut on the right

  /// Throws InputError when a limit is below 2 or the share is none.
  void validate() const;
};

/// The ids of one sample.
struct SampleTokens {
  std::vector<int64_t> question;  ///< WordPiece, of the instruction; empty without its tokenizer
  std::vector<int64_t> prompt;    ///< T5, of tags and instruction
  std::vector<int64_t> target;    ///< T5, of the answer; or the image's tags
};

/// Turns texts into ids. Const and thread-safe.
class TextEncoder {
 public:
  /// `bert` may be null: a model without a Q-Former reads no question. Throws InputError as
  /// TextOptions::validate does.
  TextEncoder(std::shared_ptr<const T5Tokenizer> t5, std::shared_ptr<const BertTokenizer> bert,
              PromptTemplates templates, const TextOptions& options);

  bool needs_tags() const { return options_.tags != TagUse::kNone || !classes_.empty(); }

  /// `tags` are joined with ", "; they are left aside unless `needs_tags()`. `key` is the sample's,
  /// which decides whether it has the sentence. Throws InputError for a tag that is none of the
  /// classes.
  SampleTokens encode(const Example& example, std::string_view tags, uint64_t key = 0) const;

  /// Pads the ids of the samples of a batch and puts them into its fields.
  void collate(std::span<const SampleTokens> samples, Batch& batch) const;

 private:
  std::shared_ptr<const T5Tokenizer> t5_;
  std::shared_ptr<const BertTokenizer> bert_;
  PromptTemplates templates_;
  std::vector<int64_t> classes_of(std::string_view tags) const;
  std::string tag_sentence(std::string_view tags, uint64_t key) const;

  TextOptions options_;
  std::map<std::string, int64_t, std::less<>> classes_;
};

/// Rows of ids, padded on the right to the longest.
TokenMatrix pad_rows(std::span<const std::vector<int64_t>> rows, int64_t pad_id);

}  // namespace lion::data
