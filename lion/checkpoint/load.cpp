#include "lion/checkpoint/load.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <set>

#include "lion/base/error.h"

namespace lion {

void add_parameters(ParameterMap& parameters, const std::string& prefix,
                    const torch::nn::Module& module) {
  for (const auto& item : module.named_parameters()) {
    const bool inserted = parameters.emplace(prefix + item.key(), item.value()).second;
    LION_CHECK(inserted, prefix, item.key(), " is there twice");
  }
}

at::ScalarType to_torch(DType dtype) {
  switch (dtype) {
    case DType::kF64:
      return at::kDouble;
    case DType::kF32:
      return at::kFloat;
    case DType::kF16:
      return at::kHalf;
    case DType::kBF16:
      return at::kBFloat16;
    case DType::kI64:
      return at::kLong;
    case DType::kI32:
      return at::kInt;
    case DType::kI16:
      return at::kShort;
    case DType::kI8:
      return at::kChar;
    case DType::kU8:
      return at::kByte;
    case DType::kBool:
      return at::kBool;
  }
  throw InternalError("to_torch: unknown type.");
}

DType from_torch(at::ScalarType type) {
  for (const DType dtype : {DType::kF64, DType::kF32, DType::kF16, DType::kBF16, DType::kI64,
                            DType::kI32, DType::kI16, DType::kI8, DType::kU8, DType::kBool}) {
    if (to_torch(dtype) == type) return dtype;
  }
  throw InputError(
      str("tensor type ", c10::toString(type), " cannot be stored. Convert it first."));
}

at::Tensor borrow(const TensorView& view) {
  if (!view.is_readable()) {
    throw ResourceError(str("borrow: a tensor cannot be read (got ", view.unreadable,
                            "). Save it as one of torch's common types."));
  }
  auto* data = const_cast<std::byte*>(view.bytes.data());
  const at::Tensor tensor = at::from_blob(
      data, view.shape, view.strides, [file = view.file](void*) {},
      at::TensorOptions(to_torch(view.dtype)));
  return view.negated ? tensor.neg() : tensor;
}

std::vector<std::string> compare(const std::map<std::string, std::vector<int64_t>>& expected,
                                 const TensorMap& tensors) {
  std::vector<std::string> problems;
  for (const auto& [name, shape] : expected) {
    const auto it = tensors.find(name);
    if (it == tensors.end()) {
      problems.push_back(str("missing: ", name, " ", shape_str(shape)));
    } else if (!it->second.is_readable()) {
      problems.push_back(str("unreadable: ", name, " is ", it->second.unreadable,
                             ", expected a tensor of a floating type"));
    } else if (it->second.shape != shape) {
      problems.push_back(str("misshapen: ", name, " is ", shape_str(it->second.shape),
                             ", expected ", shape_str(shape)));
    } else if (!is_floating(it->second.dtype)) {
      problems.push_back(str("mistyped: ", name, " is ", dtype_name(it->second.dtype),
                             ", expected a floating type"));
    }
  }
  for (const auto& [name, view] : tensors) {
    if (!expected.contains(name) && view.is_readable())
      problems.push_back(str("unexpected: ", name, " ", shape_str(view.shape)));
  }
  return problems;
}

std::vector<std::string> a_handful(const std::vector<std::string>& problems) {
  constexpr size_t kShown = 8;
  if (problems.size() <= kShown) return problems;
  // "missing: t5_model.encoder..." is of the group "missing: t5_model". All groups in turn.
  std::map<std::string, size_t> sizes;
  std::vector<std::pair<size_t, size_t>> turns;  // the place within its group, and which it is
  for (size_t i = 0; i < problems.size(); ++i) {
    const size_t name = problems[i].find(": ") + 2;
    turns.emplace_back(sizes[problems[i].substr(0, problems[i].find_first_of(". ", name))]++, i);
  }
  std::sort(turns.begin(), turns.end());
  std::set<size_t> taken;
  for (size_t i = 0; i < kShown; ++i) taken.insert(turns[i].second);
  std::vector<std::string> shown;
  for (const size_t i : taken) shown.push_back(problems[i]);
  shown.push_back(str("... and ", problems.size() - kShown, " more"));
  return shown;
}

bool stays_in_file(const TensorView& view, at::ScalarType type) {
  // safetensors packs tensors without gaps: behind an odd number of 16-bit numbers, floats lie
  // misaligned.
  const auto address = reinterpret_cast<uintptr_t>(view.bytes.data());
  const bool aligned = address % static_cast<uintptr_t>(size_of(view.dtype)) == 0;
  return to_torch(view.dtype) == type && view.is_plain() && aligned;
}

namespace {

/// The tensor in `type` on `device`, without a copy where the file's bytes will do.
at::Tensor materialize(const TensorView& view, at::ScalarType type, at::Device device) {
  if (stays_in_file(view, type)) {
    const at::Tensor mapped = borrow(view);
    if (device.is_cpu()) return mapped;
    const at::Tensor moved = mapped.to(device);
    release(view);
    return moved;
  }
  at::Tensor converted = at::empty(view.shape, at::TensorOptions(type));
  convert(view, from_torch(type),
          std::span(static_cast<std::byte*>(converted.data_ptr()), converted.nbytes()));
  release(view);
  return converted.to(device);
}

}  // namespace

void load_parameters(const ParameterMap& parameters, const TensorMap& tensors,
                     std::string_view where, at::Device device) {
  std::map<std::string, std::vector<int64_t>> expected;
  for (const auto& [name, parameter] : parameters) expected.emplace(name, parameter.sizes().vec());
  if (const auto problems = compare(expected, tensors); !problems.empty()) {
    throw ResourceError(
        str("load ", where, ": ", problems.size(), " tensors do not fit the config:\n  ",
            join(a_handful(problems), "\n  "), "\n  It holds ", some_names(tensors),
            ".\nThe weights and config.json belong to different models: convert again."));
  }
  for (auto [name, parameter] : parameters) {
    parameter.set_data(materialize(tensors.at(name), parameter.scalar_type(), device));
  }
}

}  // namespace lion
