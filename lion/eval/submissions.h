#pragma once
/// Result files in the format that a benchmark's server or scorer takes, checked before they are
/// written.

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lion/eval/item.h"
#include "lion/eval/read_benchmark.h"

namespace lion::eval {

/// A result file: its official-looking name and content.
struct Submission {
  std::string file_name;  ///< "captions_val2014_lion_results.json", "mmbench_test_lion.tsv", ...
  std::string content;
};

/// Whether somebody takes results of the benchmark: nobody does of a tagger's probabilities.
bool has_submission(const BenchmarkInfo& info);

/// The benchmark's format: COCO results, TextCaps and VQAv2 for EvalAI, VQA results (OKVQA, GQA),
/// A-OKVQA's map, VisDial's ranks, POPE lines, grounding JSON lines, MMBench's table, VSR and
/// IconQA as lines of JSON. Predictions with an error get an empty answer where the format wants
/// every id, and are left out where it does not. Throws InputError when the predictions are not
/// those of the items, or `has_submission` is false.
Submission make_submission(const Benchmark& benchmark, std::span<const Prediction> predictions);

/// What a server would refuse: a missing or unknown id, an id twice, a field of another type, an
/// empty file, invalid UTF-8. Empty when all is well. Independent of make_submission: it parses
/// `content`.
std::vector<std::string> check_submission(const Benchmark& benchmark, std::string_view content);

/// Checks and writes `folder`/<file_name>. Throws InternalError when the check finds fault.
std::filesystem::path write_submission(const std::filesystem::path& folder,
                                       const Benchmark& benchmark, const Submission& submission);

}  // namespace lion::eval
