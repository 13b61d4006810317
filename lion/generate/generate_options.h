#pragma once
/// What a caller may ask of generation. Defaults: the released code's `generate`.

#include <cstdint>

namespace lion {

enum class Strategy {
  kBeam,    ///< num_beams beams; one beam is greedy search
  kSample,  ///< tokens drawn with temperature, top_k and top_p
};

struct GenerateOptions {
  Strategy strategy = Strategy::kBeam;
  int64_t num_beams = 5;            ///< kBeam only; 1 is greedy search
  int64_t max_new_tokens = 256;     ///< the start id does not count, the end id does
  int64_t min_length = 1;           ///< no end id while the sequence, start id included, is shorter
  double repetition_penalty = 1.5;  ///< above 1 makes ids that were already produced less likely
  double length_penalty = 1.0;      ///< num_beams > 1 only: score = sum / length^length_penalty
  double temperature = 1.0;         ///< kSample only
  double top_p = 0.9;               ///< kSample only; 1 keeps all
  int64_t top_k = 50;               ///< kSample only; 0 keeps all
  uint64_t seed = 0;                ///< kSample only
  int64_t num_return_sequences = 1;  ///< kBeam: at most num_beams; kSample: independent draws
  int64_t start_id = 0;
  int64_t eos_id = 1;

  /// Throws InputError naming the first option that is out of range.
  void validate() const;
};

}  // namespace lion
