#include "lion/nn/kernels/isa.h"

#include <algorithm>
#include <vector>

#include "lion/base/error.h"
#include "lion/base/str.h"
#include "lion/nn/kernels/table.h"

namespace lion::nn::kernels {
namespace {

std::vector<Isa> probe() {
  std::vector<Isa> found = {Isa::kPortable};
#if defined(__x86_64__)
  __builtin_cpu_init();
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  const bool avx512 = avx2 && __builtin_cpu_supports("avx512f") &&
                      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
                      __builtin_cpu_supports("avx512vl");
  if (avx2) found.push_back(Isa::kAvx2);
  if (avx512) found.push_back(Isa::kAvx512);
  if (avx512 && __builtin_cpu_supports("avx512bf16")) found.push_back(Isa::kAvx512Bf16);
#endif
  return found;
}

}  // namespace

const char* isa_name(Isa isa) {
  switch (isa) {
    case Isa::kPortable:
      return "portable";
    case Isa::kAvx2:
      return "avx2";
    case Isa::kAvx512:
      return "avx512";
    case Isa::kAvx512Bf16:
      return "avx512_bf16";
  }
  return "unknown";
}

std::span<const Isa> supported_isas() {
  static const std::vector<Isa> found = probe();
  return found;
}

Isa best_isa() { return supported_isas().back(); }

const KernelTable& table(Isa isa) {
  const std::span<const Isa> found = supported_isas();
  if (std::find(found.begin(), found.end(), isa) == found.end()) {
    throw InputError(str("kernels: no instruction set for the call (got ", isa_name(isa),
                         ", expected at most ", isa_name(best_isa()),
                         " on this processor). Leave the argument isa out to take the best one."));
  }
  switch (isa) {
#if defined(__x86_64__)
    case Isa::kAvx2:
      return avx2_table();
    case Isa::kAvx512:
      return avx512_table();
    case Isa::kAvx512Bf16:
      return avx512_bf16_table();
#endif
    default:
      return portable_table();
  }
}

}  // namespace lion::nn::kernels
