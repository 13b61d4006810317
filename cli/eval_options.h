#pragma once
/// The options of `lion eval`.

#include <CLI/CLI.hpp>

#include <cstdint>
#include <optional>
#include <string>

#include "cli/arguments.h"
#include "lion/eval/api_client.h"

namespace lion::cli {

struct EvalArguments {
  CommonArguments common;
  std::string benchmark;
  std::string own;
  std::string own_split = "val";
  std::string box_format = "xyxy_pixels";
  std::string data;
  std::string images;
  std::string out;
  int64_t limit = 0;
  uint64_t seed = 0;
  int64_t batch = 8;
  bool restart = false;

  eval::ApiOptions api;

  std::optional<int64_t> beams, max_new_tokens, min_length;
  std::optional<double> repetition_penalty, length_penalty;
  bool free_answers = false;

  std::string vqa_eval = "lavis";
  bool aokvqa_norm = false;
  bool aokvqa_skip_difficult = false;
  bool vsr_yes_no = false;
  bool visdial_caption = false;
};

/// All of them but those about output.
void add_eval_options(CLI::App& command, EvalArguments& arguments);

}  // namespace lion::cli
