#pragma once
/// Which images a command is asked about: files, folders, lists of files.

#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "cli/terminal.h"

namespace lion::cli {

/// The options that name images.
struct ImageArguments {
  std::vector<std::string> images;  ///< files, folders, "-" (stdin), file URLs
  std::string files;                ///< a list of them, one a line (or ended by NUL); "-" is stdin
  bool recursive = false;           ///< folders with their sub-folders
};

/// Adds the argument IMG: any number of names.
void add_images(CLI::App& command, ImageArguments& arguments);

/// Adds the argument IMG for a command whose further arguments say what to ask: one name, or none
/// with --files. `asked_about` sorts out which of the two the first word is.
void add_image(CLI::App& command, ImageArguments& arguments);

/// What a command with `add_image` is to ask: `asked`, the words behind IMG, preceded by IMG where
/// --files replaces it and no file has that name.
std::vector<std::string> asked_about(ImageArguments& arguments, std::vector<std::string> asked);

/// Adds --files and --recursive.
void add_image_list_options(CLI::App& command, ImageArguments& arguments);

/// Whether exactly one image is meant, and no folder or list.
bool is_one_image(const ImageArguments& arguments);

/// The images, each once: files as named, those of a folder by name. A folder's hidden files are
/// left out, its files that are no images too, which is said in one line.
struct ImageList {
  std::vector<std::string> paths;
  int64_t failed = 0;  ///< names that lead to no file, reported as errors
};

/// Throws InputError when nothing is named or a folder holds no image, ResourceError when a named
/// folder or list cannot be read.
ImageList list_images(const ImageArguments& arguments, Terminal& terminal);

}  // namespace lion::cli
