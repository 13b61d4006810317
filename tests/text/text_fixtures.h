#pragma once
/// What several tests of this component share: a tokenizer.json small enough to read, where data
/// lies, and a check of messages.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "lion/base/error.h"
#include "lion/base/json.h"

namespace lion {

inline std::filesystem::path folder_from(const char* variable, const std::filesystem::path& usual) {
  const char* value = std::getenv(variable);
  return value == nullptr || *value == '\0' ? usual : std::filesystem::path(value);
}

/// The released vocabularies: they belong to others and are not in the project.
inline std::filesystem::path shared_dir() {
  return folder_from("LION_SHARED_DIR", std::filesystem::path(LION_SOURCE_DIR) / ".." / "shared");
}

inline std::filesystem::path oracle_dir() {
  return folder_from("LION_ORACLE_DIR",
                     std::filesystem::path(LION_SOURCE_DIR) / "tests/fixtures/oracle");
}

/// Runs `action`, which must throw `Expected` with a message that holds all `parts`.
template <typename Expected, typename Action>
void expect_error(Action&& action, const std::vector<std::string>& parts) {
  try {
    action();
    ADD_FAILURE() << "nothing was thrown";
  } catch (const Expected& error) {
    for (const std::string& part : parts) EXPECT_THAT(error.what(), testing::HasSubstr(part));
  }
}

/// A folder of the running test's own, empty at its start.
inline std::filesystem::path test_folder() {
  const auto* info = testing::UnitTest::GetInstance()->current_test_info();
  const std::filesystem::path folder = std::filesystem::path(testing::TempDir()) / "lion_text" /
                                       info->test_suite_name() / info->name();
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  return folder;
}

inline std::filesystem::path write_text(const std::filesystem::path& path,
                                        const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
  return path;
}

inline Json added_token_json(int64_t id, const std::string& content) {
  return {{"id", id},        {"content", content},  {"single_word", false}, {"lstrip", false},
          {"rstrip", false}, {"normalized", false}, {"special", true}};
}

/// Ids: 0 <pad>, 1 </s>, 2 <unk>, 3 "▁", 4 "a", 5 "b", 6 "▁a", 7 "ab", 8 ",", 9 <extra_id_0>.
inline Json tiny_tokenizer_json() {
  Json file;
  file["added_tokens"] = {added_token_json(0, "<pad>"), added_token_json(1, "</s>"),
                          added_token_json(2, "<unk>"), added_token_json(9, "<extra_id_0>")};
  file["normalizer"] = {{"type", "Replace"}, {"pattern", {{"Regex", " {2,}"}}}, {"content", " "}};
  file["pre_tokenizer"] = {
      {"type", "Metaspace"}, {"replacement", "▁"}, {"prepend_scheme", "always"}, {"split", true}};
  file["post_processor"] = {
      {"type", "TemplateProcessing"},
      {"single", {{{"Sequence", {{"id", "A"}}}}, {{"SpecialToken", {{"id", "</s>"}}}}}}};
  file["decoder"] = file["pre_tokenizer"];
  file["model"] = {{"type", "Unigram"}, {"unk_id", 2}, {"byte_fallback", false}};
  file["model"]["vocab"] = Json::array();
  const std::vector<std::pair<std::string, double>> pieces{
      {"<pad>", 0.0}, {"</s>", 0.0}, {"<unk>", 0.0}, {"▁", -2.0}, {"a", -3.0},
      {"b", -3.0},    {"▁a", -2.5},  {"ab", -3.5},   {",", -4.0}, {"<extra_id_0>", 0.0}};
  for (const auto& [piece, score] : pieces) {
    file["model"]["vocab"].push_back(Json::array({piece, score}));
  }
  return file;
}

}  // namespace lion
