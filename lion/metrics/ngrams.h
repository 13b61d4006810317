#pragma once
/// Internal to this component: n-grams of words, counted.

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "lion/metrics/caption_words.h"

namespace lion {

inline constexpr size_t kOrders = 4;  ///< n = 1..4

/// An n-gram and how often a caption has it.
struct NgramCount {
  int32_t ngram;
  int32_t count;
};

/// The n-grams of one caption, by n - 1, each list ascending by `ngram`.
using NgramCounts = std::array<std::vector<NgramCount>, kOrders>;

/// Numbers pairs of numbers from 0 in the order of their first appearance.
class PairIds {
 public:
  int32_t id(int32_t first, int32_t second);
  size_t size() const { return size_; }

 private:
  struct Slot {
    uint64_t key = 0;
    int32_t id = -1;  // -1: free
  };
  Slot& slot(uint64_t key);
  void grow();

  std::vector<Slot> slots_ = std::vector<Slot>(1024);  // a power of two, at most half full
  size_t size_ = 0;
};

/// Numbers the n-grams of each order from 0. Words are their own numbers; a longer n-gram is the
/// pair of the one before it and its last word, so that numbers are equal only for equal n-grams.
class NgramIds {
 public:
  NgramCounts count(std::span<const int32_t> words);
  /// How many n-grams of order n (1..4) there are: every number is below.
  size_t size(size_t n) const;

 private:
  int32_t words_ = 0;
  std::array<PairIds, kOrders - 1> longer_;  // by n - 2
};

/// An image's captions as n-grams.
struct CountedPair {
  NgramCounts candidate;
  std::vector<NgramCounts> references;
};

/// The captions of a split, and the numbers of their n-grams.
struct CountedPairs {
  NgramIds ids;
  std::vector<CountedPair> pairs;
};

CountedPairs counted(std::span<const WordedPair> pairs);

/// Calls `both(a, b)` with the counts of each n-gram that the two lists share.
template <typename Function>
void for_each_shared(std::span<const NgramCount> a, std::span<const NgramCount> b, Function both) {
  auto left = a.begin();
  auto right = b.begin();
  while (left != a.end() && right != b.end()) {
    if (left->ngram < right->ngram) {
      ++left;
    } else if (right->ngram < left->ngram) {
      ++right;
    } else {
      both(*left++, *right++);
    }
  }
}

}  // namespace lion
