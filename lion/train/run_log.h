#pragma once
/// What a run writes about itself: a JSON line, TensorBoard scalars and a curve. Only rank 0
/// writes.

#include <filesystem>
#include <memory>
#include <string>

#include "lion/base/json.h"

namespace lion::train {

class EventFile;
class TrainLog;

class RunLog {
 public:
  /// Goes on after step `step`: what log.jsonl and older event files say of later steps is void.
  /// Throws ResourceError when the folder cannot be written to.
  RunLog(const std::filesystem::path& folder, std::string title, int64_t step);
  ~RunLog();

  /// One line; numbers in it become scalars of the same names.
  void write(int64_t step, const Json& line);
  /// loss.svg, from log.jsonl.
  void draw() const;

 private:
  std::filesystem::path folder_;
  std::string title_;
  std::unique_ptr<TrainLog> lines_;
  std::unique_ptr<EventFile> events_;
};

}  // namespace lion::train
