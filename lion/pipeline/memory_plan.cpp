#include "lion/pipeline/memory_plan.h"

#include <torch/torch.h>

#include <algorithm>

#include "lion/base/error.h"
#include "lion/base/memory.h"

namespace lion {
namespace {

uint64_t cuda_memory() {
  // Without a runtime call of our own: torch is asked what it can see only when it is linked in.
  return at::hasCUDA() ? UINT64_MAX : 0;
}

}  // namespace

MemoryPlan plan_memory(const models::LionConfig& config, const Networks& networks, Device device) {
  MemoryPlan plan;
  for (const auto& [name, parameter] : networks.parameters()) {
    plan.weights += static_cast<uint64_t>(parameter.numel()) * parameter.element_size();
  }
  // The largest tensors alive at once, float32: attention scores and feed-forwards of the encoder
  // at its visual tokens and 256 of text, the tagger's head, and keys and values of 5 beams.
  constexpr uint64_t kText = 256;
  constexpr uint64_t kBeams = 5;
  const auto& t5 = config.t5;
  const uint64_t s = static_cast<uint64_t>(config.visual_tokens()) + kText;
  const uint64_t encoder = 4 * (s * s * static_cast<uint64_t>(t5.num_heads) * 2 +
                                s * static_cast<uint64_t>(t5.d_ff * 3 + t5.d_model * 6));
  const uint64_t cache =
      4 * 2 * static_cast<uint64_t>(t5.num_decoder_layers * t5.inner()) * (s + kBeams * kText);
  const uint64_t tagger = config.ram ? 4 * static_cast<uint64_t>(config.ram->num_tags) *
                                           static_cast<uint64_t>(config.ram->intermediate_size * 2 +
                                                                 config.ram->hidden_size * 6)
                                     : 0;
  constexpr uint64_t kRuntime = 384ull << 20;  // LibTorch, code and thread stacks
  plan.workspace = std::max(encoder, tagger) + cache + kRuntime;
  plan.available = device == Device::kCpu ? available_memory() : cuda_memory();
  return plan;
}

std::string MemoryPlan::text() const {
  return str("  weights    ", bytes_str(weights), "\n  workspace  ", bytes_str(workspace),
             "\n  together   ", bytes_str(total()), "\n  available  ",
             available == UINT64_MAX ? std::string("not known") : bytes_str(available));
}

void require_memory(const MemoryPlan& plan, std::string_view what) {
  if (plan.fits()) return;
  throw ResourceError(str(what, ": needs more memory than there is:\n", plan.text(),
                          "\nFree memory, use a larger machine or a smaller model; bf16 takes half "
                          "of what fp32 takes."));
}

}  // namespace lion
