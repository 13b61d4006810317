#pragma once
/// A benchmark's items from its official files; docs/evaluation.md lists them.

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "lion/annotations/problems.h"
#include "lion/base/log.h"
#include "lion/eval/benchmarks.h"
#include "lion/eval/item.h"
#include "lion/image/decode.h"
#include "lion/text/box_format.h"
#include "lion/text/prompt.h"

namespace lion::eval {

struct ReadOptions {
  std::filesystem::path root;    ///< folder with the official files under their official names
  std::filesystem::path images;  ///< folder with the images; "": looked for below `root`
  int64_t limit = 0;  ///< only so many items (MMBench: questions, VisDial: dialogues), the
                      ///< first ones; 0: all
  uint64_t seed = 0;  ///< of templates drawn per item (REC, REG)
  bool visdial_caption = false;  ///< the caption in front of the dialogue
  bool vsr_yes_no = false;       ///< candidates yes and no instead of true and false
  bool aokvqa_skip_difficult =
      false;              ///< leave out difficult_direct_answer, as the official script
  ProgressSink progress;  ///< bytes of files

  // Of a person's own data (`own_benchmarks`) only:
  std::filesystem::path own;  ///< its file; `root` is the folder of its images
  BoxFormat own_boxes;        ///< of lines without a "box_format"
  std::string own_split;      ///< lines of another "split" are left out
  Exif exif = Exif::kAuto;    ///< of images whose size must be read from their file
};

struct Benchmark {
  const BenchmarkInfo* info = nullptr;
  std::vector<Item> items;
  std::string prompt;  ///< the template, or all of them, a line each, where one is drawn per item
  std::vector<std::filesystem::path> files;  ///< that were read
  Problems problems;               ///< records that became no item: counted, the first named
  std::vector<std::string> notes;  ///< what to know of the files, in words: odd boxes, ...
  int64_t questions = 0;           ///< MMBench: questions (each has several items); else items
};

/// Throws ResourceError when a file is missing (its message lists the names looked for),
/// InputError when a file has no usable record. An image that is missing is not noticed here.
Benchmark read_benchmark(const BenchmarkInfo& info, const ReadOptions& options,
                         const PromptTemplates& templates);

// What `own_benchmarks` calls its parts.
inline constexpr const char* kOwnCaptions = "own_captions";
inline constexpr const char* kOwnQuestions = "own_questions";
inline constexpr const char* kOwnDialogues = "own_dialogues";
inline constexpr const char* kOwnBoxes = "own_boxes";

/// What the file `options.own` (docs/own-data.md) holds, each kind as a benchmark. Throws as
/// `read_benchmark`.
std::vector<BenchmarkInfo> own_benchmarks(const ReadOptions& options,
                                          const PromptTemplates& templates);

/// The prompt and candidates of a question that asks to choose (MMBench): "Question: ... Options:
/// (a) .. (b) .. Short answer:", with "Context: <hint> " in front when there is a hint.
std::string options_prompt(const std::string& prompt_template, const std::string& question,
                           const std::string& hint, const std::vector<std::string>& options);

}  // namespace lion::eval
