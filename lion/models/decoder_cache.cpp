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

int64_t DecoderCache::add_prompt(CrossAttentionCache prompt) {
  LION_CHECK(prompt.keys.size() == keys_.size(), prompt.keys.size(), " layers of cross keys");
  prompts_.emplace(next_id_, std::move(prompt));
  return next_id_++;
}

bool DecoderCache::remove_prompt(int64_t prompt) noexcept {
  const bool read = std::ranges::any_of(
      rows_, [prompt](const auto& item) { return item.second.prompt == prompt; });
  return !read && prompts_.erase(prompt) == 1;
}

int64_t DecoderCache::start(int64_t prompt) {
  LION_CHECK(prompts_.contains(prompt), "prompt ", prompt);
  rows_.emplace(next_id_, Row{prompt, {}});
  return next_id_++;
}

int64_t DecoderCache::fork(int64_t row) {
  const auto copy = rows_.emplace(next_id_, rows_.at(row)).first;
  for (const int32_t slot : copy->second.slots) ++users_[static_cast<size_t>(slot)];
  return next_id_++;
}

bool DecoderCache::release(int64_t row) noexcept {
  const auto it = rows_.find(row);
  if (it == rows_.end()) return false;
  for (const int32_t slot : it->second.slots) give_back(slot);
  rows_.erase(it);
  return true;
}

void DecoderCache::give_back(int32_t slot) noexcept {
  if (--users_[static_cast<size_t>(slot)] == 0) free_.push_back(slot);
}

std::vector<int32_t> DecoderCache::extend(std::span<const int64_t> rows) {
  // All that can fail comes first.
  grow(static_cast<int64_t>(rows.size()));
  std::vector<int32_t> added;
  added.reserve(rows.size());
  for (const int64_t row : rows) {
    std::vector<int32_t>& slots = rows_.at(row).slots;
    if (slots.size() == slots.capacity()) slots.reserve(2 * slots.size() + 1);
  }
  for (const int64_t row : rows) {
    const int32_t slot = free_.back();
    free_.pop_back();
    users_[static_cast<size_t>(slot)] = 1;
    rows_.find(row)->second.slots.push_back(slot);
    added.push_back(slot);
  }
  return added;
}

void DecoderCache::retract(std::span<const int64_t> rows) noexcept {
  // Backwards, so that the next `extend` gives the same slots.
  for (auto row = rows.rbegin(); row != rows.rend(); ++row) {
    std::vector<int32_t>& slots = rows_.find(*row)->second.slots;
    give_back(slots.back());
    slots.pop_back();
  }
}

void DecoderCache::grow(int64_t needed) {
  if (static_cast<int64_t>(free_.size()) >= needed) return;
  const auto old = static_cast<int64_t>(users_.size());
  const int64_t capacity = std::max({kFirstCapacity, 2 * old, old + needed});
  // All pools or none: memory may end at any of them.
  const auto larger = [&](const std::vector<at::Tensor>& pools) {
    std::vector<at::Tensor> out;
    for (const at::Tensor& pool : pools) {
      out.push_back(at::empty({capacity, pool.size(1), pool.size(2)}, pool.options()));
      out.back().narrow(0, 0, old).copy_(pool);
    }
    return out;
  };
  std::vector<at::Tensor> keys = larger(keys_);
  std::vector<at::Tensor> values = larger(values_);
  // Low slots are handed out first, so that a short answer touches little memory.
  std::vector<int32_t> free;
  free.reserve(static_cast<size_t>(capacity));
  for (int64_t slot = capacity - 1; slot >= old; --slot) free.push_back(static_cast<int32_t>(slot));
  free.insert(free.end(), free_.begin(), free_.end());
  users_.resize(static_cast<size_t>(capacity), 0);
  keys_.swap(keys);
  values_.swap(values);
  free_.swap(free);
}

}  // namespace lion::models
