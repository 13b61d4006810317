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
  std::string question;
  bool verbatim = false;
};

void run(const Arguments& arguments, Terminal& terminal) {
  const Asked asked = ask(arguments.picture, arguments.common, [&](const PictureFile&) {
    return vqa_question(prompt_templates(arguments.common), arguments.question,
                        arguments.verbatim ? Wording::kVerbatim : Wording::kTemplate);
  });
  show_answer("query", arguments.common, terminal, asked);
}

}  // namespace

void add_query(CLI::App& program, Terminal& terminal) {
  CLI::App* command = add_command(program, "query", "Answer a question about a picture",
                                  "lion query street.jpg \"How many people are there?\"");
  const auto arguments = std::make_shared<Arguments>();
  command->add_option("IMG", arguments->picture, "Picture file")->required();
  command->add_option("QUESTION", arguments->question, "What to ask, in quotes")->required();
  command->add_flag("--verbatim", arguments->verbatim,
                    "Ask in these words, without the template for short answers");
  add_all_options(*command, arguments->common);
  command->callback([arguments, &terminal] { run(*arguments, terminal); });
}

}  // namespace lion::cli
