#pragma once
/// Asks every item of a benchmark, once, however often the run is killed and started again.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "lion/base/error.h"
#include "lion/base/json.h"
#include "lion/base/log.h"
#include "lion/eval/item.h"
#include "lion/eval/read_benchmark.h"
#include "lion/image/decode.h"
#include "lion/image/image.h"

namespace lion::eval {

/// An item and its image. Items of one image that follow each other share it.
struct ItemRequest {
  const Item* item = nullptr;
  std::shared_ptr<const Image> image;
};

/// The answerer refuses whatever it is asked: no other benchmark would fare better.
class RunRefused : public InputError {
 public:
  using InputError::InputError;
};

/// Who answers: a model here, or a server. `answer` returns a prediction per item, in order; an
/// item that cannot be answered gets an `error`, and what it throws ends the run.
struct Answerer {
  std::function<std::vector<Prediction>(const BenchmarkInfo& info,
                                        std::span<const ItemRequest> items)>
      answer;
  Json settings;      ///< all that answers depend on besides the benchmark: model, tags, dtype
  int64_t batch = 1;  ///< items handed over at a time
};

struct RunOptions {
  std::filesystem::path folder;  ///< of the journals
  int64_t rank = 0;              ///< of `world` processes that share the items
  int64_t world = 1;
  int64_t patience = 600;  ///< seconds rank 0 waits for the others while none writes an answer
  DecodeOptions decode;
  ProgressSink progress;                 ///< "items"
  std::function<bool()> stop_requested;  ///< looked at between batches; may be empty
};

struct RunResult {
  std::vector<Prediction> predictions;  ///< of the items, in order; unanswered ones have an error
  int64_t resumed = 0;                  ///< answers that the journals had before
  int64_t outdated = 0;   ///< answers that they had to other questions of the same ids: not used
  bool finished = false;  ///< false when a stop was requested, or on ranks above 0
};

/// What `item`'s answer depends on within its benchmark; part of the journal's settings.
Json benchmark_settings(const Benchmark& benchmark);

/// The image of an item, from its file or its bytes. Throws as `load_image`.
Image load_item_image(const Item& item, const DecodeOptions& options);

/// Ranks take stretches of the items. Rank 0 waits until all journals together have every item, its
/// answer or why there is none, and returns the whole. Throws ResourceError when it waits in vain
/// (a run by one process then answers the rest), RunRefused when the answerer has an error for each
/// of the first questions and never answered one, and what the answerer throws.
RunResult run_benchmark(const Benchmark& benchmark, const Answerer& answerer,
                        const RunOptions& options);

}  // namespace lion::eval
