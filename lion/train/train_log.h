#pragma once
/// The log of a training: a line of JSON per step, {"step": 12, "loss": 2.31, "lr": 1e-05, ...}.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <vector>

#include "lion/base/append_file.h"
#include "lion/base/json.h"

namespace lion::train {

class TrainLog {
 public:
  /// Goes on with `path`, or begins it. Lines of `first_step` and later ones are dropped, so that
  /// the log of a resumed run is that of one that ran through. Throws InputError as
  /// `read_train_log` does, ResourceError when the file cannot be written.
  TrainLog(const std::filesystem::path& path, int64_t first_step);

  /// Adds a line. `values` is an object with an integer "step"; numbers that are not finite are
  /// written as null.
  void write(const Json& values);

 private:
  std::unique_ptr<AppendFile> file_;
};

/// The lines of a log, in order; a torn last line is skipped. Throws ResourceError when it
/// cannot be read, InputError naming the line that is no JSON object with an integer "step".
std::vector<Json> read_train_log(const std::filesystem::path& path);

}  // namespace lion::train
