#pragma once
/// Sums of losses by dataset between two lines of the log, the same on all ranks.

#include <cstdint>
#include <string>
#include <vector>

#include "lion/base/json.h"
#include "lion/data/batch.h"
#include "lion/train/process_group.h"
#include "lion/train/train_step.h"

namespace lion::train {

class Metrics {
 public:
  explicit Metrics(std::vector<std::string> datasets);

  /// Adds what this rank computed of a step.
  void add(const data::Batch& batch, const BatchLoss& loss);
  /// Adds up what all ranks added since the last call: one collective call a step.
  void share(ProcessGroup& group);

  /// Mean loss over target tokens: "loss", and "loss/<dataset>" of those that were drawn.
  Json means() const;
  double loss() const;  ///< NaN when nothing was added
  void clear();

  /// The shared sums, to save and to go on with.
  Json to_json() const;
  void restore(const Json& json);

 private:
  std::vector<std::string> datasets_;
  std::vector<double> shared_;  ///< per dataset: sum of losses, target tokens
  std::vector<double> own_;     ///< the same, of this rank, not shared yet
};

}  // namespace lion::train
