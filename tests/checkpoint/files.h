#pragma once
/// What the tests of this component share: fixtures, temporary files, bytes by hand, expected
/// errors.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <vector>

#include "lion/base/error.h"
#include "lion/base/file.h"
#include "lion/checkpoint/tensor_map.h"

namespace lion {

/// A file of tests/fixtures.
inline std::filesystem::path fixture(const std::string& name) {
  return std::filesystem::path(LION_SOURCE_DIR) / "tests/fixtures" / name;
}

inline std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text));
}

/// The bytes of a number, little-endian.
template <typename T>
std::string le(T value) {
  std::string out(sizeof(T), '\0');
  std::memcpy(out.data(), &value, sizeof(T));
  return out;
}

/// The elements of a tensor in row-major order.
template <typename T>
std::vector<T> values(const TensorView& view) {
  const std::vector<std::byte> bytes = to_contiguous(view);
  std::vector<T> out(bytes.size() / sizeof(T));
  if (!out.empty()) std::memcpy(out.data(), bytes.data(), bytes.size());
  return out;
}

/// The elements of a floating tensor as float32.
inline std::vector<float> floats(const TensorView& view) {
  std::vector<float> out(static_cast<size_t>(view.numel()));
  convert(view, DType::kF32, std::as_writable_bytes(std::span(out)));
  return out;
}

/// Calls `action`, which must throw an `E` whose message has all `parts`.
template <typename E, typename Action>
void expect_error(Action action, std::initializer_list<std::string_view> parts) {
  try {
    action();
    ADD_FAILURE() << "no error was thrown";
  } catch (const E& error) {
    for (const std::string_view part : parts) {
      EXPECT_THAT(error.what(), testing::HasSubstr(std::string(part)));
    }
  }
}

/// A test with a folder of its own that is removed at the end.
class FileTest : public testing::Test {
 protected:
  FileTest() {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    folder_ = std::filesystem::path(testing::TempDir()) /
              str("lion-", test->test_suite_name(), "-", test->name());
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  ~FileTest() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path write(const std::string& name, std::string_view content) const {
    write_file(folder_ / name, content);
    return folder_ / name;
  }

  std::filesystem::path folder_;
};

}  // namespace lion
