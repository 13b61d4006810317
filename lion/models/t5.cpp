#include "lion/models/t5.h"

#include <torch/torch.h>

#include <algorithm>
#include <limits>

#include "lion/base/error.h"
#include "lion/nn/activation_checkpoint.h"
#include "lion/nn/attention.h"
#include "lion/nn/dropout.h"
#include "lion/nn/parameter.h"
#include "lion/nn/shape.h"

namespace lion::models {

using at::Tensor;

namespace {

/// finfo(float32).min, as the reference masks: -inf would turn a fully masked row into NaN.
constexpr double kMaskedScore = std::numeric_limits<float>::lowest();

RelativeBias make_bias(const T5Config& config, Direction direction, bool first) {
  if (!first) return RelativeBias(nullptr);
  return RelativeBias(config.relative_attention_num_buckets, config.relative_attention_max_distance,
                      config.num_heads, direction);
}

}  // namespace

T5EncoderBlockImpl::T5EncoderBlockImpl(const T5Config& config, const AdapterConfig& adapter,
                                       bool first)
    : self_attention(config, "SelfAttention", make_bias(config, Direction::kBidirectional, first)),
      feed_forward(config, adapter) {
  nn::add_group(*this, "layer", {{"0", self_attention.ptr()}, {"1", feed_forward.ptr()}});
}

Tensor T5EncoderBlockImpl::forward(const Tensor& x, const Tensor& bias, const Tensor& level) const {
  return feed_forward->forward(self_attention->self(x, bias), level);
}

T5EncoderImpl::T5EncoderImpl(const T5Config& config, const AdapterConfig& adapter)
    : final_layer_norm(config.d_model, config.layer_norm_epsilon) {
  for (int64_t i = 0; i < config.num_layers; ++i) blocks.emplace_back(config, adapter, i == 0);
  nn::add_list(*this, "block", blocks);
  register_module("final_layer_norm", final_layer_norm);
}

T5EncoderImpl::Output T5EncoderImpl::forward(const Tensor& embeds, const Tensor& attention_mask,
                                             const Tensor& level) const {
  nn::check_shape(attention_mask, {embeds.size(0), embeds.size(1)}, "T5Encoder: attention_mask");
  const RelativeBias& relative = blocks[0]->self_attention->attention->relative_attention_bias;
  const Tensor bias =
      relative->forward(embeds.size(1)) + nn::key_mask(attention_mask, kMaskedScore);  // [B,H,S,S]
  Output out;
  Tensor x = nn::dropout(embeds.to(at::kFloat));
  for (const T5EncoderBlock& block : blocks) {
    x = nn::checkpointed(
        *block,
        [block](const std::vector<Tensor>& in) { return block->forward(in[0], in[1], in[2]); },
        {x, bias, level});
    if (!out.first_block.defined()) out.first_block = x;
  }
  out.last_hidden_state = nn::dropout(final_layer_norm->forward(x, at::kFloat));
  return out;
}

T5DecoderBlockImpl::T5DecoderBlockImpl(const T5Config& config, const AdapterConfig& adapter,
                                       bool first)
    : self_attention(config, "SelfAttention", make_bias(config, Direction::kCausal, first)),
      cross_attention(config, "EncDecAttention", RelativeBias(nullptr)),
      feed_forward(config, adapter) {
  nn::add_group(
      *this, "layer",
      {{"0", self_attention.ptr()}, {"1", cross_attention.ptr()}, {"2", feed_forward.ptr()}});
}

Tensor T5DecoderBlockImpl::forward(const Tensor& x, const Tensor& bias,
                                   const Tensor& encoder_output, const Tensor& cross_attention_bias,
                                   const Tensor& level) const {
  const Tensor y = self_attention->self(x, bias);
  return feed_forward->forward(cross_attention->cross(y, encoder_output, cross_attention_bias),
                               level);
}

T5DecoderImpl::T5DecoderImpl(const T5Config& config, const AdapterConfig& adapter)
    : final_layer_norm(config.d_model, config.layer_norm_epsilon), config_(config) {
  for (int64_t i = 0; i < config.num_decoder_layers; ++i)
    blocks.emplace_back(config, adapter, i == 0);
  nn::add_list(*this, "block", blocks);
  register_module("final_layer_norm", final_layer_norm);
}

Tensor T5DecoderImpl::forward(const Tensor& embeds, const Tensor& attention_mask,
                              const Tensor& encoder_output, const Tensor& cross_attention_mask,
                              const Tensor& level) const {
  const int64_t t = embeds.size(1);
  const RelativeBias& relative = blocks[0]->self_attention->attention->relative_attention_bias;
  const Tensor causal =
      at::ones({t, t}, attention_mask.options().dtype(at::kFloat)).tril();  // [T,T]
  const Tensor kept =
      attention_mask.to(at::kFloat).unsqueeze(1).unsqueeze(1) * causal;    // [B,1,T,T]
  const Tensor bias = relative->forward(t) + (1.0 - kept) * kMaskedScore;  // [B,H,T,T]
  const Tensor cross_attention_bias =
      nn::key_mask(cross_attention_mask, kMaskedScore);  // [B,1,1,S]
  Tensor x = nn::dropout(embeds.to(at::kFloat));
  for (const T5DecoderBlock& block : blocks) {
    x = nn::checkpointed(*block,
                         [block](const std::vector<Tensor>& in) {
                           return block->forward(in[0], in[1], in[2], in[3], in[4]);
                         },
                         {x, bias, encoder_output, cross_attention_bias, level});
  }
  return nn::dropout(final_layer_norm->forward(x, at::kFloat));
}

CrossAttentionCache T5DecoderImpl::cross_attention(const Tensor& encoder_output,
                                                   int64_t level) const {
  nn::check_shape(encoder_output, {1, nn::kAny, config_.d_model}, "T5Decoder: encoder_output");
  CrossAttentionCache cross_attention;
  cross_attention.level = level;
  const Tensor typed = encoder_output.to(blocks[0]->cross_attention->attention->k->compute_type());
  for (const T5DecoderBlock& block : blocks) {
    const T5Attention& cross = block->cross_attention->attention;
    const std::vector<int64_t> shape = {encoder_output.size(1), config_.num_heads, config_.d_kv};
    cross_attention.keys.push_back(cross->k->forward(typed).view(shape));    // [S,H,K]
    cross_attention.values.push_back(cross->v->forward(typed).view(shape));  // [S,H,K]
  }
  return cross_attention;
}

DecoderCache T5DecoderImpl::make_cache() const {
  return DecoderCache(static_cast<int64_t>(blocks.size()), config_.num_heads, config_.d_kv,
                      blocks[0]
                          ->self_attention->attention->k->weight.options()
                          .dtype(blocks[0]->self_attention->attention->k->compute_type())
                          .requires_grad(false));
}

namespace {

/// Rows that read the same prompt, as positions in the batch of a step.
struct PromptGroup {
  const CrossAttentionCache* prompt;
  std::vector<int64_t> positions;
};

std::vector<PromptGroup> group_by_prompt(std::span<const int64_t> rows, const DecoderCache& cache) {
  std::vector<PromptGroup> groups;
  for (size_t i = 0; i < rows.size(); ++i) {
    const CrossAttentionCache* prompt = &cache.cross_attention(cache.prompt_of(rows[i]));
    auto it = std::find_if(groups.begin(), groups.end(),
                           [prompt](const PromptGroup& group) { return group.prompt == prompt; });
    if (it == groups.end()) it = groups.insert(it, PromptGroup{prompt, {}});
    it->positions.push_back(static_cast<int64_t>(i));
  }
  return groups;
}

/// Cross attention of one token per row: q [R,H,K] -> [R,H,K]. The keys of a prompt are read in
/// place for all its rows.
Tensor cross_attend(const Tensor& q, const std::vector<PromptGroup>& groups, size_t layer) {
  if (groups.size() == 1) {
    return nn::shared_attention(q, groups[0].prompt->keys[layer], groups[0].prompt->values[layer]);
  }
  Tensor out = at::empty_like(q);
  for (const PromptGroup& group : groups) {
    const Tensor index = at::tensor(group.positions, at::kLong).to(q.device());
    out.index_copy_(0, index,
                    nn::shared_attention(q.index_select(0, index), group.prompt->keys[layer],
                                         group.prompt->values[layer]));
  }
  return out;
}

}  // namespace

Tensor T5DecoderImpl::step(const Tensor& embeds, std::span<const int64_t> rows,
                           DecoderCache& cache) const {
  nn::check_shape(embeds, {static_cast<int64_t>(rows.size()), 1, config_.d_model},
                  "T5Decoder: embeds");
  const at::NoGradGuard no_grad;
  const std::vector<int32_t> added = cache.extend(rows);
  try {
    return advance(embeds, rows, added, cache);
  } catch (...) {
    cache.retract(rows);
    throw;
  }
}

Tensor T5DecoderImpl::advance(const Tensor& embeds, std::span<const int64_t> rows,
                              const std::vector<int32_t>& added, DecoderCache& cache) const {
  // Everything here treats rows one by one: products by this declaration, norms, gates and
  // attention because their kernels do, the rest element by element.
  constexpr nn::Rows kRows = nn::Rows::kIndependent;
  const auto r = static_cast<int64_t>(rows.size());
  const int64_t h = config_.num_heads;
  const int64_t k = config_.d_kv;
  const Tensor added_index =
      at::tensor(std::vector<int64_t>(added.begin(), added.end()), at::kLong).to(embeds.device());
  std::vector<std::span<const int32_t>> pasts;
  size_t longest = 0;
  std::vector<int64_t> levels;
  for (const int64_t row : rows) {
    pasts.push_back(cache.slots(row));
    longest = std::max(longest, pasts.back().size());
    levels.push_back(cache.cross_attention(cache.prompt_of(row)).level);
  }
  const Tensor level = at::tensor(levels, at::kLong).to(embeds.device());
  const std::vector<PromptGroup> groups = group_by_prompt(rows, cache);
  const Tensor bias = blocks[0]->self_attention->attention->relative_attention_bias->backwards(
      static_cast<int64_t>(longest));  // [H,T]

  Tensor x = embeds.to(at::kFloat);  // [R,1,D]
  for (size_t i = 0; i < blocks.size(); ++i) {
    const T5DecoderBlock& block = blocks[i];
    const T5Attention& self = block->self_attention->attention;
    const Tensor n = block->self_attention->normed(x);
    cache.keys(i).index_copy_(0, added_index, self->k->forward(n, kRows).view({r, h, k}));
    cache.values(i).index_copy_(0, added_index, self->v->forward(n, kRows).view({r, h, k}));
    const Tensor attended =
        nn::step_attention(self->q->forward(n, kRows).view({r, h, k}), cache.keys(i),
                           cache.values(i), pasts, bias);  // [R,H,K]
    x = x + self->o->forward(attended.view({r, 1, h * k}), kRows);

    const T5Attention& cross = block->cross_attention->attention;
    const Tensor q = cross->q->forward(block->cross_attention->normed(x), kRows).view({r, h, k});
    x = x + cross->o->forward(cross_attend(q, groups, i).view({r, 1, h * k}), kRows);
    x = block->feed_forward->forward(x, level, kRows);
  }
  return final_layer_norm->forward(x, at::kFloat);
}

T5Impl::T5Impl(const T5Config& config, const AdapterConfig& adapter)
    : shared(config.vocab_size, config.d_model),
      encoder(config, adapter),
      decoder(config, adapter),
      lm_head(config.d_model, config.vocab_size, nn::Bias::kNo) {
  register_module("shared", shared);
  register_module("encoder", encoder);
  register_module("decoder", decoder);
  register_module("lm_head", lm_head);
}

Tensor T5Impl::decode(const Tensor& decoder_ids, const Tensor& attention_mask,
                      const Tensor& encoder_output, const Tensor& cross_attention_mask,
                      const Tensor& level) const {
  return lm_head->forward_float(decoder->forward(shared->forward(decoder_ids), attention_mask,
                                                 encoder_output, cross_attention_mask, level));
}

Tensor T5Impl::step(const Tensor& ids, std::span<const int64_t> rows, DecoderCache& cache) const {
  nn::check_shape(ids, {static_cast<int64_t>(rows.size())}, "T5: ids");
  const at::NoGradGuard no_grad;
  const Tensor embeds = shared->forward(ids).unsqueeze(1);  // [R,1,D]
  const Tensor x = decoder->step(embeds, rows, cache);      // [R,1,D]
  try {
    return lm_head->forward_float(x, nn::Rows::kIndependent).squeeze(1);  // [R,vocabulary]
  } catch (...) {
    cache.retract(rows);
    throw;
  }
}

Tensor shift_right(const Tensor& labels) {
  const Tensor start = at::zeros({labels.size(0), 1}, labels.options());
  const Tensor shifted = at::cat({start, labels.slice(1, 0, labels.size(1) - 1)}, 1);  // [B,T]
  return shifted.masked_fill(shifted == -100, 0);
}

}  // namespace lion::models
