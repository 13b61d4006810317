#pragma once
/// Which parameter belongs to which part of LION: the one table of it, beside the name table of
/// lion_weights.h.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lion::models {

enum class ParameterGroup {
  kVisionEncoder,
  kQformer,     ///< with its queries, norm and projection
  kAggregator,  ///< with its norm and projection
  kSoftPrompt,
  kTagger,
  kAdapters,  ///< and their routers, in the language model
  kLanguageModel,
};

struct ParameterGroupInfo {
  ParameterGroup group;
  std::string_view title;             ///< for people: "vision aggregator"
  std::vector<std::string> patterns;  ///< as `name_matches` reads them
};

/// In the order in which names are looked up: the adapters come before the language model.
std::span<const ParameterGroupInfo> parameter_groups();

const ParameterGroupInfo& parameter_group_info(ParameterGroup group);

/// The group of a parameter, by its name; nothing for a name that is none of LION's.
std::optional<ParameterGroup> parameter_group(std::string_view name);

/// True when `name` begins with `pattern`; a "*" in the pattern stands for one part between dots.
bool name_matches(std::string_view pattern, std::string_view name);

}  // namespace lion::models
