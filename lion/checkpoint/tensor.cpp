#include "lion/checkpoint/tensor.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "lion/base/error.h"
#include "lion/checkpoint/float_formats.h"

namespace lion {
namespace {

struct DTypeInfo {
  DType dtype;
  int64_t size;
  std::string_view name;
  std::string_view safetensors;
};

constexpr std::array<DTypeInfo, 10> kTypes = {{
    {DType::kF64, 8, "float64", "F64"},
    {DType::kF32, 4, "float32", "F32"},
    {DType::kF16, 2, "float16", "F16"},
    {DType::kBF16, 2, "bfloat16", "BF16"},
    {DType::kI64, 8, "int64", "I64"},
    {DType::kI32, 4, "int32", "I32"},
    {DType::kI16, 2, "int16", "I16"},
    {DType::kI8, 1, "int8", "I8"},
    {DType::kU8, 1, "uint8", "U8"},
    {DType::kBool, 1, "bool", "BOOL"},
}};

const DTypeInfo& info(DType dtype) { return kTypes[static_cast<size_t>(dtype)]; }

/// Copies a strided tensor, [shape] with `strides` in elements of `size` bytes, row by row.
void gather(const TensorView& view, std::byte* out) {
  const auto size = static_cast<size_t>(size_of(view.dtype));
  const size_t rank = view.shape.size();
  const int64_t columns = rank ? view.shape[rank - 1] : 1;
  const int64_t column_stride = rank ? view.strides[rank - 1] : 1;
  std::vector<int64_t> index(rank, 0);
  int64_t row = 0;  // offset of the row in elements
  while (true) {
    const std::byte* in = view.bytes.data() + static_cast<size_t>(row) * size;
    for (int64_t i = 0; i < columns; ++i, out += size) {
      std::memcpy(out, in + static_cast<size_t>(i * column_stride) * size, size);
    }
    size_t axis = rank ? rank - 1 : 0;
    while (axis > 0) {
      --axis;
      row += view.strides[axis];
      if (++index[axis] < view.shape[axis]) break;
      row -= view.strides[axis] * view.shape[axis];
      index[axis] = 0;
      if (axis == 0) return;
    }
    if (rank < 2) return;
  }
}

/// Changes the sign of `count` numbers, as torch's negative bit asks.
template <typename T>
void negate(std::byte* numbers, int64_t count) {
  for (int64_t i = 0; i < count; ++i, numbers += sizeof(T)) {
    T number;
    std::memcpy(&number, numbers, sizeof(T));
    if constexpr (std::is_floating_point_v<T>) {
      number = -number;
    } else {
      number = static_cast<T>(T{0} - number);
    }
    std::memcpy(numbers, &number, sizeof(T));
  }
}

/// A 16-bit float's sign is its highest bit.
void negate_halves(std::byte* numbers, int64_t count) {
  for (int64_t i = 0; i < count; ++i) numbers[2 * i + 1] ^= std::byte{0x80};
}

void negate(DType dtype, std::byte* numbers, int64_t count) {
  switch (dtype) {
    case DType::kF64:
      return negate<double>(numbers, count);
    case DType::kF32:
      return negate<float>(numbers, count);
    case DType::kF16:
    case DType::kBF16:
      return negate_halves(numbers, count);
    case DType::kI64:
      return negate<uint64_t>(numbers, count);  // unsigned: the lowest number stays as it is
    case DType::kI32:
      return negate<uint32_t>(numbers, count);
    case DType::kI16:
      return negate<uint16_t>(numbers, count);
    case DType::kI8:
    case DType::kU8:
      return negate<uint8_t>(numbers, count);
    case DType::kBool:
      return;
  }
}

}  // namespace

int64_t size_of(DType dtype) { return info(dtype).size; }
std::string_view dtype_name(DType dtype) { return info(dtype).name; }
std::string_view safetensors_name(DType dtype) { return info(dtype).safetensors; }
bool is_floating(DType dtype) { return dtype <= DType::kBF16; }

std::optional<DType> dtype_from_safetensors(std::string_view name) {
  for (const DTypeInfo& type : kTypes) {
    if (type.safetensors == name) return type.dtype;
  }
  return std::nullopt;
}

std::optional<int64_t> checked_numel(std::span<const int64_t> shape) {
  int64_t numel = 1;
  for (const int64_t size : shape) {
    if (size < 0) return std::nullopt;
  }
  if (std::find(shape.begin(), shape.end(), 0) != shape.end()) return 0;
  for (const int64_t size : shape) {
    if (__builtin_mul_overflow(numel, size, &numel)) return std::nullopt;
  }
  return numel;
}

std::vector<int64_t> contiguous_strides(std::span<const int64_t> shape) {
  std::vector<int64_t> strides(shape.size(), 1);
  for (size_t i = shape.size(); i-- > 1;) {
    // An empty tensor may have sizes whose product overflows; its strides are never used.
    if (__builtin_mul_overflow(strides[i], shape[i], &strides[i - 1])) strides[i - 1] = 0;
  }
  return strides;
}

int64_t TensorView::numel() const {
  int64_t product = 1;
  if (std::find(shape.begin(), shape.end(), 0) != shape.end()) return 0;
  for (const int64_t size : shape) product *= size;
  return product;
}

bool TensorView::is_contiguous() const {
  if (numel() == 0) return true;
  int64_t expected = 1;
  for (size_t i = shape.size(); i-- > 0;) {
    if (shape[i] != 1 && strides[i] != expected) return false;
    expected *= shape[i];
  }
  return true;
}

TensorView contiguous_view(DType dtype, std::vector<int64_t> shape,
                           std::span<const std::byte> bytes,
                           std::shared_ptr<const MappedFile> file) {
  const auto numel = checked_numel(shape);
  uint64_t expected = 0;
  if (!numel ||
      __builtin_mul_overflow(static_cast<uint64_t>(*numel), static_cast<uint64_t>(size_of(dtype)),
                             &expected) ||
      expected != bytes.size()) {
    throw InputError(str("contiguous_view: got ", bytes.size(), " bytes, expected the size of ",
                         dtype_name(dtype), " ", shape_str(shape), ". Pass the whole tensor."));
  }
  std::vector<int64_t> strides = contiguous_strides(shape);
  return {.dtype = dtype,
          .shape = std::move(shape),
          .strides = std::move(strides),
          .bytes = bytes,
          .file = std::move(file)};
}

std::vector<std::byte> to_contiguous(const TensorView& view) {
  std::vector<std::byte> out(view.nbytes());
  convert(view, view.dtype, out);
  return out;
}

void convert(const TensorView& view, DType to, std::span<std::byte> out) {
  const auto expected = static_cast<uint64_t>(view.numel() * size_of(to));
  if (!view.is_readable()) {
    throw ResourceError(str("convert: a tensor cannot be read (got ", view.unreadable,
                            ", expected one of float64 float32 float16 bfloat16 int64 int32 int16 ",
                            "int8 uint8 bool). Save it as one of these."));
  }
  if (out.size() != expected) {
    throw InputError(str("convert: output has ", out.size(), " bytes, expected ", expected, " for ",
                         dtype_name(to), " ", shape_str(view.shape), ". Size it by the shape."));
  }
  if (view.dtype != to && !(is_floating(view.dtype) && is_floating(to))) {
    throw InputError(
        str("convert: got ", dtype_name(view.dtype), " to ", dtype_name(to),
            ", expected two floating types or the same type. Keep the tensor's type."));
  }
  if (out.empty()) return;
  if (!view.is_plain()) {
    std::vector<std::byte> rows(view.nbytes());
    gather(view, rows.data());
    if (view.negated) negate(view.dtype, rows.data(), view.numel());
    if (view.dtype == to) {
      std::memcpy(out.data(), rows.data(), rows.size());
    } else {
      convert_floats(view.dtype, rows.data(), to, out.data(), view.numel());
    }
  } else if (view.dtype == to) {
    std::memcpy(out.data(), view.bytes.data(), out.size());
  } else {
    convert_floats(view.dtype, view.bytes.data(), to, out.data(), view.numel());
  }
}

void release(const TensorView& view) {
  if (view.file) view.file->release(view.bytes);
}

}  // namespace lion
