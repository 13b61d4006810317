#pragma once
/// The networks of one model: LION and, where the model has one, its tagger.

#include "lion/checkpoint/load.h"
#include "lion/models/lion_config.h"
#include "lion/models/lion_t5.h"
#include "lion/models/ram.h"

namespace lion {

struct Networks {
  models::LionT5 lion{nullptr};
  models::Ram ram{nullptr};  ///< null without a tagger

  /// Parameters of the right shapes and types that occupy no memory yet.
  Networks(const models::LionConfig& config, at::ScalarType compute_type);

  /// All parameters under the names of a model folder.
  ParameterMap parameters() const;
};

}  // namespace lion
