#pragma once
/// The paper's benchmarks as a table: what each is called, how it is asked, what it is scored by
/// and what the paper printed. Sources: LION (CVPR 2024), tables 1, 2, 5, 6 and appendix B. After
/// them two of our own, for parts that the paper does not measure: the tagger, and what captions
/// name.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lion/generate/generate_options.h"
#include "lion/text/task_level.h"

namespace lion::eval {

/// How answers are made: written token by token, chosen among given ones by likelihood, or found
/// by the tagger alone.
enum class Mode { kGenerate, kRank, kTag };
std::string_view mode_name(Mode mode);  ///< "generate", "rank", "tag"

/// Which score a benchmark has; score_benchmark.h computes it.
enum class MetricKind {
  kCaption,       ///< CIDEr, BLEU, ROUGE-L
  kVqa,           ///< VQA accuracy with ten answers
  kAokvqaDirect,  ///< min(1, matches / 3)
  kExact,         ///< GQA: normalised answers are equal
  kTop1,          ///< the likeliest candidate is the right one
  kRanking,       ///< VisDial: MRR, R@k, mean rank
  kGrounding,     ///< IoU >= 0.5
  kPope,          ///< F1 of yes and no
  kCircular,      ///< MMBench: right in every rotation
  kTags,          ///< mean average precision of the tagger's probabilities
  kMentions,      ///< recall of the objects of images by captions
};

struct BenchmarkInfo {
  std::string name;   ///< as on the command line: "coco", "refcoco_testA", "pope_random"
  std::string title;  ///< "RefCOCO testA"
  MetricKind metric = MetricKind::kCaption;
  std::string figure;  ///< the main figure, as in the paper: "CIDEr", "accuracy", "MRR", "F1"
  Mode mode = Mode::kGenerate;
  TaskLevel level = TaskLevel::kImage;
  std::string template_name;       ///< of PromptTemplates::benchmark; "rec", "reg": drawn per item;
                                   ///< "": nothing is said (Mode::kTag)
  GenerateOptions decoding;        ///< 1 beam, no repetition penalty, 80 / 10 / 64 new tokens
  std::optional<double> paper_4b;  ///< as the paper prints it (0..100); zero-shot where it has both
  std::optional<double> paper_12b;
};

/// All of them, in the order of the paper's tables, ours last.
std::span<const BenchmarkInfo> all_benchmarks();

/// Throws InputError listing the names that exist.
const BenchmarkInfo& benchmark_info(std::string_view name);

/// The benchmarks that a word on the command line means: one name, or a group ("all" of the paper,
/// "captions", "rec", "refcoco", "refcoco+", "refcocog", "pope", "vqa", "objects"). Throws
/// InputError as above.
std::vector<const BenchmarkInfo*> benchmarks_named(std::string_view word);

}  // namespace lion::eval
