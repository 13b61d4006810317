#pragma once
/// Results as people read them and as JSON (docs/json.md).

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/session.h"
#include "cli/terminal.h"
#include "lion/base/json.h"
#include "lion/engine/lion.h"

namespace lion::cli {

Json answer_json(std::string_view command, const Model& model, const ImageFile& image,
                 const Answer& answer);
Json ranked_json(std::string_view command, const Model& model, const ImageFile& image,
                 const RankedAnswer& answer);
Json tags_json(std::string_view command, const Model& model, const ImageFile& image,
               std::span<const Tag> tags, const Timings& timings);

/// An answer as a person reads it: its text, or a numbered list of the n best.
std::vector<std::string> answer_lines(const Answer& answer);

/// A number with all of its digits, for tables.
std::string score_str(double score);

}  // namespace lion::cli
