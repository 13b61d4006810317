#pragma once
/// A random order of many numbers that takes no memory.

#include <array>
#include <cstdint>

namespace lion::data {

/// A bijection of [0, size) chosen by a key: a Feistel network over the next even power of two, and
/// what falls outside goes through it again (cycle walking). Source: Black, Rogaway, "Ciphers with
/// arbitrary finite domains", 2002.
class Permutation {
 public:
  /// Throws InputError when `size` is below 1.
  Permutation(int64_t size, uint64_t key);

  /// What stands at place `index`, 0 <= index < size.
  int64_t operator()(int64_t index) const;

 private:
  uint64_t encrypt(uint64_t block) const;

  int64_t size_;
  int half_bits_;
  std::array<uint64_t, 6> round_keys_;
};

}  // namespace lion::data
