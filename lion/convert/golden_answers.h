#pragma once
/// Golden answers of a model, to check it by: those in doctor.json of its folder, or those
/// of the released weights.

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lion/engine/lion.h"
#include "lion/engine/options.h"

namespace lion {

/// What an image is asked, by the command that asks it.
enum class GoldenTask { kCaption, kQuery, kGround, kDescribe, kTags };

std::string_view golden_task_name(
    GoldenTask ask);  ///< "caption", "query", "ground", "describe", "tags"

struct GoldenAnswer {
  std::string image;  ///< path below the folder of the images
  GoldenTask ask = GoldenTask::kCaption;
  std::string text;  ///< the question, expression or box; empty for captions and tags
  std::optional<std::string> answer;  ///< none before it is recorded
  std::optional<Question> literal;    ///< asked as it is, instead of one made of `text`
};

/// Where a model folder keeps them: doctor.json.
std::filesystem::path golden_answers_file(const std::filesystem::path& folder);

/// Reads doctor.json of a model folder; none when there is no such file. Throws InputError naming
/// file and case when it is wrong.
std::optional<std::vector<GoldenAnswer>> read_golden_answers(const std::filesystem::path& folder);

/// Writes doctor.json. Throws ResourceError.
void write_golden_answers(const std::filesystem::path& folder,
                          std::span<const GoldenAnswer> answers);

/// The two that the authors' demo shows, for a folder of LION-4B's sizes; empty for other models.
/// Throws as `ModelFolder::read_config`.
std::vector<GoldenAnswer> released_answers(const std::filesystem::path& folder);

/// What the model answers. A question made of `text` is the command's own, with the tagger's tags
/// and greedy search (--beams 1). Throws as `load_image` and `Lion::answer`.
std::string give_answer(const Lion& lion, const std::filesystem::path& image,
                        const GoldenAnswer& known);

}  // namespace lion
