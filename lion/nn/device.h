#pragma once
/// Where networks compute.

#include <c10/core/Device.h>

#include <string_view>

namespace lion::nn {

/// The device of a name, "cpu" or "cuda". Throws InputError for other names, ResourceError when
/// there is no usable GPU.
at::Device usable_device(std::string_view name);

}  // namespace lion::nn
