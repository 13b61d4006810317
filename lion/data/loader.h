#pragma once
/// Batches for training: samples drawn, images decoded and augmented, texts made ids, ahead of
/// the trainer in threads of its own.

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "lion/data/augment.h"
#include "lion/data/batch.h"
#include "lion/data/collate.h"
#include "lion/data/dataset.h"
#include "lion/data/micro_batches.h"
#include "lion/data/mixture.h"
#include "lion/data/sampler.h"
#include "lion/data/tag_cache.h"

namespace lion::data {

/// A dataset and its weight in the mixture.
struct WeightedDataset {
  std::shared_ptr<const Dataset> dataset;
  double weight = 1.0;
};

struct LoaderOptions {
  SamplerOptions sampler;
  MixtureRule mixture = MixtureRule::kSqrtSize;
  ShardOptions shards;       ///< micro-batches and the number of processes
  int64_t rank = 0;          ///< this process, 0 <= rank < shards.world
  int64_t image_size = 224;  ///< S, pixels
  AugmentOptions augment;
  bool symbolic_scenes = false;  ///< loads the images' symbolic scenes, too
  int64_t threads = 2;           ///< 0: `next` does the work itself
  int64_t prefetch_steps = 2;    ///< steps made ahead, the one being handed out included
  /// A sample whose text or image cannot be read is replaced by another one of its dataset.
  bool skip_broken = false;

  /// Throws InputError naming the option that is wrong.
  void validate() const;
};

/// The same batches whatever the number of threads. Used by one thread at a time.
class Loader {
 public:
  /// `tags` may be null when the encoder needs none or all datasets know theirs. Begins at `start`.
  /// Throws InputError as LoaderOptions::validate, Mixture and Sampler::restore do.
  Loader(std::vector<WeightedDataset> datasets, const LoaderOptions& options, TextEncoder encoder,
         std::shared_ptr<const TagCache> tags = nullptr, const SamplerState& start = {});
  ~Loader();
  Loader(const Loader&) = delete;
  Loader& operator=(const Loader&) = delete;

  /// The micro-batches of this process in the next step. Throws what went wrong with a sample, with
  /// its dataset and record before it, and again when called again.
  std::vector<Batch> next();

  /// Where to go on after the steps that `next` has handed out.
  SamplerState state() const { return state_; }

  /// Broken samples that were replaced in the steps handed out so far.
  int64_t skipped() const { return skipped_; }

  /// How often each dataset is drawn from.
  const std::vector<double>& probabilities() const { return sampler_.mixture().probabilities(); }

 private:
  struct Step;
  struct Seen;

  std::unique_ptr<Step> plan_step();
  std::vector<int64_t> lengths(const std::vector<SampleRef>& samples) const;
  int64_t images(const Step& step) const;
  std::span<SampleRef> samples_of(Step& step, int64_t image) const;
  void load_image(Step& step, int64_t image) noexcept;
  Seen read(std::span<const SampleRef> samples) const;
  Seen read_or_replace(Step& step, int64_t image);
  Augmentation draw_one(Task task, const Seen& seen, uint64_t key) const;
  /// The image's place among those numbers of its batch.
  std::span<float> numbers_of(Step& step, int64_t image, std::vector<float> Batch::*which) const;
  std::string tags_of(const SampleRef& sample) const;
  void warn_once(const std::string& file, std::string_view what);
  std::vector<Batch> finish(Step& step) const;

  Step* step_to_load();
  bool can_plan() const;
  void plan(std::unique_lock<std::mutex>& lock);
  void work();

  const std::vector<WeightedDataset> datasets_;
  const LoaderOptions options_;
  const TextEncoder encoder_;
  const std::shared_ptr<const TagCache> tags_;
  SamplerState state_;
  int64_t skipped_ = 0;
  Sampler sampler_;  // touched by whoever set planning_

  std::mutex mutex_;  // guards all that follows
  std::condition_variable more_work_;
  std::condition_variable step_done_;
  std::deque<std::unique_ptr<Step>> steps_;
  std::set<std::string> warned_;
  bool planning_ = false;
  bool stop_ = false;
  std::exception_ptr failure_;  // of planning: no further step can be made
  std::vector<std::thread> threads_;
};

}  // namespace lion::data
