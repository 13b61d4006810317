#include "cli/eval_options.h"

namespace lion::cli {
namespace {

void add_decoding_options(CLI::App& command, EvalArguments& arguments) {
  const auto option = [&](const std::string& name, auto& value, const std::string& description) {
    command.add_option(name, value, description)->type_name("N")->group("Answer");
  };
  option("--beams", arguments.beams, "Beams of the search; default 1, greedy");
  option("--max-new-tokens", arguments.max_new_tokens,
         "Longest answer; default 80 captions, 10 answers, 64 boxes");
  option("--min-length", arguments.min_length, "Shortest answer, start token included");
  option("--repetition-penalty", arguments.repetition_penalty, "Default 1");
  option("--length-penalty", arguments.length_penalty, "Default 1 (beams only)");
  command
      .add_flag("--free-answers", arguments.free_answers,
                "Match a written answer to the candidates instead of ranking them")
      ->group("Answer");
}

void add_scoring_options(CLI::App& command, EvalArguments& arguments) {
  command.add_option("--vqa-eval", arguments.vqa_eval, "lavis (as the paper) or official")
      ->type_name("NAME")
      ->capture_default_str()
      ->group("Benchmark");
  const auto flag = [&](const std::string& name, bool& value, const std::string& description) {
    command.add_flag(name, value, description)->group("Benchmark");
  };
  flag("--aokvqa-norm", arguments.aokvqa_norm, "A-OKVQA: strip and lower-case answers");
  flag("--aokvqa-skip-difficult", arguments.aokvqa_skip_difficult,
       "A-OKVQA: without the questions that the official script leaves out");
  flag("--vsr-yes-no", arguments.vsr_yes_no, "VSR: rank yes and no instead of true and false");
  flag("--visdial-caption", arguments.visdial_caption, "VisDial: the caption before the dialogue");
}

void add_api_options(CLI::App& command, EvalArguments& arguments) {
  command
      .add_option("--api", arguments.api.url,
                  "OpenAI-compatible server to ask (its key: LION_API_KEY)")
      ->type_name("URL")
      ->group("Server");
  command.add_option("--api-model", arguments.api.model, "The model as the server calls it")
      ->type_name("NAME")
      ->group("Server");
  command.add_option("--api-parallel", arguments.api.parallel, "Requests at a time")
      ->type_name("N")
      ->check(CLI::Range(1, 256).description(""))
      ->capture_default_str()
      ->group("Server");
  command.add_option("--api-timeout", arguments.api.timeout_seconds, "Seconds a request may take")
      ->type_name("N")
      ->check(CLI::Range(1, 86400).description(""))
      ->capture_default_str()
      ->group("Server");
  command
      .add_flag("--strip-thinking,!--no-strip-thinking", arguments.api.strip_thinking,
                "Score what follows <think>...</think> and its like; on by default")
      ->group("Server");
}

}  // namespace

void add_eval_options(CLI::App& command, EvalArguments& arguments) {
  command.add_option("BENCH", arguments.benchmark,
                     "coco, refcoco_val, ..., or captions, vqa, rec, pope, objects, all");
  command.add_option("--data", arguments.data, "Folder with the official files")->type_name("DIR");
  command
      .add_option("--own", arguments.own,
                  "Your own data instead of a benchmark, JSON lines (docs/own-data.md)")
      ->type_name("FILE");
  command
      .add_option("--split", arguments.own_split,
                  "With --own: lines of this \"split\", and those without one")
      ->type_name("NAME")
      ->capture_default_str();
  command.add_option("--box-format", arguments.box_format, "With --own: of boxes without one")
      ->type_name("NAME")
      ->capture_default_str();
  command.add_option("--images", arguments.images, "Folder with the images, if it is elsewhere")
      ->type_name("DIR");
  command
      .add_option("--out", arguments.out,
                  "Folder for results and journals; default eval-results/<model>")
      ->type_name("DIR");
  command.add_option("--limit", arguments.limit, "Only the first N samples; 0: all")
      ->type_name("N")
      ->check(CLI::NonNegativeNumber.description(""))
      ->capture_default_str();
  command.add_option("--seed", arguments.seed, "Of the prompts that are drawn per sample")
      ->type_name("N")
      ->capture_default_str();
  command.add_option("--batch", arguments.batch, "Questions decoded together")
      ->type_name("N")
      ->check(CLI::Range(1, 4096).description(""))
      ->capture_default_str();
  command.add_flag("--restart", arguments.restart, "Drop what an earlier run has answered");
  add_scoring_options(command, arguments);
  add_decoding_options(command, arguments);
  add_api_options(command, arguments);
  add_model_options(command, arguments.common);
  add_compute_options(command, arguments.common);
  add_image_options(command, arguments.common);
  command.add_flag("--no-tags", arguments.common.no_tags, "Offer no tags")->group("Prompt");
  command
      .add_option("--templates", arguments.common.templates, "Other prompts (docs/templates.md)")
      ->type_name("FILE")
      ->group("Prompt");
}

}  // namespace lion::cli
