#include <cmath>
#include <iomanip>
#include <memory>
#include <span>
#include <vector>

#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/image_run.h"
#include "cli/result.h"
#include "lion/base/error.h"
#include "lion/base/str.h"
#include "lion/engine/tasks.h"
#include "lion/image/draw.h"
#include "lion/image/encode.h"

namespace lion::cli {
namespace {

struct Arguments {
  CommonArguments common;
  RunArguments run;
  std::vector<std::string> expressions;
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

/// What was found of one expression.
struct Found {
  std::string expression;
  std::vector<AnswerBox> boxes;
};

void draw(const std::string& path, Terminal& terminal, Image image, std::span<const Found> all) {
  size_t drawn = 0;
  for (const Found& found : all) {
    for (const AnswerBox& one : found.boxes) {
      const PixelBox& box = one.pixels;
      draw_box(image, {box.x0, box.y0, box.x1, box.y1, found.expression, palette_color(drawn++)});
    }
  }
  if (drawn == 0) {
    terminal.warning(str(path, ": was not written, as there is no box to draw. Try --grammar."));
    return;
  }
  save_image(path, image);
}

/// "328,184,512,369px": whole pixels; of a box of less than a pixel, all that it touches.
std::string pixels_str(const PixelBox& box) {
  const auto side = [](double from, double to) {
    const std::pair nearest(std::lround(from), std::lround(to));
    return nearest.first < nearest.second
               ? nearest
               : std::pair(std::lround(std::floor(from)), std::lround(std::ceil(to)));
  };
  const auto [x0, x1] = side(box.x0, box.x1);
  const auto [y0, y1] = side(box.y0, box.y1);
  return str(x0, ",", y0, ",", x1, ",", y1, "px");
}

std::string confidence_str(const AnswerBox& found) {
  return str(std::fixed, std::setprecision(2), found.confidence);
}

std::string box_str(const AnswerBox& found) {
  return str("box ", format_box(found.box), "  ", pixels_str(found.pixels), "  confidence ",
             confidence_str(found));
}

/// What `show` says of each box, with blanks between them: a field of a table.
template <typename Show>
std::string boxes_field(std::span<const AnswerBox> boxes, const Show& show) {
  std::vector<std::string> parts;
  for (const AnswerBox& box : boxes) parts.push_back(show(box));
  return join(parts, " ");
}

Finding finding_of(const Request& request, const Answer& answer) {
  const Hypothesis& best = answer.best;
  Finding finding{
      answer_json("ground", request.model, request.file, answer),
      {best.text, boxes_field(best.boxes, [](const auto& box) { return pixels_str(box.pixels); }),
       boxes_field(best.boxes, confidence_str), score_str(best.score)},
      answer_lines(answer)};
  finding.json["valid"] = !best.boxes.empty();
  finding.json["raw"] = best.text;
  for (const AnswerBox& box : best.boxes) finding.lines.push_back(box_str(box));
  return finding;
}

void run(Arguments& arguments, Terminal& terminal) {
  check_extension(arguments.draw);
  const std::vector<std::string> expressions =
      asked_about(arguments.run.images, arguments.expressions);
  if (expressions.empty()) {
    throw InputError(
        "lion ground: EXPRESSION is required. Put it in quotes behind the image. lion ground "
        "--help shows what there is.");
  }
  if (!arguments.draw.empty() && !is_one_image(arguments.run.images)) {
    throw InputError(
        str("--draw ", arguments.draw, ": draws one image (got several). Name a single image."));
  }
  const PromptTemplates templates = prompt_templates(arguments.common);
  std::vector<Question> questions;
  ImageTask task;
  for (const std::string& expression : expressions) {
    Question question = ground_question(templates, expression);
    question.box_grammar = arguments.grammar;
    questions.push_back(with_options(std::move(question), arguments.common));
    task.asked.push_back(one_line(expression));
  }
  task.command = "ground";
  task.asked_column = "expression";
  task.columns = {"answer", "box", "confidence", "score"};
  task.text_columns = 2;
  task.settings = {{"prompt", templates.evaluation(Task::kRec)}, {"--grammar", arguments.grammar}};
  std::vector<Found> found;
  task.find = [&](const Request& request) {
    const Answer answer = request.model.lion.answer(request.image, questions[request.index]);
    found.push_back({task.asked[request.index], answer.best.boxes});
    return finding_of(request, answer);
  };
  task.prepare = [&](const ImageFile&) { found.clear(); };
  task.finish = [&](const ImageFile& file) {
    if (!arguments.draw.empty()) draw(arguments.draw, terminal, file.image, found);
    for (const Found& one : found) {
      if (!one.boxes.empty() || arguments.common.json) continue;
      terminal.warning(str(found.size() > 1 ? str(one.expression, ": ") : "",
                           "the answer holds no box. --grammar makes only well-formed boxes "
                           "possible."));
    }
  };
  run_task(task, arguments.run, arguments.common, terminal);
}

}  // namespace

void add_ground(CLI::App& program, Terminal& terminal) {
  CLI::App* command =
      add_command(program, "ground", "Find what an expression means (its comprehension)",
                  "lion ground street.jpg \"the man in red\" --draw boxes.png");
  const auto arguments = std::make_shared<Arguments>();
  add_image(*command, arguments->run.images);
  command->add_option("EXPRESSION", arguments->expressions,
                      "What to find, in quotes; several are found one by one");
  command->add_option("--draw", arguments->draw, "Image with the boxes (.png, .jpg)")
      ->type_name("FILE");
  command->add_flag("--grammar,!--no-grammar", arguments->grammar,
                    "Make only well-formed boxes possible");
  add_run_options(*command, arguments->run);
  add_all_options(*command, arguments->common);
  command->callback([arguments, &terminal] { run(*arguments, terminal); });
}

}  // namespace lion::cli
