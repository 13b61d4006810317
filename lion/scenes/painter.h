#pragma once
/// Scenes by number: what is in them, and their image.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "lion/image/image.h"
#include "lion/scenes/scene.h"
#include "lion/scenes/sprite.h"
#include "lion/scenes/vocabulary.h"

namespace lion::scenes {

/// The words that signs may show, in capitals; signs show numbers from 0 to 99 as well.
const std::vector<std::string>& sign_words();

/// Blends a sprite at the object's place, mirrored if its pose says so. The sprite must lie inside
/// the image.
void paint_sprite(Image& image, const Sprite& sprite, const Object& object);

/// Plans and paints. Scene and image depend on the config and the index alone, not on what was
/// drawn before or on threads. Thread-safe.
class Painter {
 public:
  /// Throws InputError for a config out of range, ResourceError when fonts or names are missing.
  explicit Painter(SceneConfig config);

  const SceneConfig& config() const { return config_; }
  const Vocabulary& vocabulary() const { return *vocabulary_; }
  const SpriteBook& sprites() const { return *sprites_; }

  /// The same vocabulary and sprites for scenes of another split, or with other shares of signs.
  Painter with_split(Split split) const;
  Painter with_sign_share(double sign_share) const;

  /// What scene `index` shows. Cheap: no pixel is touched.
  Scene plan(uint64_t index) const;

  /// The image, config().size pixels a side.
  Image paint(const Scene& scene) const;

 private:
  SceneConfig config_;
  std::shared_ptr<const Vocabulary> vocabulary_;
  std::shared_ptr<const SpriteBook> sprites_;
};

}  // namespace lion::scenes
