#include "lion/model_folder/networks.h"

#include <torch/torch.h>

#include "lion/model_folder/model_folder.h"
#include "lion/nn/precision.h"

namespace lion {

Networks::Networks(const models::LionConfig& config, at::ScalarType compute_type) : lion(config) {
  nn::set_compute_type(*lion, compute_type);
  if (config.ram) {
    ram = models::Ram(*config.ram);
    nn::set_compute_type(*ram, compute_type);
  }
}

ParameterMap Networks::parameters() const {
  ParameterMap all;
  add_parameters(all, "", *lion);
  if (ram) add_parameters(all, kTaggerPrefix, *ram);
  return all;
}

}  // namespace lion
