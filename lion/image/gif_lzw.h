#pragma once
/// Internal to this component: GIF's variant of LZW, as strict as Pillow's decoder.

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace lion {

/// Decodes the codes of one frame, block by block.
class GifLzw {
 public:
  /// `code_bits` is the frame's minimal code size, 0..8; `pixels` are how many to decode.
  GifLzw(int code_bits, size_t pixels);

  enum class State { kNeedsMore, kComplete, kDamaged };

  /// Decodes one block of bytes. kDamaged: a code that the encoder cannot have written, or the end
  /// code before all pixels are there. Once complete, the rest is not looked at.
  State feed(std::span<const uint8_t> block);

  /// The palette indices decoded so far.
  std::vector<uint8_t>& indices() { return indices_; }

 private:
  State take(int code);
  void clear();

  static constexpr int kMaxCodes = 4096;

  int code_bits_;
  size_t pixels_;
  int clear_code_;
  int size_ = 0;       // bits of the next code
  int next_ = 0;       // the code that is defined next
  int last_ = -1;      // the code before; none after a clear code
  uint8_t first_ = 0;  // the first index of its string
  uint32_t bits_ = 0;
  int bit_count_ = 0;
  std::array<uint16_t, kMaxCodes> prefix_{};
  std::array<uint8_t, kMaxCodes> suffix_{};
  std::vector<uint8_t> string_;
  std::vector<uint8_t> indices_;
};

}  // namespace lion
