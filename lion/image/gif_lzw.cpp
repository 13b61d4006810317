#include "lion/image/gif_lzw.h"

#include <algorithm>

namespace lion {

GifLzw::GifLzw(int code_bits, size_t pixels)
    : code_bits_(code_bits), pixels_(pixels), clear_code_(1 << code_bits) {
  string_.reserve(kMaxCodes);
  clear();
}

void GifLzw::clear() {
  size_ = code_bits_ + 1;
  next_ = clear_code_ + 2;
  last_ = -1;
}

GifLzw::State GifLzw::feed(std::span<const uint8_t> block) {
  for (const uint8_t byte : block) {
    bits_ |= uint32_t{byte} << bit_count_;
    bit_count_ += 8;
    while (bit_count_ >= size_) {
      const int code = static_cast<int>(bits_ & ((1u << size_) - 1));
      bits_ >>= size_;
      bit_count_ -= size_;
      const State state = take(code);
      if (state != State::kNeedsMore) return state;
    }
  }
  return State::kNeedsMore;
}

GifLzw::State GifLzw::take(int code) {
  if (code == clear_code_) {
    clear();
    return State::kNeedsMore;
  }
  if (code == clear_code_ + 1) return State::kDamaged;  // the end, with pixels missing
  if (code > (last_ < 0 ? clear_code_ : next_) || code >= kMaxCodes) return State::kDamaged;

  string_.clear();  // from its end
  int walk = code;
  if (code == next_) {  // the string that is being defined: the last one and its first index
    string_.push_back(first_);
    walk = last_;
  }
  while (walk >= clear_code_) {
    string_.push_back(suffix_[walk]);
    walk = prefix_[walk];
  }
  first_ = static_cast<uint8_t>(walk);
  string_.push_back(first_);
  if (last_ >= 0 && next_ < kMaxCodes) {
    prefix_[next_] = static_cast<uint16_t>(last_);
    suffix_[next_] = first_;
    if (next_ == (1 << size_) - 1 && size_ < 12) ++size_;
    ++next_;
  }
  last_ = code;
  const size_t count = std::min(string_.size(), pixels_ - indices_.size());
  indices_.insert(indices_.end(), string_.rbegin(), string_.rbegin() + static_cast<long>(count));
  return indices_.size() == pixels_ ? State::kComplete : State::kNeedsMore;
}

}  // namespace lion
