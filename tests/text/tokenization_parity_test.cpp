// Every text of an oracle folder, whatever its vocabulary and kind of tokenizer.json.

#include "lion/text/bert_tokenizer.h"
#include "lion/text/t5_tokenizer.h"
#include "text_fixtures.h"

namespace lion {
namespace {

using Ids = std::vector<int64_t>;

Json goldens() { return read_json_file(oracle_dir() / "goldens/tokenization.json"); }

Ids ids_of(const Json& json) { return json.get<Ids>(); }

TEST(TokenizationParity, T5) {
  const T5Tokenizer t5 = T5Tokenizer::load(oracle_dir() / "flan-t5");
  const Json file = goldens();
  ASSERT_FALSE(file.at("encode").empty());
  for (const Json& one : file.at("encode")) {
    const auto text = one.at("text").get<std::string>();
    EXPECT_EQ(t5.encode(text), ids_of(one.at("t5"))) << text;
    EXPECT_EQ(t5.encode(text, 16, Truncate::kLeft), ids_of(one.at("t5_left_16"))) << text;
    EXPECT_EQ(t5.encode(text, 16, Truncate::kRight), ids_of(one.at("t5_right_16"))) << text;
  }
  EXPECT_EQ(t5.sentinel(0), file.at("extra_id_0").get<int64_t>());
}

TEST(TokenizationParity, T5Decode) {
  const T5Tokenizer t5 = T5Tokenizer::load(oracle_dir() / "flan-t5");
  const Json file = goldens();
  ASSERT_FALSE(file.at("t5_decode_skip_special").empty());
  for (const Json& one : file.at("t5_decode_skip_special")) {
    EXPECT_EQ(t5.decode(ids_of(one.at("ids"))), one.at("text").get<std::string>());
  }
}

TEST(TokenizationParity, Bert) {
  const BertTokenizer bert = BertTokenizer::load(oracle_dir() / "bert-base-uncased");
  const Json file = goldens();
  for (const Json& one : file.at("encode")) {
    const auto text = one.at("text").get<std::string>();
    EXPECT_EQ(bert.encode(text), ids_of(one.at("bert"))) << text;
    EXPECT_EQ(bert.encode(text, 12), ids_of(one.at("bert_left_12"))) << text;
  }
  EXPECT_EQ(bert.dec_id(), file.at("bert_dec_token_id").get<int64_t>());
}

}  // namespace
}  // namespace lion
