#include <algorithm>
#include <array>
#include <cstdlib>
#include <ctime>
#include <deque>
#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/eval_options.h"
#include "cli/eval_output.h"
#include "cli/interrupt.h"
#include "cli/local_answerer.h"
#include "cli/session.h"
#include "lion/base/error.h"
#include "lion/base/file.h"
#include "lion/base/process_rank.h"
#include "lion/base/str.h"
#include "lion/eval/api_client.h"
#include "lion/eval/evaluate.h"
#include "lion/eval/report/html_report.h"

namespace lion::cli {
namespace fs = std::filesystem;
namespace {

struct CompareArguments {
  CommonArguments common;
  std::string a, b;
  size_t flips = 5;
};

/// The benchmark as it is run: with the person's decoding.
eval::BenchmarkInfo with_decoding(eval::BenchmarkInfo info, const EvalArguments& arguments) {
  GenerateOptions& decoding = info.decoding;
  decoding.num_beams = arguments.beams.value_or(decoding.num_beams);
  decoding.max_new_tokens = arguments.max_new_tokens.value_or(decoding.max_new_tokens);
  decoding.min_length = arguments.min_length.value_or(decoding.min_length);
  decoding.repetition_penalty = arguments.repetition_penalty.value_or(decoding.repetition_penalty);
  decoding.length_penalty = arguments.length_penalty.value_or(decoding.length_penalty);
  decoding.validate();
  const bool asks_server = !arguments.api.url.empty();
  if (asks_server || arguments.free_answers) info.mode = eval::Mode::kGenerate;
  const bool needs_losses =
      info.metric == eval::MetricKind::kRanking || info.metric == eval::MetricKind::kTags;
  if (needs_losses && info.mode == eval::Mode::kGenerate) {
    throw InputError(str(info.name,
                         ": needs the likelihood of every candidate; free answers do not "
                         "give it. Run it without --api and --free-answers."));
  }
  return info;
}

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

eval::Answerer make_answerer(const EvalArguments& arguments, const PromptTemplates& templates) {
  if (!arguments.api.url.empty()) {
    if (arguments.api.model.empty()) {
      throw InputError("--api-model: is missing. Name the model as the server calls it.");
    }
    eval::ApiOptions api = arguments.api;
    api.key = environment("LION_API_KEY");
    return eval::api_answerer(api);
  }
  auto lion = std::make_shared<const Lion>(open_model(arguments.common).lion);
  eval::Answerer answerer = local_answerer(std::move(lion), arguments.common, arguments.batch);
  if (answerer.settings["tags"] == "tagger") {
    answerer.settings["tag_sentence"] = templates.tag_sentence("{tags}");
  }
  return answerer;
}

/// The model's name in results: of its folder, or on its server.
std::string model_name(const EvalArguments& arguments) {
  if (!arguments.api.url.empty()) return arguments.api.model;
  fs::path folder = fs::path(model_folder(arguments.common)).lexically_normal();
  if (!folder.has_filename()) folder = folder.parent_path();
  return folder.filename().string();
}

fs::path out_folder(const EvalArguments& arguments) {
  if (!arguments.out.empty()) return arguments.out;
  std::string name = model_name(arguments);
  std::replace(name.begin(), name.end(), '/', '-');
  return fs::path("eval-results") / name;
}

std::string now() {
  const std::time_t time = std::time(nullptr);
  std::tm local{};
  ::localtime_r(&time, &local);
  std::array<char, 32> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M", &local);
  return text.data();
}

void write_report(const fs::path& path, std::span<const eval::Evaluation> evaluations,
                  const EvalArguments& arguments) {
  std::vector<eval::ReportPart> parts;
  for (const eval::Evaluation& one : evaluations) {
    parts.push_back({&one.benchmark, one.predictions, one.score ? &*one.score : nullptr,
                     one.interval, one.not_comparable});
  }
  eval::ReportOptions options;
  options.model = model_name(arguments);
  options.created = now();
  const Json& settings = evaluations.front().result["answerer"];
  for (const auto& [key, value] : settings.items()) {
    options.facts.emplace_back(key, value.is_string() ? value.get<std::string>() : value.dump());
  }
  const DecodeOptions decode = decode_options(arguments.common);
  options.load_item_image = [decode](const eval::Item& item) {
    return eval::load_item_image(item, decode);
  };
  write_file(path, eval::html_report(parts, options));
}

/// What the files and the run left out, said once per benchmark.
void warn(const eval::Evaluation& evaluation, Terminal& terminal) {
  const std::string& name = evaluation.benchmark.info->name;
  const Problems& problems = evaluation.benchmark.problems;
  if (const std::string left_out = problems.summary(); !left_out.empty()) {
    // What was left out by choice (another split) is counted, not listed.
    const std::vector<Problem>& kept = problems.kept();
    terminal.warning(str(name, ": records left out: ", left_out,
                         kept.empty() ? ""
                                      : str("; the first: ", kept.front().where, ": ",
                                            kept.front().what, " (result.json lists more)")));
  }
  for (const Json& note : evaluation.result["notes"]) {
    terminal.warning(str(name, ": ", note.get<std::string>()));
  }
  const Json& unanswered = evaluation.result["unanswered"];
  if (const auto count = unanswered["count"].get<int64_t>(); count > 0) {
    terminal.warning(str(name, ": ", count, " items were not answered; the first: ",
                         unanswered["first"][0]["what"].get<std::string>()));
  }
  if (evaluation.benchmark.info->mode != eval::Mode::kGenerate) return;
  const auto is_empty = [](const eval::Prediction& one) {
    return one.error.empty() && trim(one.text).empty();
  };
  const auto& predictions = evaluation.predictions;
  if (const auto n = std::count_if(predictions.begin(), predictions.end(), is_empty); n > 0) {
    terminal.warning(str(name, ": ", n, " of ", predictions.size(),
                         " answers are empty. Where the model thinks before it answers, give it "
                         "room: --max-new-tokens 2048."));
  }
}

/// One benchmark after the other; those of a group that lack their files are skipped.
class Evaluator {
 public:
  Evaluator(const EvalArguments& arguments, Terminal& terminal)
      : arguments_(arguments),
        terminal_(terminal),
        templates_(prompt_templates(arguments.common)),
        place_(rank_from_environment()),
        out_(out_folder(arguments)) {
    options_.read.root = arguments.data;
    options_.read.images = arguments.images;
    options_.read.limit = arguments.limit;
    options_.read.seed = arguments.seed;
    options_.read.visdial_caption = arguments.visdial_caption;
    options_.read.vsr_yes_no = arguments.vsr_yes_no;
    options_.read.aokvqa_skip_difficult = arguments.aokvqa_skip_difficult;
    options_.run.rank = place_.rank;
    options_.run.world = place_.world;
    options_.run.decode = decode_options(arguments.common);
    options_.run.progress = terminal.progress();
    options_.score.vqa = parse_vqa_evaluator(arguments.vqa_eval);
    if (arguments.aokvqa_norm) options_.score.aokvqa = AokvqaAnswer::kNormalized;
    options_.restart = arguments.restart;
    if (arguments.restart && place_.world > 1) {
      throw InputError(str("--restart: several processes cannot drop each other's answers. Remove ",
                           out_.string(), ", or name another --out."));
    }
    options_.model = model_name(arguments);
    if (!arguments.own.empty()) {
      add_own();
      return;
    }
    for (const eval::BenchmarkInfo* info : eval::benchmarks_named(arguments.benchmark)) {
      add(*info);
    }
  }

