#include "lion/train/muon.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "lion/base/error.h"

namespace lion::train {
namespace {

constexpr double kMomentum = 0.95;
constexpr int kIterations = 5;
constexpr double kElementStep = 0.2;  ///< AdamW's usual root mean square

}  // namespace

bool is_layer_matrix(std::string_view name, const at::Tensor& parameter) {
  const auto has = [name](std::string_view part) {
    return name.find(part) != std::string_view::npos;
  };
  return parameter.dim() == 2 && name.ends_with(".weight") && (has(".block") || has(".layer")) &&
         !has("relative_attention_bias");
}

at::Tensor orthogonalize(const at::Tensor& matrices) {
  LION_CHECK(matrices.dim() == 3, "matrices of one shape, one after the other");
  const bool is_tall = matrices.size(1) > matrices.size(2);
  at::Tensor x = is_tall ? matrices.transpose(1, 2) : matrices;
  x = x / (x.norm(2, {1, 2}, /*keepdim=*/true) + 1e-7);
  for (int i = 0; i < kIterations; ++i) {
    const at::Tensor square = x.matmul(x.transpose(1, 2));
    x = 3.4445 * x + (-4.7750 * square + 2.0315 * square.matmul(square)).matmul(x);
  }
  return is_tall ? x.transpose(1, 2) : x;
}

void muon_step(const std::vector<at::Tensor>& parameters, const std::vector<at::Tensor>& momenta,
               double rate, double weight_decay, at::ScalarType precision) {
  const at::NoGradGuard no_grad;
  std::map<std::pair<int64_t, int64_t>, std::vector<size_t>> shapes;
  for (size_t i = 0; i < parameters.size(); ++i) {
    shapes[{parameters[i].size(0), parameters[i].size(1)}].push_back(i);
  }
  for (const auto& [shape, members] : shapes) {
    std::vector<at::Tensor> ahead;
    for (const size_t i : members) {
      const at::Tensor gradient = parameters[i].grad();
      momenta[i].mul_(kMomentum).add_(gradient);
      ahead.push_back(gradient + kMomentum * momenta[i]);
    }
    const at::Tensor steps = orthogonalize(at::stack(ahead).to(precision)).to(at::kFloat);
    const double size =
        kElementStep * std::sqrt(static_cast<double>(std::max(shape.first, shape.second)));
    for (size_t i = 0; i < members.size(); ++i) {
      at::Tensor parameter = parameters[members[i]];
      parameter.mul_(1 - rate * weight_decay).sub_(steps[static_cast<int64_t>(i)], rate * size);
    }
  }
}

}  // namespace lion::train
