#pragma once
/// The tiny oracle as a model folder, converted once per test program.

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "lion/base/error.h"
#include "lion/convert/convert.h"
#include "tests/message_of.h"

namespace lion::testing {

inline std::filesystem::path oracle_files() {
  return std::filesystem::path(LION_SOURCE_DIR) / "tests/fixtures/oracle";
}

/// An untrained folder for the files of one test, removed at its end.
class TempFolder {
 public:
  TempFolder()
      : path_(std::filesystem::temp_directory_path() /
              str("lion-engine-", ::getpid(), "-",
                  ::testing::UnitTest::GetInstance()->current_test_info()->name())) {
    std::filesystem::remove_all(path_);
    std::filesystem::create_directories(path_);
  }
  ~TempFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  std::filesystem::path operator/(const char* name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

inline ConvertOptions oracle_options(const std::filesystem::path& out) {
  const auto files = oracle_files();
  ConvertOptions options;
  options.vit = files / "eva_vit_g.pth";
  options.llm = files / "flan-t5";
  options.bert = files / "bert-base-uncased";
  options.ram = files / "ram_swin_large_14m.pth";
  options.ram_tags = files / "ram_tag_list.txt";
  options.ram_thresholds = files / "ram_tag_list_threshold.txt";
  options.lion = files / "lion.pth";
  options.out = out;
  return options;
}

}  // namespace lion::testing
