#pragma once
/// One benchmark from its official files to its result: read, ask, score, write.

#include <filesystem>
#include <optional>
#include <string>

#include "lion/base/json.h"
#include "lion/eval/read_benchmark.h"
#include "lion/eval/run.h"
#include "lion/eval/score_benchmark.h"

namespace lion::eval {

struct EvaluateOptions {
  ReadOptions read;
  RunOptions run;  ///< `folder` is the benchmark's own
  ScoreOptions score;
  std::string model;     ///< its name, for the result
  bool restart = false;  ///< drop what earlier runs answered
};

/// What a run made of a benchmark. Nothing in it depends on how often it was interrupted.
struct Evaluation {
  Benchmark benchmark;
  std::vector<Prediction> predictions;
  std::optional<Score> score;  ///< nothing on a split without answers
  std::optional<Interval> interval;
  Json result;  ///< content of result.json (docs/json.md)
  /// Why the score says nothing beside the paper's: "painted scenes", "the first 20 samples only";
  /// "" when it does.
  std::string not_comparable;
};

/// Writes into the benchmark's folder: the journals while it runs; at the end `result.json`,
/// `samples.jsonl` (a line per item), `scores.json` (a value per unit, for `compare`) and the
/// submission. Returns nothing on ranks above 0 and when a stop was requested: the same call goes
/// on. Throws what reading and running throw, and InputError when not one item was answered.
std::optional<Evaluation> evaluate(const BenchmarkInfo& info, const PromptTemplates& templates,
                                   const Answerer& answerer, const EvaluateOptions& options);

}  // namespace lion::eval
