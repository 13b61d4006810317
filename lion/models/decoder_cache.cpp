#include "lion/models/decoder_cache.h"

#include <torch/torch.h>

#include <algorithm>

#include "lion/base/error.h"

namespace lion::models {
namespace {
constexpr int64_t kFirstCapacity = 64;  // slots; doubled when full
}

DecoderCache::DecoderCache(int64_t layers, int64_t heads, int64_t head_width,
                           at::TensorOptions options) {
  for (int64_t i = 0; i < layers; ++i) {
    keys_.push_back(at::empty({0, heads, head_width}, options));
    values_.push_back(at::empty({0, heads, head_width}, options));
  }
}

int64_t DecoderCache::add_source(DecoderSource source) {
  LION_CHECK(source.keys.size() == keys_.size(), source.keys.size(), " layers of cross keys");
  sources_.emplace(next_id_, std::move(source));
  return next_id_++;
}

void DecoderCache::remove_source(int64_t source) {
  for (const auto& [id, row] : rows_)
    LION_CHECK(row.source != source, "row ", id, " still reads it");
  LION_CHECK(sources_.erase(source) == 1, "source ", source);
}

int64_t DecoderCache::start(int64_t source) {
  LION_CHECK(sources_.contains(source), "source ", source);
  rows_.emplace(next_id_, Row{source, {}});
  return next_id_++;
}

int64_t DecoderCache::fork(int64_t row) {
  const Row copy = rows_.at(row);
  for (const int32_t slot : copy.slots) ++users_[static_cast<size_t>(slot)];
  rows_.emplace(next_id_, copy);
  return next_id_++;
}

void DecoderCache::release(int64_t row) {
  const auto it = rows_.find(row);
  LION_CHECK(it != rows_.end(), "row ", row);
  for (const int32_t slot : it->second.slots) {
    if (--users_[static_cast<size_t>(slot)] == 0) free_.push_back(slot);
  }
  rows_.erase(it);
}

std::vector<int32_t> DecoderCache::extend(std::span<const int64_t> rows) {
  grow(static_cast<int64_t>(rows.size()));
  std::vector<int32_t> fresh;
  for (const int64_t row : rows) {
    const int32_t slot = free_.back();
    free_.pop_back();
    users_[static_cast<size_t>(slot)] = 1;
    rows_.at(row).slots.push_back(slot);
    fresh.push_back(slot);
  }
  return fresh;
}

void DecoderCache::grow(int64_t needed) {
  if (static_cast<int64_t>(free_.size()) >= needed) return;
  const auto old = static_cast<int64_t>(users_.size());
  const int64_t capacity = std::max({kFirstCapacity, 2 * old, old + needed});
  for (auto* pools : {&keys_, &values_}) {
    for (at::Tensor& pool : *pools) {
      at::Tensor larger = at::empty({capacity, pool.size(1), pool.size(2)}, pool.options());
      larger.narrow(0, 0, old).copy_(pool);
      pool = larger;
    }
  }
  users_.resize(static_cast<size_t>(capacity), 0);
  // Low slots are handed out first, so that a short answer touches little memory.
  std::vector<int32_t> added;
  for (int64_t slot = capacity - 1; slot >= old; --slot)
    added.push_back(static_cast<int32_t>(slot));
  free_.insert(free_.begin(), added.begin(), added.end());
}

}  // namespace lion::models
