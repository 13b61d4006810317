#include <cmath>
#include <iomanip>
#include <memory>

#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/result.h"
#include "cli/session.h"
#include "lion/base/error.h"
#include "lion/base/str.h"
#include "lion/image/draw.h"
#include "lion/image/encode.h"
#include "lion/pipeline/tasks.h"

namespace lion::cli {
namespace {

struct Arguments {
  CommonArguments common;
  std::string picture;
  std::string expression;
  std::string draw;
  bool grammar = false;
};

/// Before the work: afterwards would be late.
void check_extension(const std::filesystem::path& path) {
  const std::string extension = path.extension().string();
  if (path.empty() || extension == ".png" || extension == ".jpg" || extension == ".jpeg") return;
  throw InputError(str("--draw ", path.string(), ": cannot be written in this format (got \"",
                       extension,
                       "\", expected .png, .jpg or .jpeg). Name a file like boxes.png."));
}

void draw(const Arguments& arguments, Terminal& terminal, Image image,
          std::span<const AnswerBox> boxes) {
  if (boxes.empty()) {
    terminal.warning(
        str(arguments.draw, ": was not written, as there is no box to draw. Try --grammar."));
    return;
  }
  for (size_t i = 0; i < boxes.size(); ++i) {
    const PixelBox& box = boxes[i].pixels;
    draw_box(image, {box.x0, box.y0, box.x1, box.y1, arguments.expression, palette_color(i)});
  }
  save_image(arguments.draw, image);
}

std::string box_str(const AnswerBox& found) {
  const PixelBox& box = found.pixels;
  return str("box ", format_box(found.box), "  ", std::lround(box.x0), ",", std::lround(box.y0),
             ",", std::lround(box.x1), ",", std::lround(box.y1), "px  confidence ", std::fixed,
             std::setprecision(2), found.confidence);
}

void run(const Arguments& arguments, Terminal& terminal) {
  check_extension(arguments.draw);
  const Asked asked = ask(arguments.picture, arguments.common, [&](const PictureFile&) {
    Question question = ground_question(prompt_templates(arguments.common), arguments.expression);
    question.box_grammar = arguments.grammar;
    return question;
  });
  const Hypothesis& best = asked.answer.best;
  if (!arguments.draw.empty()) draw(arguments, terminal, asked.picture.image, best.boxes);
  if (arguments.common.json) {
    Json json = answer_json("ground", asked);
    json["valid"] = !best.boxes.empty();
    json["raw"] = best.text;
    terminal.json_result(json);
    return;
  }
  show_answer("ground", arguments.common, terminal, asked);
  for (const AnswerBox& box : best.boxes) terminal.result(box_str(box));
  if (best.boxes.empty()) {
    terminal.warning("the answer holds no box. --grammar makes only well-formed boxes possible.");
  }
}

}  // namespace

void add_ground(CLI::App& program, Terminal& terminal) {
  CLI::App* command =
      add_command(program, "ground", "Find what an expression means (its comprehension)",
                  "lion ground street.jpg \"the man in red\" --draw boxes.png");
  const auto arguments = std::make_shared<Arguments>();
  command->add_option("IMG", arguments->picture, "Picture file")->required();
  command->add_option("EXPRESSION", arguments->expression, "What to find, in quotes")->required();
  command->add_option("--draw", arguments->draw, "Picture with the boxes (.png, .jpg)")
      ->type_name("FILE");
  command->add_flag("--grammar,!--no-grammar", arguments->grammar,
                    "Make only well-formed boxes possible");
  add_all_options(*command, arguments->common);
  command->callback([arguments, &terminal] { run(*arguments, terminal); });
}

}  // namespace lion::cli
