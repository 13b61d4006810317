#include "lion/models/bert.h"

#include <torch/torch.h>

#include <cmath>

#include "lion/nn/activation.h"
#include "lion/nn/attention.h"
#include "lion/nn/dropout.h"
#include "lion/nn/parameter.h"

namespace lion::models {

using at::Tensor;
using nn::Bias;

BertAttentionImpl::BertAttentionImpl(int64_t width, int64_t heads, double eps, int64_t kv_width)
    : query(width, width, Bias::kYes),
      key(kv_width, width, Bias::kYes),
      value(kv_width, width, Bias::kYes),
      dense(width, width, Bias::kYes),
      norm(width, eps),
      heads_(heads) {
  nn::add_group(*this, "self",
                {{"query", query.ptr()}, {"key", key.ptr()}, {"value", value.ptr()}});
  nn::add_group(*this, "output", {{"dense", dense.ptr()}, {"LayerNorm", norm.ptr()}});
}

Tensor BertAttentionImpl::forward(const Tensor& x, const Tensor& kv, const Tensor& bias) const {
  const Tensor q = nn::split_heads(query->forward(x), heads_);   // [B,H,T,K]
  const Tensor k = nn::split_heads(key->forward(kv), heads_);    // [B,H,S,K]
  const Tensor v = nn::split_heads(value->forward(kv), heads_);  // [B,H,S,K]
  const double scale = 1.0 / std::sqrt(static_cast<double>(q.size(3)));
  const Tensor a = nn::merge_heads(nn::attention(q, k, v, scale, bias));  // [B,T,W]
  return norm->forward(nn::dropout(dense->forward(a)) + x);
}

BertFeedForward::BertFeedForward(torch::nn::Module& owner, const char* inner_key,
                                 const char* output_key, int64_t width, int64_t inner_width,
                                 double eps)
    : inner(width, inner_width, Bias::kYes),
      outer(inner_width, width, Bias::kYes),
      norm(width, eps) {
  nn::add_group(owner, inner_key, {{"dense", inner.ptr()}});
  nn::add_group(owner, output_key, {{"dense", outer.ptr()}, {"LayerNorm", norm.ptr()}});
}

Tensor BertFeedForward::forward(const Tensor& x) const {
  return norm->forward(nn::dropout(outer->forward(nn::gelu(inner->forward(x)))) + x);
}

}  // namespace lion::models
