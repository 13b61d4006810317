#include "lion/pipeline/lion_decoder.h"

#include <torch/torch.h>

namespace lion {

int64_t LionDecoder::add_source(const at::Tensor& memory, models::TaskLevel level) {
  return cache_.add_source(t5_->decoder->read(memory, level));
}

Logits LionDecoder::step(std::span<const RowId> rows, std::span<const int64_t> tokens) {
  const at::NoGradGuard no_grad;
  const at::Tensor ids = at::tensor(std::vector<int64_t>(tokens.begin(), tokens.end()), at::kLong)
                             .to(t5_->shared->weight.device());
  logits_ = t5_->step(ids, rows, cache_).to(at::kCPU).contiguous();  // [R,V] float32
  return {{logits_.const_data_ptr<float>(), static_cast<size_t>(logits_.numel())}, logits_.size(1)};
}

}  // namespace lion
