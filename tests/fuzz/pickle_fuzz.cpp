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
      if (!view.is_readable()) continue;
      // Elements may repeat, up to a gigabyte of them; their bytes lie in the file.
      if (view.bytes.size() > size || view.nbytes() > (uint64_t{1} << 30)) __builtin_trap();
      if (view.nbytes() < (uint64_t{1} << 24)) lion::to_contiguous(view);
    }
  } catch (const lion::Error&) {
  }
  return 0;
}
