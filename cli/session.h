#pragma once
/// A picture and a model, loaded with the common options and timed.

#include <chrono>
#include <functional>
#include <string>
#include <utility>

#include "cli/arguments.h"
#include "lion/image/image.h"
#include "lion/pipeline/lion.h"

namespace lion::cli {

struct PictureFile {
  std::string path;
  Image image;
  double decode_seconds = 0;
};

struct Model {
  std::string folder;
  Lion lion;
  double load_seconds = 0;
};

/// Commands open the picture before the model: it fails at once, a model takes a while. Throws as
/// `load_image`.
PictureFile open_picture(const std::string& path, const CommonArguments& arguments);

/// Throws InputError when no model was named, else as `Lion::load`.
Model open_model(const CommonArguments& arguments);

/// What became of one question about one picture.
struct Asked {
  PictureFile picture;
  Model model;
  Answer answer;
};

/// Opens picture and model and asks. `make_question` gets the picture before the model is loaded.
Asked ask(const std::string& path, const CommonArguments& arguments,
          const std::function<Question(const PictureFile&)>& make_question);

/// The named model folder. Throws InputError, saying how to make one, when none was named.
const std::string& model_folder(const CommonArguments& arguments);

/// What `work` returns, and the seconds it took.
template <typename Work>
auto timed(const Work& work) {
  const auto start = std::chrono::steady_clock::now();
  auto value = work();
  const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - start;
  return std::pair(std::move(value), spent.count());
}

}  // namespace lion::cli
