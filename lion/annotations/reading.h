#pragma once
/// Internal to this component: what the readers have in common.

#include <array>
#include <memory>
#include <string>
#include <string_view>

#include "lion/annotations/json_stream.h"
#include "lion/annotations/readers.h"
#include "lion/annotations/record_fields.h"
#include "lion/text/box_format.h"

namespace lion {

/// The file to read; elements of it that are not JSON go to the problems.
JsonStream open_stream(const std::filesystem::path& path, const ReadContext& context);

/// The cleaned text of a field. Throws BadRecord when it is missing or empty.
std::string read_text(const RecordFields& record, std::string_view key, TextRule rule,
                      TextKind kind);

/// The same for a text that was read already; `what` names it in the problem.
std::string read_text(std::string_view text, std::string_view what, TextRule rule, TextKind kind);

/// The number of an image of COCO.
uint32_t coco_image(RecordTable& table, const ReadContext& context, const std::string& split,
                    int64_t id);

/// The number of the image that annotations call `name`.
uint32_t named_image(RecordTable& table, const ReadContext& context, std::string_view name,
                     const std::string& split);

/// `corners` (x0, y0, x1, y1 in pixels) clipped to the image, as fractions of it. Throws
/// BadRecord when a side is below one pixel then, or the image has no size.
Box read_box(const std::array<double, 4>& corners, double width, double height);

/// Adds to the problems what the boxes of a file look like, when it is not what its layout says.
void report_box_format(const BoxFormatGuess& guess, const std::string& file, Problems& problems);

/// The corners of a box that is given as left, top, width, height.
std::array<double, 4> corners_of(const std::array<double, 4>& xywh);

/// The table, ready to be shared. Throws InputError when it has no record; `files` were read.
TablePtr finish_table(std::unique_ptr<RecordTable> table, const Paths& files,
                      const Problems& problems);

}  // namespace lion
