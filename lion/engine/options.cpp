#include "lion/engine/options.h"

#include "lion/base/error.h"

namespace lion {

Device parse_device(std::string_view name) {
  if (name == "cpu") return Device::kCpu;
  if (name == "cuda") return Device::kCuda;
  throw InputError(str("device: got \"", name, "\", expected cpu or cuda. Pass one of these."));
}

ComputeType parse_compute_type(std::string_view name) {
  if (name == "bf16" || name == "bfloat16") return ComputeType::kBf16;
  if (name == "fp32" || name == "float32") return ComputeType::kFp32;
  throw InputError(str("dtype: got \"", name, "\", expected bf16 or fp32. Pass one of these."));
}

std::string_view device_name(Device device) { return device == Device::kCpu ? "cpu" : "cuda"; }

std::string_view compute_type_name(ComputeType type) {
  return type == ComputeType::kBf16 ? "bf16" : "fp32";
}

}  // namespace lion
