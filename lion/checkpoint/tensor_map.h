#pragma once
/// The front door for reading weights: a path in, named tensors out.

#include <filesystem>
#include <map>
#include <string>

#include "lion/checkpoint/tensor.h"

namespace lion {

/// Tensors by name, in the order of their names. Views hold their file open.
using TensorMap = std::map<std::string, TensorView>;

/// Reads names, types and shapes; the bytes stay in the memory-mapped file. `path` is
/// - a file: `.safetensors`, or PyTorch's zip or legacy layout, told by its content; or
/// - a folder as Hugging Face writes it: `model.safetensors.index.json` with its shards, else
///   `model.safetensors`, else `pytorch_model.bin.index.json`, else `pytorch_model.bin`.
/// Throws ResourceError when it is missing, of another format, broken or hostile; missing shards
/// and missing tensors of an index are all named at once.
TensorMap read_tensors(const std::filesystem::path& path);

}  // namespace lion
