#pragma once
/// Instruction sets that the kernels are compiled for, and which of them this processor has.

#include <span>

namespace lion::nn::kernels {

/// Slowest first. Each includes what the ones before it do, save that kPortable is plain C++.
enum class Isa {
  kPortable,    ///< any processor
  kAvx2,        ///< x86-64 with AVX2 and FMA
  kAvx512,      ///< AVX-512 F, BW, DQ, VL
  kAvx512Bf16,  ///< the same and AVX512_BF16: products of bf16 pairs in one instruction
};

/// "portable", "avx2", "avx512", "avx512_bf16".
const char* isa_name(Isa isa);

/// What this processor runs, slowest first; never empty. The answer is found once.
std::span<const Isa> supported_isas();

/// The fastest of `supported_isas()`.
Isa best_isa();

}  // namespace lion::nn::kernels
