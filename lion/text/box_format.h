#pragma once
/// Boxes as others write them: which four numbers, in which unit. Files rarely say it, so that it
/// is guessed from all boxes of a file together, and said.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lion/text/box.h"

namespace lion {

enum class BoxUnit {
  kPixels,
  kFractions,    ///< of the image's width and height, 0 to 1
  kPercent,      ///< 0 to 100
  kThousandths,  ///< 0 to 1000, as many vision-language models write
};
enum class BoxOrder {
  kCorners,  ///< x0, y0, x1, y1
  kSizes,    ///< x, y, width, height
  kYFirst,   ///< y0, x0, y1, x1
  kCentre,   ///< centre x, centre y, width, height
};

struct BoxFormat {
  BoxUnit unit = BoxUnit::kPixels;
  BoxOrder order = BoxOrder::kCorners;
  bool operator==(const BoxFormat&) const = default;
};

/// "x0,y0,x1,y1 in thousandths (0 to 1000)"
std::string box_format_words(const BoxFormat& format);

/// "xyxy_pixels", "xywh_fractions", "yxyx_percent", "cxcywh_thousandths", ...: all that there are.
std::vector<std::string> box_format_names();
std::string box_format_name(const BoxFormat& format);

/// Reads such a name; a part that is left out is xyxy or pixels. Throws InputError naming `where`.
BoxFormat parse_box_format(std::string_view name, std::string_view where);

/// The box in pixels of an image of this size. Pixels need no size: it may be 0 then.
PixelBox box_in_pixels(const std::array<double, 4>& numbers, const BoxFormat& format, int64_t width,
                       int64_t height);

/// Why four numbers are no box of corners: "x1 < x0: is this x,y,width,height?"; "" when they are.
std::string corners_fault(const std::array<double, 4>& numbers);

/// Why four numbers cannot be a box of this format in an image of this size, and which formats they
/// look like; "" when they can.
std::string box_fault(const std::array<double, 4>& numbers, const BoxFormat& format, int64_t width,
                      int64_t height);

/// Intersection over union of boxes of continuous coordinates; 0 when the union is 0. Corners in
/// the wrong order make an empty box.
double box_iou(const PixelBox& a, const PixelBox& b);

/// Looks at the boxes of a file, one after the other, in a few counters.
class BoxFormatGuess {
 public:
  /// `declared` is what the file's layout says.
  explicit BoxFormatGuess(const BoxFormat& declared);

  /// A box as written; the size of its image, 0 when not known; what it should be, when known.
  void add(const std::array<double, 4>& numbers, int64_t width, int64_t height,
           const PixelBox* truth = nullptr);

  struct Result {
    BoxFormat format;    ///< in which the boxes are best read
    bool other = false;  ///< it is not the declared one
    std::string words;   ///< what is odd, and what was concluded; "" when nothing is
  };
  /// Another format than the declared one needs five boxes or more, of which nine in ten fit it and
  /// fewer fit the declared one; or, where it is known what is right, boxes that agree
  /// with that three times as well. y first and centres are only concluded from what is right.
  /// Where the reader keeps to the declared one (`converts` false), so does the result.
  Result result(bool converts = true) const;

 private:
  struct Candidate {
    BoxFormat format;
    int64_t fits = 0;      ///< boxes that lie in their image and have an area
    double reach = 0;      ///< the largest of x1 / width and y1 / height
    double agreement = 0;  ///< sum of the IoU with what is right
  };
  const Candidate& declared() const;
  bool fits(const Candidate& candidate) const;
  const Candidate* agreeing() const;
  const Candidate* fitting() const;
  Result conclude(const Candidate& best, bool converts) const;

  BoxFormat declared_;
  std::vector<Candidate> candidates_;
  int64_t count_ = 0;
  double span_ = 0;    ///< the largest number, as a part of its image's side
  int64_t known_ = 0;  ///< boxes of which it is known what is right
};

}  // namespace lion
