#include "lion/data/loader.h"

#include <numeric>
#include <optional>
#include <span>

#include "lion/base/error.h"
#include "lion/base/log.h"
#include "lion/base/random_key.h"

namespace lion::data {
namespace {

constexpr int kMaxReplacements = 16;

std::vector<MixtureSource> sources_of(const std::vector<WeightedDataset>& datasets) {
  std::vector<MixtureSource> sources;
  for (const WeightedDataset& one : datasets) {
    sources.push_back({one.dataset->name(), one.dataset->size(), one.weight});
  }
  return sources;
}

std::string place_of(const Dataset& dataset, int64_t record) {
  return str("dataset ", dataset.name(), ", record ", record, " (", dataset.describe(record), ")");
}

}  // namespace

/// An image and what is said about it.
struct Loader::Seen {
  std::vector<Example> examples;
  Image image;
  std::optional<Image> symbolic_scene;
};

/// What this process loads of one step. A worker fills the slots of its image and no others.
struct Loader::Step {
  SamplerState after;                      // of the sampler, once the step is drawn
  std::vector<SampleRef> samples;          // of this process, micro-batch after micro-batch
  std::vector<Batch> batches;              // pixels are filled in place
  std::vector<SampleTokens> tokens;        // one per sample
  std::vector<std::exception_ptr> errors;  // one per image
  std::vector<int64_t> replaced;           // how often each image's record was found broken
  int64_t taken = 0;                       // images that a worker has begun
  int64_t done = 0;
};

void LoaderOptions::validate() const {
  sampler.validate();
  shards.validate(sampler.batch);
  augment.validate();
  const auto at_least = [](std::string_view name, int64_t value, int64_t least) {
    if (value >= least) return;
    throw InputError(
        str("loader: ", name, " is ", value, " (expected ", least, " or more). Correct it."));
  };
  at_least("image_size", image_size, 1);
  at_least("threads", threads, 0);
  at_least("prefetch_steps", prefetch_steps, 1);
  const int64_t per_image = sampler.per_image;
  if (shards.micro_batch % per_image != 0 ||
      (per_image > 1 && shards.grouping != Grouping::kInOrder)) {
    throw InputError(str("loader: ", per_image, " samples of an image stay together only in ",
                         "micro-batches in order, of a multiple of as many samples (got ",
                         shards.micro_batch,
                         "). Set grouping to \"order\", or change micro_batch."));
  }
  if (rank < 0 || rank >= shards.world) {
    throw InputError(str("loader: rank is ", rank, " (expected 0 to ", shards.world - 1, " for ",
                         shards.world, " processes). Correct rank or world size."));
  }
}

Loader::Loader(std::vector<WeightedDataset> datasets, const LoaderOptions& options,
               TextEncoder encoder, std::shared_ptr<const TagCache> tags, const SamplerState& start)
    : datasets_(std::move(datasets)),
      options_(options),
      encoder_(std::move(encoder)),
      tags_(std::move(tags)),
      sampler_(sources_of(datasets_), options.mixture, options.sampler) {
  options_.validate();
  sampler_.restore(start);
  state_ = sampler_.state();
  for (int64_t i = 0; i < options_.threads; ++i) threads_.emplace_back([this] { work(); });
}

Loader::~Loader() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  more_work_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

std::vector<int64_t> Loader::lengths(const std::vector<SampleRef>& samples) const {
  std::vector<int64_t> bytes(samples.size(), 0);
  if (options_.shards.grouping == Grouping::kInOrder) return bytes;
  for (size_t i = 0; i < samples.size(); ++i) {
    Random random(samples[i].key);
    try {
      const Example example =
          datasets_[samples[i].dataset].dataset->example(samples[i].record, random);
      bytes[i] = std::ssize(example.instruction) + std::ssize(example.answer);
    } catch (const Error&) {
      // Reported by the process that is to load it; here it only counts as short.
    }
  }
  return bytes;
}

std::unique_ptr<Loader::Step> Loader::plan_step() {
  auto step = std::make_unique<Step>();
  const std::vector<SampleRef> all = sampler_.next();
  step->after = sampler_.state();
  const MicroBatchShards shards = shard_micro_batches(lengths(all), options_.shards);
  const int64_t size = options_.shards.micro_batch;
  for (const std::vector<int64_t>& places : shards[options_.rank]) {
    for (const int64_t place : places) step->samples.push_back(all[place]);
    Batch& batch = step->batches.emplace_back();
    batch.size = size;
    batch.per_image = options_.sampler.per_image;
    batch.image_size = options_.image_size;
    batch.pixels.resize(size / batch.per_image * 3 * options_.image_size * options_.image_size);
    if (options_.symbolic_scenes) batch.symbolic_pixels.resize(batch.pixels.size());
  }
  step->tokens.resize(step->samples.size());
  step->errors.resize(images(*step));
  step->replaced.resize(images(*step));
  return step;
}

std::string Loader::tags_of(const SampleRef& sample) const {
  if (!encoder_.needs_tags()) return {};
  const Dataset& dataset = *datasets_[sample.dataset].dataset;
  if (auto known = dataset.tags(sample.record)) return *std::move(known);
  if (tags_ == nullptr) {
    throw InputError(str(place_of(dataset, sample.record), ": the image ",
                         dataset.image_name(sample.record),
                         " has no tags and no tag cache was given. Name one, or compute it: ",
                         "lion data tags CONFIG."));
  }
  return tags_->tags(dataset.image_name(sample.record));
}

int64_t Loader::images(const Step& step) const {
  return std::ssize(step.samples) / options_.sampler.per_image;
}

std::span<SampleRef> Loader::samples_of(Step& step, int64_t image) const {
  const int64_t each = options_.sampler.per_image;
  return std::span(step.samples).subspan(image * each, each);
}

Loader::Seen Loader::read(std::span<const SampleRef> samples) const {
  const SampleRef& first = samples.front();
  const Dataset& dataset = *datasets_[first.dataset].dataset;
  const auto reported = [&](const Error& error) {
    return str(place_of(dataset, first.record), ": ", error.what());
  };
  try {
    Seen seen;
    for (const SampleRef& sample : samples) {
      Random random(sample.key);
      seen.examples.push_back(dataset.example(sample.record, random));
    }
    seen.image = dataset.image(first.record);
    if (options_.symbolic_scenes) seen.symbolic_scene = dataset.symbolic_scene(first.record);
    return seen;
  } catch (const InputError& error) {
    throw InputError(reported(error));
  } catch (const ResourceError& error) {
    throw ResourceError(reported(error));
  }
}

Loader::Seen Loader::read_or_replace(Step& step, int64_t image) {
  const std::span<SampleRef> samples = samples_of(step, image);
  const SampleRef first = samples.front();
  const Dataset& dataset = *datasets_[first.dataset].dataset;
  while (true) {
    try {
      return read(samples);
    } catch (const InternalError&) {
      throw;
    } catch (const Error& error) {
      if (!options_.skip_broken || step.replaced[image] == kMaxReplacements) throw;
      warn_once(dataset.image_name(samples.front().record), error.what());
    }
    Random random(random_key(KeyPurpose::kReplacement, first.key, ++step.replaced[image]));
    const auto record = static_cast<int64_t>(random.below(dataset.size()));
    for (SampleRef& sample : samples) sample = {sample.dataset, record, random.next()};
  }
}

/// For all examples alike: not turned over where one of them names a side.
Augmentation Loader::draw_one(Task task, const Seen& seen, uint64_t key) const {
  std::optional<Augmentation> drawn;
  for (const Example& example : seen.examples) {
    // A stream of its own: another template must not mean another crop.
    Random random(random_key(KeyPurpose::kAugmentation, key));
    const Augmentation one = draw_augmentation(task, example, seen.image.width, seen.image.height,
                                               options_.augment, random);
    if (!drawn || !one.flip) drawn = one;
  }
  return *drawn;
}

void Loader::load_image(Step& step, int64_t image) noexcept try {
  Seen seen = read_or_replace(step, image);
  const std::span<const SampleRef> samples = samples_of(step, image);
  const Task task = datasets_[samples.front().dataset].dataset->task();
  const Augmentation augmentation = draw_one(task, seen, samples.front().key);
  const std::string tags = tags_of(samples.front());
  for (size_t i = 0; i < samples.size(); ++i) {
    Example& example = seen.examples[i];
    if (augmentation.flip && is_region(task)) example = mirror(example);
    step.tokens[image * samples.size() + i] = encoder_.encode(example, tags, samples[i].key);
  }
  augment(seen.image, augmentation, options_.image_size, numbers_of(step, image, &Batch::pixels));
  if (seen.symbolic_scene) {
    augment(*seen.symbolic_scene, {}, options_.image_size,
            numbers_of(step, image, &Batch::symbolic_pixels));
  }
} catch (...) {
  step.errors[image] = std::current_exception();
}

std::span<float> Loader::numbers_of(Step& step, int64_t image,
                                    std::vector<float> Batch::*which) const {
  const int64_t numbers = 3 * options_.image_size * options_.image_size;
  const int64_t a_batch = options_.shards.micro_batch / options_.sampler.per_image;
  Batch& batch = step.batches[image / a_batch];
  return std::span(batch.*which).subspan(image % a_batch * numbers, numbers);
}

void Loader::warn_once(const std::string& file, std::string_view what) {
  const std::lock_guard lock(mutex_);
  if (!warned_.insert(file).second) return;
  log_warning(str(what, " Another record takes its place."));
}

Loader::Step* Loader::step_to_load() {
  for (const auto& step : steps_) {
    if (step->taken < images(*step)) return step.get();
  }
  return nullptr;
}

bool Loader::can_plan() const {
  return !planning_ && !failure_ && std::ssize(steps_) < options_.prefetch_steps;
}

void Loader::plan(std::unique_lock<std::mutex>& lock) {
  planning_ = true;
  lock.unlock();
  std::unique_ptr<Step> step;
  std::exception_ptr failure;
  try {
    step = plan_step();
  } catch (...) {
    failure = std::current_exception();
  }
  lock.lock();
  planning_ = false;
  failure_ = failure;
  if (step) steps_.push_back(std::move(step));
  more_work_.notify_all();
  if (failure) step_done_.notify_all();
}

void Loader::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    more_work_.wait(lock, [this] { return stop_ || step_to_load() != nullptr || can_plan(); });
    if (stop_) return;
    Step* const step = step_to_load();
    if (step == nullptr) {
      plan(lock);
      continue;
    }
    const int64_t index = step->taken++;
    lock.unlock();
    load_image(*step, index);
    lock.lock();
    if (++step->done == images(*step)) step_done_.notify_all();
  }
}

