#include <memory>
#include <vector>

#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/image_run.h"
#include "cli/result.h"
#include "lion/base/error.h"
#include "lion/engine/tasks.h"

namespace lion::cli {
namespace {

struct Arguments {
  CommonArguments common;
  RunArguments run;
  std::vector<std::string> question;   ///< behind IMG: one or none
  std::vector<std::string> questions;  ///< of -q
  bool verbatim = false;
};

void run(Arguments& arguments, Terminal& terminal) {
  std::vector<std::string> asked = asked_about(arguments.run.images, arguments.question);
  asked.insert(asked.end(), arguments.questions.begin(), arguments.questions.end());
  if (asked.empty()) {
    throw InputError(
        "lion query: QUESTION is required. Put it in quotes behind the image, or pass -q for each "
        "of several. lion query --help shows what there is.");
  }
  const PromptTemplates templates = prompt_templates(arguments.common);
  std::vector<Question> questions;
  ImageTask task;
  for (const std::string& text : asked) {
    const Wording wording = arguments.verbatim ? Wording::kVerbatim : Wording::kTemplate;
    questions.push_back(with_options(vqa_question(templates, text, wording), arguments.common));
    task.asked.push_back(one_line(text));
  }
  task.command = "query";
  task.asked_column = "question";
  task.columns = {"answer", "score"};
  task.settings["prompt"] = arguments.verbatim ? "{question}" : templates.evaluation(Task::kVqa);
  task.find = [&](const Request& request) -> Finding {
    const Answer answer = request.model.lion.answer(request.image, questions[request.index]);
    return {answer_json("query", request.model, request.file, answer),
            {answer.best.text, score_str(answer.best.score)},
            answer_lines(answer)};
  };
  run_task(task, arguments.run, arguments.common, terminal);
}

}  // namespace

void add_query(CLI::App& program, Terminal& terminal) {
  CLI::App* command = add_command(program, "query", "Answer questions about an image, or many",
                                  "lion query street.jpg \"How many people are there?\"");
  const auto arguments = std::make_shared<Arguments>();
  add_image(*command, arguments->run.images);
  add_word(*command, "QUESTION", arguments->question, "What to ask, in quotes");
  add_repeated_option(*command, "-q,--question", arguments->questions,
                      "One more question; may be repeated")
      ->type_name("TEXT");
  command->add_flag("--verbatim", arguments->verbatim,
                    "Ask in these words, without the template for short answers");
  add_run_options(*command, arguments->run);
  add_all_options(*command, arguments->common);
  command->callback([arguments, &terminal] { run(*arguments, terminal); });
}

}  // namespace lion::cli
