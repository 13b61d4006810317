/// `lion doctor`: is a model sound, and does it give its golden answers?

#include <array>
#include <filesystem>
#include <iomanip>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/session.h"
#include "lion/base/error.h"
#include "lion/base/str.h"
#include "lion/convert/doctor.h"
#include "lion/eval/fingerprint.h"

namespace lion::cli {
namespace fs = std::filesystem;
namespace {

struct Arguments {
  CommonArguments common;
  std::string images;
  bool record = false;
};

/// Shows each check when it is done, or keeps it for the object of --json.
class Diagnosis {
 public:
  Diagnosis(const Arguments& arguments, Terminal& terminal)
      : arguments_(arguments), terminal_(terminal) {}

  void add(const Check& check) {
    count(check.verdict);
    checks_.push_back(
        {{"name", check.name}, {"verdict", verdict_name(check.verdict)}, {"detail", check.detail}});
    show(check, check.detail);
  }

  void add(const GoldenAnswer& known, const Check& check) {
    count(check.verdict);
    const auto or_null = [](const auto& text) { return text ? Json(*text) : Json(); };
    cases_.push_back({{"image", known.image},
                      {"ask", golden_task_name(known.ask)},
                      {"text", known.text},
                      {"verdict", verdict_name(check.verdict)},
                      {"expected", or_null(known.answer)},
                      {"got", or_null(check.got)},
                      {"detail", check.detail}});
    const bool differs = check.verdict == Verdict::kDiffers;
    show(check, differs ? "" : check.got ? *check.got : check.detail);
    if (!differs || arguments_.common.json) return;
    terminal_.result(str("         expected  ", *known.answer));
    terminal_.result(str("         got       ", *check.got));
  }

  /// Ends with a sentence. Throws it as ResourceError when the model is not as it should be.
  void finish() {
    const std::string sentence = summary();
    if (arguments_.common.json) {
      Json counts;
      for (const Verdict verdict : kVerdicts) counts[verdict_name(verdict)] = of(verdict);
      terminal_.json_result({{"command", "doctor"},
                             {"model", arguments_.common.model},
                             {"checks", checks_},
                             {"cases", cases_},
                             {"counts", std::move(counts)},
                             {"recorded", arguments_.record},
                             {"summary", sentence}});
    }
    if (of(Verdict::kBroken) + of(Verdict::kDiffers) > 0) throw ResourceError(sentence);
    if (!arguments_.common.json) terminal_.result(sentence);
  }

 private:
  static constexpr std::array kVerdicts{Verdict::kOk, Verdict::kDiffers, Verdict::kBroken,
                                        Verdict::kSkipped};

  int64_t of(Verdict verdict) const { return counts_[static_cast<size_t>(verdict)]; }
  void count(Verdict verdict) { ++counts_[static_cast<size_t>(verdict)]; }

  void show(const Check& check, const std::string& text) {
    if (arguments_.common.json) return;
    terminal_.result(str(std::left, std::setw(9), verdict_name(check.verdict), check.name,
                         text.empty() ? "" : ": ", text));
  }

  std::string summary() const;