std::vector<Batch> Loader::finish(Step& step) const {
  const int64_t size = options_.shards.micro_batch;
  for (int64_t i = 0; i < std::ssize(step.batches); ++i) {
    Batch& batch = step.batches[i];
    encoder_.collate(std::span(step.tokens).subspan(i * size, size), batch);
    const auto first = step.samples.begin() + i * size;
    batch.samples.assign(first, first + size);
    for (const SampleRef& sample : batch.samples) {
      batch.level.push_back(is_region(datasets_[sample.dataset].dataset->task()) ? 0 : 1);
    }
  }
  return std::move(step.batches);
}

std::vector<Batch> Loader::next() {
  std::unique_lock lock(mutex_);
  const auto front_done = [this] {
    return !steps_.empty() && steps_.front()->done == images(*steps_.front());
  };
  if (threads_.empty()) {
    if (steps_.empty() && can_plan()) plan(lock);
    while (Step* const step = step_to_load()) {
      lock.unlock();
      load_image(*step, step->taken++);
      ++step->done;
      lock.lock();
    }
  }
  // A step that cannot be planned fails when its turn comes: those before it are handed out first.
  step_done_.wait(lock, [&] { return steps_.empty() ? failure_ != nullptr : front_done(); });
  if (steps_.empty()) std::rethrow_exception(failure_);
  for (const std::exception_ptr& error : steps_.front()->errors) {
    if (error) std::rethrow_exception(error);
  }
  const std::unique_ptr<Step> step = std::move(steps_.front());
  steps_.pop_front();
  lock.unlock();
  more_work_.notify_all();
  state_ = step->after;
  skipped_ += std::accumulate(step->replaced.begin(), step->replaced.end(), int64_t{0});
  return finish(*step);
}

}  // namespace lion::data
