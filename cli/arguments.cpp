#include "cli/arguments.h"

#include <array>
#include <utility>

#include "lion/base/error.h"
#include "lion/base/str.h"

namespace lion::cli {

CLI::App* add_command(CLI::App& program, const std::string& name, const std::string& description,
                      const std::string& example) {
  CLI::App* command = program.add_subcommand(name, description);
  command->group("About an image");
  command->footer(str("Example:\n  ", example));
  return command;
}

CLI::Option* add_repeated_option(CLI::App& command, const std::string& name,
                                 std::vector<std::string>& values, const std::string& description) {
  return command.add_option(name, values, description)
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->allow_extra_args(false);
}

CLI::Option* add_word(CLI::App& command, const std::string& name, std::vector<std::string>& values,
                      const std::string& description) {
  // An option with a vector behind it would take all words that follow.
  return command.add_option_function<std::string>(
      name, [&values](const std::string& word) { values.push_back(word); }, description);
}

void add_model_options(CLI::App& command, CommonArguments& arguments) {
  command.add_option("--model", arguments.model, "Model folder made by lion convert")
      ->type_name("DIR")
      ->envname("LION_MODEL")
      ->group("Model");
}

void add_compute_options(CLI::App& command, CommonArguments& arguments) {
  command.add_option("--device", arguments.device, "cpu or cuda")
      ->type_name("NAME")
      ->capture_default_str()
      ->group("Model");
  command.add_option("--dtype", arguments.dtype, "Computed in bf16 or fp32")
      ->type_name("TYPE")
      ->capture_default_str()
      ->group("Model");
  command.add_option("--threads", arguments.threads, "CPU threads; 0: one per core")
      ->type_name("N")
      ->check(CLI::Range(int64_t{0}, int64_t{1} << 30).description(""))
      ->capture_default_str()
      ->group("Model");
  command
      .add_flag("--ignore-memory-plan", arguments.ignore_memory_plan,
                "Load although memory seems too small")
      ->envname("LION_IGNORE_MEMORY_PLAN")
      ->group("Model");
}

void add_image_options(CLI::App& command, CommonArguments& arguments) {
  command.add_option("--exif", arguments.exif, "auto: turned as EXIF says; ignore: as stored")
      ->type_name("MODE")
      ->capture_default_str()
      ->group("Image");
  command.add_option("--max-pixels", arguments.max_pixels, "Refuse larger images")
      ->type_name("N")
      ->check(CLI::Range(int64_t{1}, int64_t{1} << 40).description(""))
      ->capture_default_str()
      ->group("Image");
}

void add_prompt_options(CLI::App& command, CommonArguments& arguments) {
  CLI::Option* tags =
      command.add_option("--tags", arguments.tags, "Tags to offer instead of the tagger's")
          ->type_name("\"A, B\"")
          ->group("Prompt");
  command.add_flag("--no-tags", arguments.no_tags, "Offer no tags at all")
      ->excludes(tags)
      ->group("Prompt");
  command.add_option("--templates", arguments.templates, "Other prompts (docs/templates.md)")
      ->type_name("FILE")
      ->group("Prompt");
}

void add_search_options(CLI::App& command, CommonArguments& arguments) {
  GenerateOptions& generate = arguments.generate;
  const auto option = [&](const std::string& name, auto& value, const std::string& description) {
    return command.add_option(name, value, description)
        ->type_name("N")
        ->capture_default_str()
        ->group("Answer");
  };
  option("--beams", generate.num_beams, "Beams of the search; 1 is greedy");
  option("--max-new-tokens", generate.max_new_tokens, "Longest answer");
  option("--min-length", generate.min_length, "Shortest answer, start token included");
  option("--repetition-penalty", generate.repetition_penalty, "Above 1: fewer repetitions");
  option("--length-penalty", generate.length_penalty, "Above 0: longer answers (beams only)");
  option("--num-answers", generate.num_return_sequences, "The N best answers");
  CLI::Option* sample =
      command.add_flag("--sample", arguments.sample, "Draw words by chance instead of searching")
          ->group("Answer");
  option("--temperature", generate.temperature, "Above 1: bolder")->needs(sample);
  option("--top-p", generate.top_p, "Draw from the likeliest words of this sum")->needs(sample);
  option("--top-k", generate.top_k, "Draw from the N likeliest words; 0: all")->needs(sample);
  option("--seed", generate.seed, "The same seed draws the same answer")->needs(sample);
}

void add_output_options(CLI::App& command, CommonArguments& arguments) {
  command.add_flag("--json", arguments.json, "One JSON object on stdout (docs/json.md)")
      ->group("Output");
  // main() has already looked at it, so that even a wrong command line is reported in this format.
  command.add_option("--log-format", "Messages on stderr as text or json")
      ->type_name("FORMAT")
      ->default_str("text")
      ->group("Output");
}

void add_basic_options(CLI::App& command, CommonArguments& arguments) {
  add_model_options(command, arguments);
  add_compute_options(command, arguments);
  add_image_options(command, arguments);
  add_output_options(command, arguments);
}

void add_all_options(CLI::App& command, CommonArguments& arguments) {
  add_model_options(command, arguments);
  add_compute_options(command, arguments);
  add_image_options(command, arguments);
  add_prompt_options(command, arguments);
  add_search_options(command, arguments);
  add_output_options(command, arguments);
}

LoadOptions load_options(const CommonArguments& arguments) {
  return {.device = parse_device(arguments.device),
          .dtype = parse_compute_type(arguments.dtype),
          .threads = arguments.threads,
          .ignore_memory_plan = arguments.ignore_memory_plan,
          .templates = prompt_templates(arguments)};
}

DecodeOptions decode_options(const CommonArguments& arguments) {
  if (arguments.exif != "auto" && arguments.exif != "ignore") {
    throw InputError(str("--exif: is no mode (got \"", arguments.exif,
                         "\", expected auto or ignore). Name one of them."));
  }
  return {.exif = arguments.exif == "auto" ? Exif::kAuto : Exif::kIgnore,
          .max_pixels = arguments.max_pixels,
          .notices = true};
}

PromptTemplates prompt_templates(const CommonArguments& arguments) {
  return arguments.templates.empty() ? PromptTemplates::builtin()
                                     : PromptTemplates::load(arguments.templates);
}

namespace {

/// As GenerateOptions::validate, in the words of the command line.
void validate(const GenerateOptions& options) {
  constexpr std::array<std::pair<const char*, const char*>, 9> kOptions{{
      {"generate options: ", ""},
      {"num_return_sequences", "--num-answers"},
      {"num_beams", "--beams"},
      {"max_new_tokens", "--max-new-tokens"},
      {"min_length", "--min-length"},
      {"repetition_penalty", "--repetition-penalty"},
      {"length_penalty", "--length-penalty"},
      {"top_p", "--top-p"},
      {"top_k", "--top-k"},
  }};
  try {
    options.validate();
  } catch (const InputError& error) {
    std::string message = error.what();
    for (const auto& [name, option] : kOptions) message = replace_all(message, name, option);
    if (message.starts_with("temperature"))
      message = replace_all(message, "temperature", "--temperature");
    throw InputError(message);
  }
}

}  // namespace

Question with_options(Question question, const CommonArguments& arguments) {
  if (arguments.no_tags) {
    question.tag_source = TagSource::kNone;
  } else if (arguments.tags) {
    question.tag_source = TagSource::kGiven;
    question.tags = *arguments.tags;
  }
  question.generate = arguments.generate;
  if (arguments.sample) question.generate.strategy = Strategy::kSample;
  validate(question.generate);
  return question;
}

}  // namespace lion::cli
