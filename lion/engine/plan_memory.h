#pragma once
/// Whether a model fits, asked before anything large is allocated.

#include "lion/engine/memory_plan.h"
#include "lion/model_folder/networks.h"
#include "lion/models/lion_config.h"

namespace lion {

/// The plan for answering one question at a time with 5 beams. `tensors` are the stored weights:
/// those of them that are used as they lie in the file are not allocated. None: all are.
MemoryPlan plan_memory(const models::LionConfig& config, const Networks& networks, Device device,
                       const TensorMap* tensors = nullptr);

/// Throws ResourceError with the plan when it does not fit, unless the caller said to go on
/// (`LoadOptions::ignore_memory_plan`). Warns in the log where it fits only as long as the weights
/// are not kept in memory. `what` names the model.
void require_memory(const MemoryPlan& plan, std::string_view what, const LoadOptions& options);

}  // namespace lion
