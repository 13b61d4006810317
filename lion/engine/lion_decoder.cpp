#include "lion/engine/lion_decoder.h"

#include <torch/torch.h>

namespace lion {

namespace {

class Source : public DecoderSourceHandle {
 public:
  Source(models::DecoderCache& cache, models::DecoderSource source)
      : cache_(cache), id_(cache.add_source(std::move(source))) {}
  ~Source() override { cache_.remove_source(id_); }
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;
  int64_t id() const override { return id_; }

 private:
  models::DecoderCache& cache_;
  int64_t id_;
};

}  // namespace

std::unique_ptr<DecoderSourceHandle> LionDecoder::read(const at::Tensor& encoder_output,
                                                       models::TaskLevel level) {
  const at::NoGradGuard no_grad;
  return std::make_unique<Source>(cache_, t5_->decoder->read(encoder_output, level));
}

Logits LionDecoder::step(std::span<const RowId> rows, std::span<const int64_t> tokens) {
  const at::NoGradGuard no_grad;
  const at::Tensor ids = at::tensor(std::vector<int64_t>(tokens.begin(), tokens.end()), at::kLong)
                             .to(t5_->shared->weight.device());
  logits_ = t5_->step(ids, rows, cache_).to(at::kCPU).contiguous();  // [R,V] float32
  return {{logits_.const_data_ptr<float>(), static_cast<size_t>(logits_.numel())}, logits_.size(1)};
}

}  // namespace lion
