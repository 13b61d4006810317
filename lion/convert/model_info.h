#pragma once
/// What a model folder holds and what it needs, without loading it.

#include <filesystem>
#include <string>
#include <vector>

#include "lion/base/json.h"
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

/// Memory that answering takes, in bytes.
struct MemoryPlan {
  uint64_t weights = 0;    ///< in the compute type
  uint64_t mapped = 0;     ///< of these, what stays in the file: pages that the system may drop
  uint64_t workspace = 0;  ///< activations and caches of the longest question with 5 beams
  uint64_t available = 0;  ///< what the system can give now
  uint64_t total() const { return weights + workspace; }
  /// What must be allocated: without it nothing runs.
  uint64_t needed() const { return total() - mapped; }
  bool fits() const { return needed() <= available; }
  /// Room for the mapped weights too. Without it they are read from disk again and again.
  bool fits_with_mapped() const { return total() <= available; }
  /// A few lines for people.
  std::string text() const;
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
