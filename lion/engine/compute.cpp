#include "lion/engine/compute.h"

#include "lion/nn/device.h"

namespace lion {

at::Device torch_device(Device device) { return nn::usable_device(device_name(device)); }

}  // namespace lion
