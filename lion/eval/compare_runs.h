#pragma once
/// Two runs of one benchmark side by side: is the difference more than chance, and which samples
/// changed?

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "lion/base/json.h"
#include "lion/metrics/statistics.h"

namespace lion::eval {

/// A sample that one run had better than the other.
struct Flip {
  std::string id;
  double value_a = 0, value_b = 0;
  std::string question, answer_a, answer_b;
  Json truth;
};

struct Comparison {
  std::string benchmark;
  std::string figure;  ///< what the values are: "CIDEr", "accuracy", ...
  PairedTest test;
  std::vector<std::string> only_a, only_b;  ///< units that the other run lacks; not compared
  std::vector<Flip> better, worse;          ///< in b; all of them, most so first
};

/// The benchmarks that both folders have (`out` folders of `lion eval`), or the one benchmark whose
/// folders they are. Throws InputError when they have none in common or no unit of one in common,
/// ResourceError when files are missing or broken.
std::vector<Comparison> compare_runs(const std::filesystem::path& a,
                                     const std::filesystem::path& b);

/// With the first `flips` of each kind.
Json comparison_json(const Comparison& comparison, size_t flips);

}  // namespace lion::eval
