#include "lion/checkpoint/count_not_finite.h"

#include <cstring>

namespace lion {
namespace {

/// NaN and infinity are the numbers with all bits of the `exponent` set.
template <typename Bits>
int64_t count(std::span<const std::byte> elements, Bits exponent) {
  int64_t found = 0;
  for (size_t i = 0; i < elements.size(); i += sizeof(Bits)) {
    Bits bits;
    std::memcpy(&bits, elements.data() + i, sizeof(Bits));
    found += (bits & exponent) == exponent;
  }
  return found;
}

}  // namespace

int64_t count_not_finite(const TensorView& view) {
  if (!is_floating(view.dtype)) return 0;
  std::vector<std::byte> gathered;
  if (!view.is_contiguous()) gathered = to_contiguous(view);
  const std::span<const std::byte> elements = view.is_contiguous() ? view.bytes : gathered;
  switch (view.dtype) {
    case DType::kF64:
      return count<uint64_t>(elements, 0x7ff0'0000'0000'0000u);
    case DType::kF32:
      return count<uint32_t>(elements, 0x7f80'0000u);
    case DType::kF16:
      return count<uint16_t>(elements, 0x7c00u);
    default:
      return count<uint16_t>(elements, 0x7f80u);  // bfloat16
  }
}

}  // namespace lion
