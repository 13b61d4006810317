#include <memory>

#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/result.h"
#include "cli/session.h"

namespace lion::cli {
namespace {

struct Arguments {
  CommonArguments common;
  std::string picture;
  std::string prompt;
  std::string level = "image";
};

void run(const Arguments& arguments, Terminal& terminal) {
  const Asked asked = ask(arguments.picture, arguments.common, [&](const PictureFile&) {
    return Question{.prompt = arguments.prompt, .level = parse_level(arguments.level)};
  });
  show_answer("generate", arguments.common, terminal, asked);
}

}  // namespace

void add_generate(CLI::App& program, Terminal& terminal) {
  CLI::App* command =
      add_command(program, "generate", "Answer a prompt as it stands, without a template",
                  "lion generate street.jpg --prompt \"Write a long description of the picture.\"");
  const auto arguments = std::make_shared<Arguments>();
  command->add_option("IMG", arguments->picture, "Picture file")->required();
  command->add_option("--prompt", arguments->prompt, "The instruction")
      ->type_name("TEXT")
      ->required();
  command->add_option("--level", arguments->level, "About the whole image or a region of it")
      ->type_name("LEVEL")
      ->capture_default_str();
  add_all_options(*command, arguments->common);
  command->callback([arguments, &terminal] { run(*arguments, terminal); });
}

}  // namespace lion::cli
