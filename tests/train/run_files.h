#pragma once
/// Looking at what a run left behind.

#include <torch/torch.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "lion/checkpoint/load.h"
#include "lion/checkpoint/tensor_map.h"
#include "lion/train/train_log.h"

namespace lion::testing {

/// All tensors of a file or folder, in memory.
inline std::map<std::string, at::Tensor> tensors_in(const std::filesystem::path& path) {
  std::map<std::string, at::Tensor> out;
  for (const auto& [name, view] : read_tensors(path)) out.emplace(name, borrow(view).clone());
  return out;
}

/// The log without what depends on the clock.
inline std::vector<Json> log_of(const std::filesystem::path& run) {
  std::vector<Json> lines = train::read_train_log(run / "log.jsonl");
  for (Json& line : lines) line.erase("samples_per_s");
  return lines;
}

}  // namespace lion::testing
