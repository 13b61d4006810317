#pragma once
/// A scene without looks: a table of cells that says in codes what is where. A language model
/// learns from it what can be asked and said about scenes before any vision encoder exists.

#include <cstdint>
#include <vector>

#include "lion/image/image.h"
#include "lion/scenes/scene.h"
#include "lion/scenes/vocabulary.h"

namespace lion::scenes {

/// Pixels a side of a cell: a patch of the encoder that reads it.
inline constexpr int64_t kSymbolCell = 16;

/// What stands in a cell, one code after another in its bytes, row by row: codes of words and, for
/// the corners of the box, of numbers (lion/text/word_code.h; -1 is a byte of 0, 1 one of 255).
/// Dense codes, as word vectors are: single bright bytes are learned far more slowly.
/// One cell of each object says kCount, how many objects of its name there are: a small language
/// model does not count cells.
enum class SceneCode { kName, kCount, kColour, kText, kBox };

/// Offset and length in bytes of a code within a cell; kBox has x0, y0, x1, y1 in this order.
struct CodeSpan {
  int64_t offset = 0;
  int64_t length = 0;
};
CodeSpan code_span(SceneCode code);

/// The cells of a scene as the pixels of an image of its size, a multiple of kSymbolCell. A cell
/// tells of the frontmost object that covers a fifth of it, with the whole object's box; others of
/// the place. Of an object's cells the one nearest to its middle says kCount.
Image paint_symbolic_scene(const Scene& scene, const Vocabulary& vocabulary);

/// What a patch embedding begins with that reads symbolic scenes: outputs [width,3,16,16] and
/// [width]. An output is the sum of a cell's codes, each as it is, those of the corners shifted
/// against each other; so a cell that shows a dog is like the word "dog". Made for pixels that are
/// normalised as the vision encoder's (lion/image/normalize.h).
struct SymbolicPatches {
  std::vector<float> weight;
  std::vector<float> bias;
};
SymbolicPatches symbolic_patches(int64_t width, int64_t code_length);

}  // namespace lion::scenes
