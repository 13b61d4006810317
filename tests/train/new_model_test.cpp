#include "lion/train/new_model.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <cmath>
#include <optional>
#include <stdexcept>

#include "lion/base/file.h"
#include "lion/checkpoint/load.h"
#include "lion/checkpoint/tensor_map.h"
#include "lion/text/bert_tokenizer.h"
#include "lion/text/t5_tokenizer.h"
#include "lion/text/word_code.h"
#include "tiny_model.h"

namespace lion::train {
namespace {

class NewModelTest : public ::testing::Test {
 protected:
  NewModelTest() {
    WordVocabulary words;
    words.add("a red dog");
    tokenizer_ = T5Tokenizer::from_json(words.tokenizer_json(), "t5");
    const BertTokenizer bert(lines(words.bert_vocabulary()), true, "bert");
    write_new_model(folder_ / "model", models::lion_mini({tokenizer_->size(), bert.size(), 1}),
                    words, {"dog"}, testing::first_weights(), 3);
    tensors_ = read_tensors(folder_ / "model");
  }

  at::Tensor tensor(const std::string& name) const { return borrow(tensors_.at(name)); }

  at::Tensor vector_of(const std::string& piece) const {
    for (int64_t id = 0; id < tokenizer_->size(); ++id) {
      if (tokenizer_->piece(id) == piece) return tensor("t5_model.shared.weight")[id];
    }
    throw std::runtime_error(piece);
  }

  testing::TempFolder folder_;
  std::optional<T5Tokenizer> tokenizer_;
  TensorMap tensors_;
};

TEST_F(NewModelTest, WordsBeginAsTheirCodesAndAreSaidAsTheyAreRead) {
  EXPECT_TRUE(at::equal(vector_of("\u2581dog"), at::tensor(word_code("dog", 128))));
  EXPECT_TRUE(at::allclose(tensor("t5_model.lm_head.weight") * std::sqrt(128.0),
                           tensor("t5_model.shared.weight"), 1e-5, 1e-6));
}

TEST_F(NewModelTest, NumbersBeginAsNeighbours) {
  const auto alike = [&](const std::string& a, const std::string& b) {
    return at::cosine_similarity(vector_of(a), vector_of(b), 0).item<double>();
  };
  for (const std::string number : {"0.00", "0.30", "1.00"}) {
    EXPECT_NEAR(vector_of(number).square().mean().item<double>(), 1, 1e-4) << number;
  }
  EXPECT_GT(alike("0.30", "0.31"), 0.9);
  EXPECT_GT(alike("0.30", "0.32"), alike("0.30", "0.36"));
  EXPECT_GT(alike("0.30", "0.36"), alike("0.30", "0.60"));
  EXPECT_LT(alike("0.30", "0.60"), 0.5);
}

TEST_F(NewModelTest, TheProjectionBeginsLinear) {
  const at::Tensor first = tensor("adapter_proj.0.weight"),
                   second = tensor("adapter_proj.2.weight");
  const at::Tensor seen = at::randn({5, first.size(1)});
  const at::Tensor tokens = at::gelu(seen.mm(first.t())).mm(second.t());
  EXPECT_TRUE(at::allclose(tokens, seen.narrow(1, 0, second.size(0)), 1e-4, 1e-5));
}

}  // namespace
}  // namespace lion::train
