#pragma once
/// Whether a model fits, asked before anything large is allocated.

#include "lion/folder/networks.h"
#include "lion/models/lion_config.h"
#include "lion/pipeline/model_info.h"

namespace lion {

/// The plan for answering one question at a time with 5 beams.
MemoryPlan plan_memory(const models::LionConfig& config, const Networks& networks, Device device);

/// Throws ResourceError with the plan when it does not fit; `what` names the model.
void require_memory(const MemoryPlan& plan, std::string_view what);

}  // namespace lion
