#include <memory>

#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/interrupt.h"
#include "lion/base/str.h"
#include "lion/pipeline/compute.h"
#include "lion/train/freeze_map.h"
#include "lion/train/plan.h"
#include "lion/train/trainer.h"

namespace lion::cli {
namespace {

struct Arguments {
  CommonArguments common;
  std::string config;
  std::vector<std::string> changes;
  bool resume = false;
  bool plan = false;
};

/// Each process of a run on GPUs takes the one of its place on the machine.
at::Device device_of(const CommonArguments& common, const train::Place& place) {
  const at::Device device = torch_device(parse_device(common.device));
  if (!device.is_cuda()) return device;
  return at::Device(at::kCUDA, static_cast<c10::DeviceIndex>(place.local_rank));
}

void show_plan(const train::TrainConfig& config, const train::Place& place, at::Device device,
               bool json, Terminal& terminal) {
  const train::TrainedModel model = train::plan_model(config);
  const train::TrainPlan plan = train::plan_training(config, model, place.world, device);
  if (json) {
    Json result = {{"command", "train"}};
    result.update(plan.to_json());
    terminal.json_result(result);
    return;
  }
  terminal.partial_result(train::freeze_table(model.parameters, model.trained_names));
  terminal.partial_result("\n" + plan.text());
}

void run(const Arguments& arguments, Terminal& terminal) {
  train::TrainConfig config = train::TrainConfig::load(arguments.config, arguments.changes);
  const train::Place place = train::place_from_environment();
  const at::Device device = device_of(arguments.common, place);
  config.choose_precision(device);
  if (arguments.plan) {
    show_plan(config, place, device, arguments.common.json, terminal);
    return;
  }
  const StopRequest stop;
  train::TrainHooks hooks;
  hooks.progress = terminal.progress();
  hooks.stop_requested = [&stop] { return stop.came(); };
  hooks.note = [&terminal](const std::string& text) { terminal.info(text); };
  const train::TrainReport report =
      train::train(config, place, device,
                   arguments.resume ? train::Resume::kIfThere : train::Resume::kNo, hooks);
  if (place.rank != 0) return;
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
                      ? str(config.out.string(), ": ", report.steps, " steps",
                            report.loss ? str(", loss ", *report.loss) : "",
                            report.model.empty() ? "" : ", model folder ", report.model.string())
                      : str(config.out.string(), ": stopped after step ", report.steps, " of ",
                            config.steps, "; --resume goes on"));
}

}  // namespace

void add_train(CLI::App& program, Terminal& terminal) {
  CLI::App* command = add_command(program, "train", "Train a stage, as a config file says",
                                  "lion train configs/train/lion-4b-stage1.json "
                                  "--set data.root=data --set out=runs/stage1");
  command->group("About training");
  const auto arguments = std::make_shared<Arguments>();
  command->add_option("config", arguments->config, "Settings: docs/training.md explains each")
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
