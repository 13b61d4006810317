#pragma once
/// Conversion among the floating types, without branches so that the compiler vectorises the loops.

#include <bit>
#include <cstddef>
#include <cstdint>

#include "lion/checkpoint/tensor.h"

namespace lion {

/// `condition ? yes : no` by masks: GCC leaves a `?:` over float arithmetic as a branch, which may
/// trap, and then does not vectorise the loop.
inline uint32_t select_bits(bool condition, uint32_t yes, uint32_t no) {
  const uint32_t mask = 0u - static_cast<uint32_t>(condition);
  return (yes & mask) | (no & ~mask);
}

/// Nearest bfloat16, ties to even; NaN stays NaN (0x7fc0 with the sign), as in torch.
inline uint16_t bf16_from_f32(float value) {
  const auto bits = std::bit_cast<uint32_t>(value);
  const uint32_t rounded = (bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16;
  const uint32_t nan = ((bits >> 16) & 0x8000u) | 0x7fc0u;
  return static_cast<uint16_t>((bits & 0x7fffffffu) > 0x7f800000u ? nan : rounded);
}

inline float f32_from_bf16(uint16_t bits) {
  return std::bit_cast<float>(static_cast<uint32_t>(bits) << 16);
}

/// Nearest IEEE half, ties to even; beyond 65519 infinity; NaN becomes 0x7e00 with the sign.
inline uint16_t f16_from_f32(float value) {
  const auto bits = std::bit_cast<uint32_t>(value);
  const uint32_t sign = (bits >> 16) & 0x8000u;
  const uint32_t magnitude = bits & 0x7fffffffu;
  // Rebias the exponent by 112 and round away 13 bits; a carry may reach the exponent, rightly.
  const uint32_t normal = (magnitude - (112u << 23) + 0xfffu + ((magnitude >> 13) & 1u)) >> 13;
  // 0.5f has the spacing 2^-24, the smallest half: the addition rounds to it, ties to even.
  const uint32_t subnormal = std::bit_cast<uint32_t>(std::bit_cast<float>(magnitude) + 0.5f) -
                             std::bit_cast<uint32_t>(0.5f);
  const uint32_t special = magnitude > 0x7f800000u ? 0x7e00u : 0x7c00u;
  const uint32_t finite = select_bits(magnitude < 0x38800000u, subnormal, normal);  // below 2^-14
  const uint32_t half = select_bits(magnitude >= 0x47800000u, special, finite);     // from 65536 on
  return static_cast<uint16_t>(sign | half);
}

inline float f32_from_f16(uint16_t bits) {
  const uint32_t sign = static_cast<uint32_t>(bits & 0x8000u) << 16;
  const uint32_t magnitude = static_cast<uint32_t>(bits & 0x7fffu) << 13;
  // A subnormal half is 2^-14 (1 + m) - 2^-14: no subnormal float appears that could be flushed.
  const float subnormal = std::bit_cast<float>(magnitude + (113u << 23)) - 0x1p-14f;
  const uint32_t rebias = magnitude >= (31u << 23) ? 224u << 23 : 112u << 23;  // 31: inf and NaN
  const uint32_t result =
      select_bits(magnitude < (1u << 23), std::bit_cast<uint32_t>(subnormal), magnitude + rebias);
  return std::bit_cast<float>(sign | result);
}

/// Converts `count` elements between two floating types; double goes by way of float where the
/// other side is 16 bits wide, as in torch. Pointers need no alignment and must not overlap.
void convert_floats(DType from, const std::byte* in, DType to, std::byte* out, int64_t count);

}  // namespace lion
