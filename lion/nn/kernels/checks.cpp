#include "lion/nn/kernels/checks.h"

#include <algorithm>
#include <string>
#include <vector>

#include "lion/base/error.h"
#include "lion/base/str.h"

namespace lion::nn::kernels {
namespace {

bool matches(at::IntArrayRef got, std::span<const int64_t> expected) {
  return std::equal(got.begin(), got.end(), expected.begin(), expected.end(),
                    [](int64_t g, int64_t e) { return e < 0 || g == e; });
}

std::string pattern(std::span<const int64_t> sizes) {
  return replace_all(shape_str(sizes), "-1", "any");
}

}  // namespace

std::string describe(const at::Tensor& tensor) {
  return str(shape_str({tensor.sizes().data(), tensor.sizes().size()}), " ",
             c10::toString(tensor.scalar_type()), " on ", tensor.device().str());
}

void check_dense(const at::Tensor& tensor, const char* name) {
  if (!tensor.device().is_cpu()) {
    throw InputError(str(name, ": not in main memory (got ", describe(tensor),
                         ", expected a tensor on cpu). Use ATen's operator on other devices."));
  }
  if (!tensor.is_contiguous()) {
    throw InputError(str(name, ": not contiguous (got ", describe(tensor),
                         " with gaps or transposed, expected dense rows). Call .contiguous() on "
                         "it first."));
  }
}

void check_sizes(const at::Tensor& tensor, std::span<const int64_t> sizes, const char* name) {
  if (matches(tensor.sizes(), sizes)) return;
  throw InputError(str(name, ": wrong shape (got ", describe(tensor), ", expected ", pattern(sizes),
                       "). Reshape it, or check the sizes in the config."));
}

void check_type(const at::Tensor& tensor, at::ScalarType expected, const char* name) {
  if (tensor.scalar_type() == expected) return;
  throw InputError(str(name, ": wrong type (got ", describe(tensor), ", expected ",
                       c10::toString(expected), "). Convert it with .to()."));
}

Type type_of(at::ScalarType type, const char* name) {
  if (type == at::kFloat) return Type::kFloat;
  if (type == at::kBFloat16) return Type::kBf16;
  throw InputError(str(name, ": wrong type (got ", c10::toString(type),
                       ", expected Float or BFloat16). Convert it with .to()."));
}

int64_t check_attention(const at::Tensor& q, const at::Tensor& keys, const at::Tensor& values,
                        std::span<const std::span<const int32_t>> slots, const at::Tensor& bias) {
  constexpr int64_t kAny = -1;
  check_sizes(q, std::vector<int64_t>{static_cast<int64_t>(slots.size()), kAny, kAny},
              "decode_attention: q");
  const int64_t heads = q.size(1);
  check_sizes(keys, std::vector<int64_t>{kAny, heads, q.size(2)}, "decode_attention: keys");
  check_sizes(values, keys.sizes().vec(), "decode_attention: values");
  check_sizes(bias, std::vector<int64_t>{heads, kAny}, "decode_attention: bias");
  type_of(q.scalar_type(), "decode_attention: q");
  check_type(keys, q.scalar_type(), "decode_attention: keys");
  check_type(values, q.scalar_type(), "decode_attention: values");
  check_type(bias, at::kFloat, "decode_attention: bias");
  const int64_t capacity = keys.size(0);
  int64_t longest = 0;
  for (size_t row = 0; row < slots.size(); ++row) {
    if (slots[row].empty()) {
      throw InputError(str("decode_attention: slots[", row,
                           "] is empty (got 0 slots, expected at "
                           "least the new token's own). Add the slot before the call."));
    }
    for (const int32_t slot : slots[row]) {
      if (slot >= 0 && slot < capacity) continue;
      throw InputError(str("decode_attention: slots[", row, "] leaves the pool (got slot ", slot,
                           ", expected 0 to ", capacity - 1, "). Grow the pool first."));
    }
    longest = std::max(longest, static_cast<int64_t>(slots[row].size()));
  }
  if (bias.size(1) < longest) {
    throw InputError(str("decode_attention: bias is too short (got ", bias.size(1),
                         " distances, expected at least ", longest,
                         "). Compute it for the longest row."));
  }
  return longest;
}

}  // namespace lion::nn::kernels
