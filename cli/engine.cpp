/// Loads what computes, LibTorch and the parts of LION that need it, when it is first called:
/// help, errors of the command line and commands without a model start at once. The calls
/// come from cmake/LazyLibrary.cmake.

#include <dlfcn.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <mutex>
#include <string>
#include <thread>

#include "lion/base/cpus.h"
#include "lion/base/error.h"

extern "C" {
extern void* lion_compute_table[];
extern const uint64_t lion_compute_count;
extern const char lion_compute_names[];  // one behind the other
void* lion_compute_function(uint64_t index);
}

namespace lion::cli {
namespace {

/// OpenMP's threads spin while they wait for each other, by default for milliseconds: beside other
/// work they then take the processor from the thread they wait for, and an answer takes several
/// times as long. A short spin costs nothing on an idle machine (docs/performance.md). Its library
/// reads the environment when it is loaded, which is now; what a person has set stays.
void choose_waiting() {
  constexpr const char* kShortSpin = "10000";
  if (std::getenv("OMP_WAIT_POLICY") == nullptr) ::setenv("GOMP_SPINCOUNT", kShortSpin, 0);
  // A container's limit of CPU time is none of the processors that OpenMP counts.
  const int64_t quota = cpu_quota();
  if (quota > 0 && quota < static_cast<int64_t>(std::thread::hardware_concurrency())) {
    ::setenv("OMP_NUM_THREADS", std::to_string(available_cpus()).c_str(), 0);
  }
}

/// Beside the program, as it was built or installed.
std::filesystem::path library() {
  std::error_code ignored;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", ignored);
  return program.parent_path() / LION_ENGINE_FROM_PROGRAM;
}

void load() {
  choose_waiting();
  const std::string path = library().lexically_normal().string();
  void* handle = ::dlopen(path.c_str(), RTLD_NOW | RTLD_GLOBAL);
  if (handle == nullptr) {
    throw ResourceError(
        str(path, ": cannot be loaded (", ::dlerror(), "). Build or install LION again."));
  }
  const char* name = lion_compute_names;
  for (uint64_t i = 0; i < lion_compute_count; ++i, name += std::strlen(name) + 1) {
    void* function = ::dlsym(handle, name);
    if (function == nullptr) {
      throw ResourceError(
          str(path, ": is of another version (", ::dlerror(), "). Build or install LION again."));
    }
    lion_compute_table[i] = function;
  }
}

}  // namespace
}  // namespace lion::cli

void* lion_compute_function(uint64_t index) {
  static std::once_flag loaded;
  std::call_once(loaded, lion::cli::load);
  return lion_compute_table[index];
}
