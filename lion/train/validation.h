#pragma once
/// The loss on held-out records: the same records each time, no augmentation, no dropout.

#include <memory>
#include <string>
#include <vector>

#include "lion/data/collate.h"
#include "lion/data/loader.h"
#include "lion/train/process_group.h"
#include "lion/train/train_step.h"

namespace lion::train {

class Validation {
 public:
  /// `samples` records of each dataset, evenly spread; fewer where a dataset has fewer. `symbolic
  /// scenes`: with those of the images.
  Validation(std::vector<data::WeightedDataset> datasets, int64_t samples, int64_t micro_batch,
             int64_t image_size, bool symbolic_scenes, data::TextEncoder encoder,
             std::shared_ptr<const data::TagCache> tags);

  /// {"loss": mean over target tokens, "loss/<dataset>": ...}, the same on all ranks, which share
  /// the work.
  Json run(const TrainedModel& model, const ForwardOptions& options, ProcessGroup& group) const;

 private:
  data::Batch make_batch(const std::vector<data::SampleRef>& samples) const;

  std::vector<data::WeightedDataset> datasets_;
  std::vector<data::SampleRef> samples_;
  int64_t micro_batch_;
  int64_t image_size_;
  bool symbolic_scenes_;
  data::TextEncoder encoder_;
  std::shared_ptr<const data::TagCache> tags_;
};

}  // namespace lion::train
