#pragma once
/// What the tests of the readers share: an empty folder each, files and images in it.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>

#include "lion/base/error.h"
#include "lion/base/file.h"
#include "lion/base/str.h"
#include "lion/eval/read_benchmark.h"
#include "tests/message_of.h"

namespace lion::eval {

/// Gives each test an empty folder.
class ReadTest : public testing::Test {
 protected:
  ReadTest() {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    root_ = std::filesystem::path(testing::TempDir()) /
            str("lion-eval-", ::getpid(), "-", test->test_suite_name(), "-", test->name());
    std::filesystem::remove_all(root_);
    std::filesystem::create_directories(root_);
    options_.root = root_;
  }
  ~ReadTest() override { std::filesystem::remove_all(root_); }

  /// Writes `content` to a file below the folder; gives its path.
  std::filesystem::path write(const std::string& name, std::string_view content) {
    const std::filesystem::path path = root_ / name;
    std::filesystem::create_directories(path.parent_path());
    write_file(path, content);
    return path;
  }

  void make_folder(const std::string& name) { std::filesystem::create_directories(root_ / name); }

  Benchmark read(std::string_view name,
                 const PromptTemplates& templates = PromptTemplates::builtin()) const {
    return read_benchmark(benchmark_info(name), options_, templates);
  }

  std::filesystem::path root_;
  ReadOptions options_;
};

/// Real annotations, which are not ours to ship: LION_SHARED_DIR names their folder.
inline std::filesystem::path shared_data(const std::string& name) {
  const char* variable = std::getenv("LION_SHARED_DIR");
  return std::filesystem::path(variable ? variable : LION_SOURCE_DIR "/../shared") / "data" / name;
}

}  // namespace lion::eval
