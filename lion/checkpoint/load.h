#pragma once
/// From named tensors in files to the parameters of modules. The one part of this component that
/// needs torch.

#include <torch/nn/module.h>

#include <map>
#include <string>
#include <string_view>

#include "lion/checkpoint/tensor_map.h"

namespace lion {

/// The parameters of one or several modules by full name. Values share storage with the modules.
using ParameterMap = std::map<std::string, at::Tensor>;

/// The parameters of `module`, each name behind `prefix`.
void add_parameters(ParameterMap& parameters, const std::string& prefix,
                    const torch::nn::Module& module);

/// torch's type for a file's, and back. Throw InputError for types that the other side lacks.
at::ScalarType to_torch(DType dtype);
DType from_torch(at::ScalarType type);

/// A tensor over the bytes of a file, which stay where they are and alive. Only for reading.
at::Tensor borrow(const TensorView& view);

/// Whether a parameter of `type` on the CPU can use the bytes where they lie, without a copy.
bool stays_in_file(const TensorView& view, at::ScalarType type);

/// Gives every parameter the tensor of its name, in the type that the parameter has, on `device`.
/// On the CPU a tensor that is stored in that type stays in the mapped file; others are converted
/// one at a time. Strict: throws ResourceError that counts all missing, unexpected and misshapen
/// tensors and shows a handful; then nothing was changed. `where` names the source.
void load_parameters(const ParameterMap& parameters, const TensorMap& tensors,
                     std::string_view where, at::Device device);

/// The problems that `load_parameters` would report, one per line; empty when there are none.
/// Shapes by name on the one side, tensors on the other. What cannot be read and has no place in
/// the model is no problem.
std::vector<std::string> compare(const std::map<std::string, std::vector<int64_t>>& expected,
                                 const TensorMap& tensors);

/// The problems to show of a list by `compare`: all when they are few, else some of every kind and
/// part of the model, and a last line that counts the rest.
std::vector<std::string> a_handful(const std::vector<std::string>& problems);

}  // namespace lion
