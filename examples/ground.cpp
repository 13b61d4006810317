// ground MODEL IMAGE EXPRESSION OUT.png: finds what the expression names and draws a box around it.

#include <iostream>

#include "lion/lion.h"

int main(int argc, char** argv) {
  if (argc != 5) {
    std::cerr << "usage: ground MODEL IMAGE EXPRESSION OUT.png\n";
    return 2;
  }
  try {
    const lion::Lion model = lion::Lion::load(argv[1]);
    lion::Image image = lion::load_image(argv[2]);
    auto question = lion::ground_question(lion::PromptTemplates::builtin(), argv[3]);
    question.box_grammar = true;  // whatever the model thinks, it answers with a box
    const lion::Answer answer = model.answer(model.encode_image(image), question);
    for (const lion::AnswerBox& found : answer.best.boxes) {
      const auto& [x0, y0, x1, y1] = found.pixels;
      lion::draw_box(image, {x0, y0, x1, y1, argv[3]});
      std::cout << x0 << ',' << y0 << ',' << x1 << ',' << y1 << " px, confidence "
                << found.confidence << '\n';
    }
    lion::save_image(argv[4], image);
  } catch (const lion::Error& error) {
    std::cerr << "ground: " << error.what() << '\n';
    return 1;
  }
}
