#pragma once
/// Objects as small images with transparency, cropped to what is visible and ready to be painted.

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <vector>

#include "lion/scenes/lettering.h"
#include "lion/scenes/scene.h"
#include "lion/scenes/vocabulary.h"

namespace lion::scenes {

/// `rgba` is [height,width,4], colour premultiplied by alpha.
struct Sprite {
  int64_t width = 0;
  int64_t height = 0;
  std::vector<uint8_t> rgba;

  uint8_t* row(int64_t y) { return rgba.data() + y * width * 4; }
  const uint8_t* row(int64_t y) const { return rgba.data() + y * width * 4; }
};

/// Longest side before turning, in pixels of an image with 128 a side.
inline constexpr std::array<int64_t, 12> kObjectSizes = {28, 32, 36, 40, 44, 48,
                                                         52, 56, 60, 64, 68, 72};

/// Sine and cosine, written out: what a mathematics library gives may differ in the last bit.
struct Rotation {
  double sine, cosine;
};
/// 0, -12, -6, 6, 12 degrees.
inline constexpr std::array<Rotation, 5> kTurns = {{{0.0, 1.0},
                                                    {-0.20791169081775934, 0.97814760073380564},
                                                    {-0.10452846326765347, 0.99452189536827333},
                                                    {0.10452846326765347, 0.99452189536827333},
                                                    {0.20791169081775934, 0.97814760073380564}}};

/// Alpha below this counts as nothing and is cut away, so that boxes are what the eye sees.
inline constexpr uint8_t kVisibleAlpha = 40;

/// Noto Color Emoji of Debian's fonts-noto-color-emoji. Throws ResourceError naming the package.
std::filesystem::path find_emoji_font();

/// An image in full size with halved copies for scaling down.
struct Master {
  std::vector<Sprite> levels;
};

/// Sprites of all objects of a vocabulary, each made when first wanted. Thread-safe.
class SpriteBook {
 public:
  /// `scale`: pixels per unit of kObjectSizes. Throws ResourceError when a font is missing or has
  /// not the images.
  SpriteBook(const Vocabulary& vocabulary, double scale);
  ~SpriteBook();

  /// The object in its pose, not mirrored: who paints it reads the rows backwards.
  std::shared_ptr<const Sprite> sprite(const Object& object) const;

  double scale() const { return scale_; }

 private:
  struct Slot;
  const Master& master(size_t image) const { return masters_[image]; }

  double scale_;
  std::vector<Master> masters_;  ///< kinds, then shape by shape in all colours
  size_t kinds_;
  Lettering lettering_;
  std::unique_ptr<Slot[]> slots_;  ///< null where sprites are too large to be kept
};

/// Decodes one image of a colour font. Internal to this component.
std::vector<Sprite> load_emoji(const std::filesystem::path& font, const std::vector<Kind>& kinds);

/// A plain shape with a darker outline, 128 pixels a side. Internal to this component.
Sprite draw_shape(Shape shape, const Color& color);

}  // namespace lion::scenes
