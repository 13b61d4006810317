#pragma once
/// What a model folder holds and what it needs, without loading it.

#include <filesystem>
#include <string>
#include <vector>

#include "lion/base/json.h"
#include "lion/engine/memory_plan.h"
#include "lion/engine/options.h"

namespace lion {

struct PartInfo {
  std::string name;  ///< "ViT", "Q-Former", ...
  int64_t tensors = 0;
  int64_t parameters = 0;
  uint64_t stored_bytes = 0;
  std::string stored_types;  ///< "float16", or "bfloat16, float32" where mixed
};

struct TensorInfo {
  std::string name;
  std::vector<int64_t> shape;
  std::string dtype;
  uint64_t bytes = 0;
};

struct ModelInfo {
  Json config;
  std::vector<PartInfo> parts;
  std::vector<TensorInfo> tensors;
  MemoryPlan plan;
};

/// Reads config and headers only. Throws ResourceError or InputError as loading would.
ModelInfo inspect_model(const std::filesystem::path& folder, const LoadOptions& options = {});

}  // namespace lion
