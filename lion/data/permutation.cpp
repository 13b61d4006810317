#include "lion/data/permutation.h"

#include <algorithm>
#include <bit>

#include "lion/base/error.h"
#include "lion/base/random_key.h"

namespace lion::data {

Permutation::Permutation(int64_t size, uint64_t key) : size_(size) {
  if (size < 1) {
    throw InputError(str("permutation: the size is ", size,
                         " (expected at least 1). Leave out what has no records."));
  }
  const int bits = std::bit_width(static_cast<uint64_t>(size - 1));
  half_bits_ = std::max(1, (bits + 1) / 2);
  for (size_t round = 0; round < round_keys_.size(); ++round) {
    round_keys_[round] = random_key(KeyPurpose::kOrder, key, round);
  }
}

uint64_t Permutation::encrypt(uint64_t block) const {
  const uint64_t mask = (uint64_t{1} << half_bits_) - 1;
  uint64_t left = block >> half_bits_;
  uint64_t right = block & mask;
  for (const uint64_t key : round_keys_) {
    const uint64_t next = left ^ (mix64(right ^ key) & mask);
    left = right;
    right = next;
  }
  return left << half_bits_ | right;
}

int64_t Permutation::operator()(int64_t index) const {
  LION_CHECK(index >= 0 && index < size_, "index ", index, " of ", size_);
  auto at = static_cast<uint64_t>(index);
  do {
    at = encrypt(at);
  } while (at >= static_cast<uint64_t>(size_));
  return static_cast<int64_t>(at);
}

}  // namespace lion::data