  void run() {
    const StopRequest stop;
    options_.run.stop_requested = [&stop] { return stop.came(); };
    check_files();
    const eval::Answerer answerer = make_answerer(arguments_, templates_);
    for (const eval::BenchmarkInfo& info : infos_) {
      std::optional<eval::Evaluation> evaluation = run_one(info, answerer);
      if (stop.came()) {
        tell_stop();
        return;
      }
      if (!evaluation) continue;  // rank 0 tells
      warn(*evaluation, terminal_);
      evaluations_.push_back(*std::move(evaluation));
    }
    if (place_.rank == 0) tell();
  }

 private:
  bool is_group() const { return infos_.size() + skipped_.size() > 1; }

  void skip(const std::string& benchmark, const std::string& why) {
    terminal_.warning(str(benchmark, ": is not run: ", why));
    skipped_.emplace_back(benchmark, why);
  }

  /// Of a group, one benchmark's bad data (its images are missing) does not end the others.
  std::optional<eval::Evaluation> run_one(const eval::BenchmarkInfo& info,
                                          const eval::Answerer& answerer) {
    options_.run.folder = out_ / info.name;
    try {
      return eval::evaluate(info, templates_, answerer, options_);
    } catch (const eval::RunRefused&) {
      throw;
    } catch (const InputError& error) {
      if (!is_group()) throw;
      skip(info.name, error.what());
    } catch (const InternalError& error) {
      if (!is_group()) throw;
      skip(info.name, error.what());
    }
    return std::nullopt;
  }

