#pragma once
/// From a config to data sets that can be read.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "lion/annotations/problems.h"
#include "lion/base/log.h"
#include "lion/data/data_config.h"
#include "lion/data/dataset.h"
#include "lion/text/prompt.h"

namespace lion::data {

/// What was found wrong in the files of one entry of the config.
struct SourceProblems {
  std::string name;  ///< the entry's name or format
  std::vector<std::filesystem::path> files;
  Problems problems;
};

struct OpenDatasets {
  std::vector<std::unique_ptr<Dataset>> datasets;
  std::vector<double> weights;          ///< the multiplier of each data set
  std::vector<SourceProblems> sources;  ///< one per entry that has files
};

/// Reads the annotation files of all entries, each once however many tasks it has. Logs how many
/// records each gave and what was left out. Throws what the readers throw, InputError when two data
/// sets get the same name, ResourceError when a file is not found. Of each entry, the first
/// `keep_problems` of a kind are kept in words.
OpenDatasets open_datasets(const DataConfig& config, const PromptTemplates& templates,
                           const ProgressSink& progress = {}, int64_t keep_problems = 20);

}  // namespace lion::data
