#include "lion/checkpoint/float_formats.h"

#include <cstring>

#include "lion/base/error.h"

namespace lion {
namespace {

/// How one type is stored, and how it reads as and is made from `float`.
struct F64 {
  using Bits = double;
};
struct F32 {
  using Bits = float;
  static float widen(Bits bits) { return bits; }
  static Bits narrow(float value) { return value; }
};
struct F16 {
  using Bits = uint16_t;
  static float widen(Bits bits) { return f32_from_f16(bits); }
  static Bits narrow(float value) { return f16_from_f32(value); }
};
struct BF16 {
  using Bits = uint16_t;
  static float widen(Bits bits) { return f32_from_bf16(bits); }
  static Bits narrow(float value) { return bf16_from_f32(value); }
};

template <typename From, typename To>
typename To::Bits convert_one(typename From::Bits bits) {
  if constexpr (std::is_same_v<From, F64>) {
    if constexpr (std::is_same_v<To, F64>)
      return bits;
    else
      return To::narrow(static_cast<float>(bits));
  } else if constexpr (std::is_same_v<To, F64>) {
    return static_cast<double>(From::widen(bits));
  } else {
    return To::narrow(From::widen(bits));
  }
}

/// memcpy makes every access legal at any address; compilers turn it into plain vector loads.
template <typename From, typename To>
void loop(const std::byte* __restrict in, std::byte* __restrict out, int64_t count) {
  using FromBits = typename From::Bits;
  using ToBits = typename To::Bits;
  for (int64_t i = 0; i < count; ++i) {
    FromBits bits;
    std::memcpy(&bits, in + static_cast<size_t>(i) * sizeof(FromBits), sizeof(FromBits));
    const ToBits result = convert_one<From, To>(bits);
    std::memcpy(out + static_cast<size_t>(i) * sizeof(ToBits), &result, sizeof(ToBits));
  }
}

template <typename From>
void convert_from(const std::byte* in, DType to, std::byte* out, int64_t count) {
  switch (to) {
    case DType::kF64:
      return loop<From, F64>(in, out, count);
    case DType::kF32:
      return loop<From, F32>(in, out, count);
    case DType::kF16:
      return loop<From, F16>(in, out, count);
    case DType::kBF16:
      return loop<From, BF16>(in, out, count);
    default:
      LION_CHECK(false, "not a floating type: ", dtype_name(to), ".");
  }
}

}  // namespace

void convert_floats(DType from, const std::byte* in, DType to, std::byte* out, int64_t count) {
  switch (from) {
    case DType::kF64:
      return convert_from<F64>(in, to, out, count);
    case DType::kF32:
      return convert_from<F32>(in, to, out, count);
    case DType::kF16:
      return convert_from<F16>(in, to, out, count);
    case DType::kBF16:
      return convert_from<BF16>(in, to, out, count);
    default:
      LION_CHECK(false, "not a floating type: ", dtype_name(from), ".");
  }
}

}  // namespace lion
