#include "lion/eval/benchmarks.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "lion/base/error.h"
#include "lion/base/str.h"

namespace lion::eval {
namespace {

// What the released configurations allow a caption, a short answer and a sentence with a box.
constexpr int64_t kCaptionTokens = 80;
constexpr int64_t kAnswerTokens = 10;
constexpr int64_t kBoxTokens = 64;

/// Both columns of the paper's tables 1 and 2.
struct Paper {
  std::optional<double> lion_4b;
  std::optional<double> lion_12b;
};

/// One beam, nothing penalised: the paper's greedy search.
GenerateOptions greedy(int64_t max_new_tokens) {
  return {.num_beams = 1, .max_new_tokens = max_new_tokens, .repetition_penalty = 1.0};
}

BenchmarkInfo captions(std::string name, std::string title, std::string prompt, Paper paper) {
  return {.name = std::move(name),
          .title = std::move(title),
          .metric = MetricKind::kCaption,
          .figure = "CIDEr",
          .template_name = std::move(prompt),
          .decoding = greedy(kCaptionTokens),
          .paper_4b = paper.lion_4b,
          .paper_12b = paper.lion_12b};
}

BenchmarkInfo questions(std::string name, std::string title, MetricKind metric, Mode mode,
                        std::string prompt, Paper paper) {
  return {.name = std::move(name),
          .title = std::move(title),
          .metric = metric,
          .figure = "accuracy",
          .mode = mode,
          .template_name = std::move(prompt),
          .decoding = greedy(kAnswerTokens),
          .paper_4b = paper.lion_4b,
          .paper_12b = paper.lion_12b};
}

BenchmarkInfo places(std::string name, std::string title, Paper paper) {
  return {.name = std::move(name),
          .title = std::move(title),
          .metric = MetricKind::kGrounding,
          .figure = "accuracy",
          .level = TaskLevel::kRegion,
          .template_name = "rec",
          .decoding = greedy(kBoxTokens),
          .paper_4b = paper.lion_4b,
          .paper_12b = paper.lion_12b};
}

BenchmarkInfo with_figure(BenchmarkInfo info, std::string figure) {
  info.figure = std::move(figure);
  return info;
}

BenchmarkInfo of_regions(BenchmarkInfo info) {
  info.level = TaskLevel::kRegion;
  return info;
}

void add_images(std::vector<BenchmarkInfo>& table) {
  table.push_back(captions("flickr30k", "Flickr30K", "flickr30k", {85.57, 87.12}));
  table.push_back(captions("coco", "COCO captions", "coco_caption", {138.20, 139.25}));
  table.push_back(captions("textcaps", "TextCaps", "textcaps", {104.87, 108.76}));
  const auto add = [&](std::string name, std::string title, MetricKind metric, Mode mode,
                       std::string prompt, Paper paper) {
    table.push_back(
        questions(std::move(name), std::move(title), metric, mode, std::move(prompt), paper));
  };
  add("okvqa", "OKVQA", MetricKind::kVqa, Mode::kGenerate, "okvqa", {51.08, 57.33});
  add("aokvqa", "A-OKVQA", MetricKind::kAokvqaDirect, Mode::kGenerate, "aokvqa", {59.98, 60.87});
  add("aokvqa_mc", "A-OKVQA, choices", MetricKind::kTop1, Mode::kRank, "aokvqa_mc", {});
  add("vqav2", "VQAv2", MetricKind::kVqa, Mode::kGenerate, "vqav2", {});
  add("gqa", "GQA", MetricKind::kExact, Mode::kGenerate, "gqa", {49.50, 51.56});
  add("iconqa", "IconQA", MetricKind::kTop1, Mode::kRank, "iconqa", {54.91, 54.89});
  add("vsr", "VSR, random split", MetricKind::kTop1, Mode::kRank, "vsr", {72.96, 73.77});
  // The paper has one figure and does not say of which split.
  add("vsr_zeroshot", "VSR, zero-shot split", MetricKind::kTop1, Mode::kRank, "vsr", {});
  table.push_back(with_figure(
      questions("visdial", "VisDial", MetricKind::kRanking, Mode::kRank, "visdial", {50.02, 50.42}),
      "MRR"));
}

void add_regions(std::vector<BenchmarkInfo>& table) {
  table.push_back(places("refcoco_val", "RefCOCO val", {57.89, 58.54}));
  table.push_back(places("refcoco_testA", "RefCOCO testA", {56.07, 56.41}));
  table.push_back(places("refcoco_testB", "RefCOCO testB", {58.40, 59.36}));
  table.push_back(places("refcoco+_val", "RefCOCO+ val", {46.38, 45.93}));
  table.push_back(places("refcoco+_testA", "RefCOCO+ testA", {45.29, 45.73}));
  table.push_back(places("refcoco+_testB", "RefCOCO+ testB", {47.50, 47.89}));
  table.push_back(places("refcocog_val", "RefCOCOg val", {64.74, 66.12}));
  table.push_back(places("refcocog_test", "RefCOCOg test", {63.56, 64.69}));
  table.push_back(of_regions(captions("reg", "RefCOCOg val, regions described", "reg", {})));
}

void add_closed_questions(std::vector<BenchmarkInfo>& table) {
  // Table 5 has one row, "LION", and does not name the language model.
  const auto add_pope = [&](std::string name, std::string title, double f1) {
    table.push_back(with_figure(questions(std::move(name), std::move(title), MetricKind::kPope,
                                          Mode::kGenerate, "pope", {f1, f1}),
                                "F1"));
  };
  add_pope("pope_random", "POPE random", 88.33);
  add_pope("pope_popular", "POPE popular", 85.94);
  add_pope("pope_adversarial", "POPE adversarial", 84.71);
  table.push_back(
      questions("mmbench", "MMBench dev", MetricKind::kCircular, Mode::kRank, "mmbench", {}));
  // Table 6: FlanT5-XXL.
  table.push_back(questions("mmbench_test", "MMBench test", MetricKind::kCircular, Mode::kRank,
                            "mmbench", {std::nullopt, 73.4}));
}

/// Not the paper's: they tell a weak tagger and weak captions apart.
void add_objects(std::vector<BenchmarkInfo>& table) {
  table.push_back({.name = "coco_tags",
                   .title = "COCO, tags",
                   .metric = MetricKind::kTags,
                   .figure = "mAP",
                   .mode = Mode::kTag,
                   .decoding = greedy(kAnswerTokens)});
  table.push_back({.name = "coco_objects",
                   .title = "COCO, objects named",
                   .metric = MetricKind::kMentions,
                   .figure = "recall",
                   .template_name = "coco_caption",
                   .decoding = greedy(kCaptionTokens)});
}

std::vector<BenchmarkInfo> make_table() {
  std::vector<BenchmarkInfo> table;
  add_images(table);
  add_regions(table);
  add_closed_questions(table);
  add_objects(table);
  return table;
}

bool is_of_objects(const BenchmarkInfo& info) {
  return info.metric == MetricKind::kTags || info.metric == MetricKind::kMentions;
}

struct Group {
  std::string_view name;
  std::function<bool(const BenchmarkInfo&)> holds;
};

const std::vector<Group>& groups() {
  static const std::vector<Group> list = {
      {"all", [](const auto& info) { return !is_of_objects(info); }},
      {"captions",
       [](const auto& info) {
         return info.metric == MetricKind::kCaption && info.level == TaskLevel::kImage;
       }},
      // Table 1 has all of these under question answering, POPE and MMBench tables of their own.
      {"vqa",
       [](const auto& info) {
         return info.metric == MetricKind::kVqa || info.metric == MetricKind::kAokvqaDirect ||
                info.metric == MetricKind::kExact || info.metric == MetricKind::kTop1 ||
                info.metric == MetricKind::kRanking;
       }},
      {"rec", [](const auto& info) { return info.metric == MetricKind::kGrounding; }},
      {"refcoco", [](const auto& info) { return info.name.starts_with("refcoco_"); }},
      {"refcoco+", [](const auto& info) { return info.name.starts_with("refcoco+_"); }},
      {"refcocog", [](const auto& info) { return info.name.starts_with("refcocog_"); }},
      {"pope", [](const auto& info) { return info.metric == MetricKind::kPope; }},
      {"objects", is_of_objects},
  };
  return list;
}

const BenchmarkInfo* find_benchmark(std::string_view name) {
  const auto all = all_benchmarks();
  const auto it = std::find_if(all.begin(), all.end(),
                               [&](const BenchmarkInfo& info) { return info.name == name; });
  return it == all.end() ? nullptr : &*it;
}

[[noreturn]] void unknown(std::string_view name, bool with_groups) {
  std::vector<std::string> names;
  for (const BenchmarkInfo& info : all_benchmarks()) names.push_back(info.name);
  if (with_groups) {
    for (const Group& group : groups()) names.emplace_back(group.name);
  }
  throw InputError(str("benchmark \"", name, "\": is unknown (expected one of ", join(names, ", "),
                       "). Choose one of them."));
}

}  // namespace

std::string_view mode_name(Mode mode) {
  switch (mode) {
    case Mode::kGenerate:
      return "generate";
    case Mode::kRank:
      return "rank";
    case Mode::kTag:
      return "tag";
  }
  return "";
}

std::span<const BenchmarkInfo> all_benchmarks() {
  static const std::vector<BenchmarkInfo> table = make_table();
  return table;
}

const BenchmarkInfo& benchmark_info(std::string_view name) {
  if (const BenchmarkInfo* info = find_benchmark(name)) return *info;
  unknown(name, /*with_groups=*/false);
}

std::vector<const BenchmarkInfo*> benchmarks_named(std::string_view word) {
  if (const BenchmarkInfo* info = find_benchmark(word)) return {info};
  for (const Group& group : groups()) {
    if (group.name != word) continue;
    std::vector<const BenchmarkInfo*> members;
    for (const BenchmarkInfo& info : all_benchmarks()) {
      if (group.holds(info)) members.push_back(&info);
    }
    return members;
  }
  unknown(word, /*with_groups=*/true);
}

}  // namespace lion::eval
