// embed MODEL IMAGE QUESTION...: the image is encoded once, then asked about with each question.

#include <iostream>

#include "lion/lion.h"

int main(int argc, char** argv) {
  if (argc < 4) {
    std::cerr << "usage: embed MODEL IMAGE QUESTION...\n";
    return 2;
  }
  try {
    const lion::Lion model = lion::Lion::load(argv[1]);
    const lion::EncodedImage image = model.encode_image(lion::load_image(argv[2]));
    const auto templates = lion::PromptTemplates::builtin();
    for (int i = 3; i < argc; ++i) {
      const auto question = lion::vqa_question(templates, argv[i]);
      std::cout << model.answer(image, question).best.text << '\n';
    }
  } catch (const lion::Error& error) {
    std::cerr << "embed: " << error.what() << '\n';
    return 1;
  }
}
