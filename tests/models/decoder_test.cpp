/// The decoder one token at a time against whole sequences at once, and the cache's bookkeeping.

#include <gtest/gtest.h>
#include <torch/torch.h>

#include "lion/base/error.h"
#include "lion/models/t5.h"
#include "lion/nn/parameter.h"

namespace lion::models {
namespace {

T5Config small_t5() {
  T5Config config;
  config.d_model = 32;
  config.d_kv = 8;
  config.num_heads = 4;
  config.d_ff = 48;
  config.num_layers = 2;
  config.num_decoder_layers = 3;
  config.vocab_size = 60;
  return config;
}

/// Random weights that make attention sharp enough to see mistakes.
T5 random_t5() {
  T5 t5(small_t5(), AdapterConfig{8, 2});
  torch::manual_seed(3);
  for (auto& item : t5->named_parameters()) {
    at::Tensor& parameter = item.value();
    const bool norm = item.key().find("layer_norm") != std::string::npos;
    parameter.set_data(norm ? at::ones(parameter.sizes()) : at::randn(parameter.sizes()) * 0.3);
  }
  return t5;
}

class Decoder : public ::testing::Test {
 protected:
  at::NoGradGuard no_grad_;
  T5 t5_ = random_t5();

  /// Logits after each token of `ids` by teacher forcing, [T,vocabulary].
  at::Tensor whole(const std::vector<int64_t>& ids, const at::Tensor& memory, TaskLevel level) {
    const at::Tensor row = at::tensor(ids, at::kLong).unsqueeze(0);
    return t5_->decode(row, at::ones_like(row), memory, at::ones({1, memory.size(1)}, at::kLong),
                       at::full({1}, static_cast<int64_t>(level), at::kLong))[0];
  }
};

TEST_F(Decoder, StepsEqualTheWholeSequence) {
  const at::Tensor memory = at::randn({1, 11, 32});
  const std::vector<int64_t> ids = {0, 5, 17, 3, 59, 8, 8, 21, 40, 2, 33, 7, 19};
  const at::Tensor expected = whole(ids, memory, TaskLevel::kRegion);
  DecoderCache cache = t5_->decoder->make_cache();
  const int64_t row = cache.start(cache.add_source(t5_->decoder->read(memory, TaskLevel::kRegion)));
  for (size_t i = 0; i < ids.size(); ++i) {
    const at::Tensor logits = t5_->step(at::tensor({ids[i]}, at::kLong), std::vector{row}, cache);
    EXPECT_LE((logits[0] - expected[static_cast<int64_t>(i)]).abs().max().item<double>(), 2e-4)
        << "token " << i;
  }
}

TEST_F(Decoder, RowsOfDifferentSourcesLengthsAndLevelsDoNotMix) {
  const at::Tensor first = at::randn({1, 6, 32});
  const at::Tensor second = at::randn({1, 9, 32});
  DecoderCache cache = t5_->decoder->make_cache();
  const int64_t a = cache.start(cache.add_source(t5_->decoder->read(first, TaskLevel::kImage)));
  const int64_t source = cache.add_source(t5_->decoder->read(second, TaskLevel::kRegion));
  t5_->step(at::tensor({0}, at::kLong), std::vector{a}, cache);
  const int64_t b = cache.start(source);  // joins one step later
  t5_->step(at::tensor({4, 0}, at::kLong), std::vector{a, b}, cache);
  const at::Tensor logits = t5_->step(at::tensor({9, 7}, at::kLong), std::vector{b, a}, cache);
  EXPECT_LE((logits[0] - whole({0, 9}, second, TaskLevel::kRegion)[1]).abs().max().item<double>(),
            2e-4);
  EXPECT_LE((logits[1] - whole({0, 4, 7}, first, TaskLevel::kImage)[2]).abs().max().item<double>(),
            2e-4);
}

TEST_F(Decoder, ForksShareTheirPastAndThenPart) {
  const at::Tensor memory = at::randn({1, 5, 32});
  DecoderCache cache = t5_->decoder->make_cache();
  const int64_t source = cache.add_source(t5_->decoder->read(memory, TaskLevel::kImage));
  const int64_t a = cache.start(source);
  t5_->step(at::tensor({0}, at::kLong), std::vector{a}, cache);
  t5_->step(at::tensor({11}, at::kLong), std::vector{a}, cache);
  const int64_t b = cache.fork(a);
  EXPECT_EQ(cache.slots_used(), 2);
  const at::Tensor logits = t5_->step(at::tensor({1, 2}, at::kLong), std::vector{a, b}, cache);
  EXPECT_EQ(cache.slots_used(), 4);
  EXPECT_LE(
      (logits[0] - whole({0, 11, 1}, memory, TaskLevel::kImage)[2]).abs().max().item<double>(),
      2e-4);
  EXPECT_LE(
      (logits[1] - whole({0, 11, 2}, memory, TaskLevel::kImage)[2]).abs().max().item<double>(),
      2e-4);
  cache.release(a);
  EXPECT_EQ(cache.slots_used(), 3);
  cache.release(b);
  EXPECT_EQ(cache.slots_used(), 0);
  cache.remove_source(source);
}

TEST_F(Decoder, ManyTokensGrowTheCacheWithoutForgetting) {
  const at::Tensor memory = at::randn({1, 4, 32});
  std::vector<int64_t> ids = {0};
  for (int64_t i = 1; i < 150; ++i) ids.push_back((i * 7) % 60);
  const at::Tensor expected = whole(ids, memory, TaskLevel::kImage);
  DecoderCache cache = t5_->decoder->make_cache();
  const int64_t row = cache.start(cache.add_source(t5_->decoder->read(memory, TaskLevel::kImage)));
  at::Tensor logits;
  for (const int64_t id : ids)
    logits = t5_->step(at::tensor({id}, at::kLong), std::vector{row}, cache);
  EXPECT_LE((logits[0] - expected[149]).abs().max().item<double>(), 5e-4);
}

TEST_F(Decoder, CacheMistakesAreCaught) {
  DecoderCache cache = t5_->decoder->make_cache();
  EXPECT_THROW(cache.start(0), InternalError);
  const int64_t source =
      cache.add_source(t5_->decoder->read(at::randn({1, 2, 32}), TaskLevel::kImage));
  const int64_t row = cache.start(source);
  EXPECT_THROW(cache.remove_source(source), InternalError);
  cache.release(row);
  EXPECT_THROW(cache.release(row), InternalError);
}

TEST(AdapterRouter, OneHotRowsPickTheExpertOfTheLevel) {
  const at::NoGradGuard no_grad;
  AdapterRouter router(6, AdapterConfig{3, 2});
  torch::manual_seed(1);
  for (auto& item : router->named_parameters())
    item.value().set_data(at::randn(item.value().sizes()));
  router->router_ratio1.set_data(at::tensor({1.0f, 0.0f}).view({2, 1}).repeat({1, 6}));
  router->router_ratio2.set_data(at::tensor({0.0f, 1.0f}).view({2, 1}).repeat({1, 6}));
  const at::Tensor x = at::randn({2, 4, 6});
  const at::Tensor out = router->forward(x, at::tensor({0, 1}, at::kLong));
  for (const int64_t row : {0, 1}) {
    const Adapter& expert = router->adapters[static_cast<size_t>(row)];  // 0 region, 1 image
    const at::Tensor expected = expert->unscaled(x.slice(0, row, row + 1)) * expert->scale;
    EXPECT_TRUE(at::allclose(out.slice(0, row, row + 1), expected, 1e-5, 1e-5)) << row;
  }
}

}  // namespace
}  // namespace lion::models
