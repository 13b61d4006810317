/// `lion data check` and `lion data tags`: the data sets of a training, before it.

#include <memory>
#include <set>

#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/interrupt.h"
#include "cli/session.h"
#include "lion/base/file.h"
#include "lion/base/str.h"
#include "lion/data/contact_sheet.h"
#include "lion/data/data_check.h"
#include "lion/data/tag_cache.h"
#include "lion/engine/tagger.h"
#include "lion/image/encode.h"
#include "lion/scenes/scene_dataset.h"
#include "lion/train/own_config.h"
#include "lion/train/run.h"

namespace lion::cli {
namespace {

struct CheckArguments {
  CommonArguments common;
  std::string config;
  std::vector<std::string> changes;
  std::string sheet;
  data::ContactSheetOptions contact_sheet_options;
  data::CheckOptions check;
};

struct TagsArguments {
  CommonArguments common;
  std::string config;
  std::vector<std::string> changes;
  std::string out;
};

struct NewConfigArguments {
  CommonArguments common;
  train::OwnConfigOptions options;
  std::string box_format;
  std::string to;
};

void add_config(CLI::App& command, std::string& config, std::vector<std::string>& changes) {
  command.add_option("CONFIG", config, "Settings of a training (its \"data\" is read)")
      ->type_name("FILE")
      ->required();
  command.add_option("--set", changes, "Change a setting: data.root=DIR")
      ->type_name("KEY=VALUE")
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->expected(1)
      ->allow_extra_args(false);
}

data::OpenDatasets open(const data::DataConfig& config, int64_t keep, const ProgressSink& show) {
  return data::open_datasets(config, data::load_templates(config), show, keep);
}

void tell(const Problems& problems, Terminal& terminal) {
  for (const Problem& problem : problems.kept()) {
    terminal.result(str("  ", problem_name(problem.kind), ": ", problem.where, ": ", problem.what));
  }
}

void fail_if_any(const CheckArguments& arguments, const data::CheckResult& result) {
  if (result.findings() == 0) return;
  throw InputError(str(arguments.config, ": ", result.summary(),
                       ". Fix or remove these records, listed above (--findings N lists more)."));
}

void run_check(const CheckArguments& arguments, Terminal& terminal) {
  const train::DataSettings config =
      train::load_data_settings({arguments.config, arguments.changes, scenes::read_scene_data});
  const ProgressSink show = terminal.progress();
  const data::OpenDatasets sets = open(config.data, arguments.check.keep, show);
  const data::CheckResult result = data::check_datasets(sets, arguments.check, show);
  if (!arguments.sheet.empty()) {
    save_image(arguments.sheet,
               data::contact_sheet(sets.datasets, arguments.contact_sheet_options));
  }
  if (arguments.common.json) {
    Json json = {{"command", "data check"}};
    json.update(result.to_json());
    json["sheet"] = arguments.sheet;
    terminal.json_result(json);
    fail_if_any(arguments, result);
    return;
  }
  for (const data::SourceProblems& source : result.sources) {
    if (source.problems.summary().empty()) continue;
    terminal.result(str(source.name, ", left out when reading: ", source.problems.summary()));
    tell(source.problems, terminal);
  }
  for (const data::DatasetCheck& set : result.datasets) {
    const std::string summary = set.problems.summary();
    terminal.result(str(set.name, " (", data::task_name(set.task), "): ", set.records, " records",
                        set.images ? str(", ", set.images, " images") : std::string(),
                        summary.empty() ? ", nothing wrong" : ": " + summary));
    tell(set.problems, terminal);
  }
  if (!arguments.sheet.empty()) terminal.result(arguments.sheet);
  terminal.result(result.summary());
  fail_if_any(arguments, result);
}

/// The first record of each image whose tags no data set knows, by the image's name.
std::vector<std::pair<const data::Dataset*, int64_t>> images_without_tags(
    const data::OpenDatasets& sets, const data::TagCacheWriter& writer) {
  std::set<std::string> seen;
  std::vector<std::pair<const data::Dataset*, int64_t>> wanted;
  for (const auto& dataset : sets.datasets) {
    for (int64_t record = 0; record < dataset->size(); ++record) {
      if (dataset->tags(record)) break;  // painted scenes know theirs
      std::string name = dataset->image_name(record);
      if (writer.had(name) || !seen.insert(std::move(name)).second) continue;
      wanted.emplace_back(dataset.get(), record);
    }
  }
  return wanted;
}

void run_tags(const TagsArguments& arguments, Terminal& terminal) {
  const train::DataSettings config =
      train::load_data_settings({arguments.config, arguments.changes, scenes::read_scene_data});
  const std::filesystem::path out =
      arguments.out.empty() ? config.tag_cache : std::filesystem::path(arguments.out);
  if (out.empty()) {
    throw InputError(
        "data tags: neither --out nor the settings' tag_cache names a file. Name one.");
  }
  const std::string model =
      arguments.common.model.empty() ? config.model.string() : arguments.common.model;
  if (model.empty()) {
    throw InputError(
        "data tags: neither --model nor the settings' \"model\" names a folder with a tagger. Name "
        "one.");
  }
  const Tagger tagger = Tagger::load(model, load_options(arguments.common));
  const StopRequest stop;
  const ProgressSink show = terminal.progress();
  const data::OpenDatasets sets = open(config.data, 0, show);
  data::TagCacheWriter writer(out, tagger.fingerprint());
  const auto wanted = images_without_tags(sets, writer);
  const auto total = static_cast<int64_t>(wanted.size());
  int64_t done = 0;
  for (const auto& [dataset, record] : wanted) {
    if (stop.came()) break;
    std::vector<std::string> names;
    try {
      for (const Tag& tag : tagger.tags(dataset->image(record))) names.push_back(tag.name);
      writer.add(dataset->image_name(record), names);
    } catch (const Error& error) {
      if (!config.skip_broken) throw;
      terminal.warning(error.what());
    }
    show({"tagging", ++done, total, "images"});
  }
  writer.sync();
  if (arguments.common.json) {
    terminal.json_result({{"command", "data tags"},
                          {"out", out.string()},
                          {"tagged", done},
                          {"left", total - done}});
  } else {
    terminal.result(str(
        out.string(), ": ", done, " images tagged",
        done < total ? str(", ", total - done, " left; run it again to go on") : std::string()));
  }
}

void run_new_config(NewConfigArguments arguments, Terminal& terminal) {
  train::OwnConfigOptions& options = arguments.options;
  if (!arguments.box_format.empty()) {
    options.boxes = parse_box_format(arguments.box_format, "--box-format");
  }
  std::filesystem::path to = arguments.to;
  if (to.empty()) to = str(options.file.stem().string(), ".train.json");
  std::error_code error;
  if (std::filesystem::exists(to, error)) {
    throw InputError(
        str(to.string(), ": is there already. Name another file with --to, or remove it."));
  }
  const train::OwnConfig config = train::own_config(options);
  write_file(to, config.text);
  if (arguments.common.json) {
    Json records = Json::object();
    for (const auto& [what, number] : config.records) records[what] = number;
    terminal.json_result({{"command", "data new-config"},
                          {"config", to.string()},
                          {"records", records},
                          {"validation", config.validation},
                          {"problems", config.problems.to_json()}});
    return;
  }
  tell(config.problems, terminal);
  std::vector<std::string> parts;
  for (const auto& [what, number] : config.records) parts.push_back(str(number, " ", what));
  terminal.result(str(to.string(), ": ", join(parts, ", "),
                      config.validation ? str(", held out ", config.validation) : std::string(),
                      config.problems.total() > 0
                          ? str("; cannot be used: ", config.problems.summary())
                          : std::string()));
  terminal.result(str("next: lion data check ", to.string(), " --sheet samples.png"));
  terminal.result(str("      lion train ", to.string()));
}

void add_new_config(CLI::App& data, Terminal& terminal) {
  CLI::App* command =
      add_command(data, "new-config", "Write the config that trains on your own data",
                  "lion data new-config my-data.jsonl --model models/lion-mini");
  command->group("Commands");
  const auto arguments = std::make_shared<NewConfigArguments>();
  train::OwnConfigOptions& options = arguments->options;
  command->add_option("FILE", options.file, "Your data, JSON lines (docs/own-data.md)")->required();
  command->add_option("--to", arguments->to, "Config to write; default FILE's name, .train.json")
      ->type_name("FILE");
  command->add_option("--images", options.images, "Folder of the images; default beside FILE")
      ->type_name("DIR");
  command->add_option("--model", options.model, "Model folder that is fine-tuned")
      ->type_name("DIR")
      ->capture_default_str();
  command->add_option("--out", options.out, "Folder of the run; default runs/<name>")
      ->type_name("DIR");
  command
      ->add_option("--train", options.train, "What is trained: adapters, projections, qformer, ...")
      ->type_name("PRESET")
      ->capture_default_str();
  command
      ->add_option("--box-format", arguments->box_format,
                   "Of boxes without one: xyxy_pixels, xywh_pixels, xyxy_fractions, ...")
      ->type_name("NAME");
  add_output_options(*command, arguments->common);
  command->callback([arguments, &terminal] { run_new_config(*arguments, terminal); });
}

void add_check(CLI::App& data, Terminal& terminal) {
  CLI::App* command = add_command(data, "check", "Look at every record, and show samples",
                                  "lion data check configs/train/lion-4b-stage1.json "
                                  "--set data.root=data --sheet samples.png");
  command->group("Commands");
  const auto arguments = std::make_shared<CheckArguments>();
  add_config(*command, arguments->config, arguments->changes);
  command->add_option("--sheet", arguments->sheet, "Contact sheet of samples to write")
      ->type_name("FILE.png");
  command
      ->add_option("--samples", arguments->contact_sheet_options.samples,
                   "How many samples it shows")
      ->type_name("N")
      ->capture_default_str();
  command
      ->add_option("--seed", arguments->check.seed, "Of the samples, templates and answers drawn")
      ->type_name("S")
      ->capture_default_str();
  command->add_option("--findings", arguments->check.keep, "Findings of each kind that are listed")
      ->type_name("N")
      ->capture_default_str();
  command->add_flag("--decode", arguments->check.decode, "Decode every image, not its header only");
  add_output_options(*command, arguments->common);
  command->callback([arguments, &terminal] {
    arguments->contact_sheet_options.seed = arguments->check.seed;
    run_check(*arguments, terminal);
  });
}

void add_tags_of(CLI::App& data, Terminal& terminal) {
  CLI::App* command = add_command(data, "tags", "Compute the tags of all images, once",
                                  "lion data tags configs/train/lion-4b-stage3.json "
                                  "--set data.root=data --out data/tags.jsonl");
  command->group("Commands");
  const auto arguments = std::make_shared<TagsArguments>();
  add_config(*command, arguments->config, arguments->changes);
  command->add_option("--out", arguments->out, "File to write or go on with; default: tag_cache")
      ->type_name("FILE");
  command->add_option("--model", arguments->common.model, "Folder with the tagger; default: model")
      ->type_name("DIR");
  add_compute_options(*command, arguments->common);
  add_output_options(*command, arguments->common);
  command->callback([arguments, &terminal] { run_tags(*arguments, terminal); });
}

}  // namespace

void add_data(CLI::App& program, Terminal& terminal) {
  CLI::App* command = add_command(
      program, "data", "Check data sets, tag their images, or write a config, before a training",
      "lion data check configs/train/lion-4b-stage1.json --set data.root=data");
  command->group("About training");
  command->require_subcommand(1);
  add_check(*command, terminal);
  add_new_config(*command, terminal);
  add_tags_of(*command, terminal);
}

}  // namespace lion::cli
