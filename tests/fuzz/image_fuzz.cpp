// Image decoding: any bytes give an image or a lion::Error. Seeds: tests/fixtures/images.

#include <cstddef>
#include <cstdint>
#include <span>

#include "lion/base/error.h"
#include "lion/image/decode.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  try {
    lion::decode_image(std::as_bytes(std::span(data, size)), {.max_pixels = 1 << 20}, "fuzz");
  } catch (const lion::Error&) {
  }
  return 0;
}
