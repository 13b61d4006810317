#include <memory>

#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/result.h"
#include "cli/session.h"
#include "lion/pipeline/tasks.h"

namespace lion::cli {
namespace {

struct Arguments {
  CommonArguments common;
  std::string picture;
  std::string box;
};

void run(const Arguments& arguments, Terminal& terminal) {
  const Asked asked = ask(arguments.picture, arguments.common, [&](const PictureFile& picture) {
    const Box box = parse_box_argument(arguments.box, picture.image.width, picture.image.height);
    return describe_question(prompt_templates(arguments.common), box);
  });
  show_answer("describe", arguments.common, terminal, asked);
}

}  // namespace

void add_describe(CLI::App& program, Terminal& terminal) {
  CLI::App* command =
      add_command(program, "describe", "Say what is in a box (referring expression generation)",
                  "lion describe street.jpg --box 120,80,310,400px");
  const auto arguments = std::make_shared<Arguments>();
  command->add_option("IMG", arguments->picture, "Picture file")->required();
  command->add_option("--box", arguments->box, "Corners, in fractions or with px in pixels")
      ->type_name("X0,Y0,X1,Y1[px]")
      ->required();
  add_all_options(*command, arguments->common);
  command->callback([arguments, &terminal] { run(*arguments, terminal); });
}

}  // namespace lion::cli
