#pragma once
/// A scene without looks: a table of cells that says in codes what is where. A language model
/// learns from it what can be asked and said about scenes before any vision encoder exists.

#include <cstdint>
#include <string_view>
#include <vector>

#include "lion/image/image.h"
#include "lion/scenes/scene.h"
#include "lion/scenes/vocabulary.h"

namespace lion::scenes {

/// Pixels a side of a cell: a patch of the encoder that reads it.
inline constexpr int64_t kLayoutCell = 16;

/// What stands in a cell, one code after another in its bytes, row by row. A word is a pattern of
/// dark and bright bytes of its own; a corner of the box is made of waves, so that near places look
/// alike. Dense codes, as word vectors are: single bright bytes are learned far more slowly.
enum class LayoutCode { kName, kColour, kText, kBox };

/// Offset and length in bytes of a code within a cell; kBox has x0, y0, x1, y1 in this order.
struct LayoutSpan {
  int64_t offset = 0;
  int64_t length = 0;
};
LayoutSpan layout_span(LayoutCode code);

/// The bytes that stand for a word, 0 and 255.
std::vector<uint8_t> layout_pattern(std::string_view word, int64_t length);

/// The cells of a scene as the pixels of a picture of its size, a multiple of kLayoutCell. A cell
/// tells of the frontmost thing that covers a fifth of it, with the whole thing's box; others of
/// the place.
Image paint_layout(const Scene& scene, const Vocabulary& vocabulary);

}  // namespace lion::scenes
