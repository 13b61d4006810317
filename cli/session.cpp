#include "cli/session.h"

#include "lion/base/error.h"

namespace lion::cli {
PictureFile open_picture(const std::string& path, const CommonArguments& arguments) {
  const DecodeOptions options = decode_options(arguments);
  auto [image, seconds] = timed([&] { return load_image(path, options); });
  return {path, std::move(image), seconds};
}

Model open_model(const CommonArguments& arguments) {
  const std::string& folder = model_folder(arguments);
  const LoadOptions options = load_options(arguments);
  auto [lion, seconds] = timed([&] { return Lion::load(folder, options); });
  return {folder, std::move(lion), seconds};
}

Asked ask(const std::string& path, const CommonArguments& arguments,
          const std::function<Question(const PictureFile&)>& make_question) {
  PictureFile picture = open_picture(path, arguments);
  const Question question = with_options(make_question(picture), arguments);
  Model model = open_model(arguments);
  Answer answer = model.lion.answer(model.lion.see(picture.image), question);
  return {std::move(picture), std::move(model), std::move(answer)};
}

const std::string& model_folder(const CommonArguments& arguments) {
  if (arguments.model.empty()) {
    throw InputError(
        "--model: no model folder was named, neither by --model nor by LION_MODEL. Pass --model "
        "DIR; lion convert makes the folder from the released files (see lion convert --help).");
  }
  return arguments.model;
}

}  // namespace lion::cli
