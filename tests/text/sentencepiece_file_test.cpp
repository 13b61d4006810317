#include "lion/text/sentencepiece_file.h"

#include "lion/base/file.h"
#include "lion/text/t5_tokenizer.h"
#include "text_fixtures.h"

namespace lion {
namespace {

/// A field of a message with bytes in it; all sizes here are below 128.
std::string field(int id, const std::string& bytes) {
  return std::string{static_cast<char>(id << 3 | 2), static_cast<char>(bytes.size())} + bytes;
}

std::string piece(const std::string& text, int type = 1) {
  const std::string score("\x15\0\0\x80\xBF", 5);  // field 2, float -1
  return field(1, field(1, text) + score + std::string{'\x18', static_cast<char>(type)});
}

const std::string kVocabulary =
    piece("<pad>", 3) + piece("</s>", 3) + piece("<unk>", 2) + piece("▁a") + piece("b");
const std::string kTrainer = field(2, std::string("\x18\x01\xC0\x02\x02", 5));  // unigram, unk 2

TEST(SentencePieceFile, ReadsPiecesAndAddsSentinels) {
  const T5TokenizerSpec spec = parse_sentencepiece(kVocabulary + kTrainer, "spiece.model");
  ASSERT_EQ(spec.pieces.size(), 105u);
  EXPECT_EQ(spec.pieces[3].text, "▁a");
  EXPECT_EQ(spec.pieces[3].score, -1.0);
  EXPECT_EQ(spec.unk_id, 2);
  EXPECT_EQ(spec.pieces[5].text, "<extra_id_99>");
  EXPECT_EQ(spec.pieces[104].text, "<extra_id_0>");
  const T5Tokenizer tokenizer(spec, "spiece.model");
  EXPECT_EQ(tokenizer.sentinel(0), 104);
  EXPECT_TRUE(tokenizer.is_special(2));
  EXPECT_FALSE(tokenizer.is_special(3));
  EXPECT_EQ(tokenizer.encode("ab<extra_id_3>"), (std::vector<int64_t>{3, 4, 101, 1}));
}

TEST(SentencePieceFile, UnknownFieldsOfEveryKindAreSkipped) {
  const std::string unknown = std::string("\x78\x96\x01", 3) + field(14, "x") +
                              std::string("\x69") + std::string(8, 'x') + std::string("\x65") +
                              std::string(4, 'x');
  EXPECT_EQ(parse_sentencepiece(unknown + kVocabulary + kTrainer, "m").pieces.size(), 105u);
}

TEST(SentencePieceFile, NamesDamage) {
  const std::string whole = kVocabulary + kTrainer;
  for (const size_t size : {size_t{1}, size_t{5}, whole.size() - 1}) {
    expect_error<InputError>(
        [&] { parse_sentencepiece(whole.substr(0, size), "spiece.model"); },
        {"spiece.model: not a SentencePiece model", "Take spiece.model again"});
  }
  expect_error<InputError>([] { parse_sentencepiece("PK\x03\x04", "spiece.model"); },
                           {"not a SentencePiece model"});
  expect_error<InputError>([] { parse_sentencepiece(std::string(20, '\xFF'), "spiece.model"); },
                           {"not a SentencePiece model"});
  expect_error<InputError>([] { parse_sentencepiece(piece("<0x00>", 6), "spiece.model"); },
                           {"single byte"});
  expect_error<InputError>([] { parse_sentencepiece(piece("\xFF"), "spiece.model"); },
                           {"spiece.model", "UTF-8"});
  expect_error<InputError>(
      [] {
        parse_sentencepiece(kVocabulary + field(2, std::string("\x18\x02", 2)), "spiece.model");
      },
      {"spiece.model", "type 2", "unigram"});
}

}  // namespace
}  // namespace lion
