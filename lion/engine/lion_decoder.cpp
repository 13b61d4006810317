#include "lion/engine/lion_decoder.h"

#include <torch/torch.h>

namespace lion {

namespace {

class Prompt : public DecoderPrompt {
 public:
  Prompt(models::DecoderCache& cache, models::CrossAttentionCache prompt)
      : cache_(cache), id_(cache.add_prompt(std::move(prompt))) {}
  ~Prompt() override { cache_.remove_prompt(id_); }
  Prompt(const Prompt&) = delete;
  Prompt& operator=(const Prompt&) = delete;
  int64_t id() const override { return id_; }

 private:
  models::DecoderCache& cache_;
  int64_t id_;
};

}  // namespace

std::unique_ptr<DecoderPrompt> LionDecoder::add_prompt(const at::Tensor& encoder_output,
                                                       TaskLevel level) {
  const at::NoGradGuard no_grad;
  return std::make_unique<Prompt>(
      cache_, t5_->decoder->cross_attention(encoder_output, static_cast<int64_t>(level)));
}

Logits LionDecoder::step(std::span<const RowId> rows, std::span<const int64_t> tokens) {
  const at::NoGradGuard no_grad;
  const at::Tensor ids = at::tensor(std::vector<int64_t>(tokens.begin(), tokens.end()), at::kLong)
                             .to(t5_->shared->weight.device());
  logits_ = t5_->step(ids, rows, cache_).to(at::kCPU).contiguous();  // [R,V] float32
  return {{logits_.const_data_ptr<float>(), static_cast<size_t>(logits_.numel())}, logits_.size(1)};
}

}  // namespace lion
