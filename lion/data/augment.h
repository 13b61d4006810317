#pragma once
/// Random changes of a training image, and of the boxes in its texts.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "lion/base/random.h"
#include "lion/data/dataset.h"
#include "lion/image/image.h"
#include "lion/text/box.h"

namespace lion::data {

/// A part of an image, in pixels.
struct CropBox {
  int64_t left = 0;
  int64_t top = 0;
  int64_t width = 0;
  int64_t height = 0;
  bool operator==(const CropBox&) const = default;
};

/// The defaults are those of the released code.
struct CropOptions {
  double min_area = 0.5;  ///< of the part, as a fraction of the image's
  double max_area = 1.0;
  double min_aspect = 3.0 / 4.0;  ///< width / height of the part
  double max_aspect = 4.0 / 3.0;
};

/// A random part of an image of width x height pixels: ten tries, then the largest part in the
/// middle whose aspect is in range. Source: torchvision, RandomResizedCrop.get_params.
CropBox sample_crop(int64_t width, int64_t height, const CropOptions& options, Random& random);

/// What is done to images. Region-level samples are not cropped: their boxes speak of the whole
/// image (docs/training.md, `augment`).
struct AugmentOptions {
  std::optional<CropOptions> crop = CropOptions();  ///< image level; nothing: the whole image
  double image_flip = 0.5;                          ///< probability at image level
  double region_flip = 0.0;                         ///< probability at region level
  /// Image level: whether an image whose text says "left" or "right" may be mirrored, as the
  /// released code does. At region level it never is.
  bool flip_sided_text = true;

  /// Throws InputError when a probability is outside 0..1 or a range of the crop is empty.
  void validate() const;
};

/// What is done to one image.
struct Augmentation {
  std::optional<CropBox> crop;
  bool flip = false;
};

/// `task` and `example` say what is allowed; the image has width x height pixels.
Augmentation draw_augmentation(Task task, const Example& example, int64_t width, int64_t height,
                               const AugmentOptions& options, Random& random);

/// Crops, resizes to size x size pixels (bicubic), mirrors and normalises for the vision encoder
/// into `chw` [3,size,size].
void augment(const Image& image, const Augmentation& augmentation, int64_t size,
             std::span<float> chw);

/// Whether "left" or "right" stands in the text as a word, in small or capital letters.
bool says_left_or_right(std::string_view text);

/// The box in the mirrored image.
Box mirror(const Box& box);

/// The text with each box that `parse_boxes` finds replaced by its mirror image.
std::string mirror_boxes(std::string_view text);

/// Boxes and texts as they are right for the mirrored image.
Example mirror(const Example& example);

}  // namespace lion::data
