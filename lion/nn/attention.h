#pragma once
/// Multi-head attention as a function of already projected tensors.

#include <ATen/core/Tensor.h>

#include <span>

namespace lion::nn {

/// [B,N,H*K] -> [B,H,N,K]; a view.
at::Tensor split_heads(const at::Tensor& x, int64_t heads);

/// [B,H,N,K] -> [B,N,H*K].
at::Tensor merge_heads(const at::Tensor& x);

/// softmax(scale * q k^T + bias) v with a float32 softmax: q [B,H,T,K], k and v [B,H,S,K], bias
/// broadcastable to [B,H,T,S] or undefined -> [B,H,T,K].
at::Tensor attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, double scale,
                     const at::Tensor& bias = {});

/// Self attention of one new token per row over a pool of past keys and values: q [R,H,K]; keys,
/// values [capacity,H,K]; slots[r] are the places of row r's past, oldest first, its new token
/// last; bias [H,T] by distance back. No scaling (T5). -> [R,H,K]. A row never sees another row's
/// past.
at::Tensor step_attention(const at::Tensor& q, const at::Tensor& keys, const at::Tensor& values,
                          std::span<const std::span<const int32_t>> slots, const at::Tensor& bias);

/// Attention of one token per row to keys that all rows share, no bias and no scaling: q [R,H,K];
/// keys, values [S,H,K] -> [R,H,K]. For decoding: no gradients.
at::Tensor shared_attention(const at::Tensor& q, const at::Tensor& keys, const at::Tensor& values);

/// What to add to scores so that masked keys get no weight: attention_mask [B,S] of 0 and 1 ->
/// [B,1,1,S], 0 where kept and `low` elsewhere.
at::Tensor key_mask(const at::Tensor& attention_mask, double low);

}  // namespace lion::nn
