#pragma once
/// Internal to this component: the weights among all that a training script saved.

#include <string>
#include <utility>
#include <vector>

#include "lion/checkpoint/pickle.h"

namespace lion {

/// Values of one pickle by name.
struct StateDict {
  std::vector<std::pair<std::string, PickleRef>>
      entries;                       ///< tensors and objects; a later one wins
  std::vector<std::string> notices;  ///< lines for the user
};

/// Finds the dict of tensors: the root itself, or one inside it, as training scripts nest them
/// ("model", "state_dict", "net", ...; averaged weights only where there are no others), or a whole
/// module. Several dicts that nothing tells apart become one, with names "encoder.weight". Notices
/// say what was chosen and what is skipped. Throws ResourceError when there are no tensors.
StateDict find_state_dict(const PickleValue& root, const std::string& where);

}  // namespace lion
