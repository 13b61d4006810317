#include "lion/engine/plan_memory.h"

#include <torch/torch.h>

#include <algorithm>

#include "lion/base/error.h"
#include "lion/base/log.h"
#include "lion/base/memory.h"

namespace lion {
namespace {

uint64_t cuda_memory() {
  // Without a runtime call of our own: torch is asked what it can see only when it is linked in.
  return at::hasCUDA() ? UINT64_MAX : 0;
}

}  // namespace

MemoryPlan plan_memory(const models::LionConfig& config, const Networks& networks, Device device,
                       const TensorMap* tensors) {
  MemoryPlan plan;
  for (const auto& [name, parameter] : networks.parameters()) {
    const uint64_t bytes = static_cast<uint64_t>(parameter.numel()) * parameter.element_size();
    plan.weights += bytes;
    if (tensors == nullptr || device != Device::kCpu) continue;
    const auto stored = tensors->find(name);
    if (stored != tensors->end() && stays_in_file(stored->second, parameter.scalar_type())) {
      plan.mapped += bytes;
    }
  }
  // The largest tensors alive at once, float32: attention scores and feed-forwards of the encoder
  // at its visual tokens and the longest text, the tagger's head, and keys and values of 5 beams
  // with long answers.
  constexpr uint64_t kText = kMaxPromptTokens;
  constexpr uint64_t kAnswer = 256;
  constexpr uint64_t kBeams = 5;
  const auto& t5 = config.t5;
  const uint64_t s = static_cast<uint64_t>(config.visual_tokens()) + kText;
  const uint64_t encoder = 4 * (s * s * static_cast<uint64_t>(t5.num_heads) * 2 +
                                s * static_cast<uint64_t>(t5.d_ff * 3 + t5.d_model * 6));
  const uint64_t cache =
      4 * 2 * static_cast<uint64_t>(t5.num_decoder_layers * t5.inner()) * (s + kBeams * kAnswer);
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
  return str("  weights    ", bytes_str(weights),
             mapped > 0 ? str(", of which ", bytes_str(mapped), " stay in the file") : "",
             "\n  workspace  ", bytes_str(workspace), "\n  together   ", bytes_str(total()),
             "\n  available  ",
             available == UINT64_MAX ? std::string("not known") : bytes_str(available));
}

void require_memory(const MemoryPlan& plan, std::string_view what, const LoadOptions& options) {
  if (options.ignore_memory_plan) return;
  if (!plan.fits()) {
    throw ResourceError(
        str(what, ": needs more memory than there is:\n", plan.text(),
            "\nFree memory, use a larger machine or a smaller model; bf16 takes half "
            "of what fp32 takes. To try all the same: --ignore-memory-plan, or "
            "LION_IGNORE_MEMORY_PLAN=1, or LoadOptions::ignore_memory_plan."));
  }
  if (!plan.fits_with_mapped()) {
    log_warning(str(what, ": ", bytes_str(plan.mapped),
                    " of weights stay in the file, and memory "
                    "has room for ",
                    bytes_str(plan.available - plan.needed()),
                    " of them: answers will wait for the disk. Free memory, or use a smaller "
                    "model."));
  }
}

}  // namespace lion
