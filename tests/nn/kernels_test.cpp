#include "lion/nn/kernels/kernels.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "lion/base/error.h"
#include "lion/nn/kernels/isa.h"

namespace lion::nn::kernels {
namespace {

using at::Tensor;
using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr float kInf = std::numeric_limits<float>::infinity();

/// Half a unit in the last place of a bf16 of value 1, with room for a tie that falls the other
/// way.
constexpr double kBf16Rounding = 1.0 / 256 * 1.01;

Tensor random(at::IntArrayRef sizes, at::ScalarType type) {
  return at::randn(sizes, at::kFloat).to(type);
}

/// Largest |got - want| / (floor + |want|).
double relative_error(const Tensor& got, const Tensor& want, double floor) {
  if (got.numel() == 0) return 0.0;
  const Tensor g = got.to(at::kDouble);
  const Tensor w = want.to(at::kDouble);
  return ((g - w).abs() / (w.abs() + floor)).max().item<double>();
}

bool same_bits(const Tensor& a, const Tensor& b) {
  return a.scalar_type() == b.scalar_type() && at::equal(a, b);
}

template <typename Call>
std::string message_of(const Call& call) {
  try {
    call();
  } catch (const InputError& error) {
    return error.what();
  }
  return "nothing was thrown";
}

class KernelTest : public ::testing::TestWithParam<Isa> {
 protected:
  void SetUp() override { at::manual_seed(7); }
};

INSTANTIATE_TEST_SUITE_P(Isas, KernelTest,
                         ::testing::ValuesIn(supported_isas().begin(), supported_isas().end()),
                         [](const auto& tested) { return std::string(isa_name(tested.param)); });

TEST(Isa, ListsTheBestLast) {
  EXPECT_EQ(supported_isas().front(), Isa::kPortable);
  EXPECT_EQ(supported_isas().back(), best_isa());
}

TEST(Isa, RefusesOneThatTheProcessorLacks) {
  const Tensor x = at::ones({4}, at::kFloat);
  EXPECT_THAT(message_of([&] { kernels::gelu(x, static_cast<Isa>(99)); }),
              AllOf(HasSubstr("kernels: "), HasSubstr("got unknown"),
                    HasSubstr(isa_name(best_isa())), HasSubstr("Leave the argument isa out")));
}

// ---- gemv

struct GemvCase {
  int64_t rows, outputs, width;
};

std::vector<GemvCase> gemv_cases() {
  std::vector<GemvCase> cases = {{1, 1, 1},   {1, 5, 31},   {2, 7, 32},    {3, 13, 33},
                                 {5, 9, 100}, {5, 64, 257}, {16, 3, 1000}, {1, 2048, 2048}};
  for (int64_t rows = 1; rows <= kMaxGemvRows; ++rows) cases.push_back({rows, 29, 75});
  for (const int64_t rows : {17, 32, 40, 64}) cases.push_back({rows, 75, 131});
  return cases;
}

/// Float sums differ from exact ones by a few units of the last place of sum |x w|.
void expect_product(const Tensor& got, const Tensor& x, const Tensor& w,
                    const std::optional<Tensor>& bias) {
  Tensor want = at::matmul(x.to(at::kDouble), w.to(at::kDouble).t());
  Tensor scale = at::matmul(x.to(at::kDouble).abs(), w.to(at::kDouble).abs().t());
  if (bias) {
    want = want + bias->to(at::kDouble);
    scale = scale + bias->to(at::kDouble).abs();
  }
  Tensor bound = scale * 1e-6;
  if (got.scalar_type() == at::kBFloat16) bound = bound + want.abs() * kBf16Rounding;
  ASSERT_EQ(got.sizes(), want.sizes());
  EXPECT_TRUE(((got.to(at::kDouble) - want).abs() <= bound).all().item<bool>())
      << x.sizes() << " times " << w.sizes();
}

TEST_P(KernelTest, GemvEqualsTheExactProduct) {
  for (const auto& [rows, outputs, width] : gemv_cases()) {
    for (const at::ScalarType type : {at::kBFloat16, at::kFloat}) {
      const Tensor x = random({rows, width}, type);
      const Tensor w = random({outputs, width}, type);
      const Tensor bias = random({outputs}, type);
      expect_product(gemv(x, w, std::nullopt, at::kFloat, GetParam()), x, w, std::nullopt);
      expect_product(gemv(x, w, bias, at::kFloat, GetParam()), x, w, bias);
      expect_product(gemv(x, w, bias, type, GetParam()), x, w, bias);
    }
  }
}

TEST_P(KernelTest, GemvRoundsItsFloatResultToTheNearestBf16) {
  const Tensor x = random({5, 70}, at::kBFloat16);
  const Tensor w = random({33, 70}, at::kBFloat16);
  const Tensor wide = gemv(x, w, std::nullopt, at::kFloat, GetParam());
  EXPECT_TRUE(
      same_bits(gemv(x, w, std::nullopt, at::kBFloat16, GetParam()), wide.to(at::kBFloat16)));
}

TEST_P(KernelTest, GemvRowDoesNotDependOnTheOthers) {
  for (const at::ScalarType type : {at::kBFloat16, at::kFloat}) {
    constexpr int64_t kRows = 4 * kMaxGemvRows;
    const Tensor x = random({kRows, 1003}, type);
    const Tensor w = random({139, 1003}, type);  // several passes, the last with an end
    const Tensor all = gemv(x, w, std::nullopt, at::kFloat, GetParam());
    for (int64_t rows = 1; rows <= kRows; ++rows) {
      const Tensor part = gemv(x.narrow(0, 0, rows), w, std::nullopt, at::kFloat, GetParam());
      EXPECT_TRUE(same_bits(part, all.narrow(0, 0, rows))) << rows << " rows";
      const Tensor last = gemv(x.narrow(0, rows - 1, 1), w, std::nullopt, at::kFloat, GetParam());
      EXPECT_TRUE(same_bits(last, all.narrow(0, rows - 1, 1))) << "row " << rows - 1 << " alone";
    }
  }
}

TEST_P(KernelTest, GemvDoesNotDependOnTheNumberOfThreads) {
  for (const int64_t rows : {3, 40}) {
    const Tensor x = random({rows, 2048}, at::kBFloat16);
    const Tensor w = random({1001, 2048}, at::kBFloat16);
    const int threads = at::get_num_threads();
    at::set_num_threads(1);
    const Tensor one = gemv(x, w, std::nullopt, at::kFloat, GetParam());
    at::set_num_threads(3);
    const Tensor three = gemv(x, w, std::nullopt, at::kFloat, GetParam());
    at::set_num_threads(threads);
    EXPECT_TRUE(same_bits(one, three)) << rows;
  }
}

TEST_P(KernelTest, GemvReadsAWeightAtAnyEvenAddress) {
  const Tensor x = random({4, 131}, at::kBFloat16);
  const Tensor w = random({17, 131}, at::kBFloat16);
  const Tensor want = gemv(x, w, std::nullopt, at::kFloat, GetParam());
  const auto bytes = static_cast<int64_t>(w.nbytes());
  for (const int64_t offset : {2, 6, 34}) {
    Tensor file = at::zeros({bytes + offset}, at::kByte);
    std::memcpy(file.mutable_data_ptr<uint8_t>() + offset, w.const_data_ptr(), bytes);
    const Tensor mapped = at::from_blob(file.mutable_data_ptr<uint8_t>() + offset, w.sizes(),
                                        at::TensorOptions(at::kBFloat16));
    EXPECT_TRUE(same_bits(gemv(x, mapped, std::nullopt, at::kFloat, GetParam()), want));
  }
}

TEST_P(KernelTest, GemvReadsNothingBehindItsInputs) {
  // Numbers that would spoil every sum stand right behind the rows.
  const int64_t width = 45;
  Tensor x = at::full({2, 64}, kInf, at::kFloat).to(at::kBFloat16).flatten();
  Tensor w = x.clone();
  x.narrow(0, 0, width).fill_(1.0);
  w.narrow(0, 0, width).fill_(2.0);
  const Tensor got =
      gemv(x.narrow(0, 0, width).view({1, width}), w.narrow(0, 0, width).view({1, width}),
           std::nullopt, at::kFloat, GetParam());
  EXPECT_EQ(got.item<float>(), 90.0f);
}

TEST(Gemv, RefusesWhatItCannotDo) {
  const Tensor x = at::ones({2, 8}, at::kBFloat16);
  const Tensor w = at::ones({3, 8}, at::kBFloat16);
  const auto call = [](const Tensor& a, const Tensor& b, const std::optional<Tensor>& bias,
                       at::ScalarType out) { return message_of([&] { gemv(a, b, bias, out); }); };
  EXPECT_THAT(call(at::ones({0, 8}, at::kBFloat16), w, std::nullopt, at::kFloat),
              AllOf(HasSubstr("gemv: x"), HasSubstr("[0,8]"), HasSubstr("1 or more rows")));
  EXPECT_THAT(call(x, at::ones({3, 9}, at::kBFloat16), std::nullopt, at::kFloat),
              AllOf(HasSubstr("gemv: weight"), HasSubstr("expected [any,8]"), HasSubstr("config")));
  EXPECT_THAT(call(x, at::ones({3, 8}, at::kFloat), std::nullopt, at::kFloat),
              AllOf(HasSubstr("gemv: weight"), HasSubstr("expected BFloat16"), HasSubstr(".to()")));
  EXPECT_THAT(call(x, at::ones({8, 3}, at::kBFloat16).t(), std::nullopt, at::kFloat),
              AllOf(HasSubstr("gemv: weight"), HasSubstr(".contiguous()")));
  EXPECT_THAT(call(x, w, at::ones({4}, at::kBFloat16), at::kFloat),
              AllOf(HasSubstr("gemv: bias"), HasSubstr("expected [3]")));
  EXPECT_THAT(call(x, w, at::ones({3}, at::kFloat), at::kFloat),
              AllOf(HasSubstr("gemv: bias"), HasSubstr("expected BFloat16")));
  EXPECT_THAT(call(x.to(at::kDouble), w.to(at::kDouble), std::nullopt, at::kFloat),
              AllOf(HasSubstr("gemv: x"), HasSubstr("Double"), HasSubstr("Float or BFloat16")));
  EXPECT_THAT(call(x.to(at::kFloat), w.to(at::kFloat), std::nullopt, at::kBFloat16),
              AllOf(HasSubstr("gemv: out_type"), HasSubstr("convert the result")));
  EXPECT_THAT(call(at::ones({8}, at::kBFloat16), w, std::nullopt, at::kFloat),
              AllOf(HasSubstr("gemv: x"), HasSubstr("[any,any]")));
}

// ---- softmax

TEST_P(KernelTest, SoftmaxAndItsGradientsEqualTheFormula) {
  for (const auto& sizes : std::vector<std::vector<int64_t>>{
           {2, 3, 4, 1}, {1, 2, 3, 7}, {2, 2, 5, 16}, {3, 1, 2, 33}, {2, 3, 0, 5}}) {
    const auto part = [&sizes](std::vector<int64_t> shape) {
      for (size_t i = 0; i < 4; ++i) shape[i] = shape[i] == 0 ? sizes[i] : shape[i];
      return random(shape, at::kFloat) * 3 - 40;  // far below zero: only differences count
    };
    for (const Tensor& bias :
         {part({0, 0, 0, 0}), part({1, 0, 0, 0}), part({0, 1, 1, 0}), part({1, 1, 1, 0}),
          part({0, 0, 0, 0}).transpose(2, 3).contiguous().transpose(2, 3)}) {
      for (const at::ScalarType type : {at::kFloat, at::kBFloat16}) {
        const Tensor scores = random(sizes, type);
        const Tensor exact = scores.to(at::kDouble).requires_grad_();
        const Tensor whole = bias.expand(sizes).to(at::kDouble).requires_grad_();
        const Tensor want = at::softmax(0.7 * exact + whole, -1);
        const Tensor got = softmax(scores, 0.7, bias, GetParam());
        ASSERT_EQ(got.scalar_type(), type);
        const double rounding = type == at::kFloat ? 1e-5 : kBf16Rounding;
        EXPECT_LT(relative_error(got, want, 1e-6), rounding) << sizes;

        const Tensor gradient = random(sizes, type);
        const Tensor result = want.detach().to(type);
        want.backward(gradient.to(at::kDouble));
        const SoftmaxGradients back = softmax_gradients(gradient, result, 0.7, true, GetParam());
        // The result's rounding is no larger than that of its gradient.
        const double scale = type == at::kFloat ? 1e-5 : 0.02;
        EXPECT_EQ(back.scores.scalar_type(), type);
        EXPECT_LT(relative_error(back.scores, exact.grad(), 1.0), scale) << sizes;
        EXPECT_EQ(back.bias.scalar_type(), at::kFloat);
        EXPECT_LT(relative_error(back.bias, whole.grad(), 1.0), scale) << sizes;
        EXPECT_FALSE(softmax_gradients(gradient, result, 0.7, false, GetParam()).bias.defined());
      }
    }
  }
}

TEST(Softmax, SaysWhatIsWrong) {
  const Tensor scores = random({1, 2, 3, 4}, at::kFloat);
  EXPECT_THAT(message_of([&] { softmax(scores[0], 1, at::zeros({4})); }),
              HasSubstr("softmax: scores"));
  EXPECT_THAT(message_of([&] { softmax(scores, 1, at::zeros({4}, at::kDouble)); }),
              AllOf(HasSubstr("softmax: bias"), HasSubstr("expected Float")));
  EXPECT_THAT(message_of([&] { softmax_gradients(scores, scores.to(at::kBFloat16), 1, false); }),
              HasSubstr("softmax_gradients: result"));
  EXPECT_THAT(message_of([&] { rms_norm_gradients(scores, scores, at::ones({3}), 1e-6); }),
              HasSubstr("rms_norm_gradients: weight"));
}

// ---- norms

const std::vector<std::vector<int64_t>> kNormShapes = {
    {1, 1}, {3, 7}, {2, 5, 16}, {4, 33}, {1, 2048}, {40, 1408}, {2, 0, 16}, {64, 1030}};

TEST_P(KernelTest, RmsNormEqualsTheFormula) {
  for (const auto& shape : kNormShapes) {
    for (const at::ScalarType type : {at::kFloat, at::kBFloat16}) {
      const Tensor x = (random(shape, at::kFloat) * 3 + 1).to(type);
      const Tensor w = random({shape.back()}, at::kFloat);
      const Tensor exact = x.to(at::kDouble);
      const Tensor want =
          w.to(at::kDouble) * exact * at::rsqrt(exact.square().mean(-1, true) + 1e-6);
      const Tensor wide = rms_norm(x, w, 1e-6, at::kFloat, GetParam());
      ASSERT_EQ(wide.sizes(), x.sizes());
      EXPECT_LT(relative_error(wide, want, 1e-6), 2e-6) << x.sizes();
      EXPECT_TRUE(
          same_bits(rms_norm(x, w, 1e-6, at::kBFloat16, GetParam()), wide.to(at::kBFloat16)));
    }
  }
}

TEST_P(KernelTest, RmsNormGradientsAreThoseOfTheFormula) {
  for (const auto& shape : kNormShapes) {
    for (const at::ScalarType type : {at::kFloat, at::kBFloat16}) {
      const Tensor x = random(shape, at::kFloat) * 3 + 1;
      const Tensor w = random({shape.back()}, at::kFloat);
      const Tensor gradient = random(shape, at::kFloat).to(type);
      const Tensor exact = x.to(at::kDouble).requires_grad_();
      const Tensor weight = w.to(at::kDouble).requires_grad_();
      (weight * exact * at::rsqrt(exact.square().mean(-1, true) + 1e-6))
          .backward(gradient.to(at::kDouble));
      const NormGradients got = rms_norm_gradients(gradient, x, w, 1e-6, GetParam());
      EXPECT_LT(relative_error(got.x, exact.grad(), 0.1), 1e-5) << x.sizes();
      EXPECT_LT(relative_error(got.weight, weight.grad(), 1.0), 1e-5) << x.sizes();
    }
  }
}

TEST_P(KernelTest, RmsNormGradientsDoNotDependOnTheThreads) {
  const Tensor x = random({3000, 96}, at::kFloat);
  const Tensor w = random({96}, at::kFloat);
  const int threads = at::get_num_threads();
  at::set_num_threads(1);
  const NormGradients alone = rms_norm_gradients(x, x, w, 1e-6, GetParam());
  at::set_num_threads(2);
  const NormGradients together = rms_norm_gradients(x, x, w, 1e-6, GetParam());
  at::set_num_threads(threads);
  EXPECT_TRUE(same_bits(alone.x, together.x));
  EXPECT_TRUE(same_bits(alone.weight, together.weight));
}

TEST_P(KernelTest, LayerNormEqualsTheFormula) {
  for (const auto& shape : kNormShapes) {
    for (const at::ScalarType type : {at::kFloat, at::kBFloat16}) {
      const Tensor x = (random(shape, at::kFloat) * 3 + 10).to(type);
      const Tensor w = random({shape.back()}, at::kFloat);
      const Tensor b = random({shape.back()}, at::kFloat);
      const Tensor want = at::layer_norm(x.to(at::kDouble), {shape.back()}, w.to(at::kDouble),
                                         b.to(at::kDouble), 1e-5);
      const Tensor wide = layer_norm(x, w, b, 1e-5, at::kFloat, GetParam());
      ASSERT_EQ(wide.sizes(), x.sizes());
      // Cancellation against the mean of 10 costs a few units of its last place.
      EXPECT_LT(relative_error(wide, want, 1.0), 4e-6) << x.sizes();
      EXPECT_TRUE(
          same_bits(layer_norm(x, w, b, 1e-5, at::kBFloat16, GetParam()), wide.to(at::kBFloat16)));
    }
  }
}

TEST_P(KernelTest, NormRowDoesNotDependOnTheOthers) {
  const Tensor x = random({300, 515}, at::kFloat);
  const Tensor w = random({515}, at::kFloat);
  const Tensor rms = rms_norm(x, w, 1e-6, at::kFloat, GetParam());
  const Tensor layer = layer_norm(x, w, w, 1e-6, at::kFloat, GetParam());
  for (const int64_t row : {0, 149, 150, 299}) {
    const Tensor one = x.narrow(0, row, 1);
    EXPECT_TRUE(same_bits(rms_norm(one, w, 1e-6, at::kFloat, GetParam()), rms.narrow(0, row, 1)));
    EXPECT_TRUE(
        same_bits(layer_norm(one, w, w, 1e-6, at::kFloat, GetParam()), layer.narrow(0, row, 1)));
  }
}

TEST(Norm, RefusesWhatItCannotDo) {
  const Tensor x = at::ones({2, 8}, at::kFloat);
  const Tensor w = at::ones({8}, at::kFloat);
  EXPECT_THAT(message_of([&] { rms_norm(x, at::ones({7}, at::kFloat), 1e-6, at::kFloat); }),
              AllOf(HasSubstr("rms_norm: weight"), HasSubstr("expected [8]"), HasSubstr("config")));
  EXPECT_THAT(message_of([&] { rms_norm(x, w.to(at::kBFloat16), 1e-6, at::kFloat); }),
              AllOf(HasSubstr("rms_norm: weight"), HasSubstr("expected Float")));
  EXPECT_THAT(message_of([&] { rms_norm(x.to(at::kHalf), w, 1e-6, at::kFloat); }),
              AllOf(HasSubstr("rms_norm: x"), HasSubstr("got Half")));
  EXPECT_THAT(message_of([&] { rms_norm(x, w, 1e-6, at::kHalf); }),
              AllOf(HasSubstr("rms_norm: out_type"), HasSubstr("got Half")));
  EXPECT_THAT(message_of([&] {
                layer_norm(at::ones({8, 8}).t(), w, w, 1e-6, at::kFloat);
              }),
              AllOf(HasSubstr("layer_norm: x"), HasSubstr(".contiguous()")));
  EXPECT_THAT(message_of([&] { layer_norm(x, w, at::ones({9}), 1e-6, at::kFloat); }),
              AllOf(HasSubstr("layer_norm: bias"), HasSubstr("expected [8]")));
}

// ---- GELU

TEST_P(KernelTest, GeluIsTheErfOneWithin1e7) {
  const Tensor x = at::linspace(-12, 12, 240001, at::kFloat);
  const Tensor exact = x.to(at::kDouble);
  const Tensor want = exact * 0.5 * at::erfc(-exact / std::sqrt(2.0));
  const Tensor error =
      (kernels::gelu(x, GetParam()).to(at::kDouble) - want).abs() / exact.abs().clamp_min(1);
  EXPECT_LT(error.max().item<double>(), 1.2e-7);
}

TEST_P(KernelTest, GeluOfSpecialNumbers) {
  const Tensor x = at::tensor({0.0f, kInf, NAN, 1e30f, -1e30f, -7.0f, 1e-30f, -1e-30f, -kInf});
  const Tensor y = kernels::gelu(x, GetParam());
  const auto* v = y.const_data_ptr<float>();
  EXPECT_EQ(v[0], 0.0f);
  EXPECT_EQ(v[1], kInf);
  EXPECT_TRUE(std::isnan(v[2]));
  EXPECT_EQ(v[3], 1e30f);
  EXPECT_EQ(v[4], 0.0f);
  EXPECT_EQ(v[5], 0.0f);
  EXPECT_FLOAT_EQ(v[6], 0.5e-30f);
  EXPECT_FLOAT_EQ(v[7], -0.5e-30f);
  EXPECT_EQ(v[8], 0.0f);
}

TEST_P(KernelTest, GatedGeluEqualsTheProduct) {
  for (const std::vector<int64_t>& shape :
       std::vector<std::vector<int64_t>>{{1}, {3, 5}, {2, 3, 16}, {7, 129}, {30, 2500}, {0, 4}}) {
    const Tensor gate = random(shape, at::kFloat) * 3;
    const Tensor value = random(shape, at::kFloat);
    const Tensor want = at::gelu(gate.to(at::kDouble)) * value.to(at::kDouble);
    EXPECT_LT(relative_error(gated_gelu(gate, value, GetParam()), want, 1.0), 6e-7);
    const Tensor g = gate.to(at::kBFloat16);
    const Tensor v = value.to(at::kBFloat16);
    const Tensor narrow = gated_gelu(g, v, GetParam());
    EXPECT_TRUE(same_bits(
        narrow, gated_gelu(g.to(at::kFloat), v.to(at::kFloat), GetParam()).to(at::kBFloat16)));
    EXPECT_TRUE(same_bits(kernels::gelu(g, GetParam()),
                          kernels::gelu(g.to(at::kFloat), GetParam()).to(at::kBFloat16)));
  }
}

TEST(GatedGelu, RefusesWhatItCannotDo) {
  const Tensor x = at::ones({2, 8}, at::kFloat);
  EXPECT_THAT(message_of([&] {
                gated_gelu(x, at::ones({2, 9}));
              }),
              AllOf(HasSubstr("gated_gelu: value"), HasSubstr("expected [2,8]")));
  EXPECT_THAT(message_of([&] { gated_gelu(x, x.to(at::kBFloat16)); }),
              AllOf(HasSubstr("gated_gelu: value"), HasSubstr("expected Float")));
  EXPECT_THAT(message_of([&] { kernels::gelu(x.to(at::kLong)); }),
              AllOf(HasSubstr("gelu: x"), HasSubstr("got Long"), HasSubstr(".to()")));
  EXPECT_THAT(message_of([&] { kernels::gelu(x.t()); }),
              AllOf(HasSubstr("gelu: x"), HasSubstr(".contiguous()")));
}

// ---- attention

using Slots = std::vector<std::vector<int32_t>>;

std::vector<std::span<const int32_t>> spans(const Slots& slots) {
  return {slots.begin(), slots.end()};
}

/// Rows of the given lengths, each in places of its own, in no order; the first two rows share
/// their oldest token as beams do.
Slots scattered(const std::vector<int64_t>& lengths, int64_t capacity) {
  const Tensor places = at::randperm(capacity, at::kInt);
  const auto* next = places.const_data_ptr<int32_t>();
  Slots slots;
  for (const int64_t length : lengths) {
    slots.emplace_back(next, next + length);
    next += length;
  }
  if (slots.size() > 1) slots[1][0] = slots[0][0];
  return slots;
}

/// Token by token in double, straight from the definition.
Tensor exact_attention(const Tensor& q, const Tensor& keys, const Tensor& values,
                       const Slots& slots, const Tensor& bias) {
  Tensor out = at::empty(q.sizes(), at::kDouble);
  for (int64_t r = 0; r < q.size(0); ++r) {
    const auto length = static_cast<int64_t>(slots[r].size());
    for (int64_t h = 0; h < q.size(1); ++h) {
      Tensor scores = at::empty({length}, at::kDouble);
      for (int64_t i = 0; i < length; ++i) {
        scores[i] = (q[r][h].to(at::kDouble) * keys[slots[r][i]][h].to(at::kDouble)).sum() +
                    bias[h][length - 1 - i].to(at::kDouble);
      }
      const Tensor weights = at::softmax(scores, 0);
      Tensor sum = at::zeros({q.size(2)}, at::kDouble);
      for (int64_t i = 0; i < length; ++i) {
        sum += weights[i] * values[slots[r][i]][h].to(at::kDouble);
      }
      out[r][h] = sum;
    }
  }
  return out;
}

struct Pool {
  Tensor q, keys, values, bias;
  Slots slots;
};

Pool random_pool(const std::vector<int64_t>& lengths, int64_t heads, int64_t width,
                 at::ScalarType type) {
  const int64_t capacity = std::accumulate(lengths.begin(), lengths.end(), int64_t{3});
  const int64_t longest = *std::max_element(lengths.begin(), lengths.end());
  return {random({static_cast<int64_t>(lengths.size()), heads, width}, type),
          random({capacity, heads, width}, type), random({capacity, heads, width}, type),
          random({heads, longest + 2}, at::kFloat), scattered(lengths, capacity)};
}

TEST_P(KernelTest, AttentionEqualsTheDefinition) {
  for (const int64_t width : {1, 8, 16, 20, 64, 72}) {
    for (const auto& lengths : std::vector<std::vector<int64_t>>{{1}, {5, 1, 17, 33, 8}}) {
      for (const at::ScalarType type : {at::kFloat, at::kBFloat16}) {
        const Pool p = random_pool(lengths, 3, width, type);
        const Tensor want = exact_attention(p.q, p.keys, p.values, p.slots, p.bias);
        const auto slots = spans(p.slots);
        const Tensor got = decode_attention(p.q, p.keys, p.values, slots, p.bias, GetParam());
        const Tensor aten = decode_attention_reference(p.q, p.keys, p.values, slots, p.bias);
        ASSERT_EQ(got.scalar_type(), type);
        const double bound = type == at::kFloat ? 1e-5 : kBf16Rounding;
        EXPECT_LT(relative_error(got, want, 1.0), bound) << "width " << width;
        EXPECT_LT(relative_error(aten, want, 1.0), bound) << "width " << width;
      }
    }
  }
}

TEST_P(KernelTest, AttentionRowDoesNotDependOnTheOthers) {
  for (const at::ScalarType type : {at::kFloat, at::kBFloat16}) {
    const Pool p = random_pool({40, 3, 77, 12, 1}, 8, 64, type);
    const auto slots = spans(p.slots);
    const Tensor all = decode_attention(p.q, p.keys, p.values, slots, p.bias, GetParam());
    for (int64_t r = 0; r < 5; ++r) {
      const Tensor one = decode_attention(p.q.narrow(0, r, 1), p.keys, p.values,
                                          std::span(slots).subspan(r, 1), p.bias, GetParam());
      EXPECT_TRUE(same_bits(one, all.narrow(0, r, 1))) << "row " << r;
    }
  }
}

TEST_P(KernelTest, AttentionOnlyReadsTheSlotsOfItsRow) {
  Pool p = random_pool({4}, 2, 8, at::kFloat);
  const auto slots = spans(p.slots);
  const Tensor want = decode_attention(p.q, p.keys, p.values, slots, p.bias, GetParam());
  for (int32_t place = 0; place < p.keys.size(0); ++place) {
    if (std::count(p.slots[0].begin(), p.slots[0].end(), place) > 0) continue;
    p.keys[place].fill_(NAN);
    p.values[place].fill_(NAN);
  }
  EXPECT_TRUE(same_bits(decode_attention(p.q, p.keys, p.values, slots, p.bias, GetParam()), want));
}

TEST_P(KernelTest, AttentionTakesExtremeBiases) {
  Pool p = random_pool({19}, 2, 16, at::kFloat);
  const auto slots = spans(p.slots);
  p.bias.fill_(-kInf);
  p.bias[0][5] = 3.0f;   // one key alone counts: its value comes out
  p.bias[1][0] = 3e38f;  // and so it does where the others vanish beside it
  p.bias[1][7] = -3e38f;
  const Tensor got = decode_attention(p.q, p.keys, p.values, slots, p.bias, GetParam());
  EXPECT_TRUE(at::allclose(got[0][0], p.values[p.slots[0][19 - 1 - 5]][0], 1e-6, 1e-7));
  EXPECT_TRUE(at::allclose(got[0][1], p.values[p.slots[0][19 - 1]][1], 1e-6, 1e-7));

  p.bias.fill_(-kInf);
  EXPECT_TRUE(decode_attention(p.q, p.keys, p.values, slots, p.bias, GetParam())
                  .isnan()
                  .all()
                  .item<bool>());
  p.bias.fill_(1e4f);  // the same shift everywhere changes nothing but rounding
  const Tensor shifted = decode_attention(p.q, p.keys, p.values, slots, p.bias, GetParam());
  p.bias.zero_();
  const Tensor plain = decode_attention(p.q, p.keys, p.values, slots, p.bias, GetParam());
  EXPECT_LT(relative_error(shifted, plain, 1.0), 5e-3);
}

TEST(Attention, ReferenceIgnoresWhatStandsInForShortRows) {
  Pool p = random_pool({6, 2}, 2, 8, at::kFloat);
  const auto slots = spans(p.slots);
  const Tensor both = decode_attention_reference(p.q, p.keys, p.values, slots, p.bias);
  const Tensor alone = decode_attention_reference(p.q.narrow(0, 1, 1), p.keys, p.values,
                                                  std::span(slots).subspan(1, 1), p.bias);
  EXPECT_LT(relative_error(both[1], alone[0], 1.0), 1e-6);
}

TEST(Attention, RefusesWhatItCannotDo) {
  const Pool p = random_pool({6, 2}, 2, 8, at::kFloat);
  const auto call = [&](const Tensor& q, const Tensor& keys, const Slots& slots,
                        const Tensor& bias) {
    const auto views = spans(slots);
    const std::string kernel =
        message_of([&] { decode_attention(q, keys, p.values, views, bias); });
    EXPECT_EQ(kernel,
              message_of([&] { decode_attention_reference(q, keys, p.values, views, bias); }));
    return kernel;
  };
  EXPECT_THAT(call(p.q, p.keys, {{0}}, p.bias),
              AllOf(HasSubstr("decode_attention: q"), HasSubstr("expected [1,any,any]")));
  EXPECT_THAT(call(p.q, p.keys, {{0}, {}}, p.bias),
              AllOf(HasSubstr("slots[1] is empty"), HasSubstr("Add the slot")));
  EXPECT_THAT(call(p.q, p.keys, {{0, 11}, {0}}, p.bias),
              AllOf(HasSubstr("slots[0]"), HasSubstr("got slot 11, expected 0 to 10"),
                    HasSubstr("Grow the pool")));
  EXPECT_THAT(call(p.q, p.keys, {{0}, {-1}}, p.bias), HasSubstr("got slot -1"));
  EXPECT_THAT(call(p.q, p.keys, p.slots, p.bias.narrow(1, 0, 5).contiguous()),
              AllOf(HasSubstr("bias is too short"), HasSubstr("got 5"), HasSubstr("longest")));
  EXPECT_THAT(call(p.q, p.keys, p.slots, p.bias.to(at::kDouble)),
              AllOf(HasSubstr("decode_attention: bias"), HasSubstr("expected Float")));
  EXPECT_THAT(call(p.q, p.keys.to(at::kBFloat16), p.slots, p.bias),
              AllOf(HasSubstr("decode_attention: keys"), HasSubstr("expected Float")));
  EXPECT_THAT(call(p.q, p.keys.narrow(1, 0, 1).contiguous(), p.slots, p.bias),
              AllOf(HasSubstr("decode_attention: keys"), HasSubstr("expected [any,2,8]")));
}

}  // namespace
}  // namespace lion::nn::kernels
