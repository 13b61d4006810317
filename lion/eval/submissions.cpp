#include "lion/eval/submissions.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <system_error>
#include <utility>

#include "lion/annotations/delimited_table.h"
#include "lion/base/error.h"
#include "lion/base/file.h"
#include "lion/base/json.h"
#include "lion/base/str.h"
#include "lion/eval/score_benchmark.h"
#include "lion/metrics/grounding.h"
#include "lion/text/unicode.h"

namespace lion::eval {
namespace {

namespace fs = std::filesystem;
using Predictions = std::span<const Prediction>;

constexpr size_t kOptionColumns = 4;  // A to D, whether a question has as many options or not

/// An answer as a text of JSON; "" when there is none.
std::string answer_of(const Prediction& prediction) {
  return prediction.error.empty() ? valid_utf8(prediction.text) : "";
}

/// The chosen candidate; -1 when there is none.
int64_t choice_of(const Item& item, const Prediction& prediction) {
  return prediction.error.empty() ? chosen_candidate(item, prediction) : -1;
}

std::string choice_text(const Item& item, const Prediction& prediction) {
  const int64_t choice = choice_of(item, prediction);
  return choice < 0 ? "" : valid_utf8(item.candidates[static_cast<size_t>(choice)]);
}

/// A list of one object per item: an id under `id_key`, the answer under `answer_key`.
std::string answer_list(const Benchmark& benchmark, Predictions predictions, const char* id_key,
                        const char* answer_key) {
  Json list = Json::array();
  for (size_t i = 0; i < predictions.size(); ++i) {
    list.push_back({{id_key, benchmark.items[i].official.at(id_key)},
                    {answer_key, answer_of(predictions[i])}});
  }
  return list.dump();
}

/// A-OKVQA: {"<question id>": {"direct_answer": ".."}}
std::string answer_map(const Benchmark& benchmark, Predictions predictions) {
  const bool choose = benchmark.info->metric == MetricKind::kTop1;
  Json map = Json::object();
  for (size_t i = 0; i < predictions.size(); ++i) {
    const Item& item = benchmark.items[i];
    Json answer = Json::object();
    if (choose) {
      answer["multiple_choice"] = choice_text(item, predictions[i]);
    } else {
      answer["direct_answer"] = answer_of(predictions[i]);
    }
    map.emplace(item.id, std::move(answer));
  }
  return map.dump();
}

/// Place of each candidate, from 1: losses ascend, of equal ones the first is first, NaN is last.
/// Without losses the answer leads, and the others keep their order.
std::vector<int64_t> ranks_of(const Item& item, const Prediction& prediction) {
  std::vector<size_t> order(item.candidates.size());
  std::iota(order.begin(), order.end(), size_t{0});
  if (prediction.error.empty() && prediction.losses.size() == order.size()) {
    const auto key = [&](size_t i) {
      return std::isnan(prediction.losses[i]) ? INFINITY : prediction.losses[i];
    };
    std::stable_sort(order.begin(), order.end(),
                     [&](size_t a, size_t b) { return key(a) < key(b); });
  } else if (const int64_t choice = choice_of(item, prediction); choice >= 0) {
    std::rotate(order.begin(), order.begin() + choice, order.begin() + choice + 1);
  }
  std::vector<int64_t> ranks(order.size());
  for (size_t place = 0; place < order.size(); ++place) {
    ranks[order[place]] = static_cast<int64_t>(place) + 1;
  }
  return ranks;
}

std::string rank_list(const Benchmark& benchmark, Predictions predictions) {
  Json list = Json::array();
  for (size_t i = 0; i < predictions.size(); ++i) {
    Json round = benchmark.items[i].official;
    round["ranks"] = ranks_of(benchmark.items[i], predictions[i]);
    list.push_back(std::move(round));
  }
  return list.dump();
}

/// A line of JSON per item. `all` is false where items without an answer are left out.
template <typename Line>
std::string json_lines(const Benchmark& benchmark, Predictions predictions, bool all, Line line) {
  std::string text;
  for (size_t i = 0; i < predictions.size(); ++i) {
    if (!all && !predictions[i].error.empty()) continue;
    text += str(line(benchmark.items[i], predictions[i]).dump(), "\n");
  }
  return text;
}

Json pope_line(const Item& item, const Prediction& prediction) {
  return {{"question_id", item.official.at("question_id")}, {"answer", answer_of(prediction)}};
}

Json choice_line(const Item& item, const Prediction& prediction) {
  Json line = {{"id", item.id}};
  line.update(item.official);
  line["prediction"] = choice_text(item, prediction);
  return line;
}

Json box_line(const Item& item, const Prediction& prediction) {
  const std::string answer = answer_of(prediction);
  Json line = {{"id", item.id},
               {"img_path", item.official.at("img_path")},
               {"expression", item.official.at("expression")},
               {"answer", answer},
               {"bbox", nullptr}};
  if (const auto box = first_box(answer)) {
    const auto width = item.official.at("width").get<double>();
    const auto height = item.official.at("height").get<double>();
    line["bbox"] = {box->x0 * width, box->y0 * height, box->x1 * width, box->y1 * height};
  }
  return line;
}

/// MMBench: a row per pass, the letter of the chosen option last.
std::string option_table(const Benchmark& benchmark, Predictions predictions) {
  size_t columns = kOptionColumns;
  for (const Item& item : benchmark.items) columns = std::max(columns, item.candidates.size());
  std::string text = "index\tquestion\t";
  for (size_t k = 0; k < columns; ++k) text += str(static_cast<char>('A' + k), "\t");
  text += "prediction\n";
  for (size_t i = 0; i < predictions.size(); ++i) {
    const Item& item = benchmark.items[i];
    text += str(item.id, "\t", table_cell(valid_utf8(item.question)), "\t");
    for (size_t k = 0; k < columns; ++k) {
      if (k < item.candidates.size()) text += table_cell(valid_utf8(item.candidates[k]));
      text += '\t';
    }
    const int64_t choice = choice_of(item, predictions[i]);
    if (choice >= 0) text += static_cast<char>('A' + choice);
    text += '\n';
  }
  return text;
}

std::string caption_file_name(const std::string& name) {
  if (name == "coco") return "captions_val2014_lion_results.json";
  if (name == "textcaps") return "captions_textcaps_val_lion_results.json";
  return str("captions_", name, "_lion_results.json");
}

std::string vqa_file_name(const std::string& name) {
  return str(name == "vqav2" ? "v2_" : "", "OpenEnded_mscoco_val2014_lion_results.json");
}

void check_pairs(const Benchmark& benchmark, Predictions predictions) {
  if (predictions.size() != benchmark.items.size()) {
    throw InputError(str(benchmark.info->name, ": got ", predictions.size(),
                         " predictions, expected ", benchmark.items.size(),
                         ". Give one for each item, in their order."));
  }
  for (size_t i = 0; i < predictions.size(); ++i) {
    if (predictions[i].id == benchmark.items[i].id) continue;
    throw InputError(str(benchmark.info->name, ": prediction ", i, " is of item \"",
                         predictions[i].id, "\", expected \"", benchmark.items[i].id,
                         "\". Give the predictions in the order of the items."));
  }
}

}  // namespace

bool has_submission(const BenchmarkInfo& info) {
  return info.metric != MetricKind::kTags && !info.name.starts_with("own_");
}

Submission make_submission(const Benchmark& benchmark, Predictions predictions) {
  check_pairs(benchmark, predictions);
  const std::string& name = benchmark.info->name;
  switch (benchmark.info->metric) {
    case MetricKind::kCaption:
    case MetricKind::kMentions:
      return {caption_file_name(name), answer_list(benchmark, predictions, "image_id", "caption")};
    case MetricKind::kVqa:
      return {vqa_file_name(name), answer_list(benchmark, predictions, "question_id", "answer")};
    case MetricKind::kExact:
      return {"gqa_testdev_balanced_lion_results.json",
              answer_list(benchmark, predictions, "questionId", "prediction")};
    case MetricKind::kAokvqaDirect:
      return {"aokvqa_val_lion_direct_answer.json", answer_map(benchmark, predictions)};
    case MetricKind::kTop1:
      if (name == "aokvqa_mc") {
        return {"aokvqa_val_lion_multiple_choice.json", answer_map(benchmark, predictions)};
      }
      return {str(name, "_lion_predictions.jsonl"),
              json_lines(benchmark, predictions, /*all=*/false, choice_line)};
    case MetricKind::kRanking:
      return {"visdial_1.0_val_lion_ranks.json", rank_list(benchmark, predictions)};
    case MetricKind::kGrounding:
      return {str(name, "_lion_boxes.jsonl"),
              json_lines(benchmark, predictions, /*all=*/false, box_line)};
    case MetricKind::kPope:
      return {str("coco_", name, "_lion_answers.jsonl"),
              json_lines(benchmark, predictions, /*all=*/false, pope_line)};
    case MetricKind::kCircular:
      return {str(name == "mmbench" ? "mmbench_dev" : name, "_lion.tsv"),
              option_table(benchmark, predictions)};
    case MetricKind::kTags:
      break;
  }
  throw InputError(str(name, ": has no submission format. Ask has_submission first."));
}

fs::path write_submission(const fs::path& folder, const Benchmark& benchmark,
                          const Submission& submission) {
  const std::vector<std::string> faults = check_submission(benchmark, submission.content);
  if (!faults.empty()) {
    throw InternalError(str(submission.file_name, ": the check finds ", faults.size(),
                            " faults, the first: ", faults.front(), "."));
  }
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) {
    throw ResourceError(
        str(folder.string(), ": cannot be made (", error.message(), "). Choose another place."));
  }
  fs::path path = folder / submission.file_name;
  write_file(path, submission.content);
  return path;
}

}  // namespace lion::eval
