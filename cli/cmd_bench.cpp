#include <iomanip>
#include <memory>

#include "cli/arguments.h"
#include "cli/commands.h"
#include "lion/base/str.h"
#include "lion/convert/bench.h"

namespace lion::cli {
namespace {

struct Arguments {
  CommonArguments common;
  BenchOptions bench;
};

/// Numbers and the objects that hold them, a line each.
void show(const Json& json, const std::string& indent, Terminal& terminal) {
  for (const auto& [name, value] : json.items()) {
    const std::string label = str(indent, name);
    if (value.is_object()) {
      terminal.result(label);
      show(value, indent + "  ", terminal);
    } else {
      terminal.result(str(std::left, std::setw(28), label, " ",
                          value.is_string() ? value.get<std::string>() : value.dump()));
    }
  }
}

void run(const Arguments& arguments, Terminal& terminal) {
  BenchOptions options = arguments.bench;
  options.load = load_options(arguments.common);
  const Json measured = bench(options, terminal.progress());
  if (arguments.common.json) {
    terminal.json_result(measured);
  } else {
    show(measured, "", terminal);
  }
}

}  // namespace

void add_bench(CLI::App& program, Terminal& terminal) {
  CLI::App* command =
      add_command(program, "bench", "Time every phase on random weights of a full size",
                  "lion bench --shape lion-4b --random --dtype bf16 --json");
  command->group("About models");
  const auto arguments = std::make_shared<Arguments>();
  BenchOptions& bench = arguments->bench;
  command->add_option("--shape", bench.shape, "lion-4b, lion-12b or tiny")
      ->type_name("NAME")
      ->capture_default_str();
  const std::string random = "Weights are random: always so, this says it aloud";
  command->add_flag("--random", random);
  const auto count = [&](const std::string& name, int64_t& value, const std::string& description) {
    command->add_option(name, value, description)
        ->type_name("N")
        ->check(CLI::Range(int64_t{1}, int64_t{1} << 20).description(""))
        ->capture_default_str();
  };
  count("--repeats", bench.repeats, "Runs of each phase");
  count("--encoder-tokens", bench.encoder_tokens, "Tokens that the T5 encoder reads");
  count("--decode-tokens", bench.decode_tokens, "Tokens that are decoded");
  add_compute_options(*command, arguments->common);
  add_output_options(*command, arguments->common);
  command->callback([arguments, &terminal] { run(*arguments, terminal); });
}

}  // namespace lion::cli
