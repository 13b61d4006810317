#pragma once
/// Internal to this component: draws what a scene shows and where.

#include "lion/base/random.h"
#include "lion/scenes/scene.h"
#include "lion/scenes/sprite.h"
#include "lion/scenes/vocabulary.h"

namespace lion::scenes {

/// `random` is used up; nothing else varies. Throws InputError when the held-out split is wanted
/// and the vocabulary is too small to form any held-out combination.
Scene draw_plan(const SceneConfig& config, const Vocabulary& vocabulary, const SpriteBook& sprites,
                uint64_t index, Random random);

}  // namespace lion::scenes
