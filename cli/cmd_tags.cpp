#include <iomanip>
#include <memory>

#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/result.h"
#include "cli/session.h"
#include "lion/base/str.h"
#include "lion/pipeline/tagger.h"

namespace lion::cli {
namespace {

struct Arguments {
  CommonArguments common;
  std::string picture;
  bool scores = false;
};

void run(const Arguments& arguments, Terminal& terminal) {
  const PictureFile file = open_picture(arguments.picture, arguments.common);
  const Model model = open_model(arguments.common);
  const auto [picture, vit_seconds] = timed([&] { return model.lion.see(file.image); });
  const Picture& seen = picture;
  const auto [tags, tagger_seconds] = timed([&] { return model.lion.tags(seen); });
  if (arguments.common.json) {
    terminal.json_result(
        tags_json("tags", model, file, tags, {.vit = vit_seconds, .tagger = tagger_seconds}));
  } else if (!arguments.scores) {
    terminal.result(tag_names(tags));
  } else {
    for (const Tag& tag : tags) {
      terminal.result(str(std::fixed, std::setprecision(3), tag.score, "  ", tag.name));
    }
  }
}

}  // namespace

void add_tags(CLI::App& program, Terminal& terminal) {
  CLI::App* command = add_command(program, "tags", "Name what is in a picture (RAM tagger)",
                                  "lion tags street.jpg --scores");
  const auto arguments = std::make_shared<Arguments>();
  command->add_option("IMG", arguments->picture, "Picture file")->required();
  command->add_flag("--scores", arguments->scores, "A line per tag, with its probability");
  add_basic_options(*command, arguments->common);
  command->callback([arguments, &terminal] { run(*arguments, terminal); });
}

}  // namespace lion::cli
