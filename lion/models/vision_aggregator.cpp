#include "lion/models/vision_aggregator.h"

#include <torch/torch.h>

#include "lion/base/error.h"
#include "lion/nn/activation_checkpoint.h"
#include "lion/nn/parameter.h"

namespace lion::models {

using at::Tensor;

AggregatorBlockImpl::AggregatorBlockImpl(const AggregatorConfig& config, int64_t width)
    : attention(width, config.num_heads, config.ln_eps, width),
      crossattention(width, config.num_heads, config.ln_eps, width),
      ffn(*this, "intermediate", "output", width, config.intermediate_size, config.ln_eps) {
  register_module("attention", attention);
  register_module("crossattention", crossattention);
}

Tensor AggregatorBlockImpl::forward(const Tensor& x, const Tensor& y) const {
  return ffn.forward(crossattention->forward(attention->forward(x, x), y));
}

VisionAggregatorImpl::VisionAggregatorImpl(const AggregatorConfig& config, int64_t width) {
  for (size_t i = 1; i < config.layers.size(); ++i) blocks.emplace_back(config, width);
  nn::add_list(*this, "blocks", blocks);
}

Tensor VisionAggregatorImpl::forward(std::span<const Tensor> taps) const {
  LION_CHECK(taps.size() == blocks.size() + 1, taps.size(), " taps");
  Tensor x = taps[0];
  for (size_t i = 0; i < blocks.size(); ++i) {
    x = nn::checkpointed(
        *blocks[i],
        [block = blocks[i]](const std::vector<Tensor>& in) { return block->forward(in[0], in[1]); },
        {x, taps[i + 1]});
  }
  return x;
}

}  // namespace lion::models
