#pragma once
/// What the tests of the readers share: an empty folder each, small files and images in it, and
/// checks of messages.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>

#include "lion/annotations/readers.h"
#include "lion/base/error.h"
#include "lion/base/file.h"
#include "lion/base/str.h"
#include "lion/data/open_datasets.h"
#include "lion/image/encode.h"
#include "tests/message_of.h"

namespace lion::data {

/// Gives each test an empty folder.
class DataTest : public testing::Test {
 protected:
  DataTest() {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    root_ = std::filesystem::path(testing::TempDir()) /
            str("lion-readers-", ::getpid(), "-", test->test_suite_name(), "-", test->name());
    std::filesystem::remove_all(root_);
    std::filesystem::create_directories(root_);
  }
  ~DataTest() override { std::filesystem::remove_all(root_); }

  /// Writes `content` to a file below the folder; gives its path.
  std::filesystem::path write(const std::string& name, std::string_view content) {
    const std::filesystem::path path = root_ / name;
    std::filesystem::create_directories(path.parent_path());
    write_file(path, content);
    return path;
  }

  /// Writes a black image.
  std::filesystem::path write_image(const std::string& name, int64_t width = 40,
                                    int64_t height = 30) {
    return write(name, encode_jpeg(Image::black(width, height), 80));
  }

  void make_folder(const std::string& name) { std::filesystem::create_directories(root_ / name); }

  OpenDatasets open(std::string_view datasets, std::string_view more = "") {
    const std::string json =
        str(R"({"root": ")", root_.string(), R"(", )", more, R"("datasets": )", datasets, "}");
    const DataConfig config = DataConfig::from_json(parse_json(json, "test"), "test");
    return open_datasets(config, PromptTemplates::builtin());
  }

  std::filesystem::path root_;
};

/// The instruction of one record with a fixed draw.
inline Example example_of(const Dataset& dataset, int64_t index, uint64_t seed = 1) {
  Random random(seed);
  return dataset.example(index, random);
}

/// All answers that a record gives in many draws, with how often each came.
inline std::map<std::string, int> answers_of(const Dataset& dataset, int64_t index,
                                             int draws = 300) {
  std::map<std::string, int> answers;
  Random random(7);
  for (int i = 0; i < draws; ++i) ++answers[dataset.example(index, random).answer];
  return answers;
}

}  // namespace lion::data
