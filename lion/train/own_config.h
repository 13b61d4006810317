#pragma once
/// The config of a training on a person's own data (docs/own-data.md).

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

#include "lion/annotations/problems.h"
#include "lion/text/box_format.h"

namespace lion::train {

struct OwnConfigOptions {
  std::filesystem::path file;                      ///< the data, JSON lines
  std::filesystem::path images;                    ///< folder of images; "": beside the file
  std::filesystem::path model = "models/lion-4b";  ///< what is fine-tuned
  std::filesystem::path out;                       ///< of the run; "": runs/<name of the file>
  std::string train = "adapters";                  ///< a preset
  BoxFormat boxes;                                 ///< of lines without a "box_format"
};

struct OwnConfig {
  std::string text;                        ///< JSON with comments, for a file
  std::map<std::string, int64_t> records;  ///< "captions", "questions", "turns", "boxes"
  int64_t validation = 0;                  ///< records of lines with "split": "val"
  Problems problems;                       ///< lines that cannot be used
};

/// Reads the data and chooses batch, steps and rate by how much of it there is. Throws as
/// `read_own` does, and InputError for an unknown preset.
OwnConfig own_config(const OwnConfigOptions& options);

}  // namespace lion::train
