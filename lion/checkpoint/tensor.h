#pragma once
/// Tensors as files hold them: a type, a shape and bytes that stay where they are.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lion/base/file.h"

namespace lion {

enum class DType { kF64, kF32, kF16, kBF16, kI64, kI32, kI16, kI8, kU8, kBool };

/// Bytes of one element.
int64_t size_of(DType dtype);

/// torch's name: "float32", "bfloat16", "uint8", ...
std::string_view dtype_name(DType dtype);

/// The name in a safetensors header: "F32", "BF16", "U8", ...
std::string_view safetensors_name(DType dtype);

/// The type of a safetensors name, none when it is unknown.
std::optional<DType> dtype_from_safetensors(std::string_view name);

bool is_floating(DType dtype);

/// The product of the sizes, none when one is negative or the product exceeds 2^63 - 1.
std::optional<int64_t> checked_numel(std::span<const int64_t> shape);

/// Row-major strides, in elements.
std::vector<int64_t> contiguous_strides(std::span<const int64_t> shape);

/// A tensor inside a mapped file, or in memory that somebody else keeps alive. The readers of this
/// component only make views whose every element lies in `bytes`. Bytes need not be aligned.
struct TensorView {
  DType dtype = DType::kF32;
  std::vector<int64_t> shape;
  std::vector<int64_t> strides;            ///< elements; row-major unless a pickle says otherwise;
                                           ///< elements may repeat (stride 0) or overlap
  std::span<const std::byte> bytes;        ///< from the first element to the last, gaps included
  std::shared_ptr<const MappedFile> file;  ///< keeps `bytes` alive; null when not in a file
  bool negated = false;                    ///< torch's negative bit: `bytes` have the other sign
  /// What stands in the file instead of numbers of these types ("uint16", "argparse.Namespace");
  /// empty for a tensor that can be read. Else type, strides and bytes mean nothing.
  std::string unreadable{};

  int64_t numel() const;
  uint64_t nbytes() const { return static_cast<uint64_t>(numel() * size_of(dtype)); }
  bool is_contiguous() const;
  bool is_readable() const { return unreadable.empty(); }
  /// Whether `bytes` are the numbers in row-major order, so that they can be used in place.
  bool is_plain() const { return is_readable() && !negated && is_contiguous(); }
};

/// A row-major view. Throws InputError when the shape does not match the number of bytes.
TensorView contiguous_view(DType dtype, std::vector<int64_t> shape,
                           std::span<const std::byte> bytes,
                           std::shared_ptr<const MappedFile> file = nullptr);

/// The elements in row-major order, [nbytes]. Throws ResourceError when the view is unreadable.
std::vector<std::byte> to_contiguous(const TensorView& view);

/// Writes the elements in row-major order as type `to` into `out`, which must have
/// numel * size_of(to) bytes. Floating types convert among each other, rounding to nearest even as
/// torch does; other types only copy. Throws InputError for any other pair or size, ResourceError
/// when the view is unreadable.
void convert(const TensorView& view, DType to, std::span<std::byte> out);

/// Tells the system that the view's pages are not needed soon (no effect outside a file).
void release(const TensorView& view);

}  // namespace lion
