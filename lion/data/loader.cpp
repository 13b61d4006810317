#include "lion/data/loader.h"

#include <numeric>
#include <span>

#include "lion/base/error.h"
#include "lion/base/log.h"
#include "lion/data/random_key.h"

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

struct Loader::Record {
  Example example;
  Image image;
};

/// What this process loads of one step. A worker fills the slots of its sample and no others.
struct Loader::Step {
  SamplerState after;                // of the sampler, once the step is drawn
  std::vector<SampleRef> samples;    // of this process, micro-batch after micro-batch
  std::vector<Batch> batches;        // pixels are filled in place
  std::vector<SampleTokens> tokens;  // one per sample
  std::vector<std::exception_ptr> errors;
  std::vector<int64_t> replaced;  // how often each sample was found broken
  int64_t taken = 0;              // samples that a worker has begun
  int64_t done = 0;
};

void LoaderOptions::validate() const {
  sampler.validate();
  deal.validate(sampler.batch);
  augment.validate();
  const auto at_least = [](std::string_view name, int64_t value, int64_t least) {
    if (value >= least) return;
    throw InputError(
        str("loader: ", name, " is ", value, " (expected ", least, " or more). Correct it."));
  };
  at_least("image_size", image_size, 1);
  at_least("threads", threads, 0);
  at_least("prefetch_steps", prefetch_steps, 1);
  if (rank < 0 || rank >= deal.world) {
    throw InputError(str("loader: rank is ", rank, " (expected 0 to ", deal.world - 1, " for ",
                         deal.world, " processes). Correct rank or world size."));
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
  if (options_.deal.grouping == Grouping::kInOrder) return bytes;
  for (size_t i = 0; i < samples.size(); ++i) {
    Random random(samples[i].key);
    try {
      const Example example =
          datasets_[samples[i].dataset].dataset->example(samples[i].record, random);
      bytes[i] = std::ssize(example.instruction) + std::ssize(example.answer);
    } catch (const Error&) {
      // Told by the process that is to load it; here it only counts as short.
    }
  }
  return bytes;
}

std::unique_ptr<Loader::Step> Loader::plan_step() {
  auto step = std::make_unique<Step>();
  const std::vector<SampleRef> all = sampler_.next();
  step->after = sampler_.state();
  const Deal deal = deal_micro_batches(lengths(all), options_.deal);
  const int64_t size = options_.deal.micro_batch;
  for (const std::vector<int64_t>& places : deal[options_.rank]) {
    for (const int64_t place : places) step->samples.push_back(all[place]);
    Batch& batch = step->batches.emplace_back();
    batch.size = size;
    batch.image_size = options_.image_size;
    batch.pixels.resize(size * 3 * options_.image_size * options_.image_size);
  }
  step->tokens.resize(step->samples.size());
  step->errors.resize(step->samples.size());
  step->replaced.resize(step->samples.size());
  return step;
}

std::string Loader::tags_of(const SampleRef& sample) const {
  if (!encoder_.needs_tags()) return {};
  const Dataset& dataset = *datasets_[sample.dataset].dataset;
  if (auto known = dataset.tags(sample.record)) return *std::move(known);
  if (tags_ == nullptr) {
    throw InputError(str(place_of(dataset, sample.record), ": the picture ",
                         dataset.image_name(sample.record),
                         " has no tags and no tag cache was given. Name one, or compute it: ",
                         "lion data tags CONFIG."));
  }
  return tags_->tags(dataset.image_name(sample.record));
}

Loader::Record Loader::read(const SampleRef& sample) const {
  const Dataset& dataset = *datasets_[sample.dataset].dataset;
  const auto told = [&](const Error& error) {
    return str(place_of(dataset, sample.record), ": ", error.what());
  };
  try {
    Random random(sample.key);
    Example example = dataset.example(sample.record, random);
    return {std::move(example), dataset.image(sample.record)};
  } catch (const InputError& error) {
    throw InputError(told(error));
  } catch (const ResourceError& error) {
    throw ResourceError(told(error));
  }
}

Loader::Record Loader::read_or_replace(Step& step, int64_t index) {
  SampleRef& sample = step.samples[index];
  const uint64_t first_key = sample.key;
  const Dataset& dataset = *datasets_[sample.dataset].dataset;
  while (true) {
    try {
      return read(sample);
    } catch (const InternalError&) {
      throw;
    } catch (const Error& error) {
      if (!options_.skip_broken || step.replaced[index] == kMaxReplacements) throw;
      warn_once(dataset.image_name(sample.record), error.what());
    }
    Random random(random_key(KeyPurpose::kReplacement, first_key, ++step.replaced[index]));
    sample.record = static_cast<int64_t>(random.below(dataset.size()));
    sample.key = random.next();
  }
}

void Loader::load_sample(Step& step, int64_t index) noexcept try {
  Record record = read_or_replace(step, index);
  const SampleRef& sample = step.samples[index];
  const Task task = datasets_[sample.dataset].dataset->task();
  const Image& image = record.image;
  // A stream of its own: another template must not mean another crop.
  Random random(random_key(KeyPurpose::kAugmentation, sample.key));
  const Augmentation augmentation =
      draw_augmentation(task, record.example, image.width, image.height, options_.augment, random);
  if (augmentation.flip && is_region(task)) record.example = mirror(record.example);
  step.tokens[index] = encoder_.encode(record.example, tags_of(sample));
  augment(image, augmentation, options_.image_size, pixels_of(step, index));
} catch (...) {
  step.errors[index] = std::current_exception();
}

std::span<float> Loader::pixels_of(Step& step, int64_t index) const {
  const int64_t numbers = 3 * options_.image_size * options_.image_size;
  Batch& batch = step.batches[index / options_.deal.micro_batch];
  return std::span(batch.pixels).subspan(index % options_.deal.micro_batch * numbers, numbers);
}

void Loader::warn_once(const std::string& file, std::string_view what) {
  const std::lock_guard lock(mutex_);
  if (!warned_.insert(file).second) return;
  log_warning(str(what, " Another record takes its place."));
}

Loader::Step* Loader::step_to_load() {
  for (const auto& step : steps_) {
    if (step->taken < std::ssize(step->samples)) return step.get();
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
    load_sample(*step, index);
    lock.lock();
    if (++step->done == std::ssize(step->samples)) step_done_.notify_all();
  }
}

std::vector<Batch> Loader::finish(Step& step) const {
  const int64_t size = options_.deal.micro_batch;
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
    return !steps_.empty() && steps_.front()->done == std::ssize(steps_.front()->samples);
  };
  if (threads_.empty()) {
    if (steps_.empty() && can_plan()) plan(lock);
    while (Step* const step = step_to_load()) {
      lock.unlock();
      load_sample(*step, step->taken++);
      ++step->done;
      lock.lock();
    }
  }
  step_done_.wait(lock, [&] { return failure_ || front_done(); });
  if (!front_done()) std::rethrow_exception(failure_);
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
