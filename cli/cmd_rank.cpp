#include <iomanip>
#include <memory>
#include <vector>

#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/image_run.h"
#include "cli/result.h"
#include "lion/base/error.h"
#include "lion/base/file.h"
#include "lion/base/str.h"
#include "lion/engine/tasks.h"

namespace lion::cli {
namespace {

struct Arguments {
  CommonArguments common;
  RunArguments run;
  std::vector<std::string> question;
  bool verbatim = false;
  std::string joined;
  std::vector<std::string> single;
  std::string file;
};

/// From all three sources. Empty lines of a file say nothing; an empty answer on the command line
/// is a mistake.
std::vector<std::string> candidates_of(const Arguments& arguments) {
  std::vector<std::string> candidates;
  const auto add = [&](std::string_view option, const std::string& text) {
    if (is_blank(text)) {
      throw InputError(str(option, ": has an empty answer (candidate ", candidates.size() + 1,
                           "). Write one or remove it; in a script, check that its variable is "
                           "set."));
    }
    candidates.push_back(one_line(text));
  };
  for (const std::string& text : arguments.single) add("--candidate", text);
  if (!arguments.joined.empty()) {
    for (const std::string& text : split(arguments.joined, '|')) add("--candidates", text);
  }
  if (!arguments.file.empty()) {
    for (const std::string& line : lines(read_file(arguments.file))) {
      if (!is_blank(line)) add("--candidates-file", line);
    }
  }
  if (candidates.empty()) {
    throw InputError(
        "lion rank: there is no candidate (expected one or more). Pass --candidates \"yes|no\", -c "
        "for each, or --candidates-file with one a line.");
  }
  return candidates;
}

std::vector<std::string> ranking_lines(const RankedAnswer& answer) {
  std::vector<std::string> all;
  for (const RankedCandidate& candidate : answer.candidates) {
    all.push_back(str(all.size() + 1, ". ", candidate.text, "  (log-likelihood ", std::fixed,
                      std::setprecision(3), candidate.log_likelihood, ")"));
  }
  return all;
}

void run(Arguments& arguments, Terminal& terminal) {
  const std::vector<std::string> asked = asked_about(arguments.run.images, arguments.question);
  if (asked.empty()) {
    throw InputError(
        "lion rank: QUESTION is required. Put it in quotes behind the image. lion rank --help "
        "shows what there is.");
  }
  const std::vector<std::string> candidates = candidates_of(arguments);
  const PromptTemplates templates = prompt_templates(arguments.common);
  const Question question =
      with_options(vqa_question(templates, asked.front(),
                                arguments.verbatim ? Wording::kVerbatim : Wording::kTemplate),
                   arguments.common);
  ImageTask task;
  task.command = "rank";
  task.asked = {one_line(asked.front())};
  task.asked_column = "question";
  task.columns = {"answer", "log_likelihood"};
  task.settings = {{"prompt", arguments.verbatim ? "{question}" : templates.evaluation(Task::kVqa)},
                   {"candidates", candidates}};
  task.find = [&](const Request& request) -> Finding {
    const RankedAnswer answer = request.model.lion.rank(request.image, question, candidates);
    const RankedCandidate& best = answer.candidates.front();
    return {ranked_json("rank", request.model, request.file, answer),
            {best.text, score_str(best.log_likelihood)},
            ranking_lines(answer)};
  };
  run_task(task, arguments.run, arguments.common, terminal);
}

}  // namespace

void add_rank(CLI::App& program, Terminal& terminal) {
  CLI::App* command =
      add_command(program, "rank", "Order given answers by their likelihood",
                  "lion rank street.jpg \"Is it raining?\" --candidates \"yes|no\"");
  const auto arguments = std::make_shared<Arguments>();
  add_image(*command, arguments->run.images);
  add_word(*command, "QUESTION", arguments->question, "What to ask, in quotes");
  command->add_option("--candidates", arguments->joined, "Answers, with | between them")
      ->type_name("\"A|B\"");
  add_repeated_option(*command, "-c,--candidate", arguments->single, "One answer; may be repeated")
      ->type_name("TEXT");
  command->add_option("--candidates-file", arguments->file, "Answers, one a line")
      ->type_name("FILE");
  command->add_flag("--verbatim", arguments->verbatim,
                    "Ask in these words, without the template for short answers");
  add_run_options(*command, arguments->run);
  add_model_options(*command, arguments->common);
  add_compute_options(*command, arguments->common);
  add_image_options(*command, arguments->common);
  add_prompt_options(*command, arguments->common);
  add_output_options(*command, arguments->common);
  command->callback([arguments, &terminal] { run(*arguments, terminal); });
}

}  // namespace lion::cli
