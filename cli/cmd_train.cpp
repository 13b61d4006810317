#include <memory>

#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/interrupt.h"
#include "lion/base/str.h"
#include "lion/scenes/scene_dataset.h"
#include "lion/train/run.h"

namespace lion::cli {
namespace {

struct Arguments {
  CommonArguments common;
  std::string config;
  std::vector<std::string> changes;
  bool resume = false;
  bool plan = false;
};

void show_plan(const train::RunPlan& plan, bool json, Terminal& terminal) {
  if (json) {
    Json result = {{"command", "train"}};
    result.update(plan.json);
    terminal.json_result(result);
    return;
  }
  terminal.partial_result(plan.freeze_table);
  terminal.partial_result("\n" + plan.text);
}

void run(const Arguments& arguments, Terminal& terminal) {
  const train::Settings settings{arguments.config, arguments.changes, scenes::read_scene_data};
  const std::string& device = arguments.common.device;
  if (arguments.plan) {
    show_plan(train::plan_run(settings, device), arguments.common.json, terminal);
    return;
  }
  const StopRequest stop;
  train::TrainHooks hooks;
  hooks.progress = terminal.progress();
  hooks.stop_requested = [&stop] { return stop.came(); };
  hooks.note = [&terminal](const std::string& text) { terminal.info(text); };
  const train::TrainReport report = train::train_run(
      settings, device, arguments.resume ? train::Resume::kIfThere : train::Resume::kNo, hooks);
  if (report.rank != 0) return;
  if (arguments.common.json) {
    terminal.json_result(
        {{"command", "train"},
         {"steps", report.steps},
         {"finished", report.finished},
         {"loss", report.loss ? Json(*report.loss) : Json()},
         {"best_validation", report.best_validation < 0 ? Json() : Json(report.best_validation)},
         {"skipped", report.skipped},
         {"checkpoint", report.checkpoint.string()},
         {"model", report.model.string()}});
    return;
  }
  terminal.result(report.finished
                      ? str(report.out.string(), ": ", report.steps, " steps",
                            report.loss ? str(", loss ", *report.loss) : "",
                            report.model.empty() ? "" : ", model folder ", report.model.string())
                      : str(report.out.string(), ": stopped after step ", report.steps, " of ",
                            report.of_steps, "; --resume goes on"));
}

}  // namespace

void add_train(CLI::App& program, Terminal& terminal) {
  CLI::App* command = add_command(program, "train", "Train a stage, as a config file says",
                                  "lion train configs/train/lion-4b-stage1.json "
                                  "--set data.root=data --set out=runs/stage1");
  command->group("About training");
  const auto arguments = std::make_shared<Arguments>();
  command->add_option("CONFIG", arguments->config, "Settings: docs/training.md explains each")
      ->type_name("FILE")
      ->required();
  command->add_option("--set", arguments->changes, "Change a setting: optimizer.lr=1e-4")
      ->type_name("KEY=VALUE")
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->expected(1)
      ->allow_extra_args(false);
  command->add_flag("--resume", arguments->resume,
                    "Go on from the last checkpoint, if there is one");
  command->add_flag("--plan", arguments->plan,
                    "Say what is trained, memory and time; train nothing");
  command->add_option("--device", arguments->common.device, "cpu or cuda")
      ->type_name("NAME")
      ->capture_default_str();
  add_output_options(*command, arguments->common);
  command->callback([arguments, &terminal] { run(*arguments, terminal); });
}

}  // namespace lion::cli
