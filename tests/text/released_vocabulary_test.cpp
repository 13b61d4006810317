// The released T5 and BERT vocabularies with ids that Hugging Face gave. They are not part of the
// project: set LION_SHARED_DIR to a folder that has them.

#include "lion/base/file.h"
#include "lion/base/str.h"
#include "lion/text/bert_tokenizer.h"
#include "lion/text/sentencepiece_file.h"
#include "lion/text/t5_tokenizer.h"
#include "text_fixtures.h"

namespace lion {
namespace {

using Ids = std::vector<int64_t>;

class ReleasedVocabulary : public testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(tokenizers_)) GTEST_SKIP() << "no such folder: " << tokenizers_;
  }

  T5TokenizerSpec t5_spec() const {
    return parse_sentencepiece(read_file(tokenizers_ / "t5-spiece.model"), "t5-spiece.model");
  }
  /// As the tokenizer.json released with Flan-T5.
  T5Tokenizer kept_edges() const { return T5Tokenizer(t5_spec(), "t5-spiece.model"); }
  /// As a tokenizer.json that newer conversions write.
  T5Tokenizer stripped_right_edge() const {
    T5TokenizerSpec spec = t5_spec();
    spec.normalizer.back() = StripEdges{.right = true};
    spec.normalizer.emplace_back(CollapseSpaces{"▁"});
    return T5Tokenizer(std::move(spec), "t5-spiece.model");
  }
  BertTokenizer bert() const {
    return BertTokenizer(lines(read_file(tokenizers_ / "bert-base-uncased-vocab.txt")), true,
                         "bert-base-uncased-vocab.txt");
  }

  std::filesystem::path tokenizers_ = shared_dir() / "assets/tokenizers";
  std::filesystem::path oracle_ = shared_dir() / "oracle/tokenizer";
};

Ids ids_of(const Json& json) { return json.get<Ids>(); }

TEST_F(ReleasedVocabulary, Goldens) {
  const T5Tokenizer t5 = stripped_right_edge();
  const BertTokenizer wordpiece = bert();
  int count = 0;
  for (const std::string& line : lines(read_file(tokenizers_ / "golden.jsonl"))) {
    const Json golden = parse_json(line, "golden.jsonl");
    const auto text = golden.at("text").get<std::string>();
    EXPECT_EQ(t5.encode(text), ids_of(golden.at("t5_hf"))) << text;
    EXPECT_EQ(wordpiece.encode(text), ids_of(golden.at("bert"))) << text;
    ++count;
  }
  EXPECT_EQ(count, 400);
}

TEST_F(ReleasedVocabulary, BothKindsOfT5File) {
  const Json file = read_json_file(oracle_ / "t5.json");
  const std::vector<std::pair<std::string, T5Tokenizer>> kinds{
      {"kept_edges", kept_edges()}, {"stripped_right_edge", stripped_right_edge()}};
  for (const Json& one : file.at("cases")) {
    const auto text = one.at("text").get<std::string>();
    for (const auto& [kind, t5] : kinds) {
      EXPECT_EQ(t5.encode(text), ids_of(one.at(kind))) << kind << ": " << text;
      EXPECT_EQ(t5.encode(text, 128, Truncate::kLeft), ids_of(one.at(kind + "_left_128"))) << text;
      EXPECT_EQ(t5.encode(text, 16, Truncate::kRight), ids_of(one.at(kind + "_right_16"))) << text;
    }
  }
  for (const Json& one : file.at("decode_skip_special_clean_up")) {
    EXPECT_EQ(kinds[0].second.decode(ids_of(one.at("ids"))), one.at("text").get<std::string>());
  }
}

TEST_F(ReleasedVocabulary, Bert) {
  const BertTokenizer wordpiece = bert();
  EXPECT_EQ(wordpiece.dec_id(), 30522);
  EXPECT_EQ(wordpiece.size(), 30523);
  const Json file = read_json_file(oracle_ / "bert_base_uncased.json");
  for (const Json& one : file.at("cases")) {
    const auto text = one.at("text").get<std::string>();
    EXPECT_EQ(wordpiece.encode(text), ids_of(one.at("ids"))) << text;
    EXPECT_EQ(wordpiece.encode(text, 128), ids_of(one.at("left_128"))) << text;
  }
}

TEST_F(ReleasedVocabulary, KnownIds) {
  const T5Tokenizer t5 = kept_edges();
  EXPECT_EQ(t5.size(), 32100);
  EXPECT_EQ(t5.sentinel(0), 32099);
  EXPECT_EQ(t5.sentinel(99), 32000);
  EXPECT_EQ(t5.encode("   space   "), (Ids{628, 3, 1}));
  EXPECT_EQ(t5.encode("According to <extra_id_0>,"), (Ids{2150, 12, 3, 32099, 3, 6, 1}));
  EXPECT_EQ(stripped_right_edge().encode("According to <extra_id_0>,"),
            (Ids{2150, 12, 32099, 3, 6, 1}));
}

}  // namespace
}  // namespace lion
