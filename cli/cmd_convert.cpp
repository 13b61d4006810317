#include <memory>

#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/interrupt.h"
#include "lion/base/str.h"
#include "lion/convert/convert.h"

namespace lion::cli {
namespace {

struct Arguments {
  CommonArguments common;
  ConvertOptions convert;
  std::string dtype = "keep";
};

void run(const Arguments& arguments, Terminal& terminal) {
  ConvertOptions options = arguments.convert;
  options.dtype = parse_stored_type(arguments.dtype);
  const InterruptGuard guard;
  const ProgressSink show = terminal.progress();
  const ConvertReport report = convert(options, [&](const Progress& progress) {
    guard.check();
    show(progress);
  });
  for (const std::string& line : report.unused) terminal.info(line);
  if (arguments.common.json) {
    terminal.json_result({{"command", "convert"},
                          {"out", options.out.string()},
                          {"tensors", report.tensors},
                          {"bytes", report.bytes},
                          {"unused", report.unused}});
  } else {
    terminal.result(
        str(options.out.string(), ": ", report.tensors, " tensors, ", bytes_str(report.bytes)));
  }
}

}  // namespace

void add_convert(CLI::App& program, Terminal& terminal) {
  CLI::App* command = add_command(
      program, "convert", "Make a model folder from the released files, or from another one",
      "lion convert --vit eva_vit_g.pth --llm flan-t5-xl/ --bert bert-base-uncased/ \\\n"
      "    --ram ram_swin_large_14m.pth --ram-tags ram_tag_list.txt \\\n"
      "    --ram-thresholds ram_tag_list_threshold.txt \\\n"
      "    --lion LION-FlanT5-XL.pth --out lion-4b/");
  command->group("About models");
  const auto arguments = std::make_shared<Arguments>();
  ConvertOptions& convert = arguments->convert;
  const auto path = [&](const std::string& name, std::filesystem::path& value,
                        const std::string& type, const std::string& description) {
    return command->add_option(name, value, description)->type_name(type);
  };
  path("--vit", convert.vit, "FILE", "Vision encoder: eva_vit_g.pth")->group("Released files");
  path("--llm", convert.llm, "DIR", "Language model: flan-t5-xl/")->group("Released files");
  path("--bert", convert.bert, "DIR", "Vocabulary: bert-base-uncased/")->group("Released files");
  path("--ram", convert.ram, "FILE", "Tagger: ram_swin_large_14m.pth; may be left out")
      ->group("Released files");
  path("--ram-tags", convert.ram_tags, "FILE", "ram_tag_list.txt, with --ram")
      ->group("Released files");
  path("--ram-thresholds", convert.ram_thresholds, "FILE", "ram_tag_list_threshold.txt, with --ram")
      ->group("Released files");
  path("--lion", convert.lion, "FILE", "LION-FlanT5-XL.pth or -XXL.pth")->group("Released files");
  path("--instructblip", convert.instructblip, "DIR",
       "Hugging Face folder of InstructBLIP, instead of these")
      ->group("Released files");
  command
      ->add_flag("--base", convert.base,
                 "Without --lion: a folder to train from, see docs/training.md")
      ->group("Released files");
  path("--model", convert.model, "DIR",
       "A model folder, instead: the same model stored as --dtype");
  path("--config", convert.config, "FILE", "Sizes, when lion_config.json is not beside --lion");
  path("--out", convert.out, "DIR", "Model folder to make; must not exist")->required();
  command->add_option("--dtype", arguments->dtype, "Stored as it is (keep), in fp32 or in bf16")
      ->type_name("TYPE")
      ->capture_default_str();
  add_output_options(*command, arguments->common);
  command->callback([arguments, &terminal] { run(*arguments, terminal); });
}

}  // namespace lion::cli
