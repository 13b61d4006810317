#include <iomanip>
#include <memory>
#include <vector>

#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/result.h"
#include "cli/session.h"
#include "lion/base/error.h"
#include "lion/base/file.h"
#include "lion/base/str.h"
#include "lion/pipeline/tasks.h"

namespace lion::cli {
namespace {

struct Arguments {
  CommonArguments common;
  std::string picture;
  std::string question;
  bool verbatim = false;
  std::string joined;
  std::vector<std::string> single;
  std::string file;
};

/// From all three sources; lines and parts are trimmed, empty ones dropped.
std::vector<std::string> candidates_of(const Arguments& arguments) {
  std::vector<std::string> candidates = arguments.single;
  std::vector<std::string> parts = split(arguments.joined, '|');
  if (!arguments.file.empty()) {
    for (std::string& line : lines(read_file(arguments.file))) parts.push_back(std::move(line));
  }
  for (const std::string& part : parts) {
    if (const std::string_view text = trim(part); !text.empty()) candidates.emplace_back(text);
  }
  if (candidates.empty()) {
    throw InputError(
        "lion rank: there is no candidate (expected one or more). Pass --candidates \"yes|no\", -c "
        "for each, or --candidates-file with one a line.");
  }
  return candidates;
}

void run(const Arguments& arguments, Terminal& terminal) {
  const std::vector<std::string> candidates = candidates_of(arguments);
  const PictureFile picture = open_picture(arguments.picture, arguments.common);
  const Question question =
      with_options(vqa_question(prompt_templates(arguments.common), arguments.question,
                                arguments.verbatim ? Wording::kVerbatim : Wording::kTemplate),
                   arguments.common);
  const Model model = open_model(arguments.common);
  const RankedAnswer answer = model.lion.rank(model.lion.see(picture.image), question, candidates);
  if (arguments.common.json) {
    terminal.json_result(ranked_json("rank", model, picture, answer));
    return;
  }
  int64_t place = 0;
  for (const RankedCandidate& candidate : answer.candidates) {
    terminal.result(str(++place, ". ", candidate.text, "  (log-likelihood ", std::fixed,
                        std::setprecision(3), candidate.log_likelihood, ")"));
  }
}

}  // namespace

void add_rank(CLI::App& program, Terminal& terminal) {
  CLI::App* command =
      add_command(program, "rank", "Order given answers by their likelihood",
                  "lion rank street.jpg \"Is it raining?\" --candidates \"yes|no\"");
  const auto arguments = std::make_shared<Arguments>();
  command->add_option("IMG", arguments->picture, "Picture file")->required();
  command->add_option("QUESTION", arguments->question, "What to ask, in quotes")->required();
  command->add_option("--candidates", arguments->joined, "Answers, with | between them")
      ->type_name("\"A|B\"");
  command->add_option("-c,--candidate", arguments->single, "One answer; may be repeated")
      ->type_name("TEXT")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->allow_extra_args(false);
  command->add_option("--candidates-file", arguments->file, "Answers, one a line")
      ->type_name("FILE");
  command->add_flag("--verbatim", arguments->verbatim,
                    "Ask in these words, without the template for short answers");
  add_model_options(*command, arguments->common);
  add_compute_options(*command, arguments->common);
  add_picture_options(*command, arguments->common);
  add_prompt_options(*command, arguments->common);
  add_output_options(*command, arguments->common);
  command->callback([arguments, &terminal] { run(*arguments, terminal); });
}

}  // namespace lion::cli
