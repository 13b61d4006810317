#pragma once
/// A model's self-check: are its files sound, and does it give its golden answers?

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "lion/base/log.h"
#include "lion/convert/golden_answers.h"
#include "lion/engine/lion.h"
#include "lion/engine/options.h"

namespace lion {

enum class Verdict {
  kOk,
  kDiffers,  ///< the answer is not the golden one
  kBroken,   ///< something cannot be read, does not fit or is damaged
  kSkipped,  ///< the image is not at hand
};

std::string_view verdict_name(Verdict verdict);  ///< "ok", "differs", "broken", "skipped"

/// What was looked at, and what became of it.
struct Check {
  std::string name;
  Verdict verdict = Verdict::kOk;
  std::string detail;              ///< what was found; else what is wrong and how to fix it
  std::optional<std::string> got;  ///< the model's answer, where it was asked
};
using OnCheck = std::function<void(const Check&)>;

/// Looks at a folder's files, every weight, the memory and what loading needs, and calls `on_check`
/// after each. Returns the loaded model, or none as soon as something is broken.
std::optional<Lion> check_model(const std::filesystem::path& folder, const LoadOptions& options,
                                const OnCheck& on_check, const ProgressSink& progress = {});

/// "query doctor/scene.png "What is red?"": the name of a golden answer's check.
std::string check_name(const GoldenAnswer& known);

/// Asks for a golden answer and compares. The images are below `images`.
Check check_answer(const Lion& lion, const std::filesystem::path& images,
                   const GoldenAnswer& known);

}  // namespace lion
