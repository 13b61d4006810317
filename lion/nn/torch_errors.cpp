#include "lion/nn/torch_errors.h"

#include <algorithm>
#include <array>

namespace lion::nn {
namespace {

constexpr std::string_view kMemoryAdvice =
    "Close other programs, or use bf16, fewer beams, a smaller batch or a smaller model.";

/// The CPU's allocator throws a plain error and is known by its words only.
bool is_out_of_memory(const c10::Error& error, std::string_view text) {
  constexpr std::array<std::string_view, 4> kWords{"DefaultCPUAllocator", "not enough memory",
                                                   "can't allocate memory", "out of memory"};
  return dynamic_cast<const c10::OutOfMemoryError*>(&error) != nullptr ||
         std::ranges::any_of(kWords, [text](std::string_view words) {
           return text.find(words) != std::string_view::npos;
         });
}

bool is_device(std::string_view text) {
  constexpr std::array<std::string_view, 5> kWords{"CUDA error", "CUDA driver", "CUDNN_STATUS",
                                                   "CUBLAS_STATUS", "NCCL error"};
  return std::ranges::any_of(kWords, [text](std::string_view words) {
    return text.find(words) != std::string_view::npos;
  });
}

}  // namespace

void throw_as_ours(const c10::Error& error, std::string_view where, Fault fault) {
  const std::string text = error.what_without_backtrace();
  const std::string line = text.substr(0, text.find('\n'));
  if (is_out_of_memory(error, text)) {
    throw ResourceError(str(where, ": memory ran out. ", kMemoryAdvice));
  }
  if (is_device(text)) {
    throw ResourceError(str(where, ": the device failed (", line, "). Check it, or use the CPU."));
  }
  if (fault == Fault::kInput) {
    throw InputError(str(where, ": LibTorch refuses what it asks for (", line,
                         "). Correct its sizes, or use another file."));
  }
  throw InternalError(str(where, ": ", line, "."));
}

void throw_as_ours(const std::bad_alloc&, std::string_view where) {
  throw ResourceError(str(where, ": memory ran out. ", kMemoryAdvice));
}

}  // namespace lion::nn
