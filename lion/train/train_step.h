#pragma once
/// One batch through LION: its loss, and the gradients of what is trained.

#include <vector>

#include "lion/data/batch.h"
#include "lion/models/lion_t5.h"
#include "lion/models/ram.h"
#include "lion/train/trained_model.h"

namespace lion::train {

struct ForwardOptions {
  double dropout = 0.1;     ///< in Q-Former and aggregator
  double t5_dropout = 0.1;  ///< in the frozen language model, as in the released code
  /// Share of samples whose decoder attends to the words of the prompt alone: what is asked for has
  /// to be brought there by the encoder, which then learns to find it. 0 is the paper's.
  double words_only = 0;
  /// Noise on the aggregator's visual tokens, whose standard deviation is drawn for each sample
  /// between 0 and this: what reads exact codes learns to read those of an encoder.
  double token_noise = 0;
  bool activation_checkpointing = false;  ///< less memory, slower steps
  int64_t hint_id = -1;                   ///< the id that the soft prompt replaces; -1: none

  /// The same without anything that is drawn at random.
  ForwardOptions without_chance() const;
};

/// Those of a run's settings.
ForwardOptions forward_options(const TrainConfig& config, int64_t hint_id);

/// What a batch gives.
struct BatchLoss {
  at::Tensor sum;                   ///< scalar: cross entropy of all target tokens, with its graph
  std::vector<double> sample_sums;  ///< [B]: of each sample
  int64_t tokens = 0;               ///< target tokens
};

/// Runs the networks on the device of their parameters. Throws InputError as they do.
BatchLoss forward(const models::LionT5Impl& lion, const data::Batch& batch,
                  const ForwardOptions& options);

/// The tagger: binary cross entropy, summed over the tags of its list; the tokens are the tags that
/// the images have.
BatchLoss forward_tags(const models::RamImpl& ram, const data::Batch& batch);

/// LION's visual tokens of the images against the teacher's of their symbolic scenes: the mean
/// squared difference, each image as often as its answers have tokens. Needs the batch's symbolic
/// scenes.
BatchLoss forward_codes(const models::LionT5Impl& lion, const models::LionT5Impl& teacher,
                        const data::Batch& batch, const ForwardOptions& options);

/// Whichever of them is trained.
BatchLoss forward(const TrainedModel& model, const data::Batch& batch,
                  const ForwardOptions& options);

/// Runs a batch whose loss is not finite once more, without gradients or dropout, and names where
/// it broke: "pixels of ...", "parameter ...", or the first module whose output is not finite.
std::string find_not_finite(const TrainedModel& model, const data::Batch& batch,
                            const ForwardOptions& options);

}  // namespace lion::train
