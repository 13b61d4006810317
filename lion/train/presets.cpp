#include "lion/train/presets.h"

#include <algorithm>
#include <initializer_list>

#include "lion/base/error.h"
#include "lion/models/parameter_groups.h"

namespace lion::train {

namespace {

/// All that is in these groups.
std::vector<std::string> all_of(std::initializer_list<models::ParameterGroup> groups) {
  std::vector<std::string> patterns;
  for (const models::ParameterGroup group : groups) {
    const auto& own = models::parameter_group_info(group).patterns;
    patterns.insert(patterns.end(), own.begin(), own.end());
  }
  return patterns;
}

}  // namespace

std::span<const Preset> presets() {
  using enum models::ParameterGroup;
  static const std::vector<Preset> table = {
      {"adapters", all_of({kAdapters}),
       "the adapters in the language model and their router: least to learn, least to forget"},
      {"projections",
       {"t5_proj.", "adapter_proj."},
       "what turns visual tokens into words' vectors"},
      {"qformer", all_of({kQformer}), "the Q-Former and its projection: image-level tasks"},
      {"aggregator", all_of({kAggregator}),
       "the vision aggregator and its projection: boxes, details"},
      {"lion", all_of({kQformer, kAggregator, kSoftPrompt, kAdapters}),
       "all that the paper's third stage trains: both of the above and the adapters"},
      {"language_model", all_of({kLanguageModel}),
       "Flan-T5 with its adapters: other words, another language"},
      {"vision_encoder", all_of({kVisionEncoder}), "the ViT: images unlike all that it has seen"},
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
      const bool any = std::any_of(parameters.begin(), parameters.end(), [&](const auto& one) {
        return models::name_matches(pattern, one.first);
      });
      if (any) patterns.push_back(pattern);
    }
    if (patterns.size() > before) continue;
    throw InputError(str("train: this model has none of the parts of \"", name, "\" (",
                         join(preset->patterns, ", "), "). Choose another preset."));
  }
  return patterns;
}

}  // namespace lion::train
