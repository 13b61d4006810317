#pragma once
/// What all commands about images share: one image or many, one question or several, results shown
/// or written to a file that can be continued. A command says what it asks and how its answer
/// reads; the image is encoded once for all of its questions.

#include <CLI/CLI.hpp>
#include <functional>
#include <string>
#include <vector>

#include "cli/arguments.h"
#include "cli/image_list.h"
#include "cli/session.h"
#include "cli/terminal.h"
#include "lion/base/json.h"

namespace lion::cli {

/// The options of a run over images.
struct RunArguments {
  ImageArguments images;
  bool csv = false;
  bool jsonl = false;
  std::string out;
};

/// Adds --files, --recursive, --out, --csv and --jsonl; call it before the common options.
void add_run_options(CLI::App& command, RunArguments& arguments);

/// One question about one image.
struct Request {
  const Model& model;
  const ImageFile& file;
  const EncodedImage& image;
  size_t index = 0;  ///< of the question
};

/// An answer in its three forms.
struct Finding {
  Json json;                        ///< an object of docs/json.md
  std::vector<std::string> fields;  ///< one for each of ImageTask::columns
  std::vector<std::string> lines;   ///< for a person
};

struct ImageTask {
  std::string command;
  /// What is asked, as results show it: questions, expressions, boxes. Empty for a command that
  /// asks nothing; `asked_column` then is not used.
  std::vector<std::string> asked;
  std::string asked_column;
  std::vector<std::string> columns;  ///< of the answer, in CSV
  size_t text_columns = 1;           ///< the first of them that lines of text have
  Json settings = Json::object();    ///< what answers depend on, besides the common options
  bool is_searched = true;           ///< answers come from the search that the options describe
  /// Called for each image before the model is needed; throws InputError, for instance when a box
  /// is not in the image. May be empty.
  std::function<void(const ImageFile&)> prepare;
  std::function<Finding(const Request&)> find;
  /// Called with the findings of a single image before they are shown. May be empty.
  std::function<void(const ImageFile&)> finish;
};

/// Asks about one image and shows the answer, or about many and shows or writes a line for each.
/// Errors of single images are reported and counted. Throws InputError when there were some, and as
/// the parts above. A signal that asks for the end ends the process after the image at work.
void run_task(const ImageTask& task, const RunArguments& arguments, const CommonArguments& common,
              Terminal& terminal);

}  // namespace lion::cli
