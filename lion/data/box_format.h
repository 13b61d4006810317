#pragma once
/// How four numbers of an annotation mean a box.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace lion::data {

enum class BoxCorners { kXyxy, kXywh };  ///< two corners, or a corner, width and height
enum class BoxUnit {
  kPixels,
  kFractions,  ///< of the image's width and height, 0 to 1
  kThousand,   ///< 0 to 1000, as many vision-language models write
  kPercent,    ///< 0 to 100
};

struct BoxFormat {
  BoxCorners corners = BoxCorners::kXyxy;
  BoxUnit unit = BoxUnit::kPixels;
};

/// "xyxy_pixels", ..., "xywh_percent": all that there are.
std::vector<std::string> box_format_names();
std::string box_format_name(const BoxFormat& format);

/// Reads such a name; "xyxy" and "xywh" alone mean pixels. Throws InputError naming `where`.
BoxFormat parse_box_format(std::string_view name, std::string_view where);

/// The corners x0, y0, x1, y1 in pixels of an image of `width` x `height`.
std::array<double, 4> box_in_pixels(const std::array<double, 4>& numbers, const BoxFormat& format,
                                    double width, double height);

/// Why the numbers cannot be a box of this format, and which format they look like; "" when they
/// can: "x1 < x0: is this x,y,width,height?".
std::string box_fault(const std::array<double, 4>& numbers, const BoxFormat& format, double width,
                      double height);

}  // namespace lion::data
