#include "lion/train/train_step.h"

#include <torch/torch.h>

#include <cmath>

#include "lion/base/error.h"
#include "lion/nn/dropout.h"
#include "lion/nn/finite.h"
#include "lion/nn/recompute.h"

namespace lion::train {

using at::Tensor;

namespace {

/// Numbers of a batch as a tensor over their memory, moved to `device` where that is another.
Tensor view_of(const std::vector<int64_t>& numbers, at::IntArrayRef shape, at::Device device) {
  return at::from_blob(const_cast<int64_t*>(numbers.data()), shape, at::kLong).to(device);
}

models::TokenBatch tokens_of(const data::TokenMatrix& matrix, at::Device device) {
  const std::vector<int64_t> shape = {matrix.rows, matrix.length};
  return {view_of(matrix.ids, shape, device), view_of(matrix.mask, shape, device)};
}

}  // namespace

BatchLoss forward(const models::LionT5Impl& lion, const data::Batch& batch,
                  const ForwardOptions& options) {
  const at::Device device = lion.t5_model->shared->weight.device();
  const int64_t s = batch.image_size;
  const Tensor image =
      at::from_blob(const_cast<float*>(batch.pixels.data()), {batch.size, 3, s, s}, at::kFloat)
          .to(device);
  const nn::RecomputeScope recompute(options.recompute);
  models::PictureFeatures picture = lion.see(image);  // no dropout in the vision encoder
  Tensor queries;
  {
    const nn::DropoutScope dropout(options.dropout);
    if (lion.fusion_adapter) lion.aggregate(picture);
    if (lion.qformer) queries = lion.ask(picture, tokens_of(batch.question, device));
  }
  const models::EncoderInputs inputs =
      lion.join(picture, queries, tokens_of(batch.prompt, device), options.hint_id);
  const models::TokenBatch target = tokens_of(batch.target, device);
  const Tensor labels = target.ids.masked_fill(target.mask == 0, -100);  // [B,T]
  const nn::DropoutScope dropout(options.t5_dropout);
  const auto result = lion.loss(inputs, labels, view_of(batch.level, {batch.size}, device));
  BatchLoss out;
  out.sum = result.token_loss.sum();
  const Tensor sums = result.token_loss.detach().sum(1).to(at::kDouble).cpu();  // [B]
  out.sample_sums.assign(sums.const_data_ptr<double>(), sums.const_data_ptr<double>() + batch.size);
  out.tokens = batch.target_tokens();
  return out;
}

std::string find_not_finite(const models::LionT5Impl& lion, const data::Batch& batch,
                            const ForwardOptions& options) {
  for (const float pixel : batch.pixels) {
    if (!std::isfinite(pixel)) return "the pixels of its pictures";
  }
  for (const auto& item : lion.named_parameters()) {
    if (!at::isfinite(item.value()).all().item<bool>()) return str("parameter ", item.key());
  }
  const at::NoGradGuard no_grad;
  ForwardOptions plain = options;
  plain.dropout = plain.t5_dropout = 0;
  const nn::FiniteScope finite;
  forward(lion, batch, plain);
  if (!finite.first()) return "no module without dropout: the loss itself overflowed";
  for (const auto& item : lion.named_modules()) {
    if (item.value().get() == finite.first()) return str("module ", item.key());
  }
  throw InternalError("find_not_finite: a module that is not LION's.");
}

}  // namespace lion::train
