#include "lion/text/box_grammar.h"

#include <algorithm>

#include "lion/base/file.h"
#include "lion/base/random.h"
#include "lion/text/box.h"
#include "text_fixtures.h"

namespace lion {
namespace {

using Ids = std::vector<int64_t>;

T5Tokenizer oracle_tokenizer() { return T5Tokenizer::load(oracle_dir() / "flan-t5"); }

/// A tokenizer with these pieces after the special ones.
T5Tokenizer with_pieces(const std::vector<std::string>& pieces) {
  Json file = tiny_tokenizer_json();
  for (const std::string& piece : pieces) {
    file["model"]["vocab"].push_back(Json::array({piece, -1.0}));
  }
  return T5Tokenizer::from_json(file.dump(), "tok.json");
}

std::vector<std::string> box_characters() {
  return {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9", ".", "[", "]"};  // "," is there
}

/// Follows random allowed ids to the end; the answer must be a sound box that says so itself.
void walk(const T5Tokenizer& tokenizer, int walks) {
  const BoxGrammar grammar(tokenizer);
  Random random(1);
  int with_prefix = 0;
  for (int i = 0; i < walks; ++i) {
    Ids ids{tokenizer.pad_id()};
    while (ids.back() != tokenizer.eos_id()) {
      const Ids allowed = grammar.allowed(ids);
      ASSERT_FALSE(allowed.empty()) << tokenizer.decode(ids);
      ASSERT_TRUE(std::is_sorted(allowed.begin(), allowed.end()));
      ids.push_back(allowed[random.below(allowed.size())]);
      ASSERT_LT(ids.size(), 60u);
    }
    EXPECT_TRUE(grammar.allowed(ids).empty());
    const std::string answer = tokenizer.decode(ids);
    const std::vector<ParsedBox> boxes = parse_boxes(answer);
    ASSERT_EQ(boxes.size(), 1u) << answer;
    EXPECT_FALSE(boxes[0].clamped || boxes[0].reordered) << answer;
    const std::string box = format_box(boxes[0].box);
    EXPECT_TRUE(answer == box || answer == "Answer: " + box) << answer;
    with_prefix += answer.starts_with("Answer: ");
  }
  EXPECT_GT(with_prefix, 0);
}

/// Every step of the usual spelling of a box is allowed.
void follow(const T5Tokenizer& tokenizer, const std::string& answer) {
  const BoxGrammar grammar(tokenizer);
  Ids ids;
  for (const int64_t id : tokenizer.encode(answer)) {
    const Ids allowed = grammar.allowed(ids);
    EXPECT_TRUE(std::binary_search(allowed.begin(), allowed.end(), id))
        << answer << " at " << tokenizer.piece(id);
    ids.push_back(id);
  }
}

TEST(BoxGrammar, EveryWalkEndsInABox) { walk(oracle_tokenizer(), 500); }

TEST(BoxGrammar, TheUsualSpellingIsAllowed) {
  const T5Tokenizer tokenizer = oracle_tokenizer();
  follow(tokenizer, "Answer: [0.440,0.060,0.650,0.367]");
  follow(tokenizer, "[0.000,0.000,1.000,1.000]");
}

TEST(BoxGrammar, ReleasedVocabulary) {
  const auto path = shared_dir() / "assets/tokenizers/t5-spiece.model";
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "no released vocabulary: " << path;
  const std::filesystem::path folder = test_folder();
  std::filesystem::copy_file(path, folder / "spiece.model");
  const T5Tokenizer tokenizer = T5Tokenizer::load(folder);
  walk(tokenizer, 200);
  follow(tokenizer, "Answer: [0.440,0.060,0.650,0.367]");
  follow(tokenizer, "[0.440,0.060,0.650,0.367]");
}

TEST(BoxGrammar, SmallestVocabularyWithoutPrefix) {
  const T5Tokenizer tokenizer = with_pieces(box_characters());
  const BoxGrammar grammar(tokenizer);
  const auto texts = [&](const Ids& ids) {
    std::string all;
    for (const int64_t id : grammar.allowed(ids)) all += tokenizer.piece(id);
    return all;
  };
  const auto spell = [&](std::string_view text) {
    Ids ids;
    for (const char c : text) {
      for (int64_t id = 3; id < tokenizer.size(); ++id) {
        if (tokenizer.piece(id) == std::string(1, c)) ids.push_back(id);
      }
    }
    EXPECT_EQ(ids.size(), text.size());
    return ids;
  };
  EXPECT_EQ(texts({}), "▁[");  // no "Answer: ": the vocabulary cannot spell it
  EXPECT_EQ(texts({3}), "[");
  EXPECT_EQ(texts(spell("[")), "01");
  EXPECT_EQ(texts(spell("[1")), ".");
  EXPECT_EQ(texts(spell("[1.")), "0");
  EXPECT_EQ(texts(spell("[0.500,0.2")), "0123456789");
  EXPECT_EQ(texts(spell("[0.500,0.200,0.")), "56789");
  EXPECT_EQ(texts(spell("[0.500,0.200,0.5")), "0123456789");
  EXPECT_EQ(texts(spell("[0.567,0.200,0.56")), "789");
  EXPECT_EQ(texts(spell("[1.000,0.200,")), "1");
  EXPECT_EQ(texts(spell("[0.999,0.200,0.999")), ",");
  EXPECT_EQ(texts(spell("[0.999,0.200,0.999,0.2")), "0123456789");
  EXPECT_EQ(grammar.allowed(spell("[0.999,0.200,0.999,0.200]")), Ids{tokenizer.eos_id()});
}

TEST(BoxGrammar, PiecesOfSeveralCharacters) {
  std::vector<std::string> pieces = box_characters();
  pieces.insert(pieces.end(), {"▁Answer", ":", "▁[0", "0.0", "00,", "]]", "Ans"});
  const T5Tokenizer tokenizer = with_pieces(pieces);
  const BoxGrammar grammar(tokenizer);
  const auto id = [&](std::string_view piece) {
    for (int64_t i = 0; i < tokenizer.size(); ++i) {
      if (tokenizer.piece(i) == piece) return i;
    }
    return int64_t{-1};
  };
  // "Ans" cannot be continued, "]]" is never right, "▁[0" may start.
  EXPECT_EQ(grammar.allowed({}), (Ids{3, id("["), id("▁Answer"), id("▁[0")}));
  EXPECT_EQ(grammar.allowed(Ids{id("▁Answer")}), Ids{id(":")});
  EXPECT_EQ(grammar.allowed(Ids{id("▁Answer"), id(":")}), (Ids{3, id("▁[0")}));
  const Ids box{id("["),   id("0.0"), id("00,"), id("0.0"), id("00,"), id("0.0"),
                id("00,"), id("0.0"), id("0"),   id("0"),   id("]")};
  EXPECT_EQ(grammar.allowed(box), Ids{tokenizer.eos_id()});
}

TEST(BoxGrammar, NamesWhatTheVocabularyLacks) {
  std::vector<std::string> pieces = box_characters();
  pieces.erase(pieces.begin() + 7);
  pieces.pop_back();
  expect_error<InputError>([&] { BoxGrammar grammar(with_pieces(pieces)); },
                           {"BoxGrammar", "\"7]\"", "Turn the grammar off"});
}

TEST(BoxGrammar, RefusesIdsThatBeginNoBox) {
  const T5Tokenizer tokenizer = with_pieces(box_characters());
  const BoxGrammar grammar(tokenizer);
  expect_error<InputError>([&] { grammar.allowed(Ids{4}); }, {"BoxGrammar", "id 4", "allowed"});
  expect_error<InputError>([&] { grammar.allowed(Ids{8}); }, {"BoxGrammar: after \",\""});
  expect_error<InputError>([&] { grammar.allowed(Ids{-5}); }, {"id -5"});
  expect_error<InputError>([&] { grammar.allowed(Ids{1 << 20}); }, {"id 1048576"});
}

}  // namespace
}  // namespace lion
