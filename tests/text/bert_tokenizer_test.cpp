#include "lion/text/bert_tokenizer.h"

#include "text_fixtures.h"

namespace lion {
namespace {

using Ids = std::vector<int64_t>;

// 0 [PAD], 1 [UNK], 2 [CLS], 3 [SEP], 4 [MASK], 5 dog, 6 ##s, 7 !, 8 do, 9 你, 10 cafe, 11 i, 12 [
const std::vector<std::string> kPieces{"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "dog", "##s",
                                       "!",     "do",    "你",    "cafe",  "i",      "["};

BertTokenizer tiny() { return BertTokenizer(kPieces, true, "vocab.txt"); }

/// The ids between [CLS] and [SEP].
Ids inner(const BertTokenizer& tokenizer, std::string_view text) {
  const Ids ids = tokenizer.encode(text);
  EXPECT_EQ(ids.front(), 2);
  EXPECT_EQ(ids.back(), 3);
  return Ids(ids.begin() + 1, ids.end() - 1);
}

TEST(BertTokenizer, LongestPieceFirst) {
  EXPECT_EQ(inner(tiny(), "dogs dog"), (Ids{5, 6, 5}));
  EXPECT_EQ(inner(tiny(), "dos"), (Ids{8, 6}));
  EXPECT_EQ(inner(tiny(), "dogx cat"), (Ids{1, 1}));
  EXPECT_EQ(inner(tiny(), ""), (Ids{}));
  EXPECT_EQ(inner(tiny(), " \t\n\u3000\u2028"), (Ids{}));
}

TEST(BertTokenizer, CleansTheText) {
  EXPECT_EQ(inner(tiny(), "DOG!!dog"), (Ids{5, 7, 7, 5}));
  EXPECT_EQ(inner(tiny(), "Café CAFE\u0301"), (Ids{10, 10}));
  EXPECT_EQ(inner(tiny(), "İ"), (Ids{11}));
  EXPECT_EQ(inner(tiny(), "dog你dog"), (Ids{5, 9, 5}));
  EXPECT_EQ(inner(tiny(), std::string_view("d\0o\u200D\ufeffg\x07", 11)), (Ids{5}));
  EXPECT_EQ(inner(tiny(), "do\xFFg"), (Ids{5}));  // U+FFFD is dropped
  EXPECT_EQ(inner(tiny(), "dog\u2028dog\u00A0dog"), (Ids{5, 5, 5}));
}

TEST(BertTokenizer, KeepsCaseAndAccentsWhenTold) {
  const BertTokenizer cased(kPieces, false, "vocab.txt");
  EXPECT_EQ(inner(cased, "dog Dog café"), (Ids{5, 1, 1}));
}

TEST(BertTokenizer, SpecialTokensInTheText) {
  const BertTokenizer t = tiny();
  EXPECT_EQ(inner(t, "dog[SEP]dog [MASK] [DEC]"), (Ids{5, 3, 5, 4, 13}));
  EXPECT_EQ(inner(t, "[[PAD]"), (Ids{12, 0}));
  EXPECT_EQ(inner(t, "[sep]"), (Ids{12, 1, 1}));
  EXPECT_EQ(t.dec_id(), 13);
  EXPECT_EQ(t.pad_id(), 0);
  EXPECT_EQ(t.size(), 14);
}

TEST(BertTokenizer, WordsOverHundredCharactersAreUnknown) {
  std::string word = "do";
  while (word.size() < 100) word += 's';
  EXPECT_EQ(inner(tiny(), word).size(), 99u);
  EXPECT_EQ(inner(tiny(), word + "s"), (Ids{1}));
}

TEST(BertTokenizer, TruncatesOnTheLeft) {
  const BertTokenizer t = tiny();
  EXPECT_EQ(t.encode("dogs dog!", 6), (Ids{2, 5, 6, 5, 7, 3}));
  EXPECT_EQ(t.encode("dogs dog!", 4), (Ids{2, 5, 7, 3}));
  EXPECT_EQ(t.encode("dogs dog!", 2), (Ids{2, 3}));
  expect_error<InputError>([&] { t.encode("dog", 1); },
                           {"BertTokenizer", "max_length is 1", "Raise"});
}

TEST(BertTokenizer, RejectsBadVocabularies) {
  expect_error<InputError>(
      [] {
        BertTokenizer({"[PAD]", "[UNK]"}, true, "vocab.txt");
      },
      {"vocab.txt", "no piece \"[CLS]\"", "bert-base-uncased"});
  expect_error<InputError>(
      [] {
        BertTokenizer({"a", "b", "a"}, true, "vocab.txt");
      },
      {"vocab.txt: line 3", "\"a\" a second time", "each once"});
  expect_error<InputError>(
      [] {
        BertTokenizer({"a", "\xFF"}, true, "vocab.txt");
      },
      {"vocab.txt: line 2", "UTF-8"});
}

TEST(BertTokenizer, LoadsAFolder) {
  const std::filesystem::path folder = test_folder();
  expect_error<ResourceError>([&] { BertTokenizer::load(folder); }, {"vocab.txt"});
  std::string vocabulary;
  for (const std::string& piece : kPieces) vocabulary += piece + "\n";
  write_text(folder / "vocab.txt", vocabulary);
  EXPECT_EQ(inner(BertTokenizer::load(folder), "Dog"), (Ids{5}));
  const auto config = folder / "tokenizer_config.json";
  write_text(config, R"({"do_lower_case": false, "strip_accents": null, "model_max_length": 9})");
  EXPECT_EQ(inner(BertTokenizer::load(folder), "Dog"), (Ids{1}));
  write_text(config, R"({"do_lower_case": "yes"})");
  expect_error<InputError>([&] { BertTokenizer::load(folder); },
                           {config.string(), "\"do_lower_case\" is string", "true or false"});
  write_text(config, R"({"strip_accents": false})");
  expect_error<InputError>([&] { BertTokenizer::load(folder); },
                           {config.string(), "strip_accents", "Remove these keys"});
  write_text(config, "[]");
  expect_error<InputError>([&] { BertTokenizer::load(folder); }, {config.string(), "got array"});
}

}  // namespace
}  // namespace lion
