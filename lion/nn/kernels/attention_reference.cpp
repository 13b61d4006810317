#include <ATen/ops/arange.h>
#include <ATen/ops/bmm.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/where.h>

#include <limits>

#include "lion/nn/kernels/checks.h"
#include "lion/nn/kernels/kernels.h"

namespace lion::nn::kernels {

at::Tensor decode_attention_reference(const at::Tensor& q, const at::Tensor& keys,
                                      const at::Tensor& values,
                                      std::span<const std::span<const int32_t>> slots,
                                      const at::Tensor& bias) {
  const int64_t longest = check_attention(q, keys, values, slots, bias);
  const int64_t rows = q.size(0);
  const int64_t heads = q.size(1);
  const int64_t width = q.size(2);
  // Column t holds the token t steps back. Places beyond a row's past repeat its newest slot, which
  // is sure to hold finite numbers; their weight is zero.
  at::Tensor index = at::empty({rows, longest}, at::kLong);
  at::Tensor length = at::empty({rows, 1, 1}, at::kLong);
  auto* const places = index.mutable_data_ptr<int64_t>();
  for (int64_t r = 0; r < rows; ++r) {
    const auto count = static_cast<int64_t>(slots[r].size());
    length.mutable_data_ptr<int64_t>()[r] = count;
    for (int64_t t = 0; t < longest; ++t) {
      places[r * longest + t] = slots[r][t < count ? count - 1 - t : count - 1];
    }
  }
  index = index.flatten().to(q.device());
  length = length.to(q.device());
  const auto gather = [&](const at::Tensor& pool) {
    return pool.index_select(0, index)
        .to(at::kFloat)
        .view({rows, longest, heads, width})
        .transpose(1, 2)
        .reshape({rows * heads, longest, width});  // [RH,T,K]
  };
  const at::Tensor query = q.to(at::kFloat).reshape({rows * heads, width, 1});
  at::Tensor scores = at::bmm(gather(keys), query).view({rows, heads, longest});  // [R,H,T]
  scores = scores.add(bias.slice(1, 0, longest));
  const at::Tensor past = at::arange(longest, length.options()).lt(length);  // [R,1,T]
  scores = at::where(past, scores, -std::numeric_limits<float>::infinity());
  const at::Tensor weights = at::softmax(scores, -1).view({rows * heads, 1, longest});
  return at::bmm(weights, gather(values)).view({rows, heads, width}).to(q.scalar_type());
}

}  // namespace lion::nn::kernels