  const Arguments& arguments_;
  Terminal& terminal_;
  Json checks_ = Json::array();
  Json cases_ = Json::array();
  std::array<int64_t, kVerdicts.size()> counts_{};
};

std::string Diagnosis::summary() const {
  const std::string where = arguments_.common.model + ": ";
  if (of(Verdict::kBroken) > 0) {
    return str(where, of(Verdict::kBroken), " of ", checks_.size() + cases_.size(),
               " checks found something broken, as reported above. Fix it and start again.");
  }
  if (of(Verdict::kDiffers) > 0) {
    const bool rounded = parse_compute_type(arguments_.common.dtype) == ComputeType::kBf16;
    return str(where, of(Verdict::kDiffers), " of ", cases_.size(),
               " golden answers differ, as reported above. ",
               rounded ? "Computing in bf16 may change a word: try --dtype fp32. Otherwise the "
                       : "What was stored or recorded in bf16 may differ in a word. Otherwise the ",
               "weights are damaged (compare the fingerprint with a good copy's, or convert again) "
               "or were trained further (let lion doctor --record write their answers).");
  }
  if (arguments_.record) return str(where, cases_.size(), " answers recorded in doctor.json.");
  if (cases_.empty()) {
    return str(where, "nothing is broken, but this model has no golden answers. Put cases into ",
               "its doctor.json (docs/model-folder.md) and start lion doctor --record.");
  }
  const int64_t skipped = of(Verdict::kSkipped);
  return str(where, "all well: ", checks_.size(), " checks, ",
             static_cast<int64_t>(cases_.size()) - skipped, " golden answers",
             skipped > 0 ? str("; ", skipped, " skipped") : "", ".");
}

/// Throws InputError when there is nothing to record, or nothing to compare with.
void require_cases(const Arguments& arguments,
                   const std::optional<std::vector<GoldenAnswer>>& known) {
  const std::string where = golden_answers_file(arguments.common.model).string();
  if (!known && arguments.record) {
    throw InputError(str(where,
                         ": does not exist, expected the cases whose answers --record "
                         "writes. docs/model-folder.md says what it looks like."));
  }
  if (!known || arguments.record) return;
  for (size_t i = 0; i < known->size(); ++i) {
    if ((*known)[i].answer) continue;
    throw InputError(str(where, ": cases[", i, "]: key \"answer\" is missing. Let lion doctor ",
                         "--record write what the model answers."));
  }
}

void record(const Lion& lion, const fs::path& folder, const fs::path& images,
            std::span<GoldenAnswer> known, Diagnosis& diagnosis) {
  for (GoldenAnswer& one : known) {
    one.answer = give_answer(lion, images / one.image, one);
    diagnosis.add(one, {.name = check_name(one), .got = one.answer});
  }
  write_golden_answers(folder, known);
}

void run(const Arguments& arguments, Terminal& terminal) {
  const fs::path folder = model_folder(arguments.common);
  const fs::path images = arguments.images.empty() ? folder : fs::path(arguments.images);
  const LoadOptions options = load_options(arguments.common);
  std::optional<std::vector<GoldenAnswer>> known = read_golden_answers(folder);
  require_cases(arguments, known);

  Diagnosis diagnosis(arguments, terminal);
  diagnosis.add({.name = "fingerprint", .detail = eval::folder_fingerprint(folder)});
  const std::optional<Lion> lion = check_model(
      folder, options, [&](const Check& check) { diagnosis.add(check); }, terminal.progress());
  if (lion && arguments.record) {
    record(*lion, folder, images, *known, diagnosis);
  } else if (lion) {
    if (!known) known = released_answers(folder);
    for (const GoldenAnswer& one : *known) diagnosis.add(one, check_answer(*lion, images, one));
  }
  diagnosis.finish();
}

}  // namespace

void add_doctor(CLI::App& program, Terminal& terminal) {
  CLI::App* command =
      add_command(program, "doctor", "Check a model: its files, weights and golden answers",
                  "lion doctor lion-4b/ --images train2014/");
  command->group("About models");
  const auto arguments = std::make_shared<Arguments>();
  command->add_option("DIR,--model", arguments->common.model, "Model folder made by lion convert")
      ->type_name("DIR")
      ->envname("LION_MODEL");
  command
      ->add_option("--images", arguments->images,
                   "Where the images are, when not in the model folder")
      ->type_name("DIR");
  command->add_flag("--record", arguments->record,
                    "Write what the model answers into its doctor.json");
  add_compute_options(*command, arguments->common);
  add_output_options(*command, arguments->common);
  command->callback([arguments, &terminal] { run(*arguments, terminal); });
}

}  // namespace lion::cli
