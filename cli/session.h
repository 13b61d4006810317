#pragma once
/// An image and a model, loaded with the common options and timed.

#include <chrono>
#include <string>
#include <string_view>
#include <utility>

#include "cli/arguments.h"
#include "lion/engine/lion.h"
#include "lion/image/image.h"

namespace lion::cli {

/// The name of an image that comes from stdin.
inline constexpr std::string_view kStdinName = "-";

/// All bytes of a pipe, device or ("-") stdin. Throws InputError when stdin is a terminal,
/// ResourceError when reading fails or never ends.
std::string read_stream(const std::string& path);

struct ImageFile {
  std::string path;
  Image image;
  double decode_seconds = 0;
};

struct Model {
  std::string folder;
  Lion lion;
  double load_seconds = 0;
};

/// Commands open the image before the model: it fails at once, a model takes a while. `path` may
/// name a pipe or, as "-", stdin. Throws as `load_image` and `read_stream`.
ImageFile open_image(const std::string& path, const CommonArguments& arguments);

/// Throws InputError when no model was named, else as `Lion::load`.
Model open_model(const CommonArguments& arguments);

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
