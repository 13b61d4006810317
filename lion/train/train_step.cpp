#include "lion/train/train_step.h"

#include <torch/torch.h>

#include <array>
#include <cmath>

#include "lion/base/error.h"
#include "lion/image/normalize.h"
#include "lion/nn/activation_checkpoint.h"
#include "lion/nn/dropout.h"
#include "lion/nn/finite_scope.h"
#include "lion/nn/shape.h"

namespace lion::train {

using at::Tensor;

namespace {

/// Numbers of a batch as a tensor over their memory, moved to `device` where that is another.
Tensor view_of(const std::vector<int64_t>& numbers, at::IntArrayRef shape, at::Device device) {
  return at::from_blob(const_cast<int64_t*>(numbers.data()), shape, at::kLong).to(device);
}

Tensor image_of(const std::vector<float>& pixels, const data::Batch& batch, at::Device device) {
  const int64_t s = batch.image_size;
  return at::from_blob(const_cast<float*>(pixels.data()), {batch.size / batch.per_image, 3, s, s},
                       at::kFloat)
      .to(device);  // [B/R,3,S,S]
}

/// Of losses [B,...] that are 0 where nothing was asked.
BatchLoss loss_of(const Tensor& losses, const data::Batch& batch) {
  BatchLoss out;
  out.sum = losses.sum();
  const Tensor sums = losses.detach().sum(1).to(at::kDouble).cpu();  // [B]
  out.sample_sums.assign(sums.const_data_ptr<double>(), sums.const_data_ptr<double>() + batch.size);
  out.tokens = batch.target_tokens();
  return out;
}

models::TokenBatch tokens_of(const data::TokenMatrix& matrix, at::Device device) {
  const std::vector<int64_t> shape = {matrix.rows, matrix.length};
  return {view_of(matrix.ids, shape, device), view_of(matrix.mask, shape, device)};
}

}  // namespace

ForwardOptions ForwardOptions::without_chance() const {
  ForwardOptions plain = *this;
  plain.dropout = plain.t5_dropout = plain.words_only = plain.token_noise = 0;
  return plain;
}

ForwardOptions forward_options(const TrainConfig& config, int64_t hint_id) {
  return {.dropout = config.dropout,
          .t5_dropout = config.t5_dropout,
          .words_only = config.words_only,
          .token_noise = config.token_noise,
          .activation_checkpointing = config.activation_checkpointing,
          .hint_id = hint_id};
}

BatchLoss forward(const models::LionT5Impl& lion, const data::Batch& batch,
                  const ForwardOptions& options) {
  const at::Device device = lion.t5_model->shared->weight.device();
  const Tensor pixels = image_of(batch.pixels, batch, device);
  const nn::ActivationCheckpointScope checkpointing(options.activation_checkpointing);
  const models::VitOutputs vit = lion.vit_forward(pixels);  // no dropout in the vision encoder
  models::ImageFeatures image{vit.ln_vision, {}};
  Tensor queries;
  {
    const nn::DropoutScope dropout(options.dropout);
    if (lion.fusion_adapter) image.adapter_proj = lion.aggregator_forward(vit).adapter_proj;
    if (batch.per_image > 1) image = models::repeat(image, batch.per_image);
    if (options.token_noise > 0 && lion.fusion_adapter) {
      const Tensor size = at::rand({batch.size, 1, 1}).mul_(options.token_noise).to(device);
      image.adapter_proj = image.adapter_proj + size * at::randn_like(image.adapter_proj);
    }
    if (lion.qformer) queries = lion.qformer_forward(image, tokens_of(batch.question, device));
  }
  models::EncoderInputs inputs =
      lion.build_encoder_inputs(image, queries, tokens_of(batch.prompt, device), options.hint_id);
  if (options.words_only > 0) {
    const int64_t visual = inputs.embeds.size(1) - batch.prompt.length;
    const Tensor keeps = at::rand({batch.size, 1}) >= options.words_only;  // [B,1]
    inputs.cross_attention_mask = inputs.attention_mask.clone();
    inputs.cross_attention_mask.narrow(1, 0, visual).mul_(keeps.to(device));
  }
  const models::TokenBatch target = tokens_of(batch.target, device);
  const Tensor labels = target.ids.masked_fill(target.mask == 0, -100);  // [B,T]
  const nn::DropoutScope dropout(options.t5_dropout);
  const auto result = lion.loss(inputs, labels, view_of(batch.level, {batch.size}, device));
  return loss_of(result.token_loss, batch);
}

namespace {

/// Pixels normalised for the vision encoder, as the tagger takes them.
Tensor for_tagger(const Tensor& image) {
  const auto channels = [&image](const std::array<float, 3>& values) {
    return at::tensor(at::ArrayRef<float>(values)).view({1, 3, 1, 1}).to(image.device());
  };
  const Tensor pixels =
      image * channels(kClipNormalization.std) + channels(kClipNormalization.mean);
  return (pixels - channels(kImageNetNormalization.mean)) / channels(kImageNetNormalization.std);
}

}  // namespace

BatchLoss forward_tags(const models::RamImpl& ram, const data::Batch& batch) {
  const at::Device device = ram.label_embed.device();
  LION_CHECK(batch.per_image == 1, "an image has its tags once");
  const Tensor logits =
      ram.forward(for_tagger(image_of(batch.pixels, batch, device))).logits;  // [B,N]
  Tensor labels = at::zeros(logits.sizes(), at::kFloat);
  auto value = labels.accessor<float, 2>();
  for (int64_t b = 0; b < batch.size; ++b) {
    for (int64_t i = b * batch.target.length; i < (b + 1) * batch.target.length; ++i) {
      const auto place = static_cast<size_t>(i);
      if (batch.target.mask[place]) value[b][batch.target.ids[place]] = 1;
    }
  }
  const Tensor each =
      at::binary_cross_entropy_with_logits(logits, labels.to(device), {}, {}, at::Reduction::None);
  return loss_of(each, batch);
}

BatchLoss forward_codes(const models::LionT5Impl& lion, const models::LionT5Impl& teacher,
                        const data::Batch& batch, const ForwardOptions& options) {
  const at::Device device = lion.t5_model->shared->weight.device();
  LION_CHECK(batch.symbolic_pixels.size() == batch.pixels.size(),
             "a symbolic scene for each image");
  Tensor wanted;
  {
    const at::NoGradGuard no_grad;
    const Tensor symbolic = image_of(batch.symbolic_pixels, batch, device);
    wanted = teacher.encode_image(symbolic).adapter_proj.to(at::kFloat);  // [B/R,P,D]
  }
  const nn::ActivationCheckpointScope checkpointing(options.activation_checkpointing);
  const models::VitOutputs vit = lion.vit_forward(image_of(batch.pixels, batch, device));
  const nn::DropoutScope dropout(options.dropout);
  const Tensor tokens = lion.aggregator_forward(vit).adapter_proj;
  nn::check_shape(tokens, {wanted.size(0), wanted.size(1), wanted.size(2)}, "codes: visual tokens");
  const Tensor errors = (tokens.to(at::kFloat) - wanted).square().mean(-1).mean(-1);  // [B/R]
  const std::vector<int64_t> shape = {batch.size, batch.target.length};
  const Tensor asked = view_of(batch.target.mask, shape, device);  // [B,T]
  return loss_of(errors.repeat_interleave(batch.per_image).unsqueeze(1) * asked, batch);
}

BatchLoss forward(const TrainedModel& model, const data::Batch& batch,
                  const ForwardOptions& options) {
  if (model.teacher) return forward_codes(*model.lion, *model.teacher, batch, options);
  return model.ram ? forward_tags(*model.ram, batch) : forward(*model.lion, batch, options);
}

std::string find_not_finite(const TrainedModel& model, const data::Batch& batch,
                            const ForwardOptions& options) {
  for (const float pixel : batch.pixels) {
    if (!std::isfinite(pixel)) return "the pixels of its images";
  }
  for (const auto& item : model.network().named_parameters()) {
    if (!at::isfinite(item.value()).all().item<bool>()) return str("parameter ", item.key());
  }
  const at::NoGradGuard no_grad;
  const nn::FiniteScope finite;
  forward(model, batch, options.without_chance());
  if (!finite.first()) return "no module without dropout: the loss itself overflowed";
  for (const auto& item : model.network().named_modules()) {
    if (item.value().get() == finite.first()) return str("module ", item.key());
  }
  throw InternalError("find_not_finite: a module that is not the network's.");
}

}  // namespace lion::train
