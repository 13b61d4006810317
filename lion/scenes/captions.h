#pragma once
/// Captions: sentences that name everything in a scene, in several styles.

#include <string>
#include <vector>

#include "lion/base/random.h"
#include "lion/scenes/facts.h"

namespace lion::scenes {

/// One sentence of a style drawn at random: all objects with their numbers, mostly the place, now
/// and then a relation.
std::string caption(const Facts& facts, Random& random);

/// `count` captions, different from each other where the scene has enough to say.
std::vector<std::string> captions(const Facts& facts, int64_t count, Random& random);

/// Several sentences: what there is, where objects stand to each other, what signs say.
std::string long_description(const Facts& facts, Random& random);

}  // namespace lion::scenes
