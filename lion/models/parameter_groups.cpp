#include "lion/models/parameter_groups.h"

#include <algorithm>

namespace lion::models {

std::span<const ParameterGroupInfo> parameter_groups() {
  static const std::vector<ParameterGroupInfo> table = {
      {ParameterGroup::kVisionEncoder, "ViT", {"visual_encoder."}},
      {ParameterGroup::kQformer,
       "Q-Former",
       {"Qformer.", "query_tokens", "ln_vision.", "t5_proj."}},
      {ParameterGroup::kAggregator,
       "vision aggregator",
       {"fusion_adapter.", "ln_adapter.", "adapter_proj."}},
      {ParameterGroup::kSoftPrompt, "soft prompt", {"soft_prompt_hint"}},
      {ParameterGroup::kTagger, "RAM tagger", {"ram."}},
      {ParameterGroup::kAdapters, "adapters and routers", {"t5_model.*.block.*.layer.*.adapter."}},
      {ParameterGroup::kLanguageModel, "Flan-T5", {"t5_model."}},
  };
  return table;
}

const ParameterGroupInfo& parameter_group_info(ParameterGroup group) {
  return parameter_groups()[static_cast<size_t>(group)];
}

std::optional<ParameterGroup> parameter_group(std::string_view name) {
  for (const ParameterGroupInfo& info : parameter_groups()) {
    const bool any =
        std::any_of(info.patterns.begin(), info.patterns.end(),
                    [&](const std::string& pattern) { return name_matches(pattern, name); });
    if (any) return info.group;
  }
  return std::nullopt;
}

bool name_matches(std::string_view pattern, std::string_view name) {
  size_t at = 0;
  for (const char c : pattern) {
    if (c == '*') {
      const size_t begin = at;
      while (at < name.size() && name[at] != '.') ++at;
      if (at == begin) return false;
    } else {
      if (at >= name.size() || name[at] != c) return false;
      ++at;
    }
  }
  return true;
}

}  // namespace lion::models
