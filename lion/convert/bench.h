#pragma once
/// How long each phase of an answer takes, on random weights of a full-size shape.

#include <string>

#include "lion/base/json.h"
#include "lion/base/log.h"
#include "lion/engine/options.h"

namespace lion {

struct BenchOptions {
  std::string shape = "lion-4b";  ///< lion-4b, lion-12b or tiny
  LoadOptions load;
  int64_t repeats = 5;
  int64_t encoder_tokens = 350;
  int64_t decode_tokens = 24;
};

/// Builds the shape with random weights in place and times each phase: {"shape", "dtype",
/// "threads", "repeats", "peak_rss_bytes", "phases": {"decode_image": {"median_s", "min_s",
/// "max_s"}, "vit", "tagger", "qformer", "aggregator", "encoder", ...}, "greedy": {"tokens_per_s",
/// "before_first_step_s"}, "beam5": {...}}. Throws ResourceError with the memory plan when the
/// shape does not fit.
Json bench(const BenchOptions& options, const ProgressSink& progress = {});

}  // namespace lion
