#pragma once
/// Scores of result files alone, whoever made them: `lion score`.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lion/annotations/problems.h"
#include "lion/eval/score.h"
#include "lion/metrics/vqa_accuracy.h"

namespace lion::eval {

/// What is scored: "cider", "bleu", "rouge", "vqa", "rec", "pope", "visdial", "mmbench".
enum class FileScore { kCider, kBleu, kRouge, kVqa, kRec, kPope, kVisDial, kMmbench };
FileScore parse_file_score(std::string_view name);  ///< throws InputError listing the names

struct FileScoreOptions {
  std::filesystem::path references;
  std::filesystem::path predictions;
  VqaEvaluator vqa = VqaEvaluator::kLavis;
  /// Of predicted boxes; nothing: guessed from all of them (lion/text/box_format.h).
  std::optional<BoxFormat> box_format;
};

struct FileScoreResult {
  Score score;
  /// Nothing is dropped in silence: predictions for unknown ids, ids twice, lines that cannot be
  /// read, references without a prediction.
  struct Findings {
    int64_t malformed = 0, unknown = 0, duplicate = 0, missing = 0;
    std::vector<std::string> first;  ///< at most 20, in words: file, line or id, what
  } findings;
};

/// Reads both files in their official layouts and scores what matches; the header of each reader
/// says which layouts. Throws ResourceError when a file cannot be read, InputError when nothing can
/// be scored.
FileScoreResult score_files(FileScore what, const FileScoreOptions& options);

}  // namespace lion::eval
