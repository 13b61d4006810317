#pragma once
/// The files of a model folder, in one place: who writes and who reads them must agree.
/// docs/model-folder.md describes it for people.

#include <filesystem>

#include "lion/base/json.h"
#include "lion/models/lion_config.h"

namespace lion {

inline constexpr int64_t kFormatVersion = 1;

struct ModelFolder {
  std::filesystem::path root;

  std::filesystem::path config() const { return root / "config.json"; }
  std::filesystem::path t5_tokenizer() const { return root / "t5"; }
  std::filesystem::path bert_tokenizer() const { return root / "bert"; }
  std::filesystem::path tags() const { return root / "ram_tag_list.txt"; }
  std::filesystem::path thresholds() const { return root / "ram_tag_list_threshold.txt"; }
  std::filesystem::path golden_answers() const { return root / "doctor.json"; }

  /// Reads config.json. Throws ResourceError when the folder is none of ours, InputError when the
  /// config is wrong or of a newer format.
  models::LionConfig read_config() const;
  /// Writes config.json.
  void write_config(const models::LionConfig& config) const;
};

/// The prefix of the tagger's tensors in it.
inline constexpr const char* kTaggerPrefix = "ram.";

}  // namespace lion
