#pragma once
/// What the tests of `score_files` share: a folder each, a reference and a prediction file in it.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <string_view>

#include "lion/base/error.h"
#include "lion/base/file.h"
#include "lion/base/str.h"
#include "lion/eval/result_files/score_files.h"

namespace lion::eval {

class ScoreFilesTest : public testing::Test {
 protected:
  ScoreFilesTest() {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    folder_ = std::filesystem::path(testing::TempDir()) /
              str("lion-score-", ::getpid(), "-", test->test_suite_name(), "-", test->name());
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  ~ScoreFilesTest() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path write(const std::string& name, std::string_view content) {
    write_file(folder_ / name, content);
    return folder_ / name;
  }

  /// Scores two files of these contents, "refs" and "preds" with the extension given.
  FileScoreResult score(FileScore what, std::string_view references, std::string_view predictions,
                        const std::string& extension = ".json",
                        VqaEvaluator vqa = VqaEvaluator::kLavis) {
    return score_files(what, {write("refs" + extension, references),
                              write("preds" + extension, predictions), vqa});
  }

  /// The message with which that fails.
  std::string error(FileScore what, std::string_view references, std::string_view predictions,
                    const std::string& extension = ".json") {
    try {
      score(what, references, predictions, extension);
    } catch (const InputError& thrown) {
      return thrown.what();
    }
    ADD_FAILURE() << "nothing was thrown";
    return "";
  }

  std::filesystem::path folder_;
};

/// malformed, unknown, duplicate, missing
inline std::vector<int64_t> counts(const FileScoreResult& result) {
  const auto& findings = result.findings;
  return {findings.malformed, findings.unknown, findings.duplicate, findings.missing};
}

inline double metric(const FileScoreResult& result, std::string_view name) {
  for (const auto& [its_name, value] : result.score.metrics) {
    if (its_name == name) return value;
  }
  ADD_FAILURE() << "there is no metric " << name;
  return -1;
}

/// "name n value" of each category.
inline std::vector<std::string> categories(const FileScoreResult& result) {
  std::vector<std::string> all;
  for (const CategoryScore& one : result.score.categories) {
    all.push_back(str(one.name, " ", one.n, " ", one.value));
  }
  return all;
}

}  // namespace lion::eval
