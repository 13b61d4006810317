/// `lion score`: the figures of result files, whoever made them.

#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/score_table.h"
#include "lion/base/error.h"
#include "lion/base/str.h"
#include "lion/eval/result_files/score_files.h"
#include "lion/metrics/ptb_tokenizer.h"

namespace lion::cli {
namespace {

constexpr std::string_view kTokens = "ptb";
constexpr size_t kOutputBytes = size_t{1} << 16;  // written at once

struct Arguments {
  CommonArguments common;
  std::string kind;
  std::string references;
  std::string predictions;
  std::string vqa_eval = "lavis";
  std::string box_format;
};

std::string text_of(const eval::Score& score) {
  std::string text = str(score.figure, " ", fixed(score.main, 2), " over ", score.n);
  if (score.missing > 0) text += str(" (", score.missing, " more have no prediction)");
  text += '\n';
  return text + score_table(score);
}

std::string summary_of(const eval::FileScoreResult::Findings& findings) {
  std::vector<std::string> parts;
  for (const auto& [count, what] :
       {std::pair(findings.malformed, "malformed"), std::pair(findings.unknown, "unknown"),
        std::pair(findings.duplicate, "duplicate"), std::pair(findings.missing, "missing")}) {
    if (count > 0) parts.push_back(str(count, " ", what));
  }
  return join(parts, ", ");
}

void warn(const eval::FileScoreResult::Findings& findings, Terminal& terminal) {
  for (const std::string& finding : findings.first) terminal.warning(finding);
  const std::string summary = summary_of(findings);
  if (!summary.empty()) terminal.warning(str("not scored: ", summary));
}

Json json_of(const std::string& kind, const eval::FileScoreResult& result) {
  Json metrics = Json::object();
  for (const auto& [name, value] : result.score.metrics) metrics.emplace(name, value);
  Json categories = Json::array();
  for (const eval::CategoryScore& one : result.score.categories) {
    categories.push_back({{"name", one.name}, {"n", one.n}, {"value", one.value}});
  }
  const auto& findings = result.findings;
  return {{"command", "score"},
          {"kind", kind},
          {"score", result.score.main},
          {"figure", result.score.figure},
          {"metrics", std::move(metrics)},
          {"categories", std::move(categories)},
          {"n", result.score.n},
          {"notes", result.score.notes},
          {"findings",
           {{"malformed", findings.malformed},
            {"unknown", findings.unknown},
            {"duplicate", findings.duplicate},
            {"missing", findings.missing},
            {"first", findings.first}}}};
}

/// The tokens of each line of stdin.
void tokenize(const Arguments& arguments, Terminal& terminal) {
  std::vector<std::string> tokens;
  std::string out;
  for (std::string line; std::getline(std::cin, line);) {
    std::string tokenized = ptb_tokenize(line);
    if (arguments.common.json) {
      tokens.push_back(std::move(tokenized));
      continue;
    }
    out += tokenized + '\n';
    if (out.size() < kOutputBytes) continue;
    terminal.partial_result(out);
    out.clear();
  }
  if (arguments.common.json) {
    terminal.json_result({{"command", "score"}, {"kind", kTokens}, {"lines", tokens}});
  } else {
    terminal.partial_result(out);
  }
}

void run(const Arguments& arguments, Terminal& terminal) {
  if (arguments.kind == kTokens) return tokenize(arguments, terminal);
  const eval::FileScore what = eval::parse_file_score(arguments.kind);
  for (const auto& [option, value] :
       {std::pair("--refs", &arguments.references), std::pair("--preds", &arguments.predictions)}) {
    if (value->empty()) {
      throw InputError(str("lion score ", arguments.kind, ": ", option,
                           " is missing. Name the file with the ",
                           value == &arguments.references ? "references." : "predictions."));
    }
  }
  eval::FileScoreOptions options{
      arguments.references, arguments.predictions, parse_vqa_evaluator(arguments.vqa_eval), {}};
  if (!arguments.box_format.empty())
    options.box_format = parse_box_format(arguments.box_format, "--box-format");
  const eval::FileScoreResult result = eval::score_files(what, options);
  // A score that rests on a guess is not to be read without it.
  for (const std::string& note : result.score.notes) terminal.warning(note);
  if (arguments.common.json) return terminal.json_result(json_of(arguments.kind, result));
  terminal.partial_result(text_of(result.score));
  warn(result.findings, terminal);
}

}  // namespace

void add_score(CLI::App& program, Terminal& terminal) {
  CLI::App* command = add_command(program, "score", "Score result files against references",
                                  "lion score cider --refs captions_val2014.json --preds "
                                  "results.json");
  command->group("About evaluation");
  const auto arguments = std::make_shared<Arguments>();
  command
      ->add_option("KIND", arguments->kind,
                   "cider bleu rouge vqa rec pope visdial mmbench; ptb: tokenizes stdin")
      ->required();
  command->add_option("--refs", arguments->references, "Official file with what is right")
      ->type_name("FILE");
  command->add_option("--preds", arguments->predictions, "File with the predictions")
      ->type_name("FILE");
  command
      ->add_option("--vqa-eval", arguments->vqa_eval,
                   "How answers are made comparable: lavis or official")
      ->type_name("NAME")
      ->capture_default_str();
  command
      ->add_option("--box-format", arguments->box_format,
                   "rec: of predicted boxes (xywh_pixels, ...); default: guessed")
      ->type_name("NAME");
  add_output_options(*command, arguments->common);
  command->callback([arguments, &terminal] { run(*arguments, terminal); });
}

}  // namespace lion::cli
