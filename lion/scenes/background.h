#pragma once
/// The paper that a synthetic scene is painted on: pale, of low contrast, never twice the same.

#include "lion/image/image.h"
#include "lion/scenes/scene.h"

namespace lion::scenes {

/// Where the ground begins, as a fraction of the height from the top; 1 where there is no ground.
double horizon(const Background& background);

/// Fills the image. Depends on its size and on `background` only.
void paint_background(Image& image, const Background& background);

}  // namespace lion::scenes
