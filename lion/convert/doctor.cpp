#include "lion/convert/doctor.h"

#include <torch/torch.h>

#include <algorithm>
#include <set>

#include "lion/base/cpus.h"
#include "lion/base/error.h"
#include "lion/checkpoint/count_not_finite.h"
#include "lion/checkpoint/tensor_map.h"
#include "lion/convert/model_info.h"
#include "lion/engine/plan_memory.h"
#include "lion/nn/kernels/isa.h"

namespace lion {
namespace fs = std::filesystem;
namespace {

/// Runs `check_it`, which returns what was found; what it throws is what is broken.
Check checked(std::string name, const std::function<std::string()>& check_it) {
  Check check{.name = std::move(name)};
  try {
    check.detail = check_it();
  } catch (const InternalError&) {
    throw;
  } catch (const Error& error) {
    check.verdict = Verdict::kBroken;
    check.detail = error.what();
  }
  return check;
}

std::string files_text(const ModelInfo& info) {
  uint64_t bytes = 0;
  std::set<std::string> types;
  for (const TensorInfo& tensor : info.tensors) {
    bytes += tensor.bytes;
    types.insert(tensor.dtype);
  }
  return str(info.tensors.size(), " tensors, ", bytes_str(bytes), ", stored as ",
             join(std::vector<std::string>(types.begin(), types.end()), ", "));
}

/// Throws ResourceError naming the first tensor with a number that is none.
std::string check_weights(const fs::path& folder, const ProgressSink& progress) {
  const TensorMap tensors = read_tensors(folder);
  int64_t total = 0;
  for (const auto& [name, view] : tensors) total += static_cast<int64_t>(view.nbytes());
  int64_t done = 0;
  for (const auto& [name, view] : tensors) {
    if (const int64_t bad = count_not_finite(view); bad > 0) {
      throw ResourceError(str(folder.string(), ": tensor \"", name, "\" has NaN or infinity in ",
                              bad, " of ", view.numel(), " places, expected numbers. The weights ",
                              "are damaged: copy the folder or convert again."));
    }
    release(view);
    done += static_cast<int64_t>(view.nbytes());
    if (progress) progress({"weights", done, total, "bytes"});
  }
  return "all numbers are finite";
}

std::string memory_text(const MemoryPlan& plan) {
  return str(bytes_str(plan.total()), " needed, ",
             plan.available == UINT64_MAX ? "unknown" : bytes_str(plan.available), " available");
}

std::string computing_text(const LoadOptions& options) {
  const int64_t threads =
      options.threads > 0 ? std::min(options.threads, available_cpus()) : at::get_num_threads();
  return str(compute_type_name(options.dtype), " on ", device_name(options.device),
             ", instructions ", nn::kernels::isa_name(nn::kernels::best_isa()), ", threads ",
             threads);
}

}  // namespace

std::string_view verdict_name(Verdict verdict) {
  switch (verdict) {
    case Verdict::kOk:
      return "ok";
    case Verdict::kDiffers:
      return "differs";
    case Verdict::kBroken:
      return "broken";
    case Verdict::kSkipped:
      return "skipped";
  }
  throw InternalError("verdict_name: unknown value.");
}

std::optional<Lion> check_model(const fs::path& folder, const LoadOptions& options,
                                const OnCheck& on_check, const ProgressSink& progress) {
  ModelInfo info;
  std::optional<Lion> lion;
  const std::vector<std::pair<std::string, std::function<std::string()>>> checks{
      {"files",
       [&] {
         info = inspect_model(folder, options);
         return files_text(info);
       }},
      {"weights", [&] { return check_weights(folder, progress); }},
      {"memory",
       [&] {
         require_memory(info.plan, folder.string(), options);
         return memory_text(info.plan);
       }},
      {"loading",
       [&] {
         lion = Lion::load(folder, options);
         return str("weights and tokenizers fit config.json, ",
                    lion->has_tagger() ? "the tag list too" : "there is no tagger");
       }},
      {"computing", [&] { return computing_text(options); }}};
  for (const auto& [name, check_it] : checks) {
    const Check check = checked(name, check_it);
    on_check(check);
    if (check.verdict != Verdict::kOk) return std::nullopt;
  }
  return lion;
}

std::string check_name(const GoldenAnswer& known) {
  return str(golden_task_name(known.ask), " ", known.image,
             known.text.empty() ? "" : str(" \"", known.text, "\""));
}

Check check_answer(const Lion& lion, const fs::path& images, const GoldenAnswer& known) {
  const fs::path image = images / known.image;
  std::error_code ignored;
  if (!fs::exists(image, ignored)) {
    return {.name = check_name(known),
            .verdict = Verdict::kSkipped,
            .detail = str(image.string(), ": is not there. Put the image",
                          known.literal ? " of COCO train2014" : "",
                          " there, or name the folder that has it with --images.")};
  }
  std::optional<std::string> got;
  Check check = checked(check_name(known), [&] {
    got = give_answer(lion, image, known);
    return "";
  });
  check.got = std::move(got);
  if (check.got && check.got != known.answer) check.verdict = Verdict::kDiffers;
  return check;
}

}  // namespace lion
