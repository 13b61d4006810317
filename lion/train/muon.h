#pragma once
/// Muon: momentum whose matrices are made orthogonal, so that all directions of a layer learn
/// alike.

#include <ATen/core/Tensor.h>

#include <string_view>
#include <vector>

namespace lion::train {

/// True for the weights that Muon is for: matrices of a network's layers. Not for embeddings,
/// heads, projections between networks, or what is added to attention.
bool is_layer_matrix(std::string_view name, const at::Tensor& parameter);

/// The matrices [N,R,C] with singular values near one (0.7 to 1.2) and the same singular vectors.
/// Source: Jordan 2024, five steps of Newton and Schulz with his coefficients.
at::Tensor orthogonalize(const at::Tensor& matrices);

/// One update of `parameters`, matrices with gradients; `momenta` are their running sums.
/// Nesterov's momentum of 0.95; an element moves by 0.2 x `rate` on average, as AdamW's do, so that
/// rates and decays mean what they mean there. `precision` is of the products. Source: Liu 2025,
/// "Muon is scalable for LLM training".
void muon_step(const std::vector<at::Tensor>& parameters, const std::vector<at::Tensor>& momenta,
               double rate, double weight_decay, at::ScalarType precision = at::kFloat);

}  // namespace lion::train
