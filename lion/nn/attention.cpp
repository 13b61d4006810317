#include "lion/nn/attention.h"

#include <torch/torch.h>

#include <mutex>
#include <numeric>
#include <optional>
#include <vector>

#include "lion/nn/activation_checkpoint.h"
#include "lion/nn/dropout.h"
#include "lion/nn/inference.h"
#include "lion/nn/kernels/kernels.h"

namespace lion::nn {

at::Tensor split_heads(const at::Tensor& x, int64_t heads) {
  return x.view({x.size(0), x.size(1), heads, x.size(2) / heads}).transpose(1, 2);
}

at::Tensor merge_heads(const at::Tensor& x) {
  return x.transpose(1, 2).reshape({x.size(0), x.size(2), x.size(1) * x.size(3)});
}

namespace {

/// Our kernel with its gradient.
struct BiasedSoftmax : torch::autograd::Function<BiasedSoftmax> {
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& scores,
                            double scale, const at::Tensor& bias) {
    at::Tensor probabilities = kernels::softmax(scores.contiguous(), scale, bias);
    context->save_for_backward({probabilities});
    context->saved_data["scale"] = scale;
    context->saved_data["bias_sizes"] = bias.sizes();
    context->saved_data["for_bias"] = bias.requires_grad();
    return probabilities;
  }
  static std::vector<at::Tensor> backward(torch::autograd::AutogradContext* context,
                                          const std::vector<at::Tensor>& gradients) {
    auto [scores, bias] = kernels::softmax_gradients(
        gradients[0].contiguous(), context->get_saved_variables()[0],
        context->saved_data["scale"].toDouble(), context->saved_data["for_bias"].toBool());
    if (bias.defined()) bias = bias.sum_to_size(context->saved_data["bias_sizes"].toIntVector());
    return {scores, at::Tensor(), bias};
  }
};

/// softmax(scale * scores + bias) in float, of scores' type.
at::Tensor biased_softmax(const at::Tensor& scores, double scale, const at::Tensor& bias) {
  const bool known = scores.scalar_type() == at::kFloat || scores.scalar_type() == at::kBFloat16;
  if (scores.is_cpu() && known) return BiasedSoftmax::apply(scores, scale, bias);
  return at::softmax(scores.to(at::kFloat) * scale + bias, -1).to(scores.scalar_type());
}

/// From plain products: the scores are kept.
at::Tensor plain_attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                           double scale, const at::Tensor& bias) {
  const at::Tensor scores = at::matmul(q, k.transpose(-2, -1));  // [B,H,T,S]
  const at::Tensor probabilities = biased_softmax(
      scores, scale, bias.defined() ? bias : at::zeros({1, 1, 1, k.size(2)}, at::kFloat));
  return at::matmul(dropout(probabilities), v);
}

/// ATen's fused kernel cannot train a bias. On CPUs, it takes twice as long in training where
/// scores are few: its products are many and tiny.
bool prefers_plain(const at::Tensor& q, const at::Tensor& k, const at::Tensor& bias) {
  constexpr int64_t kFewScores = 160 * 160;
  if (bias.defined() && bias.requires_grad()) return true;
  const bool trains = at::GradMode::is_enabled() || runs_in_checkpoint();
  return trains && q.is_cpu() && q.size(2) * k.size(2) <= kFewScores;
}

/// CUDA's kernels read a mask as if it were of q's type (pytorch/pytorch#191612), and a first block
/// of keys that are all at minus infinity, which -3.4e38 becomes in bfloat16, gives NaN.
at::Tensor mask_for(const at::Tensor& q, const at::Tensor& bias) {
  if (q.is_cpu()) return bias;
  constexpr double kLowest = -1e38;
  return bias.clamp_min(kLowest).to(q.scalar_type());
}

/// cuDNN's attention is not used: its gradients under a mask are NaN for some lengths
/// (pytorch/pytorch#196678), and it plans again for every shape, which takes longer than a small
/// model's whole step. The switch is the process's, so it is off during our own calls only; the
/// first of several threads to come and the last to go move it.
class WithoutCuDnn {
 public:
  WithoutCuDnn() {
    const std::scoped_lock lock(mutex());
    if (users()++ > 0) return;
    before() = at::globalContext().userEnabledCuDNNSDP();
    at::globalContext().setSDPUseCuDNN(false);
  }
  ~WithoutCuDnn() {
    const std::scoped_lock lock(mutex());
    if (--users() == 0) at::globalContext().setSDPUseCuDNN(before());
  }
  WithoutCuDnn(const WithoutCuDnn&) = delete;
  WithoutCuDnn& operator=(const WithoutCuDnn&) = delete;

 private:
  static std::mutex& mutex() {
    static std::mutex one;
    return one;
  }
  static int& users() {
    static int count = 0;
    return count;
  }
  static bool& before() {
    static bool enabled = true;
    return enabled;
  }
};

}  // namespace

at::Tensor attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, double scale,
                     const at::Tensor& bias) {
  if (prefers_plain(q, k, bias)) return plain_attention(q, k, v, scale, bias);
  std::optional<WithoutCuDnn> without_cudnn;
  if (q.is_cuda()) without_cudnn.emplace();
  const auto mask = bias.defined() ? std::optional(mask_for(q, bias)) : std::nullopt;
  return at::scaled_dot_product_attention(q, k, v, mask, dropout_rate(), /*is_causal=*/false,
                                          scale);
}

at::Tensor step_attention(const at::Tensor& q, const at::Tensor& keys, const at::Tensor& values,
                          std::span<const std::span<const int32_t>> slots, const at::Tensor& bias) {
  if (use_cpu_kernel({q, keys, values}))
    return kernels::decode_attention(q, keys, values, slots, bias);
  return kernels::decode_attention_reference(q, keys, values, slots, bias);
}

at::Tensor shared_attention(const at::Tensor& q, const at::Tensor& keys, const at::Tensor& values) {
  const int64_t s = keys.size(0);
  if (use_cpu_kernel({q, keys, values})) {
    std::vector<int32_t> all(static_cast<size_t>(s));
    std::iota(all.begin(), all.end(), 0);
    const std::vector<std::span<const int32_t>> slots(static_cast<size_t>(q.size(0)), all);
    return kernels::decode_attention(q, keys, values, slots, at::zeros({q.size(1), s}));
  }
  // The rows are the queries of one attention: [1,H,R,K] against [1,H,S,K].
  const auto heads_first = [](const at::Tensor& x) { return x.transpose(0, 1).unsqueeze(0); };
  return attention(heads_first(q), heads_first(keys), heads_first(values), 1.0)
      .squeeze(0)
      .transpose(0, 1)
      .contiguous();
}

at::Tensor key_mask(const at::Tensor& attention_mask, double low) {
  return (1.0 - attention_mask.to(at::kFloat)).mul(low).unsqueeze(1).unsqueeze(1);  // [B,1,1,S]
}

}  // namespace lion::nn
