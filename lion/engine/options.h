#pragma once
/// What a caller may ask of the engine, in plain types.

#include <cstdint>
#include <optional>
#include <string>

#include "lion/generate/generate_options.h"
#include "lion/text/prompt.h"
#include "lion/text/task_level.h"

namespace lion {

enum class Device { kCpu, kCuda };
enum class ComputeType { kBf16, kFp32 };

/// "cpu" or "cuda"; "bf16" or "fp32". Throw InputError on other names.
Device parse_device(std::string_view name);
ComputeType parse_compute_type(std::string_view name);
std::string_view device_name(Device device);
std::string_view compute_type_name(ComputeType type);

struct LoadOptions {
  Device device = Device::kCpu;
  ComputeType dtype = ComputeType::kBf16;
  /// CPU threads while the model computes; 0 leaves the process's setting. More than there are
  /// processors for the process are cut, with a warning in the log.
  int64_t threads = 0;
  /// Loads although the memory plan says that it does not fit.
  bool ignore_memory_plan = false;
  /// Where the tag sentence comes from; tasks.h makes questions from the same templates.
  PromptTemplates templates = PromptTemplates::builtin();
};

enum class TagSource {
  kTagger,  ///< RAM looks at the image (an empty list when the model has no tagger)
  kGiven,   ///< `Question::tags`
  kNone,    ///< no tag sentence at all
};

/// The longest prompt, tag sentence included, in tokens of the language model. The released code
/// has no limit and runs out of memory: attention takes the square of the length.
inline constexpr int64_t kMaxPromptTokens = 2048;

/// One question about one image.
struct Question {
  std::string prompt;  ///< the full instruction, without the tag sentence
  TaskLevel level = TaskLevel::kImage;
  TagSource tag_source = TagSource::kTagger;
  std::string tags;  ///< kGiven: comma-separated, taken literally
  GenerateOptions generate;
  bool box_grammar = false;  ///< only a well-formed box can be produced
};

}  // namespace lion
