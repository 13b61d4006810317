#pragma once
/// The tokenizer of the Q-Former's question: WordPiece, equal to Hugging Face's BertTokenizer
/// (transformers 4.x) with the token [DEC] added, as LION does.

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "lion/text/added_tokens.h"
#include "lion/text/trie.h"

namespace lion {

class BertTokenizer {
 public:
  /// Reads `folder`/vocab.txt, one piece a line, and `do_lower_case` (default true) from
  /// tokenizer_config.json if that is there. Throws ResourceError when vocab.txt cannot be read,
  /// InputError when it is no WordPiece vocabulary or the configuration asks for other rules.
  static BertTokenizer load(const std::filesystem::path& folder);

  /// `vocabulary`: index = id. `where` names it in errors. Throws InputError when a piece is there
  /// twice or is not UTF-8, or when [PAD], [UNK], [CLS], [SEP] or [MASK] is missing.
  BertTokenizer(const std::vector<std::string>& vocabulary, bool lower_case,
                std::string_view where);

  /// [CLS] text [SEP]. Special tokens in the text are recognised; bytes that are not UTF-8 count
  /// as U+FFFD.
  std::vector<int64_t> encode(std::string_view text) const;

  /// As `encode`, cut down to `max_length` ids from the left; [CLS] and [SEP] stay. Throws
  /// InputError when `max_length` is below 2.
  std::vector<int64_t> encode(std::string_view text, int64_t max_length) const;

  /// The number of ids, [DEC] included.
  int64_t size() const { return size_; }

  int64_t pad_id() const { return pad_id_; }
  /// [DEC], the id after the vocabulary: it has a row in the embedding table and is never emitted.
  int64_t dec_id() const { return dec_id_; }

 private:
  std::vector<int64_t> encode_word(std::string_view word) const;
  std::vector<int64_t> encode_text(std::string_view text) const;

  Trie starts_;         // pieces that may start a word
  Trie continuations_;  // pieces that go on within a word, without their "##"
  AddedTokens special_;
  bool lower_case_;
  int64_t size_;
  int64_t pad_id_, unk_id_, cls_id_, sep_id_, dec_id_;
};

}  // namespace lion
