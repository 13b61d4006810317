#pragma once
/// Internal to this component: expressions and their boxes in the layouts in use.

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "lion/eval/result_files/score_parts.h"
#include "lion/text/box_format.h"

namespace lion::eval {

struct GroundingReference {
  std::string id;     ///< "" when the file has none
  std::string image;  ///< image_id of its name
  std::string expression;
  std::array<double, 4> numbers{};  ///< of the box, as the file has them
  PixelBox box;                     ///< pixels, not rounded
  int64_t width = 0;                ///< 0: not known
  int64_t height = 0;               ///< 0: not known
  int64_t place = 0;                ///< in the file, from 0
  std::string where;
};

/// Lines or a list of img_path and expression, or image and sent, with bbox (corners in pixels),
/// width, height and perhaps id; or MDETR's JSON ("images": id, file_name, caption, width, height,
/// "annotations": image_id, bbox as left, top, width, height). Boxes in another unit or order are
/// read as what they are, and `notes` says so (lion/text/box_format.h).
std::vector<GroundingReference> read_grounding_references(const FileScoreOptions& options,
                                                          FindingLog& log,
                                                          std::vector<std::string>& notes);

/// The id of a record, "id" or "question_id"; "" when it has none.
std::string grounding_id(const RecordFields& fields);

/// The text under the first of `keys` that is there; "" when none is.
std::string first_text(const RecordFields& fields, std::span<const char* const> keys);

inline constexpr const char* kImageKeys[] = {"img_path", "image"};
inline constexpr const char* kExpressionKeys[] = {"expression", "sent"};

}  // namespace lion::eval
