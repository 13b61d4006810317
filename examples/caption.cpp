// caption MODEL IMAGE: a sentence about an image.

#include <iostream>

#include "lion/lion.h"

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: caption MODEL IMAGE\n";
    return 2;
  }
  try {
    const lion::Lion model = lion::Lion::load(argv[1]);
    const lion::EncodedImage image = model.encode_image(lion::load_image(argv[2]));
    const auto question = lion::caption_question(lion::PromptTemplates::builtin());
    std::cout << model.answer(image, question).best.text << '\n';
  } catch (const lion::Error& error) {
    std::cerr << "caption: " << error.what() << '\n';
    return 1;
  }
}
