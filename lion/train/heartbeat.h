#pragma once
/// Heartbeats of all ranks in the shared key-value store, so that a broken run can name the rank
/// that broke it.

#include <torch/csrc/distributed/c10d/TCPStore.hpp>

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>

namespace lion::train {

class Heartbeat {
 public:
  /// Beats from now on, on a connection of its own.
  Heartbeat(c10::intrusive_ptr<c10d::Store> store, int64_t rank, int64_t world);
  ~Heartbeat();
  Heartbeat(const Heartbeat&) = delete;
  Heartbeat& operator=(const Heartbeat&) = delete;

  /// Records the failure reason of this rank.
  void give_up(const std::string& reason);

  /// Looks for the ranks that recorded a failure reason or do not beat any more (takes a few
  /// seconds): "rank 2 stopped: ...", "rank 3 sends no heartbeat". Empty when all are well.
  std::string find_failed_ranks();

 private:
  void beat();

  c10::intrusive_ptr<c10d::Store> store_;
  int64_t rank_;
  int64_t world_;
  std::atomic<bool> stop_ = false;
  std::thread thread_;
};

}  // namespace lion::train
