#include <memory>

#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/interrupt.h"
#include "lion/base/error.h"
#include "lion/base/str.h"
#include "lion/image/encode.h"
#include "lion/scenes/contact_sheet.h"
#include "lion/scenes/write_dataset.h"

namespace lion::cli {
namespace {

struct Arguments {
  CommonArguments common;
  scenes::WriteOptions write;
  std::string evaluation = "test";
  std::string sheet;
};

void write_sheet(const Arguments& arguments) {
  save_image(arguments.sheet, scenes::contact_sheet(scenes::Painter(arguments.write.scene), {}));
}

scenes::WriteReport write_folder(const Arguments& arguments, Terminal& terminal) {
  scenes::WriteOptions options = arguments.write;
  options.evaluation = scenes::parse_split(arguments.evaluation);
  const InterruptGuard guard;
  const ProgressSink show = terminal.progress();
  return scenes::write_dataset(options, [&](const Progress& progress) {
    guard.check();
    show(progress);
  });
}

void run(const Arguments& arguments, Terminal& terminal) {
  const std::string out = arguments.write.out.string();
  if (out.empty() && arguments.sheet.empty()) {
    throw InputError(
        "scenes: there is nothing to write. Name a folder with --out DIR, or a "
        "image with --sheet FILE.");
  }
  if (!arguments.sheet.empty()) write_sheet(arguments);
  scenes::WriteReport report;
  if (!out.empty()) report = write_folder(arguments, terminal);
  if (arguments.common.json) {
    terminal.json_result({{"command", "scenes"},
                          {"out", out},
                          {"sheet", arguments.sheet},
                          {"count", out.empty() ? 0 : arguments.write.count},
                          {"seed", arguments.write.scene.seed},
                          {"images", report.images},
                          {"files", report.files}});
    return;
  }
  if (!arguments.sheet.empty()) terminal.result(arguments.sheet);
  if (!out.empty()) {
    terminal.result(str(out, ": ", report.images, " images, ", report.files, " annotation files"));
  }
}

}  // namespace

void add_scenes(CLI::App& program, Terminal& terminal) {
  CLI::App* command =
      add_command(program, "scenes", "Paint synthetic scenes as data sets to train and evaluate on",
                  "lion scenes --out scenes/ --count 10000 --seed 7");
  command->group("About training");
  const auto arguments = std::make_shared<Arguments>();
  scenes::WriteOptions& write = arguments->write;
  command->add_option("--out", write.out, "Folder to make; must not exist")->type_name("DIR");
  command->add_option("--count", write.count, "Training images; evaluation sets get a tenth")
      ->type_name("N")
      ->capture_default_str();
  command->add_option("--seed", write.scene.seed, "Same seed, same scenes")
      ->type_name("S")
      ->capture_default_str();
  command->add_option("--size", write.scene.size, "Pixels a side")
      ->type_name("N")
      ->capture_default_str();
  command->add_option("--kinds", write.scene.kinds, "Kinds of objects, 1 to 150")
      ->type_name("K")
      ->capture_default_str();
  command
      ->add_option("--evaluation", arguments->evaluation,
                   "Evaluation scenes: test, or held_out (unseen combinations)")
      ->type_name("SPLIT")
      ->capture_default_str();
  command->add_option("--sheet", arguments->sheet, "Contact sheet of samples with their boxes")
      ->type_name("FILE");
  add_output_options(*command, arguments->common);
  command->callback([arguments, &terminal] { run(*arguments, terminal); });
}

}  // namespace lion::cli
