#pragma once
/// CPU kernels for the steps of inference and training that ATen leaves slow. No autograd: the
/// caller checks GradMode, or asks for the gradients by name. All tensors are dense (contiguous) on
/// the CPU; results are new tensors. Sums are in float. A row's result never depends, to the bit,
/// on the other rows of the call, on how many they are or on the number of threads, so a request
/// gives the same ids alone and in a batch. Every function throws InputError for a wrong type,
/// shape, layout or device, or for an `isa` that the processor lacks. With AVX512_BF16, subnormal
/// bf16 numbers count as zero. Letters: R rows, K width of a sum, N outputs, D width of a row, H
/// heads, C capacity of a pool, T longest past.

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <optional>
#include <span>

#include "lion/nn/kernels/isa.h"

namespace lion::nn::kernels {

/// Most rows that `gemv` takes at once. With more, at::linear is faster where rows need not be
/// independent of each other.
inline constexpr int64_t kMaxGemvRows = 16;

/// x weight^T + bias, for few rows at the speed of reading the weight. More rows than kMaxGemvRows
/// are taken in groups of as many, which share one pass over the weight.
/// x [R,K] with R >= 1, weight [N,K], bias [N] if any: all bf16 or all float; the weight may lie at
/// any address (a memory-mapped file). Returns [R,N] of `out_type`: float, or
/// bf16 where the inputs are bf16.
at::Tensor gemv(const at::Tensor& x, const at::Tensor& weight,
                const std::optional<at::Tensor>& bias, at::ScalarType out_type,
                Isa isa = best_isa());

/// weight * (x / sqrt(mean(x^2) + eps)) over the last size, as T5 normalises (no mean, no bias).
/// x [...,D] float or bf16, weight [D] float. Returns x's shape in `out_type` (float or bf16),
/// rounded once at the end.
at::Tensor rms_norm(const at::Tensor& x, const at::Tensor& weight, double eps,
                    at::ScalarType out_type, Isa isa = best_isa());

/// The gradients of `rms_norm`, to x and to weight.
/// gradient, of the result: [...,D] float or bf16; x [...,D] and weight [D] float. Returns [...,D]
/// and [D] in float.
struct NormGradients {
  at::Tensor x, weight;
};
NormGradients rms_norm_gradients(const at::Tensor& gradient, const at::Tensor& x,
                                 const at::Tensor& weight, double eps, Isa isa = best_isa());

/// softmax(scale * scores + bias) over the last size.
/// scores [B,H,T,S] float or bf16; bias float, of the same shape or of 1 where it is for all, but
/// S long. Returns scores' shape and type, rounded once.
at::Tensor softmax(const at::Tensor& scores, double scale, const at::Tensor& bias,
                   Isa isa = best_isa());

/// The gradients of `softmax`, from its result and the gradient of that, both [...,S] of one type,
/// float or bf16. Returns that of the scores in this type and, where asked for, that of a bias of
/// the same shape in float.
struct SoftmaxGradients {
  at::Tensor scores, bias;
};
SoftmaxGradients softmax_gradients(const at::Tensor& gradient, const at::Tensor& result,
                                   double scale, bool for_bias, Isa isa = best_isa());

/// weight * (x - mean) / sqrt(variance + eps) + bias over the last size; the variance is the mean
/// of squared distances. x [...,D] float or bf16, weight and bias [D] float. Returns x's shape in
/// `out_type` (float or bf16), rounded once at the end.
at::Tensor layer_norm(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                      double eps, at::ScalarType out_type, Isa isa = best_isa());

/// x Phi(x), the exact (erf) GELU, within 1.2e-7 max(1, |x|) before rounding.
/// x of any shape, float or bf16. Returns x's shape and type.
at::Tensor gelu(const at::Tensor& x, Isa isa = best_isa());

/// gelu(gate) * value, rounded once at the end. gate and value: same shape, float or bf16. Returns
/// their shape and type.
at::Tensor gated_gelu(const at::Tensor& gate, const at::Tensor& value, Isa isa = best_isa());

/// Self-attention of one new token per row over a pooled cache, without scaling (T5).
/// q [R,H,K]; keys and values [C,H,K] of q's type, float or bf16. slots[r], not empty, lists the
/// places in the pool of row r's tokens, oldest first, the new one's own last; lengths may differ.
/// bias [H,T] float with T >= the longest: bias[h][d] is added to the score of the key d tokens
/// back (0: the newest). Returns [R,H,K] of q's type. A row whose scores are all -inf gives NaN,
/// as softmax does.
at::Tensor decode_attention(const at::Tensor& q, const at::Tensor& keys, const at::Tensor& values,
                            std::span<const std::span<const int32_t>> slots, const at::Tensor& bias,
                            Isa isa = best_isa());

/// The same from ATen's operators, on any device and with any strides; scores and sums in float.
at::Tensor decode_attention_reference(const at::Tensor& q, const at::Tensor& keys,
                                      const at::Tensor& values,
                                      std::span<const std::span<const int32_t>> slots,
                                      const at::Tensor& bias);

}  // namespace lion::nn::kernels
