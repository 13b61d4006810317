#pragma once
/// The tokenizer of the language model, equal to Hugging Face's T5TokenizerFast.

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lion/text/added_tokens.h"
#include "lion/text/normalizer.h"
#include "lion/text/t5_spec.h"
#include "lion/text/unigram.h"

namespace lion {

/// Which end of a text that is too long gives way.
enum class Truncate { kLeft, kRight };

class T5Tokenizer {
 public:
  /// Reads `folder`/tokenizer.json or, where there is none, spiece.model (and says so in the log:
  /// it then treats spaces at the edges of a text as the tokenizer.json of Flan-T5 does). Throws
  /// ResourceError when neither can be read, InputError when the file is damaged or asks for what
  /// T5 does not use.
  static T5Tokenizer load(const std::filesystem::path& folder);

  /// From the text of a tokenizer.json; `where` names it in errors. Throws InputError.
  static T5Tokenizer from_json(std::string_view json, std::string_view where);

  /// Throws InputError when the parts of `spec` contradict each other.
  T5Tokenizer(T5TokenizerSpec spec, std::string_view where);

  /// The ids of `text`, </s> included. Bytes that are not UTF-8 count as U+FFFD.
  std::vector<int64_t> encode(std::string_view text) const;

  /// As `encode`, cut down to `max_length` ids: kLeft keeps the last ones, kRight the first, and
  /// </s> always stays. Throws InputError when `max_length` is below 1.
  std::vector<int64_t> encode(std::string_view text, int64_t max_length, Truncate side) const;

  /// The text of `ids`: special tokens and ids of no piece are left out, the first space is
  /// dropped, and the spaces before punctuation and English contractions are removed
  /// (transformers 4.42, clean_up_tokenization).
  std::string decode(std::span<const int64_t> ids) const;

  /// The piece as the file spells it, with U+2581 for a space. Throws InputError for an id of no
  /// piece.
  std::string_view piece(int64_t id) const;

  /// What `id` adds to an answer that has begun: its piece with spaces, nothing for a special
  /// token or an id of no piece.
  std::string surface(int64_t id) const;

  /// True for the tokens that `decode` leaves out: <pad>, </s>, <unk>, the sentinels.
  bool is_special(int64_t id) const;

  /// The number of ids (the model's table may have more rows).
  int64_t size() const { return static_cast<int64_t>(pieces_.size()); }

  int64_t pad_id() const { return pad_id_; }
  int64_t eos_id() const { return eos_id_; }
  int64_t unk_id() const { return unk_id_; }

  /// The id of <extra_id_n>. Throws InputError when there is none.
  int64_t sentinel(int n) const;

 private:
  bool known(int64_t id) const { return id >= 0 && id < size(); }
  int64_t find_piece(std::string_view text) const;
  std::vector<int64_t> encode_body(std::string_view text) const;

  std::string where_;
  std::vector<std::string> pieces_;
  std::vector<bool> special_;
  AddedTokens raw_added_;
  AddedTokens normalized_added_;
  std::vector<NormalizerStep> normalizer_;
  PreTokenizer pre_tokenizer_;
  Metaspace decoder_;
  Unigram unigram_;
  int64_t unk_id_;
  int64_t pad_id_;
  int64_t eos_id_;
};

}  // namespace lion
