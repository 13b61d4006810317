#include "lion/checkpoint/count_not_finite.h"

#include <cmath>
#include <limits>

#include "files.h"
#include "lion/checkpoint/float_formats.h"

namespace lion {
namespace {

/// Numbers at the edges of float32, five of them NaN or infinite.
const std::vector<float> kNumbers{0.0F,
                                  -0.0F,
                                  1.0F,
                                  std::numeric_limits<float>::max(),
                                  std::numeric_limits<float>::denorm_min(),
                                  std::nanf(""),
                                  -std::nanf(""),
                                  std::nanf("1"),
                                  HUGE_VALF,
                                  -HUGE_VALF};

TEST(Finite, CountsNaNAndInfinityOfEveryFloatingType) {
  const auto count = static_cast<int64_t>(kNumbers.size());
  const TensorView floats =
      contiguous_view(DType::kF32, {count}, std::as_bytes(std::span(kNumbers)));
  EXPECT_EQ(count_not_finite(floats), 5);
  for (const DType type : {DType::kF64, DType::kF16, DType::kBF16}) {
    std::vector<std::byte> bytes(static_cast<size_t>(count * size_of(type)));
    convert(floats, type, bytes);
    // The largest float32 is beyond the 16-bit types and rounds to infinity there.
    EXPECT_EQ(count_not_finite(contiguous_view(type, {count}, bytes)), type == DType::kF64 ? 5 : 6)
        << dtype_name(type);
  }
}

TEST(Finite, LooksAtElementsOnlyNotAtGaps) {
  const std::vector<float> numbers{1, NAN, 2, NAN, 3};
  TensorView view = contiguous_view(DType::kF32, {5}, std::as_bytes(std::span(numbers)));
  view.shape = {3, 1};
  view.strides = {2, 1};
  EXPECT_EQ(count_not_finite(view), 0);
}

TEST(Finite, OtherTypesAreAlwaysFinite) {
  const std::vector<int64_t> ones{-1, -1};
  EXPECT_EQ(count_not_finite(contiguous_view(DType::kI64, {2}, std::as_bytes(std::span(ones)))), 0);
  EXPECT_EQ(count_not_finite(contiguous_view(DType::kF32, {0}, {})), 0);
}

}  // namespace
}  // namespace lion
