#pragma once
/// From the released files, or from another model folder, to one model folder.

#include <filesystem>
#include <string>
#include <vector>

#include "lion/base/log.h"

namespace lion {

/// The number type of the written weights: as released, all in float32, or those that a bf16 model
/// reads as bf16 in that type and the others as released.
enum class StoredType { kKeep, kFp32, kBf16 };
StoredType parse_stored_type(std::string_view name);  ///< "keep", "fp32", "bf16"; throws InputError

/// Paths of the released files. Empty paths are parts that are not given.
struct ConvertOptions {
  std::filesystem::path vit;             ///< eva_vit_g.pth
  std::filesystem::path llm;             ///< flan-t5-xl/ or flan-t5-xxl/
  std::filesystem::path bert;            ///< bert-base-uncased/: its vocabulary
  std::filesystem::path ram;             ///< ram_swin_large_14m.pth; optional
  std::filesystem::path ram_tags;        ///< ram_tag_list.txt, with `ram`
  std::filesystem::path ram_thresholds;  ///< ram_tag_list_threshold.txt, with `ram`
  std::filesystem::path lion;            ///< LION-FlanT5-XL.pth
  bool base = false;  ///< without `lion`: only the parts that LION keeps frozen, to train from
  std::filesystem::path instructblip;  ///< a Hugging Face folder, instead of all of the above
  std::filesystem::path model;         ///< a model folder, instead: to store it in another `dtype`
  /// Sizes that the files do not tell (heads, image sizes). Default: lion_config.json beside
  /// `lion` when there is one, else the released model that fits the Flan-T5 folder.
  std::filesystem::path config;
  std::filesystem::path out;
  StoredType dtype = StoredType::kKeep;
};

struct ConvertReport {
  int64_t tensors = 0;
  uint64_t bytes = 0;
  std::vector<std::string> unused;  ///< a line per reason: how many tensors of which file, and why
};

/// Writes `out`, complete or not at all: config.json, sharded safetensors, t5/, bert/ and the tag
/// lists. Only one tensor is in memory at a time. Throws InputError when files are missing from the
/// options or do not fit together (all problems at once), ResourceError when one is broken.
ConvertReport convert(const ConvertOptions& options, const ProgressSink& progress = {});

}  // namespace lion
