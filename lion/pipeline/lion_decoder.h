#pragma once
/// The generator's view of LION: rows over T5's decoder and its cache. For sources only.

#include "lion/generate/decoder.h"
#include "lion/models/decoder_cache.h"
#include "lion/models/t5.h"

namespace lion {

class LionDecoder : public Decoder {
 public:
  explicit LionDecoder(models::T5 t5) : t5_(std::move(t5)), cache_(t5_->decoder->make_cache()) {}

  /// Reads an encoder output [1,S,D]; the number to pass to `start`.
  int64_t add_source(const at::Tensor& memory, models::TaskLevel level);
  void remove_source(int64_t source) { cache_.remove_source(source); }

  RowId start(int64_t source) override { return cache_.start(source); }
  RowId fork(RowId row) override { return cache_.fork(row); }
  void release(RowId row) noexcept override { cache_.release(row); }
  Logits step(std::span<const RowId> rows, std::span<const int64_t> tokens) override;

 private:
  models::T5 t5_;
  models::DecoderCache cache_;
  at::Tensor logits_;  // of the last step, on the CPU
};

}  // namespace lion
