#pragma once
/// Vocabularies of whole words, for small models that are trained from nothing on texts with few
/// words: one for T5, one for the Q-Former. Every word seen is a piece, every digit and every mark
/// is one of its own; letters spell what was not seen. T5 has the hundredths of 1 as pieces, too
/// ("0.37"): a corner of a box is one choice then, and a third decimal a digit behind it.

#include <cstdint>
#include <set>
#include <string>
#include <string_view>

namespace lion {

class WordVocabulary {
 public:
  /// Takes the words of a text in. Only ASCII letters, digits and marks are kept.
  void add(std::string_view text);

  int64_t words() const { return static_cast<int64_t>(first_.size()); }

  /// A tokenizer.json that T5Tokenizer reads. The ids: <pad>, </s>, <unk>, the pieces by alphabet,
  /// <extra_id_0> last.
  std::string tokenizer_json() const;

  /// A vocab.txt that BertTokenizer reads, words in lower case.
  std::string bert_vocabulary() const;

 private:
  std::set<std::string, std::less<>> first_;   // at the beginning of a word, behind a space
  std::set<std::string, std::less<>> within_;  // behind a mark: "red" in "(red"
};

}  // namespace lion
