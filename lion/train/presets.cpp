#include "lion/train/presets.h"

#include <algorithm>

#include "lion/base/error.h"
#include "lion/train/freeze_map.h"

namespace lion::train {

std::span<const Preset> presets() {
  static const std::string kAdapters = "t5_model.*.block.*.layer.*.adapter.";
  static const std::vector<Preset> table = {
      {"adapters",
       {kAdapters},
       "the adapters in the language model and their router: least to learn, least to forget"},
      {"projections",
       {"t5_proj.", "adapter_proj."},
       "what turns visual tokens into words' vectors"},
      {"qformer",
       {"Qformer.", "query_tokens", "ln_vision.", "t5_proj."},
       "the Q-Former and its projection: image-level tasks"},
      {"aggregator",
       {"fusion_adapter.", "ln_adapter.", "adapter_proj."},
       "the vision aggregator and its projection: boxes, details"},
      {"lion",
       {"Qformer.", "query_tokens", "ln_vision.", "t5_proj.", "fusion_adapter.", "ln_adapter.",
        "adapter_proj.", "soft_prompt_hint", kAdapters},
       "all that the paper's third stage trains: both of the above and the adapters"},
      {"language_model", {"t5_model."}, "Flan-T5 with its adapters: other words, another language"},
      {"vision_encoder", {"visual_encoder."}, "the ViT: images unlike all that it has seen"},
      {"all", {""}, "every parameter: small models only"},
  };
  return table;
}

std::vector<std::string> expand_presets(const std::vector<std::string>& names,
                                        const ParameterMap& parameters) {
  std::vector<std::string> patterns;
  for (const std::string& name : names) {
    const auto all = presets();
    const auto preset =
        std::find_if(all.begin(), all.end(), [&](const Preset& one) { return one.name == name; });
    if (preset == all.end()) {
      patterns.push_back(name);
      continue;
    }
    const size_t before = patterns.size();
    for (const std::string& pattern : preset->patterns) {
      const bool any = std::any_of(parameters.begin(), parameters.end(),
                                   [&](const auto& one) { return matches(pattern, one.first); });
      if (any) patterns.push_back(pattern);
    }
    if (patterns.size() > before) continue;
    throw InputError(str("train: this model has none of the parts of \"", name, "\" (",
                         join(preset->patterns, ", "), "). Choose another preset."));
  }
  return patterns;
}

}  // namespace lion::train
