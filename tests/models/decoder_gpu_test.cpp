/// What docs/performance.md promises of independent rows on a GPU: the same within rounding.

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <span>

#include "lion/models/t5.h"
#include "lion/nn/precision.h"

namespace lion::models {
namespace {

constexpr int64_t kRegionLevel = 0;
constexpr int64_t kImageLevel = 1;

TEST(CudaDecoderRows, AgreeInAnyCompanyWithinRounding) {
  if (!torch::cuda::is_available()) GTEST_SKIP() << "no CUDA device";
  const at::NoGradGuard no_grad;
  for (const at::ScalarType type : {at::kFloat, at::kBFloat16}) {
    T5Config config;  // Flan-T5-XL's sizes, one layer of its 24
    config.num_layers = 1;
    config.num_decoder_layers = 1;
    T5 t5(config, AdapterConfig{});
    nn::set_compute_type(*t5, type);
    torch::manual_seed(5);
    for (auto& item : t5->named_parameters()) {
      item.value().set_data(
          at::empty(item.value().sizes(), item.value().options().device(at::kCUDA))
              .uniform_(-0.06, 0.06));
    }
    DecoderCache cache = t5->decoder->make_cache();
    const auto encoder_output = [&](int64_t s) {
      return at::randn({1, s, config.d_model}).to(at::kCUDA);
    };
    const int64_t image =
        cache.add_prompt(t5->decoder->cross_attention(encoder_output(9), kImageLevel));
    const int64_t region =
        cache.add_prompt(t5->decoder->cross_attention(encoder_output(21), kRegionLevel));
    constexpr int64_t kRows = 64;
    std::vector<int64_t> rows;
    for (int64_t i = 0; i < kRows; ++i) rows.push_back(cache.start(i % 3 == 1 ? region : image));
    const at::Tensor ids = (at::arange(kRows) * 37 + 5).to(at::kCUDA);
    const auto step = [&](int64_t first, int64_t count) {
      std::vector<int64_t> copies;
      for (int64_t i = first; i < first + count; ++i)
        copies.push_back(cache.fork(rows[static_cast<size_t>(i)]));
      const at::Tensor logits = t5->step(ids.narrow(0, first, count), copies, cache);
      for (const int64_t row : copies) cache.release(row);
      return logits;
    };
    const at::Tensor together = step(0, kRows);
    EXPECT_EQ(together.scalar_type(), at::kFloat);
    EXPECT_FALSE(at::equal(together, together.to(at::kBFloat16).to(at::kFloat)));
    const double tolerance =
        (type == at::kFloat ? 1e-4 : 2e-2) * together.abs().max().item<double>();
    for (const int64_t count : {1, 5, 16, 17, 40}) {
      for (int64_t first = 0; first + count <= kRows; first += 23) {
        const at::Tensor difference = step(first, count) - together.narrow(0, first, count);
        EXPECT_LE(difference.abs().max().item<double>(), tolerance) << type << ", " << count;
      }
    }
  }
}

}  // namespace
}  // namespace lion::models
