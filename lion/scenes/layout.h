#pragma once
/// A scene without looks: a table of cells that says in codes what is where. A language model
/// learns from it what can be asked and said about scenes before any vision encoder exists.

#include "lion/image/image.h"
#include "lion/scenes/scene.h"
#include "lion/scenes/vocabulary.h"

namespace lion::scenes {

/// Pixels a side of a cell: a patch of the encoder that reads it.
inline constexpr int64_t kLayoutCell = 16;

/// What stands in a cell, one code after another in its bytes, row by row: a byte of 255 among
/// bytes of 128 says which of the entries it is; a corner of the box is a bump over 24 bytes that
/// stand for 0 to 1 of the picture's side.
enum class LayoutCode { kKind, kShape, kColour, kSign, kWord, kTens, kOnes, kPlace, kBox };

/// Offset and length in bytes of a code within a cell; kBox has x0, y0, x1, y1 in this order.
struct LayoutSpan {
  int64_t offset = 0;
  int64_t length = 0;
};
LayoutSpan layout_span(LayoutCode code);

/// The cells of a scene as the pixels of a picture of its size, a multiple of kLayoutCell. A cell
/// tells of the frontmost thing that covers a fifth of it, with the whole thing's box; others of
/// the place.
Image paint_layout(const Scene& scene);

}  // namespace lion::scenes
