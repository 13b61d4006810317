#include "lion/models/relative_bias.h"

#include <torch/torch.h>

#include <cmath>
#include <vector>

#include "lion/nn/parameter.h"

namespace lion::models {

using at::Tensor;

int64_t relative_bucket(int64_t relative, Direction direction, int64_t buckets,
                        int64_t max_distance) {
  int64_t offset = 0;
  int64_t distance = 0;
  if (direction == Direction::kBidirectional) {
    buckets /= 2;
    offset = relative > 0 ? buckets : 0;
    distance = std::abs(relative);
  } else {
    distance = std::max<int64_t>(-relative, 0);
  }
  const int64_t exact = buckets / 2;
  if (distance < exact) return offset + distance;
  const float ratio =
      std::log(static_cast<float>(distance) / static_cast<float>(exact)) /
      static_cast<float>(std::log(static_cast<double>(max_distance) / static_cast<double>(exact)));
  const auto large = exact + static_cast<int64_t>(ratio * static_cast<float>(buckets - exact));
  return offset + std::min(large, buckets - 1);
}

RelativeBiasImpl::RelativeBiasImpl(int64_t buckets, int64_t max_distance, int64_t heads,
                                   Direction direction)
    : weight(nn::add_parameter(*this, "weight", {buckets, heads})),
      buckets_(buckets),
      max_distance_(max_distance),
      direction_(direction) {}

Tensor RelativeBiasImpl::forward(int64_t n) const {
  // All pairs share 2n-1 distances: look those up once, then slide a window over them.
  std::vector<int64_t> ids;
  for (int64_t r = -(n - 1); r <= n - 1; ++r) {
    ids.push_back(relative_bucket(r, direction_, buckets_, max_distance_));
  }
  const Tensor index = at::tensor(ids, at::kLong).to(weight.device());
  const Tensor by_distance = weight.index_select(0, index).t();  // [H,2n-1], distance -(n-1) first
  // unfold gives window i = distances i-(n-1) .. i: the row of query n-1-i.
  return by_distance.unfold(1, n, 1).flip(1).unsqueeze(0);  // [1,H,n,n]
}

Tensor RelativeBiasImpl::backwards(int64_t n) const {
  std::vector<int64_t> ids;
  for (int64_t d = 0; d < n; ++d)
    ids.push_back(relative_bucket(-d, direction_, buckets_, max_distance_));
  const Tensor index = at::tensor(ids, at::kLong).to(weight.device());
  return weight.index_select(0, index).t().contiguous();  // [H,n]
}

}  // namespace lion::models
