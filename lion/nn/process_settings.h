#pragma once
/// LibTorch's settings are the process's: what a model needs is set around our own calls only, so
/// that a program that embeds us keeps its own.

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string_view>

namespace lion::nn {

/// `wanted` threads, but no more than the processors of this process: more of them only wait for
/// each other. Says so in the log. 0 stays 0. Throws InputError below 0; `where` names the setting.
int64_t usable_threads(int64_t wanted, std::string_view where);

/// In its scope, the calling thread computes with `count` threads; 0 leaves the setting alone.
class ThreadScope {
 public:
  explicit ThreadScope(int64_t count);
  ~ThreadScope();
  ThreadScope(const ThreadScope&) = delete;
  ThreadScope& operator=(const ThreadScope&) = delete;

 private:
  int before_ = 0;  ///< 0: nothing to restore
};

/// At its end, the CPU's random numbers go on where they were at its beginning.
class RandomScope {
 public:
  RandomScope();
  ~RandomScope();
  RandomScope(const RandomScope&) = delete;
  RandomScope& operator=(const RandomScope&) = delete;

 private:
  at::Generator generator_;
  at::Tensor state_;
};

}  // namespace lion::nn
