#pragma once
/// What a new model begins with.

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace lion::train {

/// What the weights of a new model begin with that depends on the data it is made for.
struct FirstWeights {
  struct Patches {
    std::vector<float> weight;  ///< [width,3,P,P]
    std::vector<float> bias;    ///< [width]
  };
  /// The patch embedding of the vision encoder, for the widths of encoder and language model.
  std::function<Patches(int64_t width, int64_t d_model)> patches;
  /// "dogs" for "dog": words whose vectors begin alike.
  std::function<std::string(std::string_view)> plural_of;
};

}  // namespace lion::train
