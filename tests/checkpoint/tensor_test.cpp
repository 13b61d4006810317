#include "lion/checkpoint/tensor.h"

#include <cmath>
#include <limits>

#include "files.h"
#include "lion/checkpoint/float_formats.h"

namespace lion {
namespace {

/// The value of 16 bits with `mantissa` bits of mantissa, by arithmetic.
double value_of(uint16_t bits, int mantissa) {
  const int exponent_bits = 15 - mantissa;
  const int bias = (1 << (exponent_bits - 1)) - 1;
  const int exponent = (bits & 0x7fff) >> mantissa;
  const double fraction = bits & ((1 << mantissa) - 1);
  const double sign = bits & 0x8000 ? -1 : 1;
  if (exponent == (1 << exponent_bits) - 1) {
    return fraction != 0 ? std::nan("") : sign * HUGE_VAL;
  }
  if (exponent == 0) return sign * std::ldexp(fraction, 1 - bias - mantissa);
  return sign * std::ldexp(fraction + (1 << mantissa), exponent - bias - mantissa);
}

/// Checks a 16-bit type over all its values, the points half-way between neighbours and the floats
/// beside those.
template <typename Widen, typename Narrow>
void check_all(int mantissa, Widen widen, Narrow narrow) {
  const uint32_t infinity = 0x7fffu >> mantissa << mantissa;
  for (uint32_t i = 0; i < 0x10000; ++i) {
    const auto bits = static_cast<uint16_t>(i);
    const double value = value_of(bits, mantissa);
    if (std::isnan(value)) {
      ASSERT_TRUE(std::isnan(widen(bits))) << i;
      ASSERT_TRUE(std::isnan(value_of(narrow(widen(bits)), mantissa))) << i;
      ASSERT_EQ(narrow(widen(bits)) >> 15, bits >> 15) << i;
      continue;
    }
    ASSERT_EQ(widen(bits), value) << i;
    ASSERT_EQ(std::signbit(widen(bits)), std::signbit(value)) << i;
    ASSERT_EQ(narrow(widen(bits)), bits) << i;
    if ((bits & 0x7fff) >= infinity) continue;
    // The neighbour of the largest finite value would be one step on, not infinity.
    const auto next = static_cast<uint16_t>(bits + 1);
    const double step = (bits & 0x7fff) + 1u == infinity
                            ? 2 * value - value_of(static_cast<uint16_t>(bits - 1), mantissa)
                            : value_of(next, mantissa);
    const auto half = static_cast<float>((value + step) / 2);
    if (half != (value + step) / 2) continue;  // between subnormals of bfloat16 float has no middle
    ASSERT_EQ(narrow(half), bits % 2 == 0 ? bits : next) << i;
    ASSERT_EQ(narrow(std::nextafter(half, 0.0f)), bits) << i;
    const float away =
        std::nextafter(half, half < 0 || std::signbit(half) ? -HUGE_VALF : HUGE_VALF);
    ASSERT_EQ(narrow(away), next) << i;
  }
  ASSERT_EQ(narrow(std::numeric_limits<float>::max()), infinity);
  ASSERT_EQ(narrow(-std::numeric_limits<float>::infinity()), infinity | 0x8000);
  ASSERT_EQ(narrow(std::numeric_limits<float>::denorm_min()), 0);
}

TEST(Convert, HalfIsExactForEveryValueAndEveryTie) { check_all(10, f32_from_f16, f16_from_f32); }
TEST(Convert, Bfloat16IsExactForEveryValueAndEveryTie) {
  check_all(7, f32_from_bf16, bf16_from_f32);
}

TEST(Convert, EveryPairOfFloatingTypesAgreesOnExactValues) {
  const std::vector<float> source = {0.0f, -0.5f, 1.0f, -2.0f, 96.0f, 3.5f, -7.0f};
  const auto view = contiguous_view(DType::kF32, {7}, std::as_bytes(std::span(source)));
  const std::array types = {DType::kF64, DType::kF32, DType::kF16, DType::kBF16};
  for (const DType first : types) {
    std::vector<std::byte> middle(7 * static_cast<size_t>(size_of(first)));
    convert(view, first, middle);
    for (const DType second : types) {
      std::vector<std::byte> last(7 * static_cast<size_t>(size_of(second)));
      convert(contiguous_view(first, {7}, middle), second, last);
      EXPECT_EQ(floats(contiguous_view(second, {7}, last)), source)
          << dtype_name(first) << " to " << dtype_name(second);
    }
  }
}

TEST(Convert, ReadsUnalignedBytes) {
  const std::string bytes = std::string("x") + le(1.5f) + le(-2.0f);
  const auto view = contiguous_view(DType::kF32, {2}, bytes_of(bytes).subspan(1));
  EXPECT_EQ(floats(view), (std::vector<float>{1.5f, -2.0f}));
}

TEST(Convert, OtherTypesOnlyCopy) {
  const std::string bytes = le(int32_t{7});
  const auto view = contiguous_view(DType::kI32, {1}, bytes_of(bytes));
  EXPECT_EQ(values<int32_t>(view), std::vector{7});
  std::vector<std::byte> out(4);
  expect_error<InputError>([&] { convert(view, DType::kF32, out); },
                           {"convert: got int32 to float32", "Keep the tensor's type."});
  out.resize(3);
  expect_error<InputError>([&] { convert(view, DType::kI32, out); },
                           {"output has 3 bytes, expected 4", "Size it by the shape."});
}

TEST(TensorView, GathersAnyStrides) {
  std::vector<int64_t> source(24);
  for (size_t i = 0; i < 24; ++i) source[i] = static_cast<int64_t>(i);
  const auto bytes = std::as_bytes(std::span(source));
  // A [2,3,4] tensor seen as [4,2,3]: element (a,b,c) is source[b][c][a].
  const TensorView view{DType::kI64, {4, 2, 3}, {1, 12, 4}, bytes, nullptr};
  EXPECT_FALSE(view.is_contiguous());
  std::vector<int64_t> expected;
  for (int64_t a = 0; a < 4; ++a) {
    for (int64_t b = 0; b < 2; ++b) {
      for (int64_t c = 0; c < 3; ++c) expected.push_back(b * 12 + c * 4 + a);
    }
  }
  EXPECT_EQ(values<int64_t>(view), expected);
  const TensorView every_second{DType::kI64, {3}, {2}, bytes.first(40), nullptr};
  EXPECT_EQ(values<int64_t>(every_second), (std::vector<int64_t>{0, 2, 4}));
}

TEST(TensorView, StridesOfSizeOneDoNotMatter) {
  const std::string bytes(8, '\0');
  const TensorView view{DType::kF32, {1, 2, 1}, {77, 1, 5}, bytes_of(bytes), nullptr};
  EXPECT_TRUE(view.is_contiguous());
  const TensorView scalar{DType::kF64, {}, {}, bytes_of(bytes), nullptr};
  EXPECT_EQ(scalar.numel(), 1);
  EXPECT_EQ(to_contiguous(scalar).size(), 8u);
}

TEST(TensorView, RefusesBytesOfAnotherSize) {
  const std::string bytes(12, '\0');
  expect_error<InputError>(
      [&] {
        contiguous_view(DType::kF32, {2, 2}, bytes_of(bytes));
      },
      {"got 12 bytes", "float32 [2,2]"});
  EXPECT_EQ(checked_numel(std::vector<int64_t>{1, -1}), std::nullopt);
  EXPECT_EQ(checked_numel(std::vector<int64_t>{int64_t{1} << 40, int64_t{1} << 40}), std::nullopt);
  EXPECT_EQ(checked_numel(std::vector<int64_t>{int64_t{1} << 40, int64_t{1} << 40, 0}), 0);
}

TEST(DType, NamesAndSizes) {
  EXPECT_EQ(dtype_name(DType::kBF16), "bfloat16");
  EXPECT_EQ(safetensors_name(DType::kBool), "BOOL");
  EXPECT_EQ(size_of(DType::kI16), 2);
  EXPECT_EQ(dtype_from_safetensors("U8"), DType::kU8);
  EXPECT_EQ(dtype_from_safetensors("F8_E4M3"), std::nullopt);
}

}  // namespace
}  // namespace lion
