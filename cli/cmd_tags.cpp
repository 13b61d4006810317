#include <iomanip>
#include <memory>
#include <span>

#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/image_run.h"
#include "cli/result.h"
#include "lion/base/str.h"
#include "lion/engine/tagger.h"

namespace lion::cli {
namespace {

struct Arguments {
  CommonArguments common;
  RunArguments run;
  bool scores = false;
};

std::string probability_str(const Tag& tag) {
  return str(std::fixed, std::setprecision(3), tag.score);
}

/// "dog, tree", or "dog 0.981, tree 0.734" with probabilities.
std::string tag_field(std::span<const Tag> tags, bool scores) {
  if (!scores) return tag_names(tags);
  std::vector<std::string> parts;
  for (const Tag& tag : tags) parts.push_back(str(tag.name, " ", probability_str(tag)));
  return join(parts, ", ");
}

void run(const Arguments& arguments, Terminal& terminal) {
  ImageTask task;
  task.command = "tags";
  task.columns = {"tags"};
  task.is_searched = false;
  task.settings["--scores"] = arguments.scores;
  task.find = [&](const Request& request) -> Finding {
    const auto [tags, seconds] = timed([&] { return request.model.lion.tags(request.image); });
    Finding finding{tags_json("tags", request.model, request.file, tags, {.tagger = seconds}),
                    {tag_field(tags, arguments.scores)},
                    {}};
    if (!arguments.scores) {
      finding.lines = {tag_names(tags)};
    } else {
      for (const Tag& tag : tags) {
        finding.lines.push_back(str(probability_str(tag), "  ", tag.name));
      }
    }
    return finding;
  };
  run_task(task, arguments.run, arguments.common, terminal);
}

}  // namespace

void add_tags(CLI::App& program, Terminal& terminal) {
  CLI::App* command = add_command(program, "tags", "Name what is in an image (RAM tagger)",
                                  "lion tags street.jpg --scores");
  const auto arguments = std::make_shared<Arguments>();
  add_images(*command, arguments->run.images);
  command->add_flag("--scores", arguments->scores, "The probability of each tag as well");
  add_run_options(*command, arguments->run);
  add_basic_options(*command, arguments->common);
  command->callback([arguments, &terminal] { run(*arguments, terminal); });
}

}  // namespace lion::cli
