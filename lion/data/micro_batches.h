#pragma once
/// Shards the samples of a step over processes, in groups that go through the network together.

#include <cstdint>
#include <span>
#include <vector>

namespace lion::data {

enum class Grouping {
  kInOrder,   ///< the step's order, cut into equal parts
  kByLength,  ///< groups of similar length: little padding, and similar work for all processes
};

struct ShardOptions {
  Grouping grouping = Grouping::kByLength;
  int64_t micro_batch = 8;  ///< samples a group
  int64_t world = 1;        ///< processes

  /// Throws InputError unless a batch of `batch` samples gives every process the same number of
  /// groups.
  void validate(int64_t batch) const;
};

/// For each process its groups, and for each group the places of its samples in the step's batch.
using MicroBatchShards = std::vector<std::vector<std::vector<int64_t>>>;

/// `lengths` has one number per sample of the step, in any unit that tells its work (kInOrder looks
/// only at their count). Every process computes the same shards. Throws InputError as
/// ShardOptions::validate does.
MicroBatchShards shard_micro_batches(std::span<const int64_t> lengths, const ShardOptions& options);

}  // namespace lion::data
