#pragma once
/// Which records a step trains on. Everything follows from the seed and the step: it does not
/// depend on the number of processes, and a run that is resumed goes on as if it had not stopped.

#include <cstdint>
#include <string>
#include <vector>

#include "lion/base/json.h"
#include "lion/data/batch.h"
#include "lion/data/mixture.h"

namespace lion::data {

/// Where a sampler stands: all it needs to go on.
struct SamplerState {
  int64_t step = 0;            ///< of the batch that comes next
  std::vector<int64_t> drawn;  ///< records drawn so far, by dataset; empty stands for all 0

  bool operator==(const SamplerState&) const = default;
  Json to_json() const;
  /// `where` names the source in errors. Throws InputError.
  static SamplerState from_json(const Json& json, std::string where);
};

struct SamplerOptions {
  uint64_t seed = 0;
  int64_t stage = 1;      ///< stages draw independently of each other
  int64_t batch = 64;     ///< B: samples a step, of all processes together
  int64_t draw = 8;       ///< consecutive samples of B that come from one dataset
  int64_t per_image = 1;  ///< consecutive samples of a draw that come from one record

  /// Throws InputError unless all are at least 1, batch is a multiple of draw, and draw of
  /// per_image.
  void validate() const;
};

/// A dataset's records come in the order of a permutation that is new in each epoch; a draw that
/// reaches an epoch's end runs on into the next one.
class Sampler {
 public:
  /// Throws InputError as Mixture and SamplerOptions::validate do.
  Sampler(std::vector<MixtureSource> sources, MixtureRule rule, const SamplerOptions& options);

  /// The B samples of the step `state().step`, and on to the next step.
  std::vector<SampleRef> next();

  const SamplerState& state() const { return state_; }
  const Mixture& mixture() const { return mixture_; }

  /// Goes on from a saved state. Throws InputError when it belongs to other datasets or to another
  /// batch size.
  void restore(const SamplerState& state);

  /// Goes to the beginning of `step` by repeating the choices of datasets: no state is needed.
  /// Throws InputError when `step` is negative.
  void seek(int64_t step);

 private:
  int64_t draws_per_step() const { return options_.batch / options_.draw; }
  int64_t dataset_of(int64_t step, int64_t draw) const;
  int64_t next_record(int64_t dataset);

  std::vector<MixtureSource> sources_;
  Mixture mixture_;
  SamplerOptions options_;
  SamplerState state_;
};

}  // namespace lion::data
