#include <memory>
#include <vector>

#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/image_run.h"
#include "cli/result.h"
#include "lion/base/error.h"
#include "lion/base/str.h"
#include "lion/engine/tasks.h"

namespace lion::cli {
namespace {

struct Arguments {
  CommonArguments common;
  RunArguments run;
  std::vector<std::string> prompts;
  std::string level = "image";
};

void run(const Arguments& arguments, Terminal& terminal) {
  const TaskLevel level = parse_task_level(arguments.level);
  std::vector<Question> questions;
  ImageTask task;
  for (const std::string& prompt : arguments.prompts) {
    if (is_blank(prompt)) {
      throw InputError(str("--prompt: is empty (got \"", prompt,
                           "\"). Write an instruction; in a script, check that its variable is "
                           "set."));
    }
    questions.push_back(
        with_options(Question{.prompt = one_line(prompt), .level = level}, arguments.common));
    task.asked.push_back(questions.back().prompt);
  }
  task.command = "generate";
  task.asked_column = "prompt";
  task.columns = {"answer", "score"};
  task.settings["--level"] = arguments.level;
  task.find = [&](const Request& request) -> Finding {
    const Answer answer = request.model.lion.answer(request.image, questions[request.index]);
    return {answer_json("generate", request.model, request.file, answer),
            {answer.best.text, score_str(answer.best.score)},
            answer_lines(answer)};
  };
  run_task(task, arguments.run, arguments.common, terminal);
}

}  // namespace

void add_generate(CLI::App& program, Terminal& terminal) {
  CLI::App* command =
      add_command(program, "generate", "Answer a prompt in its own words, without a template",
                  "lion generate street.jpg --prompt \"Write a long description of the image.\"");
  const auto arguments = std::make_shared<Arguments>();
  add_images(*command, arguments->run.images);
  add_repeated_option(*command, "--prompt", arguments->prompts, "The instruction; may be repeated")
      ->type_name("TEXT")
      ->required();
  command->add_option("--level", arguments->level, "About the whole image or a region of it")
      ->type_name("LEVEL")
      ->capture_default_str();
  add_run_options(*command, arguments->run);
  add_all_options(*command, arguments->common);
  command->callback([arguments, &terminal] { run(*arguments, terminal); });
}

}  // namespace lion::cli
