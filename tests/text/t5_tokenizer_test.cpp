#include "lion/text/t5_tokenizer.h"

#include <functional>

#include "lion/base/log.h"
#include "text_fixtures.h"

namespace lion {
namespace {

using Ids = std::vector<int64_t>;

T5Tokenizer tiny(const Json& file = tiny_tokenizer_json()) {
  return T5Tokenizer::from_json(file.dump(), "tok.json");
}

TEST(T5Tokenizer, EncodesAndEnds) {
  const T5Tokenizer t = tiny();
  EXPECT_EQ(t.encode("ab"), (Ids{3, 7, 1}));  // "▁" + "ab" equals "▁a" + "b": the first stays
  EXPECT_EQ(t.encode("a  b"), (Ids{6, 3, 5, 1}));
  EXPECT_EQ(t.encode(""), (Ids{1}));
  EXPECT_EQ(t.encode("   "), (Ids{3, 1}));
  EXPECT_EQ(t.encode("xyz"), (Ids{3, 2, 1}));
  EXPECT_EQ(t.encode("a\xFF\xFE"), (Ids{6, 2, 1}));
}

TEST(T5Tokenizer, AddedTokensCutTheText) {
  const T5Tokenizer t = tiny();
  EXPECT_EQ(t.encode("a <extra_id_0>, a"), (Ids{6, 3, 9, 3, 8, 6, 1}));
  EXPECT_EQ(t.encode("</s>"), (Ids{1, 1}));
  EXPECT_EQ(t.sentinel(0), 9);
  EXPECT_EQ(t.pad_id(), 0);
  EXPECT_EQ(t.eos_id(), 1);
  EXPECT_EQ(t.unk_id(), 2);
  EXPECT_EQ(t.size(), 10);
  expect_error<InputError>([&] { t.sentinel(5); }, {"tok.json", "<extra_id_5>", "Flan-T5 release"});
}

TEST(T5Tokenizer, NormalizedAddedTokensAreSoughtInTheNormalizedText) {
  Json file = tiny_tokenizer_json();
  Json token = added_token_json(10, "b  b");
  token["normalized"] = true;
  token["special"] = false;
  file["added_tokens"].push_back(token);
  const T5Tokenizer t = tiny(file);
  EXPECT_EQ(t.encode("a b     b"), (Ids{6, 3, 10, 1}));
  EXPECT_EQ(t.size(), 11);
  EXPECT_EQ(t.decode(Ids{6, 10}), "ab  b");
}

TEST(T5Tokenizer, Truncates) {
  const T5Tokenizer t = tiny();
  const Ids whole{6, 3, 9, 3, 8, 6, 1};
  EXPECT_EQ(t.encode("a <extra_id_0>, a", 7, Truncate::kLeft), whole);
  EXPECT_EQ(t.encode("a <extra_id_0>, a", 4, Truncate::kLeft), (Ids{3, 8, 6, 1}));
  EXPECT_EQ(t.encode("a <extra_id_0>, a", 4, Truncate::kRight), (Ids{6, 3, 9, 1}));
  EXPECT_EQ(t.encode("a", 1, Truncate::kLeft), (Ids{1}));
  expect_error<InputError>([&] { t.encode("a", 0, Truncate::kLeft); },
                           {"T5Tokenizer", "max_length is 0", "Raise it"});
}

TEST(T5Tokenizer, DecodesWithoutSpecialsAndForeignIds) {
  const T5Tokenizer t = tiny();
  EXPECT_EQ(t.decode(Ids{0, 6, 5, 9, 6, 2, 1}), "ab a");
  EXPECT_EQ(t.decode(Ids{6, 3, 8, 6}), "a, a");  // " ," is tidied
  EXPECT_EQ(t.decode(Ids{3, 6, -1, 10, 5000}), " a");
  EXPECT_EQ(t.decode(Ids{}), "");
}

TEST(T5Tokenizer, CleansUpInTheOrderOfTransformers) {
  Json file = tiny_tokenizer_json();
  for (const char* piece : {"▁.", "▁?", "▁!", "▁'", "▁n't", "▁'m", "▁'s", "▁'ve", "▁'re"}) {
    file["model"]["vocab"].push_back(Json::array({piece, -5.0}));
  }
  const T5Tokenizer t = tiny(file);
  EXPECT_EQ(t.decode(Ids{4, 10, 11, 12}), "a.?!");
  EXPECT_EQ(t.decode(Ids{4, 13, 6}), "a'a");
  EXPECT_EQ(t.decode(Ids{4, 14, 15, 16, 17, 18}), "an't'm's've're");
}

TEST(T5Tokenizer, Pieces) {
  const T5Tokenizer t = tiny();
  EXPECT_EQ(t.piece(6), "▁a");
  EXPECT_EQ(t.surface(6), " a");
  EXPECT_EQ(t.surface(1), "");
  EXPECT_EQ(t.surface(99), "");
  EXPECT_FALSE(t.is_special(99));
  expect_error<InputError>([&] { t.piece(10); }, {"T5Tokenizer", "no piece 10", "0 to 9"});
  expect_error<InputError>([&] { t.piece(-1); }, {"no piece -1"});
}

TEST(T5Tokenizer, RejectsContradictions) {
  const auto load = [](const std::function<void(Json&)>& damage) {
    return [damage] {
      Json file = tiny_tokenizer_json();
      damage(file);
      tiny(file);
    };
  };
  expect_error<InputError>(load([](Json& f) { f["added_tokens"][3]["id"] = 5; }),
                           {"tok.json", "<extra_id_0>", "the id 5", "again"});
  expect_error<InputError>(load([](Json& f) { f["added_tokens"][3]["id"] = -1; }), {"the id -1"});
  expect_error<InputError>(load([](Json& f) { f["added_tokens"][3]["id"] = int64_t{1} << 60; }),
                           {"the id 1152921504606846976"});
  expect_error<InputError>(
      load([](Json& f) { f["post_processor"]["single"][1]["SpecialToken"]["id"] = "<end>"; }),
      {"tok.json", "no piece \"<end>\""});
  expect_error<InputError>(load([](Json& f) { f["model"]["unk_id"] = 77; }),
                           {"tok.json", "unknown piece is 77"});
}

TEST(T5Tokenizer, LoadsEitherFileAndSaysWhenItGuesses) {
  const std::filesystem::path folder = test_folder();
  expect_error<ResourceError>(
      [&] { T5Tokenizer::load(folder); },
      {folder.string(), "neither tokenizer.json nor spiece.model", "Copy it"});
  std::vector<std::string> messages;
  set_log_sink([&](LogLevel, std::string_view message) { messages.emplace_back(message); });
  std::filesystem::copy_file(
      std::filesystem::path(LION_SOURCE_DIR) / "tests/fixtures/oracle/flan-t5/spiece.model",
      folder / "spiece.model");
  EXPECT_EQ(T5Tokenizer::load(folder).size(), 1200);
  EXPECT_THAT(messages, testing::ElementsAre(testing::HasSubstr("no tokenizer.json")));
  write_text(folder / "tokenizer.json", tiny_tokenizer_json().dump());
  EXPECT_EQ(T5Tokenizer::load(folder).size(), 10);
  EXPECT_EQ(messages.size(), 1u);
  set_log_sink({});
}

TEST(T5Tokenizer, ALongPromptIsNoTrouble) {
  std::string prompt;
  for (int i = 0; i < 10000; ++i) prompt += "ab ";
  EXPECT_EQ(tiny().encode(prompt).size(), 20002u);
  EXPECT_EQ(tiny().encode(std::string(100000, 'a')).size(), 100001u);
}

}  // namespace
}  // namespace lion