  void add_own() {
    options_.read.own = arguments_.own;
    const fs::path folder = options_.read.own.parent_path();
    options_.read.root = folder.empty() ? fs::path(".") : folder;
    options_.read.own_boxes = parse_box_format(arguments_.box_format, "--box-format");
    options_.read.own_split = arguments_.own_split;
    options_.read.exif = options_.run.decode.exif;
    for (const eval::BenchmarkInfo& info : eval::own_benchmarks(options_.read, templates_)) {
      add(info);
    }
  }

  void add(const eval::BenchmarkInfo& info) {
    const bool wanted_by_name = info.name == arguments_.benchmark;
    try {
      infos_.push_back(with_decoding(info, arguments_));
    } catch (const InputError& error) {
      if (wanted_by_name) throw;
      skip(info.name, error.what());
    }
  }

  /// Before the model is loaded: a missing file is reported at once. The reading is repeated later,
  /// as a whole set of benchmarks would fill the memory.
  void check_files() {
    eval::ReadOptions first = options_.read;
    first.limit = 1;
    const bool one = infos_.size() == 1;
    std::erase_if(infos_, [&](const eval::BenchmarkInfo& info) {
      try {
        eval::read_benchmark(info, first, templates_);
        return false;
      } catch (const Error& error) {
        if (one) throw;
        skip(info.name, error.what());
        return true;
      }
    });
    if (infos_.empty()) {
      throw ResourceError(str(arguments_.data, ": holds the files of none of these benchmarks (",
                              skipped_.size(), " looked for). Name the folder with --data."));
    }
  }

  fs::path report_of(const eval::Evaluation& evaluation) const {
    return out_ / evaluation.benchmark.info->name / "report.html";
  }

  void tell_stop() {
    if (arguments_.common.json) {
      terminal_.json_result({{"command", "eval"}, {"stopped", true}, {"out", out_.string()}});
    } else {
      terminal_.result(str(out_.string(), ": stopped; the same command goes on from here"));
    }
  }

  void tell() {
    if (evaluations_.empty()) {
      throw InputError(
          str(arguments_.benchmark,
              ": none of these benchmarks could be run, as reported above. Fix what is "
              "wrong and run the same command again."));
    }
    for (const eval::Evaluation& one : evaluations_) {
      write_report(report_of(one), {&one, 1}, arguments_);
    }
    const fs::path report = is_group() ? out_ / "report.html" : report_of(evaluations_.front());
    if (is_group()) write_report(report, evaluations_, arguments_);
    const Json all = evaluations_json(evaluations_, skipped_);
    if (is_group()) {
      write_file(out_ / "summary.json",
                 str(all.dump(2, ' ', false, Json::error_handler_t::replace), "\n"));
    }
    if (arguments_.common.json) {
      Json one = {{"command", "eval"}};
      one.update(evaluations_.front().result);
      one["report"] = report.string();
      terminal_.json_result(is_group() ? all : one);
      return;
    }
    terminal_.partial_result(is_group() ? evaluation_table(evaluations_)
                                        : evaluation_text(evaluations_.front()));
    terminal_.result(str("report: ", report.string()));
  }

