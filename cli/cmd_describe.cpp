#include <memory>
#include <vector>

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
  std::vector<std::string> boxes;
};

void run(const Arguments& arguments, Terminal& terminal) {
  const PromptTemplates templates = prompt_templates(arguments.common);
  with_options({}, arguments.common);  // wrong options are reported before an image is opened
  std::vector<Question> questions;     // about the image at work
  ImageTask task;
  task.command = "describe";
  for (const std::string& box : arguments.boxes) task.asked.push_back(one_line(box));
  task.asked_column = "box";
  task.columns = {"description", "score"};
  task.settings["prompt"] = templates.evaluation(Task::kReg);
  task.prepare = [&](const ImageFile& file) {
    questions.clear();
    for (const std::string& text : arguments.boxes) {
      const Box box = parse_box_argument(text, file.image.width, file.image.height);
      questions.push_back(with_options(describe_question(templates, box), arguments.common));
    }
  };
  task.find = [&](const Request& request) -> Finding {
    const Answer answer = request.model.lion.answer(request.image, questions[request.index]);
    return {answer_json("describe", request.model, request.file, answer),
            {answer.best.text, score_str(answer.best.score)},
            answer_lines(answer)};
  };
  run_task(task, arguments.run, arguments.common, terminal);
}

}  // namespace

void add_describe(CLI::App& program, Terminal& terminal) {
  CLI::App* command =
      add_command(program, "describe", "Say what is in a box (referring expression generation)",
                  "lion describe street.jpg --box 120,80,310,400px");
  const auto arguments = std::make_shared<Arguments>();
  add_images(*command, arguments->run.images);
  add_repeated_option(*command, "--box", arguments->boxes,
                      "Corners: fractions, pixels, or what ground prints")
      ->type_name("X0,Y0,X1,Y1[px]")
      ->required();
  add_run_options(*command, arguments->run);
  add_all_options(*command, arguments->common);
  command->callback([arguments, &terminal] { run(*arguments, terminal); });
}

}  // namespace lion::cli
