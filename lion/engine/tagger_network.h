#pragma once
/// A tagger's network and its list of tags. For sources only.

#include <span>
#include <vector>

#include "lion/engine/tagger.h"
#include "lion/model_folder/model_folder.h"
#include "lion/models/ram.h"
#include "lion/text/tag_list.h"

namespace lion {

struct TaggerNetwork {
  models::Ram ram{nullptr};
  TagList list;
  int64_t image_size = 384;
  at::Device device = at::kCPU;

  /// The probability of each tag of the list.
  std::vector<float> scores(const Image& image) const;

  /// The tags whose `scores` are above their thresholds, in the order of the list.
  std::vector<Tag> found(std::span<const float> scores) const;
};

/// Reads the lists of a folder. Throws InputError when they do not fit its tagger.
TagList load_tag_list(const ModelFolder& folder, const models::LionConfig& config);

}  // namespace lion
