#pragma once
/// Worked examples of every metric, from the file that LION_METRIC_CASES names (default: the one in
/// tests/fixtures). Any file of that layout will do, with any number of cases of any of the kinds.

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "lion/base/json.h"
#include "lion/base/str.h"

namespace lion::metric_cases {

inline constexpr double kTolerance = 1e-6;

inline std::filesystem::path file() {
  const char* named = std::getenv("LION_METRIC_CASES");
  if (named != nullptr && *named != '\0') return named;
  return std::filesystem::path(LION_SOURCE_DIR) / "tests/fixtures/metric_examples.json";
}

inline const Json& all() {
  static const Json cases = read_json_file(file());
  return cases;
}

/// The kinds with a test: here, or beside the learning rates (tests/train).
inline const std::vector<std::string>& known_kinds() {
  static const std::vector<std::string> kinds{
      "cider",   "ptb",   "vqa_normalization", "vqa_accuracy", "aokvqa_direct", "gqa_exact",
      "visdial", "rec",   "candidate_scoring", "rec_overall",  "box_format",    "pope",
      "mmbench", "about", "learning_rate",     "sqrt_sampling"};
  return kinds;
}

/// The cases of one kind, or nothing when the file has none.
inline const Json* find(const std::string& kind) {
  const auto found = all().find(kind);
  return found == all().end() || found->empty() ? nullptr : &*found;
}

/// Where an entry stands, for messages.
inline std::string entry(const std::string& kind, size_t number) {
  return str(file().string(), ": ", kind, "[", number, "]");
}

inline double number(const Json& value) {
  return value.is_boolean() ? (value.get<bool>() ? 1.0 : 0.0) : value.get<double>();
}

inline std::vector<std::string> texts(const Json& list) {
  return list.get<std::vector<std::string>>();
}

}  // namespace lion::metric_cases

/// Binds `cases` to the cases of a kind; skips the test when the file has none.
#define LION_CASES_OF(kind)                                                                   \
  const ::lion::Json* const found_cases = ::lion::metric_cases::find(kind);                   \
  if (found_cases == nullptr)                                                                 \
    GTEST_SKIP() << "no case of the kind " << kind << " in " << ::lion::metric_cases::file(); \
  const ::lion::Json& cases = *found_cases
