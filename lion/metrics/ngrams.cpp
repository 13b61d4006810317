#include "lion/metrics/ngrams.h"

#include <algorithm>

namespace lion {
namespace {

// Sorts numbers and counts the equal ones.
std::vector<NgramCount> counts_of(std::vector<int32_t> ngrams) {
  std::sort(ngrams.begin(), ngrams.end());
  std::vector<NgramCount> counts;
  counts.reserve(ngrams.size());
  for (const int32_t ngram : ngrams) {
    if (counts.empty() || counts.back().ngram != ngram) {
      counts.push_back({ngram, 0});
    }
    ++counts.back().count;
  }
  return counts;
}

}  // namespace

PairIds::Slot& PairIds::slot(uint64_t key) {
  uint64_t hash = key * 0x9E3779B97F4A7C15U;
  hash ^= hash >> 32U;
  const size_t mask = slots_.size() - 1;
  size_t at = hash & mask;
  while (slots_[at].id >= 0 && slots_[at].key != key) {
    at = (at + 1) & mask;
  }
  return slots_[at];
}

void PairIds::grow() {
  std::vector<Slot> old(2 * slots_.size());
  old.swap(slots_);
  for (const Slot& one : old) {
    if (one.id >= 0) {
      slot(one.key) = one;
    }
  }
}

int32_t PairIds::id(int32_t first, int32_t second) {
  if (2 * size_ >= slots_.size()) {
    grow();
  }
  const uint64_t key = (static_cast<uint64_t>(first) << 32U) | static_cast<uint64_t>(second);
  Slot& found = slot(key);
  if (found.id < 0) {
    found = {key, static_cast<int32_t>(size_++)};
  }
  return found.id;
}

NgramCounts NgramIds::count(std::span<const int32_t> words) {
  NgramCounts counts;
  std::vector<int32_t> ngrams(words.begin(), words.end());
  for (const int32_t word : words) {
    words_ = std::max(words_, word + 1);
  }
  for (size_t order = 0; order < kOrders && order < words.size(); ++order) {
    if (order > 0) {
      ngrams.pop_back();  // the last n-gram of the order before has no word after it
      for (size_t i = 0; i < ngrams.size(); ++i) {
        ngrams[i] = longer_[order - 1].id(ngrams[i], words[i + order]);
      }
    }
    counts[order] = counts_of(ngrams);
  }
  return counts;
}

size_t NgramIds::size(size_t n) const {
  return n == 1 ? static_cast<size_t>(words_) : longer_[n - 2].size();
}

CountedPairs counted(std::span<const WordedPair> pairs) {
  CountedPairs result;
  result.pairs.reserve(pairs.size());
  for (const WordedPair& pair : pairs) {
    CountedPair& one = result.pairs.emplace_back();
    one.candidate = result.ids.count(pair.candidate.words);
    for (const WordedCaption& reference : pair.references) {
      one.references.push_back(result.ids.count(reference.words));
    }
  }
  return result;
}

}  // namespace lion
