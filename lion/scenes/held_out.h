#pragma once
/// Combinations that training never sees: about one in ten kinds per place, one in ten pairs of
/// kinds, one in six of "this kind inside (on) this shape". A hash of the combination decides, not
/// the seed: every data set made by this program leaves out the same ones.

#include <cstdint>
#include <string>
#include <vector>

#include "lion/scenes/scene.h"
#include "lion/scenes/vocabulary.h"

namespace lion::scenes {

/// Kind `kind` (its code point) at `place`.
bool is_held_out(char32_t kind, Setting place);
/// Both kinds in one scene; the order does not matter, a kind with itself is never held out.
bool is_held_out(char32_t a, char32_t b);
/// `kind` inside or on a shape.
bool is_held_out(char32_t kind, Relation relation, Shape shape);

/// "dog, in a meadow", "dog and apple", "dog inside a circle": all of a scene. Empty for scenes of
/// every split but kHeldOut.
std::vector<std::string> held_out_combinations(const Scene& scene, const Vocabulary& vocabulary);

/// All that the vocabulary can form, in the same words.
std::vector<std::string> all_held_out(const Vocabulary& vocabulary);

}  // namespace lion::scenes
