#pragma once
/// The options that commands have in common, and what they mean to the engine.

#include <CLI/CLI.hpp>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lion/engine/options.h"
#include "lion/image/decode.h"
#include "lion/text/prompt.h"

namespace lion::cli {

/// Values of the common options; a command offers those groups of them that it needs.
struct CommonArguments {
  std::string model;

  std::string device = "cpu";
  std::string dtype = "bf16";
  int64_t threads = 0;
  bool ignore_memory_plan = false;

  std::string exif = "auto";
  int64_t max_pixels = DecodeOptions{}.max_pixels;

  std::optional<std::string> tags;
  bool no_tags = false;
  std::string templates;

  GenerateOptions generate;
  bool sample = false;

  bool json = false;
};

/// A subcommand with a line that says what it does and an example of its use.
CLI::App* add_command(CLI::App& program, const std::string& name, const std::string& description,
                      const std::string& example);

/// An option that collects the values of all of its uses, one a use.
CLI::Option* add_repeated_option(CLI::App& command, const std::string& name,
                                 std::vector<std::string>& values, const std::string& description);

/// An argument of one word, which may be missing: `values` then stays empty.
CLI::Option* add_word(CLI::App& command, const std::string& name, std::vector<std::string>& values,
                      const std::string& description);

void add_model_options(CLI::App& command, CommonArguments& arguments);    ///< --model
void add_compute_options(CLI::App& command, CommonArguments& arguments);  ///< --device --dtype ...
void add_image_options(CLI::App& command, CommonArguments& arguments);    ///< --exif --max-pixels
void add_prompt_options(CLI::App& command, CommonArguments& arguments);  ///< --tags --templates ...
void add_search_options(CLI::App& command, CommonArguments& arguments);  ///< --beams --seed ...
void add_output_options(CLI::App& command, CommonArguments& arguments);  ///< --json --log-format

/// All of the above but prompt and search.
void add_basic_options(CLI::App& command, CommonArguments& arguments);
/// All of the above.
void add_all_options(CLI::App& command, CommonArguments& arguments);

/// These throw InputError for values that do not exist.
LoadOptions load_options(const CommonArguments& arguments);
DecodeOptions decode_options(const CommonArguments& arguments);
PromptTemplates prompt_templates(const CommonArguments& arguments);

/// `question` with the tags and the search that the options say. Throws InputError for options that
/// are out of range.
Question with_options(Question question, const CommonArguments& arguments);

}  // namespace lion::cli
