#pragma once
/// T5's relative position bias: one learned number per bucket of distance and head, added to the
/// scores. Source: T5 (Raffel 2020); docs/architecture.md.

#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>

namespace lion::models {

enum class Direction { kBidirectional, kCausal };

/// The bucket of a key that lies `relative` = key - query positions away, for `buckets` buckets
/// and distances up to `max_distance`. The logarithm is float32, as in the reference.
int64_t relative_bucket(int64_t relative, Direction direction, int64_t buckets,
                        int64_t max_distance);

/// Key: weight [buckets,H]. Kept in float32.
class RelativeBiasImpl : public torch::nn::Module {
 public:
  RelativeBiasImpl(int64_t buckets, int64_t max_distance, int64_t heads, Direction direction);

  /// The bias between n queries and n keys at the same positions: [1,H,n,n].
  at::Tensor forward(int64_t n) const;

  /// The bias of keys 0, 1, ..., n-1 positions back: [H,n]. For decoding one token at a time.
  at::Tensor backwards(int64_t n) const;

  at::Tensor weight;

 private:
  int64_t buckets_, max_distance_;
  Direction direction_;
};
TORCH_MODULE(RelativeBias);

}  // namespace lion::models
