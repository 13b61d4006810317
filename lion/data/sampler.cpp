#include "lion/data/sampler.h"

#include <algorithm>
#include <numeric>

#include "lion/base/error.h"
#include "lion/base/random.h"
#include "lion/base/random_key.h"
#include "lion/data/permutation.h"

namespace lion::data {

Json SamplerState::to_json() const { return {{"step", step}, {"drawn", drawn}}; }

SamplerState SamplerState::from_json(const Json& json, std::string where) {
  SamplerState state;
  JsonReader reader(json, std::move(where));
  reader.require("step", state.step);
  reader.require("drawn", state.drawn);
  reader.finish();
  return state;
}

void SamplerOptions::validate() const {
  if (batch < 1 || draw < 1 || batch % draw != 0) {
    throw InputError(str("sampler: the batch of ", batch, " samples is not made of draws of ", draw,
                         " (expected a positive multiple). Change batch or draw."));
  }
  if (per_image < 1 || draw % per_image != 0) {
    throw InputError(str("sampler: a draw of ", draw, " samples is not made of images with ",
                         per_image,
                         " samples each (expected a positive multiple). Change draw or "
                         "per_image."));
  }
}

Sampler::Sampler(std::vector<MixtureSource> sources, MixtureRule rule,
                 const SamplerOptions& options)
    : sources_(std::move(sources)), mixture_(sources_, rule), options_(options) {
  options_.validate();
  state_.drawn.assign(sources_.size(), 0);
}

int64_t Sampler::dataset_of(int64_t step, int64_t draw) const {
  Random random(random_key(KeyPurpose::kDataset, options_.seed, options_.stage, step, draw));
  return mixture_.pick(random.uniform());
}

int64_t Sampler::next_record(int64_t dataset) {
  const int64_t size = sources_[dataset].size;
  const int64_t drawn = state_.drawn[dataset]++;
  const uint64_t key =
      random_key(KeyPurpose::kOrder, options_.seed, options_.stage, dataset, drawn / size);
  return Permutation(size, key)(drawn % size);
}

std::vector<SampleRef> Sampler::next() {
  std::vector<SampleRef> samples;
  samples.reserve(options_.batch);
  for (int64_t draw = 0; draw < draws_per_step(); ++draw) {
    const int64_t dataset = dataset_of(state_.step, draw);
    int64_t record = 0;
    for (int64_t i = 0; i < options_.draw; ++i) {
      if (i % options_.per_image == 0) record = next_record(dataset);
      const uint64_t key = random_key(KeyPurpose::kSample, options_.seed, options_.stage,
                                      state_.step, samples.size());
      samples.push_back({dataset, record, key});
    }
  }
  ++state_.step;
  return samples;
}

void Sampler::restore(const SamplerState& state) {
  const std::vector<int64_t>& drawn = state.drawn;
  const int64_t total = std::accumulate(drawn.begin(), drawn.end(), int64_t{0});
  const bool first = drawn.empty() && state.step == 0;
  if (!first && drawn.size() != sources_.size()) {
    throw InputError(str("sampler state: it counts ", drawn.size(), " datasets (expected ",
                         sources_.size(), "). Resume with the datasets of the saved run."));
  }
  const bool negative = std::any_of(drawn.begin(), drawn.end(), [](int64_t n) { return n < 0; });
  const int64_t a_step = options_.batch / options_.per_image;
  if (state.step < 0 || negative || total != state.step * a_step) {
    throw InputError(str("sampler state: ", total, " records were drawn in ", state.step,
                         " steps (expected ", a_step,
                         " each). Resume with the batch size of the saved run."));
  }
  state_ = state;
  state_.drawn.resize(sources_.size(), 0);
}

void Sampler::seek(int64_t step) {
  if (step < 0) {
    throw InputError(
        str("sampler: cannot go to step ", step, " (expected 0 or more). Correct it."));
  }
  state_.step = step;
  state_.drawn.assign(sources_.size(), 0);
  for (int64_t s = 0; s < step; ++s) {
    for (int64_t draw = 0; draw < draws_per_step(); ++draw) {
      state_.drawn[dataset_of(s, draw)] += options_.draw / options_.per_image;
    }
  }
}

}  // namespace lion::data
