#pragma once
/// The generator's view of LION: rows over T5's decoder and its cache. For sources only.

#include <memory>

#include "lion/generate/decoder.h"
#include "lion/models/decoder_cache.h"
#include "lion/models/t5.h"

namespace lion {

class LionDecoder : public Decoder {
 public:
  explicit LionDecoder(models::T5 t5) : t5_(std::move(t5)), cache_(t5_->decoder->make_cache()) {}

  /// Reads an encoder output [1,S,D]: cross-attention keys and values that live as long as the
  /// result. The decoder must outlive it; its rows must be gone before it.
  std::unique_ptr<DecoderPrompt> add_prompt(const at::Tensor& encoder_output, TaskLevel level);

  /// Prompts whose keys are kept now.
  int64_t prompts_alive() const { return cache_.prompts_alive(); }

  RowId start(int64_t prompt) override { return cache_.start(prompt); }
  RowId fork(RowId row) override { return cache_.fork(row); }
  void release(RowId row) noexcept override { cache_.release(row); }
  Logits step(std::span<const RowId> rows, std::span<const int64_t> tokens) override;

 private:
  models::T5 t5_;
  models::DecoderCache cache_;
  at::Tensor logits_;  // of the last step, on the CPU
};

}  // namespace lion
