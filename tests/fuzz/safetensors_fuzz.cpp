/// Fuzzes the safetensors reader: the bytes as a whole file, and as a bare header with the right
/// length in front of it. Seeds: tests/fixtures/checkpoints/plain.safetensors.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "lion/base/error.h"
#include "lion/checkpoint/safetensors.h"

namespace {

void read(std::span<const std::byte> bytes) {
  try {
    uint64_t total = 0;
    const lion::Safetensors file = lion::parse_safetensors(bytes, nullptr, "fuzz");
    for (const auto& [name, view] : file.tensors) {
      if (view.is_readable()) total += lion::to_contiguous(view).size();
    }
    if (total > bytes.size()) __builtin_trap();
  } catch (const lion::Error&) {
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  read(bytes);
  constexpr size_t kData = 64;  // tensor bytes behind the bare header
  std::vector<std::byte> file(sizeof(uint64_t) + size + kData);
  const uint64_t length = size;
  std::memcpy(file.data(), &length, sizeof(length));
  if (size > 0) std::memcpy(file.data() + sizeof(length), data, size);
  read(file);
  return 0;
}
