#include "lion/checkpoint/pickle_globals.h"

#include <algorithm>
#include <array>
#include <initializer_list>

namespace lion {
namespace {

using Kind = PickleGlobal::Kind;

struct Allowed {
  std::string_view module;
  std::string_view name;
  PickleGlobal global;
};

constexpr Allowed storage(std::string_view name, std::optional<DType> dtype, int64_t size) {
  return {"torch", name, {Kind::kStorage, name, dtype, size}};
}
constexpr Allowed dtype(std::string_view name, DType dtype) {
  return {"torch", name, {Kind::kDType, name, dtype}};
}
constexpr Allowed call(std::string_view module, std::string_view name, Kind kind) {
  return {module, name, {kind, name, std::nullopt}};
}

/// Everything that has a meaning here. Nothing of it reads, writes or runs anything.
constexpr std::array kAllowed = {
    call("collections", "OrderedDict", Kind::kOrderedDict),
    call("collections", "defaultdict", Kind::kDefaultDict),
    call("collections", "Counter", Kind::kCounter),  // milestones of learning-rate schedules
    call("builtins", "set", Kind::kSet),
    call("builtins", "frozenset", Kind::kSet),
    call("builtins", "bytearray", Kind::kPlain),
    call("builtins", "complex", Kind::kPlain),
    call("builtins", "range", Kind::kPlain),
    call("builtins", "slice", Kind::kPlain),
    call("__builtin__", "set", Kind::kSet),  // Python 2's name, used up to protocol 2
    call("__builtin__", "frozenset", Kind::kSet),
    call("__builtin__", "bytearray", Kind::kPlain),
    call("__builtin__", "complex", Kind::kPlain),
    call("_codecs", "encode", Kind::kEncode),  // bytes up to protocol 2
    call("torch", "Size", Kind::kSize),
    call("torch", "device", Kind::kPlain),
    call("torch._utils", "_rebuild_tensor", Kind::kRebuildTensor),
    call("torch._utils", "_rebuild_tensor_v2", Kind::kRebuildTensorV2),
    call("torch._utils", "_rebuild_tensor_v3", Kind::kRebuildTensorV3),
    call("torch._utils", "_rebuild_parameter", Kind::kRebuildParameter),
    call("torch._utils", "_rebuild_parameter_with_state", Kind::kRebuildParameter),
    call("torch._tensor", "_rebuild_from_type", Kind::kRebuildFromType),
    call("torch._tensor", "_rebuild_from_type_v2", Kind::kRebuildFromType),
    call("torch.tensor", "_rebuild_from_type", Kind::kRebuildFromType),  // PyTorch 1.8
    call("torch._utils", "_rebuild_device_tensor_from_cpu_tensor", Kind::kRebuildDeviceTensor),
    call("torch._utils", "_rebuild_qtensor", Kind::kRebuildQuantized),
    call("torch._utils", "_rebuild_sparse_tensor", Kind::kRebuildSparse),
    call("torch._utils", "_rebuild_sparse_csr_tensor", Kind::kRebuildSparse),
    call("torch._utils", "_rebuild_meta_tensor_no_storage", Kind::kRebuildMeta),
    call("torch._utils", "_rebuild_nested_tensor", Kind::kRebuildOther),
    call("torch._utils", "_rebuild_wrapper_subclass", Kind::kRebuildOther),
    call("torch._utils", "_rebuild_device_tensor_from_numpy", Kind::kRebuildOther),
    call("torch._utils", "_rebuild_xla_tensor", Kind::kRebuildOther),
    storage("DoubleStorage", DType::kF64, 8),
    storage("FloatStorage", DType::kF32, 4),
    storage("HalfStorage", DType::kF16, 2),
    storage("BFloat16Storage", DType::kBF16, 2),
    storage("LongStorage", DType::kI64, 8),
    storage("IntStorage", DType::kI32, 4),
    storage("ShortStorage", DType::kI16, 2),
    storage("CharStorage", DType::kI8, 1),
    storage("ByteStorage", DType::kU8, 1),
    storage("BoolStorage", DType::kBool, 1),
    storage("ComplexDoubleStorage", std::nullopt, 16),
    storage("ComplexFloatStorage", std::nullopt, 8),
    storage("QInt32Storage", std::nullopt, 4),
    storage("QInt8Storage", std::nullopt, 1),
    storage("QUInt8Storage", std::nullopt, 1),
    storage("QUInt4x2Storage", std::nullopt, 1),
    storage("QUInt2x4Storage", std::nullopt, 1),
    Allowed{"torch.storage",
            "UntypedStorage",
            {Kind::kStorage, "UntypedStorage", DType::kU8, 1}},  // counted in bytes
    dtype("float64", DType::kF64),
    dtype("float32", DType::kF32),
    dtype("float16", DType::kF16),
    dtype("bfloat16", DType::kBF16),
    dtype("int64", DType::kI64),
    dtype("int32", DType::kI32),
    dtype("int16", DType::kI16),
    dtype("int8", DType::kI8),
    dtype("uint8", DType::kU8),
    dtype("bool", DType::kBool),
};

}  // namespace

const PickleGlobal* known_global(std::string_view module, std::string_view name) {
  for (const Allowed& allowed : kAllowed) {
    if (allowed.module == module && allowed.name == name) return &allowed.global;
  }
  return nullptr;
}

bool runs_commands(std::string_view module, std::string_view name) {
  const auto is_one_of = [](std::string_view text, std::initializer_list<std::string_view> list) {
    return std::find(list.begin(), list.end(), text) != list.end();
  };
  if (is_one_of(module, {"os", "posix", "nt"})) {
    return is_one_of(name, {"system", "popen", "fork", "startfile", "remove", "unlink", "kill"}) ||
           name.starts_with("exec") || name.starts_with("spawn") || name.starts_with("posix_spawn");
  }
  if (is_one_of(module, {"builtins", "__builtin__"})) {
    return is_one_of(name, {"eval", "exec", "execfile", "compile", "__import__"});
  }
  if (module == "subprocess" || module == "commands") return name != "CompletedProcess";
  if (module == "importlib") return name == "import_module";
  if (module == "shutil") return name == "rmtree";
  return is_one_of(module, {"runpy", "pty"});
}

}  // namespace lion
