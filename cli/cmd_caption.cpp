#include <memory>

#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/image_run.h"
#include "cli/result.h"
#include "lion/engine/tasks.h"

namespace lion::cli {
namespace {

struct Arguments {
  CommonArguments common;
  RunArguments run;
};

void run(const Arguments& arguments, Terminal& terminal) {
  const Question question =
      with_options(caption_question(prompt_templates(arguments.common)), arguments.common);
  ImageTask task;
  task.command = "caption";
  task.columns = {"caption", "score"};
  task.settings["prompt"] = question.prompt;
  task.find = [&](const Request& request) -> Finding {
    const Answer answer = request.model.lion.answer(request.image, question);
    return {answer_json("caption", request.model, request.file, answer),
            {answer.best.text, score_str(answer.best.score)},
            answer_lines(answer)};
  };
  run_task(task, arguments.run, arguments.common, terminal);
}

}  // namespace

void add_caption(CLI::App& program, Terminal& terminal) {
  CLI::App* command = add_command(program, "caption", "Describe an image, or many",
                                  "lion caption photos/ --csv --out captions.csv");
  const auto arguments = std::make_shared<Arguments>();
  add_images(*command, arguments->run.images);
  add_run_options(*command, arguments->run);
  add_all_options(*command, arguments->common);
  command->callback([arguments, &terminal] { run(*arguments, terminal); });
}

}  // namespace lion::cli
