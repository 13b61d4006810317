#include "lion/data/micro_batches.h"

#include <algorithm>
#include <numeric>

#include "lion/base/error.h"

namespace lion::data {

void ShardOptions::validate(int64_t batch) const {
  if (micro_batch < 1 || world < 1 || batch < 1 || batch % (world * micro_batch) != 0) {
    throw InputError(str("batch: ", batch, " samples cannot be sharded over ", world,
                         " processes in groups of ", micro_batch, " (expected a multiple of ",
                         world, " * ", micro_batch,
                         "). Change batch, micro_batch or the number of processes."));
  }
}

MicroBatchShards shard_micro_batches(std::span<const int64_t> lengths,
                                     const ShardOptions& options) {
  options.validate(std::ssize(lengths));
  std::vector<int64_t> order(lengths.size());
  std::iota(order.begin(), order.end(), 0);
  const bool by_length = options.grouping == Grouping::kByLength;
  if (by_length) {
    std::stable_sort(order.begin(), order.end(),
                     [&](int64_t a, int64_t b) { return lengths[a] > lengths[b]; });
  }
  const int64_t groups = std::ssize(lengths) / options.micro_batch;
  const int64_t rounds = groups / options.world;
  MicroBatchShards shards(options.world);
  for (int64_t g = 0; g < groups; ++g) {
    int64_t rank = g / rounds;
    if (by_length) {
      // One group each in turn, forth and back, so that nobody has the longest every time.
      rank = g % options.world;
      if (g / options.world % 2 == 1) rank = options.world - 1 - rank;
    }
    const auto first = order.begin() + g * options.micro_batch;
    shards[rank].emplace_back(first, first + options.micro_batch);
  }
  return shards;
}

}  // namespace lion::data
