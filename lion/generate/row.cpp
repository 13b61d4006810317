#include "lion/generate/row.h"

#include <cstdint>
#include <utility>

namespace lion {

DecoderRow::DecoderRow(Decoder& decoder, int64_t prompt)
    : decoder_(&decoder), id_(decoder.start(prompt)) {}

DecoderRow::~DecoderRow() {
  if (decoder_) decoder_->release(id_);
}

DecoderRow::DecoderRow(DecoderRow&& other) noexcept
    : decoder_(std::exchange(other.decoder_, nullptr)), id_(other.id_) {}

DecoderRow& DecoderRow::operator=(DecoderRow&& other) noexcept {
  std::swap(decoder_, other.decoder_);
  std::swap(id_, other.id_);
  return *this;
}

DecoderRow DecoderRow::fork() const {
  DecoderRow copy;
  copy.id_ = decoder_->fork(id_);
  copy.decoder_ = decoder_;
  return copy;
}

std::vector<DecoderRow> follow(std::vector<DecoderRow> rows,
                               std::span<const Search::Extension> extensions) {
  constexpr size_t kNone = SIZE_MAX;
  std::vector<size_t> heirs(rows.size(), kNone);
  std::vector<DecoderRow> next(extensions.size());
  for (size_t i = 0; i < extensions.size(); ++i) {
    const auto parent = static_cast<size_t>(extensions[i].parent);
    if (heirs.at(parent) != kNone) continue;
    heirs[parent] = i;
    next[i] = std::move(rows[parent]);
  }
  rows.clear();
  for (size_t i = 0; i < extensions.size(); ++i) {
    if (next[i].empty()) next[i] = next[heirs[static_cast<size_t>(extensions[i].parent)]].fork();
  }
  return next;
}

}  // namespace lion
