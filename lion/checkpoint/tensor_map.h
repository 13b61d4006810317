#pragma once
/// The front door for reading weights: a path in, named tensors out.

#include <filesystem>
#include <map>
#include <string>

#include "lion/checkpoint/tensor.h"

namespace lion {

/// Tensors by name, in the order of their names. Views hold their file open.
using TensorMap = std::map<std::string, TensorView>;

/// Says in one line of log_info which tensors have types that cannot be read, when there are some.
void report_unreadable(const TensorMap& tensors, const std::string& where);

/// A few of the names with their shapes, for messages: `"a" [2,3], "b" [4] and 7 more`.
std::string some_names(const TensorMap& tensors, size_t count = 5);

/// Reads names, types and shapes; the bytes stay in the memory-mapped file. `path` is
/// - a file: `.safetensors`, or PyTorch's zip or legacy layout, recognised by its content; or
/// - a folder as Hugging Face writes it: `model.safetensors.index.json` with its shards, else
///   `model.safetensors`, else `pytorch_model.bin.index.json`, else `pytorch_model.bin`.
/// Tensors of types that cannot be read (float8, complex, ...) are there with a
/// TensorView::unreadable: they are errors only for who needs them. log_info says what of a file is
/// skipped. Throws ResourceError when it is missing, of another format or broken; missing shards
/// and missing tensors of an index are all named at once.
TensorMap read_tensors(const std::filesystem::path& path);

}  // namespace lion
