#pragma once
/// Results as people read them and as JSON (docs/json.md).

#include <span>
#include <string>
#include <string_view>

#include "cli/session.h"
#include "cli/terminal.h"
#include "lion/base/json.h"
#include "lion/pipeline/lion.h"

namespace lion::cli {

Json answer_json(std::string_view command, const Model& model, const PictureFile& picture,
                 const Answer& answer);
Json answer_json(std::string_view command, const Asked& asked);
Json ranked_json(std::string_view command, const Model& model, const PictureFile& picture,
                 const RankedAnswer& answer);
Json tags_json(std::string_view command, const Model& model, const PictureFile& picture,
               std::span<const Tag> tags, const Timings& timings);

/// Shows the answer: the object with --json, otherwise its text, or a numbered list of the n best.
void show_answer(std::string_view command, const CommonArguments& arguments, Terminal& terminal,
                 const Asked& asked);

}  // namespace lion::cli
