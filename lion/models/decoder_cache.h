#pragma once
/// What the decoder remembers between steps, outside of any module: the keys and values of every
/// row's past, and the cross-attention keys and values of every prompt, once for all its rows.

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <map>
#include <span>
#include <vector>

namespace lion::models {

/// An encoded image and prompt, ready for cross attention. One copy serves all beams and
/// candidates that read it.
struct CrossAttentionCache {
  std::vector<at::Tensor> keys;    ///< per decoder layer [S,H,K]
  std::vector<at::Tensor> values;  ///< per decoder layer [S,H,K]
  int64_t level = 1;               ///< 0 region, 1 image
};

/// A pool of cache slots, one per token and row, that rows share where their past is the same:
/// a fork copies a list of slot numbers, no keys. Rows and prompts come and go at any step. What
/// throws changes nothing; what gives memory back never throws.
class DecoderCache {
 public:
  /// Slots hold [H,K] keys and values of `type` for each of `layers` decoder layers.
  DecoderCache(int64_t layers, int64_t heads, int64_t head_width, at::TensorOptions options);

  int64_t add_prompt(CrossAttentionCache prompt);
  /// Returns false, and does nothing, when there is no such prompt or a row still reads it.
  bool remove_prompt(int64_t prompt) noexcept;
  const CrossAttentionCache& cross_attention(int64_t id) const { return prompts_.at(id); }

  /// A row without a past that reads `prompt`.
  int64_t start(int64_t prompt);
  /// A row with the same past as `row`.
  int64_t fork(int64_t row);
  /// Returns false when there is no such row.
  bool release(int64_t row) noexcept;

  int64_t prompt_of(int64_t row) const { return rows_.at(row).prompt; }
  /// The slots of a row's past, oldest first.
  std::span<const int32_t> slots(int64_t row) const { return rows_.at(row).slots; }

  /// Gives every row a new slot at its end. Returns the new slots in the order of `rows`. When it
  /// throws (no memory), nothing has changed.
  std::vector<int32_t> extend(std::span<const int64_t> rows);
  /// Takes back the last slot of every row: undoes `extend` where the step that it was for failed.
  void retract(std::span<const int64_t> rows) noexcept;

  /// The pools of a layer, [capacity,H,K]. Valid until the next `extend`.
  at::Tensor& keys(size_t layer) { return keys_[layer]; }
  at::Tensor& values(size_t layer) { return values_[layer]; }

  int64_t rows_alive() const { return static_cast<int64_t>(rows_.size()); }
  int64_t prompts_alive() const { return static_cast<int64_t>(prompts_.size()); }
  int64_t slots_used() const { return static_cast<int64_t>(users_.size() - free_.size()); }

 private:
  struct Row {
    int64_t prompt;
    std::vector<int32_t> slots;
  };
  void grow(int64_t needed);
  void give_back(int32_t slot) noexcept;

  std::vector<at::Tensor> keys_, values_;  // per layer [capacity,H,K]
  std::vector<int32_t> users_;             // how many rows hold each slot
  std::vector<int32_t> free_;              // has memory for all slots: giving back cannot fail
  std::map<int64_t, CrossAttentionCache> prompts_;
  std::map<int64_t, Row> rows_;
  int64_t next_id_ = 0;
};

}  // namespace lion::models
