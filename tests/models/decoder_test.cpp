/// The decoder one token at a time against whole sequences at once, and the cache's bookkeeping.

#include <c10/core/CPUAllocator.h>
#include <gtest/gtest.h>
#include <torch/torch.h>

#include <new>
#include <span>

#include "lion/base/error.h"
#include "lion/models/t5.h"
#include "lion/nn/parameter.h"
#include "lion/nn/precision.h"

namespace lion::models {
namespace {

constexpr int64_t kRegionLevel = 0;
constexpr int64_t kImageLevel = 1;

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
  at::Tensor whole(const std::vector<int64_t>& ids, const at::Tensor& encoder_output,
                   int64_t level) {
    const at::Tensor row = at::tensor(ids, at::kLong).unsqueeze(0);
    return t5_->decode(row, at::ones_like(row), encoder_output,
                       at::ones({1, encoder_output.size(1)}, at::kLong),
                       at::full({1}, level, at::kLong))[0];
  }
};

TEST_F(Decoder, StepsEqualTheWholeSequence) {
  const at::Tensor encoder_output = at::randn({1, 11, 32});
  const std::vector<int64_t> ids = {0, 5, 17, 3, 59, 8, 8, 21, 40, 2, 33, 7, 19};
  const at::Tensor expected = whole(ids, encoder_output, kRegionLevel);
  DecoderCache cache = t5_->decoder->make_cache();
  const int64_t row =
      cache.start(cache.add_prompt(t5_->decoder->cross_attention(encoder_output, kRegionLevel)));
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
  const int64_t a =
      cache.start(cache.add_prompt(t5_->decoder->cross_attention(first, kImageLevel)));
  const int64_t prompt = cache.add_prompt(t5_->decoder->cross_attention(second, kRegionLevel));
  t5_->step(at::tensor({0}, at::kLong), std::vector{a}, cache);
  const int64_t b = cache.start(prompt);  // joins one step later
  t5_->step(at::tensor({4, 0}, at::kLong), std::vector{a, b}, cache);
  const at::Tensor logits = t5_->step(at::tensor({9, 7}, at::kLong), std::vector{b, a}, cache);
  EXPECT_LE((logits[0] - whole({0, 9}, second, kRegionLevel)[1]).abs().max().item<double>(), 2e-4);
  EXPECT_LE((logits[1] - whole({0, 4, 7}, first, kImageLevel)[2]).abs().max().item<double>(), 2e-4);
}

TEST_F(Decoder, ForksShareTheirPastAndThenPart) {
  const at::Tensor encoder_output = at::randn({1, 5, 32});
  DecoderCache cache = t5_->decoder->make_cache();
  const int64_t prompt =
      cache.add_prompt(t5_->decoder->cross_attention(encoder_output, kImageLevel));
  const int64_t a = cache.start(prompt);
  t5_->step(at::tensor({0}, at::kLong), std::vector{a}, cache);
  t5_->step(at::tensor({11}, at::kLong), std::vector{a}, cache);
  const int64_t b = cache.fork(a);
  EXPECT_EQ(cache.slots_used(), 2);
  const at::Tensor logits = t5_->step(at::tensor({1, 2}, at::kLong), std::vector{a, b}, cache);
  EXPECT_EQ(cache.slots_used(), 4);
  EXPECT_LE(
      (logits[0] - whole({0, 11, 1}, encoder_output, kImageLevel)[2]).abs().max().item<double>(),
      2e-4);
  EXPECT_LE(
      (logits[1] - whole({0, 11, 2}, encoder_output, kImageLevel)[2]).abs().max().item<double>(),
      2e-4);
  cache.release(a);
  EXPECT_EQ(cache.slots_used(), 3);
  cache.release(b);
  EXPECT_EQ(cache.slots_used(), 0);
  cache.remove_prompt(prompt);
}

TEST_F(Decoder, ManyTokensGrowTheCacheWithoutForgetting) {
  const at::Tensor encoder_output = at::randn({1, 4, 32});
  std::vector<int64_t> ids = {0};
  for (int64_t i = 1; i < 150; ++i) ids.push_back((i * 7) % 60);
  const at::Tensor expected = whole(ids, encoder_output, kImageLevel);
  DecoderCache cache = t5_->decoder->make_cache();
  const int64_t row =
      cache.start(cache.add_prompt(t5_->decoder->cross_attention(encoder_output, kImageLevel)));
  at::Tensor logits;
  for (const int64_t id : ids)
    logits = t5_->step(at::tensor({id}, at::kLong), std::vector{row}, cache);
  EXPECT_LE((logits[0] - expected[149]).abs().max().item<double>(), 5e-4);
}

TEST_F(Decoder, CacheMistakesAreCaught) {
  DecoderCache cache = t5_->decoder->make_cache();
  EXPECT_THROW(cache.start(0), InternalError);
  const int64_t prompt =
      cache.add_prompt(t5_->decoder->cross_attention(at::randn({1, 2, 32}), kImageLevel));
  const int64_t row = cache.start(prompt);
  EXPECT_FALSE(cache.remove_prompt(prompt));  // a row reads it
  EXPECT_TRUE(cache.release(row));
  EXPECT_FALSE(cache.release(row));
  EXPECT_TRUE(cache.remove_prompt(prompt));
  EXPECT_FALSE(cache.remove_prompt(prompt));
}

/// ATen's memory on the CPU, until the countdown ends.
class EndingMemory : public c10::Allocator {
 public:
  EndingMemory() : before_(c10::GetAllocator(at::kCPU)) { c10::SetCPUAllocator(this, 1); }
  ~EndingMemory() override { c10::SetCPUAllocator(before_, 1); }
  c10::DataPtr allocate(size_t bytes) override {
    if (left >= 0 && left-- == 0) throw std::bad_alloc();
    return before_->allocate(bytes);
  }
  c10::DeleterFnPtr raw_deleter() const override { return before_->raw_deleter(); }
  void copy_data(void* to, const void* from, std::size_t bytes) const override {
    before_->copy_data(to, from, bytes);
  }
  int64_t left = -1;  ///< allocations that still succeed; negative: all

