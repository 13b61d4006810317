#include <iomanip>
#include <memory>

#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/session.h"
#include "lion/base/error.h"
#include "lion/base/str.h"
#include "lion/convert/model_info.h"

namespace lion::cli {
namespace {

struct Arguments {
  CommonArguments common;
  bool tensors = false;
};

Json info_json(const Arguments& arguments, const ModelInfo& info) {
  Json json = {{"command", "info"}, {"model", arguments.common.model}, {"config", info.config}};
  json["parts"] = Json::array();
  for (const PartInfo& part : info.parts) {
    json["parts"].push_back({{"name", part.name},
                             {"tensors", part.tensors},
                             {"parameters", part.parameters},
                             {"stored_bytes", part.stored_bytes},
                             {"stored_types", part.stored_types}});
  }
  if (arguments.tensors) {
    json["tensors"] = Json::array();
    for (const TensorInfo& tensor : info.tensors) {
      json["tensors"].push_back({{"name", tensor.name},
                                 {"shape", tensor.shape},
                                 {"dtype", tensor.dtype},
                                 {"bytes", tensor.bytes}});
    }
  }
  json["memory"] = {{"weights_bytes", info.plan.weights},     {"mapped_bytes", info.plan.mapped},
                    {"workspace_bytes", info.plan.workspace}, {"total_bytes", info.plan.total()},
                    {"available_bytes", info.plan.available}, {"fits", info.plan.fits()}};
  return json;
}

void show(const Arguments& arguments, const ModelInfo& info, Terminal& terminal) {
  constexpr int kName = 20;
  constexpr int kNumber = 16;
  const auto row = [&](const auto& name, const auto& tensors, const auto& parameters,
                       const auto& size, const auto& types) {
    terminal.result(str(std::left, std::setw(kName), name, std::right, std::setw(8), tensors,
                        std::setw(kNumber), parameters, std::setw(12), size, "  ", types));
  };
  row("part", "tensors", "parameters", "size", "stored as");
  PartInfo all{.name = "all"};
  for (const PartInfo& part : info.parts) {
    row(part.name, part.tensors, part.parameters, bytes_str(part.stored_bytes), part.stored_types);
    all.tensors += part.tensors;
    all.parameters += part.parameters;
    all.stored_bytes += part.stored_bytes;
  }
  row(all.name, all.tensors, all.parameters, bytes_str(all.stored_bytes), "");
  if (arguments.tensors) {
    terminal.result("");
    for (const TensorInfo& tensor : info.tensors) {
      terminal.result(str(tensor.name, "  ", shape_str(tensor.shape), "  ", tensor.dtype, "  ",
                          bytes_str(tensor.bytes)));
    }
  }
  terminal.result("");
  terminal.result(trim(info.plan.text()));
}

void run(const Arguments& arguments, Terminal& terminal) {
  const ModelInfo info =
      inspect_model(model_folder(arguments.common), load_options(arguments.common));
  if (arguments.common.json) {
    terminal.json_result(info_json(arguments, info));
  } else {
    show(arguments, info, terminal);
  }
}

}  // namespace

void add_info(CLI::App& program, Terminal& terminal) {
  CLI::App* command =
      add_command(program, "info", "Parts, sizes and memory needs of a model folder",
                  "lion info lion-4b/ --tensors");
  command->group("About models");
  const auto arguments = std::make_shared<Arguments>();
  command->add_option("DIR,--model", arguments->common.model, "Model folder made by lion convert")
      ->type_name("DIR")
      ->envname("LION_MODEL");
  command->add_flag("--tensors", arguments->tensors, "Every tensor with shape and type");
  add_compute_options(*command, arguments->common);
  add_output_options(*command, arguments->common);
  command->callback([arguments, &terminal] { run(*arguments, terminal); });
}

}  // namespace lion::cli
