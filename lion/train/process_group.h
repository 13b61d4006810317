#pragma once
/// The processes that train one model together: who they are, and sums over all of them.

#include <ATen/core/Tensor.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace lion::train {

/// This process among the others. Source: the environment variables of torchrun.
struct DistributedContext {
  int64_t rank = 0;        ///< RANK
  int64_t world = 1;       ///< WORLD_SIZE
  int64_t local_rank = 0;  ///< LOCAL_RANK: which GPU of this machine
  std::string address;     ///< MASTER_ADDR: where rank 0 is
  int64_t port = 0;        ///< MASTER_PORT
  /// TORCHELASTIC_USE_AGENT_STORE: whether torchrun itself keeps the key-value store there.
  bool agent_store = false;
};

/// Whether the processes must find each other, or only share work by number.
enum class Rendezvous { kNeeded, kNone };

/// Reads the environment; one process alone where WORLD_SIZE is not set or 1. Without rendezvous,
/// RANK and WORLD_SIZE are enough. Throws InputError naming the variable that is missing or no
/// number.
DistributedContext distributed_context(Rendezvous rendezvous = Rendezvous::kNeeded);

/// Collective calls; all ranks must make the same ones in the same order. When another rank has
/// died, hangs beyond the timeout, or gave up, they throw ResourceError with its number and, where
/// it left word, its error. Alone, all of them do nothing.
class ProcessGroup {
 public:
  /// Waits for all ranks. Gloo for CPU tensors, NCCL for CUDA ones. Throws ResourceError.
  ProcessGroup(const DistributedContext& context, at::Device device, std::chrono::seconds timeout);
  ~ProcessGroup();
  ProcessGroup(const ProcessGroup&) = delete;
  ProcessGroup& operator=(const ProcessGroup&) = delete;

  int64_t rank() const { return context_.rank; }
  int64_t world() const { return context_.world; }

  /// Replaces `tensor`, contiguous, by its sum over the ranks. A CPU tensor goes by way of the GPU
  /// where that is what the group works on.
  void sum(const at::Tensor& tensor);

  /// Begins a sum; `wait` ends it. Several may be under way.
  class Pending {
   public:
    Pending() = default;
    explicit Pending(std::function<void()> wait) : wait_(std::move(wait)) {}
    void wait() {
      if (wait_) wait_();
    }

   private:
    std::function<void()> wait_;
  };
  Pending start_sum(const at::Tensor& tensor);

  /// Replaces `tensor`, contiguous, by that of rank 0. CPU tensors as in `sum`.
  void broadcast(const at::Tensor& tensor);

  /// The text of rank 0; what the others hand in is not looked at.
  std::string broadcast(const std::string& text);

  /// Returns when all ranks have come here.
  void barrier();

  /// Leaves word for the other ranks why this one stops.
  void give_up(const std::string& reason) noexcept;

 private:
  struct Impl;
  DistributedContext context_;
  at::Device device_;
  std::unique_ptr<Impl> impl_;  ///< null alone
};

}  // namespace lion::train
