#include "lion/train/validation.h"

#include <torch/torch.h>

#include <algorithm>

#include "lion/train/metrics.h"

namespace lion::train {

Validation::Validation(std::vector<data::WeightedDataset> datasets, int64_t samples,
                       int64_t micro_batch, int64_t image_size, bool symbolic_scenes,
                       data::TextEncoder encoder, std::shared_ptr<const data::TagCache> tags)
    : datasets_(std::move(datasets)),
      micro_batch_(micro_batch),
      image_size_(image_size),
      symbolic_scenes_(symbolic_scenes),
      encoder_(std::move(encoder)),
      tags_(std::move(tags)) {
  for (int64_t d = 0; d < std::ssize(datasets_); ++d) {
    const int64_t size = datasets_[static_cast<size_t>(d)].dataset->size();
    const int64_t count = std::min(size, samples);
    for (int64_t i = 0; i < count; ++i) {
      const int64_t record = i * size / count;
      samples_.push_back({d, record, static_cast<uint64_t>(record)});
    }
  }
}

data::Batch Validation::make_batch(const std::vector<data::SampleRef>& samples) const {
  data::Batch batch;
  batch.size = std::ssize(samples);
  batch.image_size = image_size_;
  batch.samples = samples;
  const int64_t numbers = 3 * image_size_ * image_size_;
  batch.pixels.resize(static_cast<size_t>(batch.size * numbers));
  if (symbolic_scenes_) batch.symbolic_pixels.resize(batch.pixels.size());
  const auto part = [&](std::vector<float>& all, int64_t i) {
    return std::span(all).subspan(static_cast<size_t>(i * numbers), static_cast<size_t>(numbers));
  };
  std::vector<data::SampleTokens> tokens;
  for (int64_t i = 0; i < batch.size; ++i) {
    const data::SampleRef& sample = samples[static_cast<size_t>(i)];
    const data::Dataset& dataset = *datasets_[static_cast<size_t>(sample.dataset)].dataset;
    Random random(sample.key);
    std::string tags;
    if (encoder_.needs_tags()) {
      const auto known = dataset.tags(sample.record);
      if (!known && !tags_) {
        throw InputError(str("validation: ", dataset.name(),
                             " needs tags. Make them by `lion data tags` and name the file as "
                             "\"tag_cache\"."));
      }
      tags = known ? *known : tags_->tags(dataset.image_name(sample.record));
    }
    tokens.push_back(encoder_.encode(dataset.example(sample.record, random), tags, sample.key));
    data::augment(dataset.image(sample.record), {}, image_size_, part(batch.pixels, i));
    if (symbolic_scenes_) {
      data::augment(dataset.symbolic_scene(sample.record), {}, image_size_,
                    part(batch.symbolic_pixels, i));
    }
    batch.level.push_back(data::is_region(dataset.task()) ? 0 : 1);
  }
  encoder_.collate(tokens, batch);
  return batch;
}

Json Validation::run(const TrainedModel& model, const ForwardOptions& options,
                     ProcessGroup& group) const {
  const at::NoGradGuard no_grad;
  ForwardOptions plain = options.without_chance();
  plain.activation_checkpointing = false;
  std::vector<std::string> names;
  for (const auto& dataset : datasets_) names.push_back(dataset.dataset->name());
  Metrics metrics(names);
  // Whole micro-batches go to the ranks in turn.
  const auto size = static_cast<size_t>(micro_batch_);
  for (size_t begin = 0, turn = 0; begin < samples_.size(); begin += size, ++turn) {
    if (static_cast<int64_t>(turn) % group.world() != group.rank()) continue;
    const size_t end = std::min(begin + size, samples_.size());
    const data::Batch batch = make_batch({samples_.begin() + static_cast<std::ptrdiff_t>(begin),
                                          samples_.begin() + static_cast<std::ptrdiff_t>(end)});
    metrics.add(batch, forward(model, batch, plain));
  }
  metrics.share(group);
  return metrics.means();
}

}  // namespace lion::train
