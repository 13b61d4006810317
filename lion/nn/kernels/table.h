#pragma once
/// What an instruction set provides: a few functions over raw pointers. Internal to the folder.
/// The files that implement them are compiled with flags that not every processor can run, so they
/// instantiate nothing that the linker might merge with code of the generic files: no std, no ATen.

#include <cstdint>

#include "lion/nn/kernels/isa.h"

namespace lion::nn::kernels {

/// A bfloat16 as its bits.
using Bf16 = uint16_t;

enum class Type { kFloat, kBf16 };

/// Most rows of a `GemvTask`.
inline constexpr int64_t kMostGemvRows = 16;

/// Bytes of a row that lie together in the x of `GemvTask`: one cache line.
inline constexpr int64_t kGemvChunkBytes = 64;

/// out[r,n] = sum_k x[r,k] * weight[n,k] + bias[n], all dense.
struct GemvTask {
  Type type;           ///< of x, weight and bias
  Type out_type;       ///< kFloat where `type` is
  const void* x;       ///< [chunks of the width, rows, chunk]; the last chunk ends in zeros
  const void* weight;  ///< [outputs, width], aligned to its element only
  const void* bias;    ///< [outputs] or null
  void* out;           ///< [rows, outputs]
  int64_t rows;
  int64_t width;
  int64_t outputs;
};

/// out = weight * (x - mean) / sqrt(variance + eps) + bias per row; without a bias (RMS norm) the
/// mean is left out, so the variance is the mean of squares.
struct NormTask {
  Type type;            ///< of x
  Type out_type;        ///< of out
  const void* x;        ///< [rows, width]
  const float* weight;  ///< [width]
  const float* bias;    ///< [width] or null
  void* out;            ///< [rows, width]
  int64_t width;
  float eps;
};

/// The gradient of the RMS norm of `x`, from that of its result, per row; `weight_gradient` gets
/// the sum over rows added. Source: d/dx of w x / sqrt(mean(x^2) + eps).
struct NormGradientTask {
  Type type;             ///< of gradient
  const void* gradient;  ///< [rows, width]
  const float* x;        ///< [rows, width]
  const float* weight;   ///< [width]
  float* x_gradient;     ///< [rows, width]
  int64_t width;
  float eps;
};

/// out = softmax(scale * scores + bias) per row of `width`.
struct SoftmaxTask {
  Type type;           ///< of scores and out
  const void* scores;  ///< [batch, heads, rows, width]
  const float* bias;   ///< the same shape, by strides that may be 0; dense in `width`
  void* out;           ///< as scores
  int64_t heads;
  int64_t rows;
  int64_t width;
  int64_t bias_strides[3];  ///< of batch, heads and rows
  float scale;
};

/// The gradient of a softmax from its result and that one's gradient, per row of `width`:
/// result * (gradient - sum(result * gradient)), times `scale` for the scores.
struct SoftmaxGradientTask {
  Type type;             ///< of result, gradient and out
  const void* result;    ///< [rows, width]
  const void* gradient;  ///< [rows, width]
  void* out;             ///< [rows, width], of the scores
  float* bias_out;       ///< [rows, width], of the bias; or null
  int64_t width;
  float scale;
};

/// out = gelu(gate) * value, elementwise; a null value stands for ones.
struct GeluTask {
  Type type;  ///< of all
  const void* gate;
  const void* value;
  void* out;
};

/// One new token per row over a pool of keys and values (kernels.h, `decode_attention`).
struct AttentionTask {
  Type type;           ///< of q, keys, values and out
  const void* q;       ///< [rows, heads, width]
  const void* keys;    ///< [capacity, heads, width]
  const void* values;  ///< [capacity, heads, width]
  const float* bias;   ///< [heads, bias_stride]
  void* out;           ///< [rows, heads, width]
  int64_t heads;
  int64_t width;
  int64_t bias_stride;
};

struct KernelTable {
  /// Outputs [begin, end) of all rows.
  void (*gemv)(const GemvTask& task, int64_t begin, int64_t end);
  /// Rows [begin, end).
  void (*norm)(const NormTask& task, int64_t begin, int64_t end);
  /// Rows [begin, end).
  void (*norm_gradient)(const NormGradientTask& task, int64_t begin, int64_t end,
                        float* weight_gradient);
  /// `row[width]` is scratch.
  void (*softmax)(const SoftmaxTask& task, int64_t begin, int64_t end, float* row);
  void (*softmax_gradient)(const SoftmaxGradientTask& task, int64_t begin, int64_t end);
  /// Elements [begin, end).
  void (*gelu)(const GeluTask& task, int64_t begin, int64_t end);
  /// Head `head` of row `row`, whose keys are in `slots[length]`; `scores[length]` is scratch.
  void (*attention)(const AttentionTask& task, int64_t row, int64_t head, const int32_t* slots,
                    int64_t length, float* scores);
};

/// The functions of `isa`. Throws InputError if this processor lacks it.
const KernelTable& table(Isa isa);

const KernelTable& portable_table();
const KernelTable& avx2_table();
const KernelTable& avx512_table();
const KernelTable& avx512_bf16_table();

}  // namespace lion::nn::kernels
