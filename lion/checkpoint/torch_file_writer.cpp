#include <set>

#include "lion/base/error.h"
#include "lion/checkpoint/bytes.h"
#include "lion/checkpoint/torch_file.h"
#include "lion/checkpoint/zip.h"

namespace lion {
namespace {

/// The torch storage class of a type.
std::string_view storage_class(DType dtype) {
  switch (dtype) {
    case DType::kF64:
      return "DoubleStorage";
    case DType::kF32:
      return "FloatStorage";
    case DType::kF16:
      return "HalfStorage";
    case DType::kBF16:
      return "BFloat16Storage";
    case DType::kI64:
      return "LongStorage";
    case DType::kI32:
      return "IntStorage";
    case DType::kI16:
      return "ShortStorage";
    case DType::kI8:
      return "CharStorage";
    case DType::kU8:
      return "ByteStorage";
    case DType::kBool:
      return "BoolStorage";
  }
  LION_CHECK(false, "unknown type.");
}

/// Appends opcodes of protocol 2.
class PickleWriter {
 public:
  void raw(std::string_view opcodes) { bytes_ += opcodes; }

  void text(std::string_view value) {
    bytes_ += 'X';
    number(static_cast<uint32_t>(value.size()));
    bytes_ += value;
  }

  void integer(int64_t value) {
    bytes_ += "\x8a\x08";  // LONG1 of 8 bytes
    number(value);
  }

  void tuple(std::span<const int64_t> values) {
    bytes_ += '(';
    for (const int64_t value : values) integer(value);
    bytes_ += 't';
  }

  const std::string& bytes() const { return bytes_; }

 private:
  template <typename T>
  void number(T value) {
    bytes_ += as_text(std::as_bytes(std::span(&value, 1)));
  }
  std::string bytes_;
};

std::string pickle_of(const std::vector<std::pair<std::string, TensorView>>& tensors) {
  PickleWriter out;
  out.raw(
      "\x80\x02"
      "ccollections\nOrderedDict\n)R(");
  for (size_t i = 0; i < tensors.size(); ++i) {
    const auto& [name, view] = tensors[i];
    out.text(name);
    out.raw("ctorch._utils\n_rebuild_tensor_v2\n((");
    out.text("storage");
    out.raw(str("ctorch\n", storage_class(view.dtype), "\n"));
    out.text(str(i));
    out.text("cpu");
    out.integer(view.numel());
    out.raw("tQ");
    out.integer(0);
    out.tuple(view.shape);
    out.tuple(contiguous_strides(view.shape));
    out.raw(
        "\x89"
        "ccollections\nOrderedDict\n)RtR");
  }
  out.raw("u.");
  return out.bytes();
}

}  // namespace

void write_torch_file(const std::filesystem::path& path,
                      const std::vector<std::pair<std::string, TensorView>>& tensors) {
  std::set<std::string_view> names;
  for (const auto& [name, view] : tensors) {
    if (!names.insert(name).second) {
      throw InputError(str(path.string(), ": tensor \"", name,
                           "\" would be written twice. Give every tensor its own name."));
    }
  }
  ZipWriter zip(path);
  const auto add = [&](std::string_view name, std::span<const std::byte> content) {
    zip.add(str("archive/", name), content);
  };
  const auto text = [](std::string_view content) { return std::as_bytes(std::span(content)); };
  add("data.pkl", text(pickle_of(tensors)));
  add("byteorder", text("little"));
  for (size_t i = 0; i < tensors.size(); ++i) {
    const TensorView& view = tensors[i].second;
    if (view.is_contiguous()) {
      add(str("data/", i), view.bytes);
    } else {
      add(str("data/", i), to_contiguous(view));
    }
  }
  add("version", text("3\n"));
  zip.commit();
}

}  // namespace lion
