#pragma once
/// What the tests of sampling and loading share: small datasets in memory, the oracle's tokenizers,
/// a folder per test and a check of messages.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "lion/base/error.h"
#include "lion/data/collate.h"
#include "lion/data/dataset.h"

namespace lion::data {

/// The message of the `E` that `action` throws.
template <typename E, typename Action>
std::string error_of(Action action) {
  try {
    action();
  } catch (const E& error) {
    return error.what();
  }
  ADD_FAILURE() << "no error of the expected kind was thrown";
  return "";
}

/// Gives each test an empty folder.
class FolderTest : public testing::Test {
 protected:
  FolderTest() {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    folder_ = std::filesystem::path(testing::TempDir()) /
              str("lion-data-", ::getpid(), "-", test->test_suite_name(), "-", test->name());
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  ~FolderTest() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path folder_;
};

inline std::filesystem::path oracle_dir() {
  const char* folder = std::getenv("LION_ORACLE_DIR");
  return folder ? folder : LION_SOURCE_DIR "/tests/fixtures/oracle";
}

inline std::shared_ptr<const T5Tokenizer> oracle_t5() {
  static const auto t5 =
      std::make_shared<const T5Tokenizer>(T5Tokenizer::load(oracle_dir() / "flan-t5"));
  return t5;
}

inline std::shared_ptr<const BertTokenizer> oracle_bert() {
  static const auto bert = std::make_shared<const BertTokenizer>(
      BertTokenizer::load(oracle_dir() / "bert-base-uncased"));
  return bert;
}

inline TextEncoder oracle_encoder(const TextOptions& options = {}) {
  return {oracle_t5(), oracle_bert(), PromptTemplates::builtin(), options};
}

/// Records of different lengths; images are noise that the record chooses.
class ToyDataset : public Dataset {
 public:
  ToyDataset(std::string name, Task task, int64_t size)
      : name_(std::move(name)), task_(task), size_(size) {}

  std::set<int64_t> broken;  ///< records whose image cannot be read
  bool knows_tags = false;

  const std::string& name() const override { return name_; }
  Task task() const override { return task_; }
  int64_t size() const override { return size_; }

  Example example(int64_t index, Random& random) const override {
    const Box box{0.125, 0.25, 0.5, 0.75};
    std::string question = str("template ", random.below(1000), " record ", index);
    for (int64_t i = 0; i < index % 7; ++i) question += " and so on";
    if (task_ == Task::kRec) return {question, "Answer: " + format_box(box), {box}};
    return {question, str("answer ", random.below(1000)), {}};
  }

  Image image(int64_t index) const override {
    if (broken.contains(index)) {
      throw ResourceError(str(image_name(index), ": cannot be opened. Get it."));
    }
    Image image = Image::black(20 + index % 5, 16);
    Random random(static_cast<uint64_t>(index));
    for (uint8_t& byte : image.rgb) byte = static_cast<uint8_t>(random.below(256));
    return image;
  }

  std::string image_name(int64_t index) const override { return str(name_, "/", index, ".png"); }

  std::optional<std::string> tags(int64_t index) const override {
    if (!knows_tags) return std::nullopt;
    return str("tag", index);
  }

  std::string describe(int64_t index) const override { return str(name_, ".json, line ", index); }

 private:
  std::string name_;
  Task task_;
  int64_t size_;
};

}  // namespace lion::data
