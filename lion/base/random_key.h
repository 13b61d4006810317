#pragma once
/// Keys that seed lion::Random: a number that depends on where in a training it is used, and on
/// nothing else. Whoever knows the place can draw again what was drawn there.

#include <cstdint>

namespace lion {

/// What a key is for: keys of one place and different purposes have nothing to do with each other.
enum class KeyPurpose : uint64_t {
  kDataset,       ///< which dataset a draw takes
  kOrder,         ///< the order of a dataset's records in an epoch
  kSample,        ///< template and answer of a sample
  kAugmentation,  ///< crop and flip of a sample
  kReplacement,   ///< the sample that takes the place of a broken one
  kDropout,       ///< what dropout drops of a micro-batch
  kTagSentence,   ///< whether a sample has one
};

/// A bijection of 64 bits in which every input bit moves every output bit. Source: the finalizer of
/// SplitMix64 (Steele, Lea, Flood 2014).
constexpr uint64_t mix64(uint64_t z) {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

/// The key of a purpose and a place, for instance (seed, stage, step, position). The order of the
/// numbers counts.
template <typename... Numbers>
constexpr uint64_t random_key(KeyPurpose purpose, Numbers... place) {
  constexpr uint64_t kGamma = 0x9e3779b97f4a7c15u;   // 0 is a fixed point of mix64: step off it
  constexpr uint64_t kFactor = 0xd1342543de82ef95u;  // odd; tells what came first from what follows
  uint64_t key = mix64(static_cast<uint64_t>(purpose) + kGamma);
  ((key = mix64(key * kFactor + mix64(static_cast<uint64_t>(place) + kGamma))), ...);
  return key;
}

}  // namespace lion
