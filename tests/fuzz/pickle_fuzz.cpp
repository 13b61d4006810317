/// Fuzzes the reader of PyTorch files: the bytes as a whole file, and as a bare pickle, which
/// mutations of an archive seldom reach. Seeds: tests/fixtures/checkpoints/*.pth.

#include <cstddef>
#include <cstdint>
#include <span>

#include "lion/base/error.h"
#include "lion/checkpoint/pickle.h"
#include "lion/checkpoint/torch_file.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  try {
    const lion::Pickle pickle(bytes, "fuzz");
    if (pickle.size() > size) __builtin_trap();
  } catch (const lion::Error&) {
  }
  try {
    for (const auto& [name, view] : lion::parse_torch_file(bytes, nullptr, "fuzz")) {
      // Elements do not repeat, so a view is never larger than the file.
      if (view.nbytes() > size) __builtin_trap();
      lion::to_contiguous(view);
    }
  } catch (const lion::Error&) {
  }
  return 0;
}
