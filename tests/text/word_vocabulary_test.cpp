#include "lion/text/word_vocabulary.h"

#include <gmock/gmock.h>

#include "lion/base/str.h"
#include "lion/text/bert_tokenizer.h"
#include "lion/text/t5_tokenizer.h"

namespace lion {
namespace {

using ::testing::ElementsAre;

WordVocabulary vocabulary() {
  WordVocabulary words;
  words.add("Where is the dog? (red ball)");
  words.add("Answer: \"yes\"");
  return words;
}

std::vector<std::string> t5_pieces(const std::string& text) {
  const T5Tokenizer tokenizer = T5Tokenizer::from_json(vocabulary().tokenizer_json(), "test");
  std::vector<std::string> pieces;
  for (const int64_t id : tokenizer.encode(text)) pieces.emplace_back(tokenizer.piece(id));
  return pieces;
}

TEST(WordVocabulary, WordsAreWholeAndDigitsAndMarksAreSingle) {
  EXPECT_THAT(t5_pieces("Where is the dog?"),
              ElementsAre("\u2581Where", "\u2581is", "\u2581the", "\u2581dog", "?", "</s>"));
  EXPECT_THAT(t5_pieces("12.5"), ElementsAre("\u2581", "1", "2", ".", "5", "</s>"));
  EXPECT_THAT(t5_pieces("(red"), ElementsAre("\u2581", "(", "red", "</s>"));
}

TEST(WordVocabulary, HundredthsAreWhole) {
  EXPECT_THAT(
      t5_pieces("Answer: [0.250,1.000]"),
      ElementsAre("\u2581Answer", ":", "\u2581", "[", "0.25", "0", ",", "1.00", "0", "]", "</s>"));
}

TEST(WordVocabulary, WhatWasNotSeenIsSpelled) {
  EXPECT_THAT(t5_pieces("cat"), ElementsAre("\u2581", "c", "a", "t", "</s>"));
}

TEST(WordVocabulary, T5TextsComeBack) {
  const T5Tokenizer tokenizer = T5Tokenizer::from_json(vocabulary().tokenizer_json(), "test");
  for (const char* text : {"Answer: [0.440,0.060,0.650,0.367]", "the red dog", "12 dogs"}) {
    EXPECT_EQ(tokenizer.decode(tokenizer.encode(text)), text);
  }
  EXPECT_EQ(tokenizer.sentinel(0), tokenizer.size() - 1);
  EXPECT_THAT(tokenizer.encode("<extra_id_0> dog"), testing::Contains(tokenizer.sentinel(0)));
}

TEST(WordVocabulary, TheQformersWordsAreLowerCase) {
  const BertTokenizer tokenizer(lines(vocabulary().bert_vocabulary()), true, "test");
  EXPECT_EQ(tokenizer.encode("where IS the dog?").size(), 7u);  // [CLS] 4 words ? [SEP]
  EXPECT_EQ(tokenizer.encode("cat").size(), 5u);                // spelled
  EXPECT_EQ(tokenizer.encode("a 5").size(), 4u);
}

}  // namespace
}  // namespace lion