 private:
  c10::Allocator* before_;
};

TEST_F(Decoder, AStepThatRunsOutOfMemoryAnywhereCanBeTriedAgain) {
  const at::Tensor encoder_output = at::randn({1, 4, 32});
  const auto history = [&](DecoderCache& cache) {
    const int64_t prompt =
        cache.add_prompt(t5_->decoder->cross_attention(encoder_output, kImageLevel));
    std::vector<int64_t> rows = {cache.start(prompt)};
    for (int64_t i = 0; i < 32; ++i) t5_->step(at::tensor({i}, at::kLong), rows, cache);
    rows.push_back(cache.fork(rows[0]));
    for (int64_t i = 0; i < 16; ++i) t5_->step(at::tensor({i, i + 1}, at::kLong), rows, cache);
    return rows;  // 64 slots are in use: the next step makes the pools larger
  };
  const at::Tensor ids = at::tensor({7, 9}, at::kLong);
  DecoderCache sound = t5_->decoder->make_cache();
  const at::Tensor expected = t5_->step(ids, history(sound), sound).clone();
  int64_t failures = 0;
  // Each allocation of the cache, then some of those in the layers.
  for (bool done = false; !done; failures += failures < 40 ? 1 : 17) {
    DecoderCache cache = t5_->decoder->make_cache();
    const std::vector<int64_t> rows = history(cache);
    ASSERT_EQ(cache.slots_used(), 64);
    {
      EndingMemory memory_ends;
      memory_ends.left = failures;
      try {
        t5_->step(ids, rows, cache);
        done = true;
      } catch (const std::bad_alloc&) {
        EXPECT_EQ(cache.slots_used(), 64) << failures;
        EXPECT_EQ(cache.keys(0).size(0), cache.values(2).size(0)) << failures;
      }
    }
    if (!done) {
      EXPECT_TRUE(at::equal(t5_->step(ids, rows, cache), expected)) << failures;
    }
    for (const int64_t row : rows) EXPECT_TRUE(cache.release(row));
    EXPECT_EQ(cache.slots_used(), 0);
  }
  EXPECT_GT(failures, 50);  // pools, products, logits
}

/// Steps of 1 to 64 rows give a row the same bits: rows of two prompts and both levels, with pasts
/// of different lengths.
void expect_independent_rows(const T5& t5, int64_t width, int64_t vocabulary, int64_t most_rows) {
  DecoderCache cache = t5->decoder->make_cache();
  const std::vector<int64_t> prompts = {
      cache.add_prompt(t5->decoder->cross_attention(at::randn({1, 9, width}), kImageLevel)),
      cache.add_prompt(t5->decoder->cross_attention(at::randn({1, 21, width}), kRegionLevel))};
  std::vector<int64_t> rows, tokens;
  for (int64_t i = 0; i < most_rows; ++i) {
    rows.push_back(cache.start(prompts[static_cast<size_t>(i % 3 == 1)]));
    tokens.push_back((i * 37 + 5) % vocabulary);
  }
  // Pasts of 1 and 2 tokens.
  const std::span<const int64_t> all(rows);
  const auto ids = [&](size_t first, size_t count) {
    return at::tensor(std::vector<int64_t>(tokens.begin() + static_cast<int64_t>(first),
                                           tokens.begin() + static_cast<int64_t>(first + count)),
                      at::kLong);
  };
  t5->step(ids(0, rows.size()), all, cache);
  t5->step(ids(0, rows.size() / 2), all.first(rows.size() / 2), cache);

  /// The step of rows [first, first + count) on copies of their pasts.
  const auto step = [&](size_t first, size_t count) {
    std::vector<int64_t> copies;
    for (const int64_t row : all.subspan(first, count)) copies.push_back(cache.fork(row));
    const at::Tensor logits = t5->step(ids(first, count), copies, cache).clone();
    for (const int64_t row : copies) cache.release(row);
    return logits;
  };
  const at::Tensor together = step(0, rows.size());
  EXPECT_EQ(together.scalar_type(), at::kFloat);
  EXPECT_FALSE(at::equal(together, together.to(at::kBFloat16).to(at::kFloat)));
  EXPECT_FALSE(at::equal(together[0], together[1]));
  for (const size_t count : {1, 5, 16, 17, 40}) {
    for (size_t first = 0; first + count <= rows.size(); first += count == 1 ? 9 : 13) {
      EXPECT_TRUE(at::equal(step(first, count), together.narrow(0, static_cast<int64_t>(first),
                                                                static_cast<int64_t>(count))))
          << "rows " << first << " to " << first + count;
    }
  }
}

TEST(DecoderRows, AreIndependentToTheBit) {
  for (const char* activation : {"gelu", "gelu_new"}) {
    for (const AdapterConfig adapter : {AdapterConfig{8, 2, true}, AdapterConfig{8, 2, false},
                                        AdapterConfig{8, 1}, AdapterConfig{8, 0}}) {
      for (const at::ScalarType type : {at::kFloat, at::kBFloat16}) {
        T5Config config = small_t5();
        config.activation = activation;
        config.d_ff = 75;  // fills no vector
        config.vocab_size = 61;
        T5 t5(config, adapter);
        nn::set_compute_type(*t5, type);
        torch::manual_seed(4);
        for (auto& item : t5->named_parameters()) {
          item.value().set_data(
              (at::randn(item.value().sizes()) * 0.3).to(item.value().scalar_type()));
          item.value().set_requires_grad(true);  // a step asks for none
        }
        SCOPED_TRACE(str(activation, ", ", adapter.count, " adapters, ", at::toString(type)));
        expect_independent_rows(t5, config.d_model, config.vocab_size, 64);
      }
    }
  }
}

TEST(DecoderRows, AreIndependentToTheBitAtTheWidthsOfLion4b) {
  for (const at::ScalarType type : {at::kBFloat16, at::kFloat}) {
    T5Config config;  // Flan-T5-XL's sizes, one layer of its 24
    config.num_layers = 1;
    config.num_decoder_layers = 1;
    ASSERT_EQ(config.d_model, 2048);
    ASSERT_EQ(config.d_ff, 5120);
    ASSERT_EQ(config.vocab_size, 32128);
    T5 t5(config, AdapterConfig{});
    nn::set_compute_type(*t5, type);
    torch::manual_seed(5);
    for (auto& item : t5->named_parameters()) {
      if (item.key().starts_with("encoder.")) continue;
      at::Tensor random = at::empty(item.value().sizes(), item.value().options());
      item.value().set_data(random.uniform_(-0.06, 0.06));
    }
    SCOPED_TRACE(at::toString(type));
    expect_independent_rows(t5, config.d_model, config.vocab_size, 64);
  }
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
