#pragma once
/// The images of tests/fixtures/images with what Pillow reads from them (make.py says how they
/// are made), and small images made here.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lion/base/error.h"
#include "lion/base/file.h"
#include "lion/base/json.h"
#include "lion/image/decode.h"

namespace lion::test {

inline std::filesystem::path fixture_folder() {
  return std::filesystem::path(LION_SOURCE_DIR) / "tests/fixtures/images";
}

inline std::string fixture(const std::string& name) { return read_file(fixture_folder() / name); }

inline std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text));
}

inline Image decode(std::string_view content, const DecodeOptions& options = {}) {
  return decode_image(bytes_of(content), options, "image");
}

struct ExpectedImage {
  std::string file;
  Image image;  // Pillow's, turned by EXIF
};

inline Json expected_json() { return read_json_file(fixture_folder() / "expected.json"); }

inline std::vector<ExpectedImage> expected_images() {
  const std::string pixels = fixture("expected.bin");
  std::vector<ExpectedImage> out;
  const Json expected = expected_json();
  for (const Json& entry : expected.at("images")) {
    Image image = Image::black(entry.at("width"), entry.at("height"));
    std::copy_n(pixels.data() + entry.at("offset").get<int64_t>(), image.rgb.size(),
                image.rgb.begin());
    out.push_back({entry.at("file"), std::move(image)});
  }
  return out;
}

/// The same formula is in make.py.
inline Image pattern(int64_t width, int64_t height) {
  Image image = Image::black(width, height);
  for (int64_t y = 0; y < height; ++y) {
    for (int64_t x = 0; x < width; ++x) {
      for (int64_t c = 0; c < 3; ++c) {
        image.row(y)[x * 3 + c] =
            static_cast<uint8_t>((x * 7 + y * 13 + c * 101 + x * y * (c + 1)) % 256);
      }
    }
  }
  return image;
}

/// "" when equal, else where the first difference is.
inline std::string difference(const Image& got, const Image& expected) {
  if (got.width != expected.width || got.height != expected.height) {
    return str("size ", got.width, " x ", got.height, ", expected ", expected.width, " x ",
               expected.height);
  }
  for (size_t i = 0; i < expected.rgb.size(); ++i) {
    if (got.rgb[i] == expected.rgb[i]) continue;
    const size_t pixel = i / 3;
    return str("pixel (", pixel % expected.width, ", ", pixel / expected.width, ") channel ", i % 3,
               ": ", int{got.rgb[i]}, ", expected ", int{expected.rgb[i]});
  }
  return {};
}

/// What an InputError says; fails when there is none.
template <typename Function>
std::string input_error(Function&& function) {
  try {
    function();
  } catch (const InputError& e) {
    return e.what();
  }
  ADD_FAILURE() << "no InputError";
  return {};
}

}  // namespace lion::test
