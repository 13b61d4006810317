#pragma once
/// A model of this machine as the one who answers a benchmark.

#include <cstdint>
#include <memory>

#include "cli/arguments.h"
#include "lion/engine/lion.h"
#include "lion/eval/run.h"

namespace lion::cli {

/// Answers `batch` items at a time. `common` says how the model was loaded and whether tags are
/// offered. Throws what `folder_fingerprint` throws.
eval::Answerer local_answerer(std::shared_ptr<const Lion> lion, const CommonArguments& common,
                              int64_t batch);

}  // namespace lion::cli
