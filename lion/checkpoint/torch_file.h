#pragma once
/// Files of `torch.save`: the zip layout (PyTorch 1.6 and later) and the legacy layout.

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "lion/base/file.h"
#include "lion/checkpoint/tensor_map.h"

namespace lion {

/// Reads the state dict of a memory-mapped file: a flat dict of tensors; one nested as training
/// scripts do (`{"model": {...}, "epoch": 3}`); or a whole module. What else the file holds is
/// skipped without running any of it; log_info says which dict was read and which objects were
/// skipped. Tensors of types that cannot be read are there, with a TensorView::unreadable. Throws
/// ResourceError when the file is missing, broken, a TorchScript archive, holds no tensors, or
/// would run commands in Python.
TensorMap read_torch_file(const std::filesystem::path& path);

/// As `read_torch_file`, over bytes in memory; `file` (may be null) keeps them alive, `where` names
/// them in errors.
TensorMap parse_torch_file(std::span<const std::byte> bytes, std::shared_ptr<const MappedFile> file,
                           const std::string& where);

/// Writes a state dict (an OrderedDict of tensors, in the given order) in the zip layout; Python
/// reads it with `torch.load(path, weights_only=True)`. Throws InputError for a repeated name or a
/// tensor of 4 GiB or more, ResourceError when writing fails.
void write_torch_file(const std::filesystem::path& path,
                      const std::vector<std::pair<std::string, TensorView>>& tensors);

}  // namespace lion
