#pragma once
/// Ownership of decoder rows: each is released exactly once, also when an error passes by.

#include <cstdint>
#include <span>
#include <vector>

#include "lion/generate/decoder.h"
#include "lion/generate/search.h"

namespace lion {

/// Owns one row of a decoder, which must outlive it; empty after a move.
class DecoderRow {
 public:
  DecoderRow() = default;
  DecoderRow(Decoder& decoder, int64_t prompt);
  ~DecoderRow();
  DecoderRow(DecoderRow&& other) noexcept;
  DecoderRow& operator=(DecoderRow&& other) noexcept;

  DecoderRow fork() const;
  Decoder::RowId id() const { return id_; }
  bool empty() const { return decoder_ == nullptr; }

 private:
  Decoder* decoder_ = nullptr;
  Decoder::RowId id_ = 0;
};

/// The rows of the next step: row i has the history of rows[extensions[i].parent]. The first child
/// takes its parent's row, further ones fork it; rows without child are released before any fork,
/// so the decoder never holds more rows than before or after.
std::vector<DecoderRow> follow(std::vector<DecoderRow> rows,
                               std::span<const Search::Extension> extensions);

}  // namespace lion
