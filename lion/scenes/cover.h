#pragma once
/// Book covers with a title, an author and an image, for reading tasks (OCR-VQA).

#include <cstdint>
#include <string>
#include <vector>

#include "lion/image/image.h"
#include "lion/scenes/lettering.h"
#include "lion/scenes/painter.h"

namespace lion::scenes {

struct Cover {
  std::string title;   ///< "The Happy Dog"
  std::string author;  ///< "Ann Reed"
  std::string genre;   ///< "Animals"
  int64_t kind = 0;    ///< shown on the cover
  uint64_t look = 0;   ///< seeds the colours
};

/// Covers by number, in the painter's split, size and seed. Thread-safe.
class CoverPainter {
 public:
  explicit CoverPainter(Painter painter);

  Cover plan(uint64_t index) const;
  Image paint(const Cover& cover) const;

  /// "Animals", "Cooking", ...: one per category.
  static const std::vector<std::string>& genres();

 private:
  Painter painter_;
  Lettering lettering_;
};

}  // namespace lion::scenes