  const EvalArguments& arguments_;
  Terminal& terminal_;
  PromptTemplates templates_;
  ProcessRank place_;
  fs::path out_;
  eval::EvaluateOptions options_;
  std::deque<eval::BenchmarkInfo> infos_;  // items point to them
  std::vector<Skipped> skipped_;
  std::vector<eval::Evaluation> evaluations_;
};

void run(const EvalArguments& arguments, Terminal& terminal) {
  if (!arguments.own.empty()) {
    if (!arguments.benchmark.empty() || !arguments.data.empty()) {
      throw InputError("--own: stands for itself. Leave out the benchmark and --data.");
    }
    return Evaluator(arguments, terminal).run();
  }
  if (arguments.benchmark.empty()) {
    std::vector<std::string> names;
    for (const eval::BenchmarkInfo& info : eval::all_benchmarks()) names.push_back(info.name);
    throw InputError(
        str("lion eval: no benchmark was named (expected all, captions, vqa, rec, pope, "
            "objects or one of ",
            join(names, ", "), "). Name one."));
  }
  if (arguments.data.empty()) {
    throw InputError(
        "--data: is missing. Name the folder that holds the benchmarks' official files "
        "(docs/evaluation.md); lion scenes makes one to try.");
  }
  Evaluator(arguments, terminal).run();
}

void run_compare(const CompareArguments& arguments, Terminal& terminal) {
  const std::vector<eval::Comparison> comparisons = eval::compare_runs(arguments.a, arguments.b);
  if (arguments.common.json) {
    Json json = {{"command", "eval compare"},
                 {"a", arguments.a},
                 {"b", arguments.b},
                 {"benchmarks", Json::array()}};
    for (const eval::Comparison& one : comparisons) {
      json["benchmarks"].push_back(eval::comparison_json(one, arguments.flips));
    }
    terminal.json_result(json);
    return;
  }
  for (const eval::Comparison& one : comparisons) {
    terminal.partial_result(comparison_text(one, arguments.flips));
  }
}

void add_compare(CLI::App& eval, Terminal& terminal) {
  CLI::App* command = add_command(eval, "compare", "Two runs: the paired test and what changed",
                                  "lion eval compare eval-results/base eval-results/tuned");
  command->group("Commands");
  const auto arguments = std::make_shared<CompareArguments>();
  command->add_option("A", arguments->a, "Folder of a run (--out), or one benchmark's in it")
      ->required();
  command->add_option("B", arguments->b, "The other run")->required();
  command->add_option("--flips", arguments->flips, "Samples listed that got better, and worse")
      ->type_name("N")
      ->capture_default_str();
  add_output_options(*command, arguments->common);
  command->callback([arguments, &terminal] { run_compare(*arguments, terminal); });
}

}  // namespace

void add_eval(CLI::App& program, Terminal& terminal) {
  CLI::App* command = add_command(program, "eval", "Run a benchmark of the paper, or all of them",
                                  "lion eval pope_random --model lion-4b/ --data data/");
  command->group("About evaluation");
  const auto arguments = std::make_shared<EvalArguments>();
  arguments->common.exif = "ignore";  // as the released code, whose figures these are
  add_eval_options(*command, *arguments);
  add_output_options(*command, arguments->common);
  add_compare(*command, terminal);
  command->callback([arguments, command, &terminal] {
    // Own data is seen as it is trained on.
    if (!arguments->own.empty() && command->count("--exif") == 0) arguments->common.exif = "auto";
    if (command->get_subcommands().empty()) run(*arguments, terminal);
  });
}

}  // namespace lion::cli
