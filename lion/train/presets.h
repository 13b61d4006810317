#pragma once
/// Names for what is trained: one table, so that a config need not know the names of parameters.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lion/checkpoint/load.h"

namespace lion::train {

struct Preset {
  std::string_view name;
  std::vector<std::string> patterns;  ///< as freeze_map.h reads them
  std::string_view about;             ///< for people: what it is, and when
};

std::span<const Preset> presets();

/// `names` with every preset replaced by its patterns, those left out that none of `parameters`
/// has, as models differ in their parts; other patterns stay as they are.
std::vector<std::string> expand_presets(const std::vector<std::string>& names,
                                        const ParameterMap& parameters);

}  // namespace lion::train
