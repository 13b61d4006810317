#include "lion/eval/evaluate.h"

#include <algorithm>
#include <system_error>
#include <unordered_map>

#include "lion/base/error.h"
#include "lion/base/file.h"
#include "lion/base/log.h"
#include "lion/base/str.h"
#include "lion/eval/fingerprint.h"
#include "lion/eval/journal.h"
#include "lion/eval/submissions.h"

namespace lion::eval {
namespace fs = std::filesystem;
namespace {

constexpr size_t kNamedUnanswered = 20;  // unanswered items that the result names

Json paper_json(const BenchmarkInfo& info) {
  const auto figure = [](const std::optional<double>& value) {
    return value ? Json(*value) : Json();
  };
  return {{"lion-4b", figure(info.paper_4b)}, {"lion-12b", figure(info.paper_12b)}};
}

Json decoding_json(const BenchmarkInfo& info) {
  if (info.mode != Mode::kGenerate) return {{"mode", mode_name(info.mode)}};
  const GenerateOptions& options = info.decoding;
  return {{"mode", mode_name(info.mode)},
          {"num_beams", options.num_beams},
          {"max_new_tokens", options.max_new_tokens},
          {"min_length", options.min_length},
          {"repetition_penalty", options.repetition_penalty},
          {"length_penalty", options.length_penalty}};
}

Json unanswered_json(std::span<const Prediction> predictions) {
  Json first = Json::array();
  int64_t count = 0;
  for (const Prediction& prediction : predictions) {
    if (prediction.error.empty()) continue;
    ++count;
    if (first.size() < kNamedUnanswered)
      first.push_back({{"id", prediction.id}, {"what", prediction.error}});
  }
  return {{"count", count}, {"first", first}};
}

void add_score(Json& result, const Score& score, const Interval& interval) {
  result["score"] = score.main;
  result["figure"] = score.figure;
  result["interval"] = {interval.low, interval.high};
  result["metrics"] = Json::object();
  for (const auto& [name, value] : score.metrics) result["metrics"][name] = value;
  result["categories"] = Json::array();
  for (const CategoryScore& one : score.categories) {
    result["categories"].push_back({{"name", one.name}, {"n", one.n}, {"value", one.value}});
  }
}

/// Whether the file was written by `lion scenes`: its manifest lies beside it or above, below
/// `root`.
bool is_painted(const fs::path& file, const fs::path& root) {
  std::error_code error;
  for (fs::path folder = file.parent_path();; folder = folder.parent_path()) {
    if (fs::exists(folder / "scenes.json", error)) return true;
    if (folder == root || !folder.has_relative_path()) return false;
  }
}

std::string why_not_comparable(const Benchmark& benchmark, const ReadOptions& options) {
  std::vector<std::string> why;
  const fs::path root = options.root.lexically_normal();
  if (std::any_of(benchmark.files.begin(), benchmark.files.end(), [&](const fs::path& file) {
        return is_painted(file.lexically_normal(), root);
      })) {
    why.emplace_back("painted scenes");
  }
  if (options.limit > 0) why.push_back(str("the first ", options.limit, " samples only"));
  return join(why, ", ");
}

/// What a reader of the score must know.
Json notes_of(const Evaluation& evaluation) {
  Json notes = evaluation.benchmark.notes;
  if (evaluation.score) {
    for (const std::string& note : evaluation.score->notes) notes.push_back(note);
  }
  return notes;
}

Json result_json(const Evaluation& evaluation, const Answerer& answerer,
                 const EvaluateOptions& options) {
  const Benchmark& benchmark = evaluation.benchmark;
  const BenchmarkInfo& info = *benchmark.info;
  Json result = {{"benchmark", info.name}, {"title", info.title}, {"score", nullptr}};
  if (evaluation.score) add_score(result, *evaluation.score, *evaluation.interval);
  result["n"] = evaluation.score ? evaluation.score->n : 0;
  result["missing"] = evaluation.score ? evaluation.score->missing : 0;
  result["notes"] = notes_of(evaluation);
  result["items"] = benchmark.items.size();
  result["unanswered"] = unanswered_json(evaluation.predictions);
  result["problems"] = benchmark.problems.to_json();
  result["limit"] = options.read.limit;
  result["prompt"] = benchmark.prompt;
  result["prompt_sha256"] = sha256(benchmark.prompt);
  result["decoding"] = decoding_json(info);
  result["level"] = task_level_name(info.level);
  if (info.metric == MetricKind::kVqa) {
    result["vqa_eval"] = vqa_evaluator_name(options.score.vqa);
  }
  result["model"] = options.model;
  result["answerer"] = answerer.settings;
  result["paper"] = paper_json(info);
  const std::string& why = evaluation.not_comparable;
  result["not_comparable"] = why.empty() ? Json() : Json(why);
  result["files"] = Json::array();
  for (const fs::path& path : benchmark.files) {
    std::error_code failed;
    const fs::path relative = fs::relative(path, options.read.root, failed);
    result["files"].push_back(failed || relative.empty() ? path.string() : relative.string());
  }
  return result;
}

Json truth_json(const Item& item) {
  if (item.truth.box) {
    const PixelBox& box = *item.truth.box;
    return {box.x0, box.y0, box.x1, box.y1};
  }
  if (item.truth.candidate >= 0 && !item.candidates.empty()) {
    return item.candidates[static_cast<size_t>(item.truth.candidate)];
  }
  return item.truth.present ? present_names(item) : item.truth.texts;
}

/// A line per item: what was asked, answered and right.
std::string sample_lines(const Evaluation& evaluation) {
  std::unordered_map<std::string, double> values;
  if (const auto& score = evaluation.score) {
    for (size_t i = 0; i < score->ids.size(); ++i) values[score->ids[i]] = score->values[i];
  }
  std::string text;
  for (size_t i = 0; i < evaluation.predictions.size(); ++i) {
    const Item& item = evaluation.benchmark.items[i];
    const Prediction& prediction = evaluation.predictions[i];
    Json line = {{"id", item.id}};
    if (!item.image.bytes) line["image"] = item.image.path.filename().string();
    line["question"] = item.question;
    line["prompt"] = item.prompt;
    line["answer"] = prediction.error.empty() ? Json(prediction.text) : Json();
    line["truth"] = truth_json(item);
    if (!item.candidates.empty() && !item.truth.present) {
      line["chosen"] = chosen_candidate(item, prediction);
    }
    if (const auto found = values.find(item.id); found != values.end())
      line["value"] = found->second;
    if (!item.category.empty()) line["category"] = item.category;
    if (!prediction.error.empty()) line["error"] = prediction.error;
    text += line.dump(-1, ' ', false, Json::error_handler_t::replace);
    text += '\n';
  }
  return text;
}

/// What a unit's value is: POPE's F1 and mAP are figures of a whole set of answers.
std::string unit_figure(const Evaluation& evaluation) {
  switch (evaluation.benchmark.info->metric) {
    case MetricKind::kPope:
      return "accuracy";
    case MetricKind::kTags:
      return "F1";
    default:
      return evaluation.score->figure;
  }
}

void write_files(const fs::path& folder, const Evaluation& evaluation) {
  if (evaluation.score) {
    const Score& score = *evaluation.score;
    write_file(folder / "scores.json", str(Json{{"benchmark", evaluation.benchmark.info->name},
                                                {"figure", unit_figure(evaluation)},
                                                {"ids", score.ids},
                                                {"values", score.values}}
                                               .dump(),
                                           "\n"));
  }
  write_file(folder / "samples.jsonl", sample_lines(evaluation));
  write_file(folder / "result.json",
             str(evaluation.result.dump(2, ' ', false, Json::error_handler_t::replace), "\n"));
}

}  // namespace

std::optional<Evaluation> evaluate(const BenchmarkInfo& info, const PromptTemplates& templates,
                                   const Answerer& answerer, const EvaluateOptions& options) {
  Evaluation evaluation;
  evaluation.benchmark = read_benchmark(info, options.read, templates);
  if (options.restart) Journal::clear(options.run.folder);
  RunResult run = run_benchmark(evaluation.benchmark, answerer, options.run);
  if (run.outdated > 0) {
    log_warning(str(options.run.folder.string(), ": ", run.outdated,
                    " answers of the journal were to other questions, choices or images of the "
                    "same ids. They were not used."));
  }
  if (!run.finished) return std::nullopt;
  evaluation.predictions = std::move(run.predictions);
  if (can_be_scored(evaluation.benchmark)) {
    evaluation.score = score_benchmark(evaluation.benchmark, evaluation.predictions, options.score);
    evaluation.interval =
        score_interval(evaluation.benchmark, evaluation.predictions, *evaluation.score);
  }
  evaluation.not_comparable = why_not_comparable(evaluation.benchmark, options.read);
  evaluation.result = result_json(evaluation, answerer, options);
  std::optional<Submission> submission;
  if (has_submission(info)) {
    submission = make_submission(evaluation.benchmark, evaluation.predictions);
  }
  evaluation.result["submission"] = submission ? Json(submission->file_name) : Json();
  write_files(options.run.folder, evaluation);
  if (submission) write_submission(options.run.folder, evaluation.benchmark, *submission);
  return evaluation;
}

}  // namespace lion::eval
