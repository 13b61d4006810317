#include "lion/eval/report/report_section.h"

#include <algorithm>
#include <cmath>
#include <string_view>
#include <vector>

#include "lion/annotations/problems.h"
#include "lion/base/str.h"
#include "lion/eval/report/bar_chart.h"
#include "lion/eval/report/html_text.h"
#include "lion/eval/report/report_samples.h"

namespace lion::eval {
namespace {

constexpr size_t kNamedProblems = 10;  // problems and errors listed in words
constexpr size_t kOpenCategories = 24;
constexpr size_t kOpenPromptLines = 3;

std::string_view how_scored(MetricKind metric) {
  switch (metric) {
    case MetricKind::kCaption:
      return "CIDEr-D × 100 of the captions, with the split's references as the corpus.";
    case MetricKind::kVqa:
      return "Percent agreement with the answers of ten people; three equal ones are enough.";
    case MetricKind::kAokvqaDirect:
      return "Percent of min(1, equal direct answers / 3).";
    case MetricKind::kExact:
      return "Percent of answers that equal the right one, both normalised.";
    case MetricKind::kTop1:
      return "Percent of questions whose likeliest candidate is the right one.";
    case MetricKind::kRanking:
      return "Mean of 1 / rank of the right candidate, × 100.";
    case MetricKind::kGrounding:
      return "Percent of expressions whose box has an IoU of 0.5 or more with the truth.";
    case MetricKind::kPope:
      return "F1 of the answer yes, × 100.";
    case MetricKind::kCircular:
      return "Percent of questions that are right in every rotation of their options.";
    case MetricKind::kTags:
      return "Mean over categories of the average precision of the tagger's probabilities, × 100.";
    case MetricKind::kMentions:
      return "Percent of the categories of images that their captions name.";
  }
  return "";
}

bool is_count(std::string_view name) {
  return name == "TP" || name == "FP" || name == "TN" || name == "FN" || name == "categories" ||
         name.starts_with("iou_");
}

std::string metric_name(const std::string& name) {
  return name == "mean_iou" ? "mean IoU" : html_escape(replace_all(name, "_", " "));
}

std::string metric_text(const std::string& name, double value) {
  if (!std::isfinite(value)) return "–";
  if (is_count(name) && std::abs(value) < 1e15) return html_count(std::llround(value));
  return html_number(value, std::abs(value) < 10 ? 4 : 2);
}

std::string metrics_panel(const Score& score) {
  const bool has_histogram = iou_counts(score.metrics).has_value();
  std::string out =
      "<div class=\"panel\"><h3>Metrics</h3>\n<table>\n<thead class=\"hidden\"><tr>"
      "<th scope=\"col\">metric</th><th scope=\"col\">value</th></tr></thead>\n<tbody>\n";
  for (const auto& [name, value] : score.metrics) {
    if (has_histogram && name.starts_with("iou_")) continue;
    out += str("<tr><th scope=\"row\">", metric_name(name), "</th><td class=\"number\">",
               metric_text(name, value), "</td></tr>\n");
  }
  return out + "</tbody>\n</table></div>\n";
}

std::string decoding_text(const BenchmarkInfo& info) {
  if (info.mode == Mode::kRank) return "candidates ranked by the sum of their tokens' losses";
  if (info.mode == Mode::kTag) return "none: probabilities and thresholds of the tagger";
  const GenerateOptions& how = info.decoding;
  std::string out;
  if (how.strategy == Strategy::kSample) {
    out = str("sampled, temperature ", how.temperature, ", top p ", how.top_p, ", top k ",
              how.top_k, ", seed ", how.seed);
  } else if (how.num_beams == 1) {
    out = "greedy";
  } else {
    out = str(how.num_beams, " beams, length penalty ", how.length_penalty);
  }
  return str(out, ", at most ", how.max_new_tokens, " new tokens, repetition penalty ",
             how.repetition_penalty);
}

std::string prompt_html(const std::string& prompt) {
  const size_t count = lines(prompt).size();
  const std::string text = str("<pre>", html_excerpt(prompt, 20'000), "</pre>");
  if (count <= kOpenPromptLines) return text;
  return str("<details><summary>one of ", count, " templates per item</summary>", text,
             "</details>");
}

std::string settings_panel(const Benchmark& benchmark) {
  const BenchmarkInfo& info = *benchmark.info;
  std::string files;
  for (const auto& file : benchmark.files) {
    files += str("<li><code>", html_escape(file.generic_string()), "</code></li>");
  }
  const auto row = [](std::string_view name, const std::string& html) {
    return str("<dt>", name, "</dt><dd>", html, "</dd>\n");
  };
  std::string out = "<div class=\"panel\"><h3>How it was asked</h3>\n<dl class=\"settings\">\n";
  if (!benchmark.prompt.empty()) out += row("prompt", prompt_html(benchmark.prompt));
  out += row("decoding", html_escape(decoding_text(info)));
  out += row("router", info.level == TaskLevel::kRegion ? "region level" : "image level");
  if (!files.empty()) out += row("files", str("<ul>", files, "</ul>"));
  return out + "</dl></div>\n";
}

std::string categories_panel(const Score& score) {
  const std::string table = category_table(score.categories, score.figure);
  std::string out = "<div class=\"panel\"><h3>By category</h3>\n";
  if (score.categories.size() <= kOpenCategories) return str(out, table, "</div>\n");
  return str(out, "<details><summary>", score.categories.size(),
             " categories, the best first</summary>\n", table, "</details></div>\n");
}

/// Records of the files that became no item.
std::string problems_panel(const Problems& problems) {
  std::string counts;
  for (size_t i = 0; i < kProblemKinds; ++i) {
    const auto kind = static_cast<ProblemKind>(i);
    if (problems.counted(kind) == 0) continue;
    const std::string name = replace_all(problem_name(kind), "_", " ");
    counts += str("<tr><th scope=\"row\">", html_escape(name),
                  is_choice(kind) ? " <small>on purpose</small>" : "", "</th><td class=\"number\">",
                  html_count(problems.counted(kind)), "</td></tr>\n");
  }
  if (counts.empty()) return "";
  std::string out =
      str("<div class=\"panel\"><h3>Left out when reading</h3>\n<table>\n<thead class=\"hidden\">"
          "<tr><th scope=\"col\">kind</th><th scope=\"col\">records</th></tr></thead>\n<tbody>\n",
          counts, "</tbody>\n</table>\n");
  const std::vector<Problem>& kept = problems.kept();
  if (kept.empty()) return out + "</div>\n";
  const size_t named = std::min(kept.size(), kNamedProblems);
  out += str("<details><summary>the first ", named, "</summary>\n<ul class=\"plain\">\n");
  for (size_t i = 0; i < named; ++i) {
    out += str("<li><code>", html_escape(kept[i].where), "</code> ",
               html_excerpt(kept[i].what, 300), "</li>\n");
  }
  return out + "</ul></details></div>\n";
}

std::string errors_panel(const ReportPart& part) {
  std::string named;
  size_t count = 0;
  for (size_t i = 0; i < part.predictions.size(); ++i) {
    if (part.predictions[i].error.empty()) continue;
    if (++count > kNamedProblems) continue;
    named += str("<li><code>", html_escape(part.benchmark->items[i].id), "</code> ",
                 html_excerpt(part.predictions[i].error, 300), "</li>\n");
  }
  if (count == 0) return "";
  return str("<div class=\"panel\"><h3>Not answered</h3>\n<p><b class=\"bad\">",
             html_count(static_cast<int64_t>(count)), "</b> of ",
             html_count(static_cast<int64_t>(part.predictions.size())), " items",
             count > kNamedProblems ? str("; the first ", kNamedProblems, ":") : std::string(":"),
             "</p>\n<ul class=\"plain\">\n", named, "</ul></div>\n");
}

std::string headline(const ReportPart& part) {
  const BenchmarkInfo& info = *part.benchmark->info;
  std::string out = "<p class=\"headline\">";
  if (part.score) {
    out += str("<span class=\"score\">", html_number(part.score->main, 2), "</span><span>",
               html_escape(part.score->figure), "</span>");
  } else {
    out += "<span class=\"soft\">no score: the files have no right answers</span>";
  }
  if (part.interval) {
    out += str("<span class=\"soft\">95 % interval ", html_number(part.interval->low, 2), " – ",
               html_number(part.interval->high, 2), "</span>");
  }
  if (info.paper_4b || info.paper_12b) {
    const auto paper = [](const std::optional<double>& value) {
      return value ? html_number(*value, 2) : std::string("–");
    };
    out += str("<span class=\"soft\">paper ", paper(info.paper_4b), " (4B), ",
               paper(info.paper_12b), " (12B)",
               part.not_comparable.empty()
                   ? ""
                   : str(", not comparable: ", html_escape(part.not_comparable)),
               "</span>");
  }
  if (part.score) {
    out += str("<span class=\"soft\">n = ", html_count(part.score->n), ", ",
               html_count(part.score->missing), " missing</span>");
  }
  out += str("</p>\n<p class=\"soft\">", how_scored(info.metric), "</p>\n");
  std::vector<std::string> notes = part.benchmark->notes;
  if (part.score) notes.insert(notes.end(), part.score->notes.begin(), part.score->notes.end());
  for (const std::string& note : notes) {
    out += str("<p class=\"notes\"><b>Note:</b> ", html_escape(note), "</p>\n");
  }
  return out;
}

}  // namespace

int64_t missing_answers(const ReportPart& part) {
  if (part.score) return part.score->missing;
  return std::count_if(part.predictions.begin(), part.predictions.end(),
                       [](const Prediction& one) { return !one.error.empty(); });
}

std::string report_section(const ReportPart& part, const ReportOptions& options) {
  const BenchmarkInfo& info = *part.benchmark->info;
  std::string out = str("<section class=\"benchmark\" id=\"", html_anchor(info.name), "\">\n<h2>",
                        html_escape(info.title), " <small>", html_escape(info.name),
                        "</small></h2>\n", headline(part), "<div class=\"columns\">\n");
  if (part.score) out += metrics_panel(*part.score);
  out += settings_panel(*part.benchmark);
  if (part.score) {
    if (const auto counts = iou_counts(part.score->metrics)) {
      out += str("<div class=\"panel\"><h3>Overlap with the truth</h3>\n", iou_histogram(*counts),
                 "</div>\n");
    }
    if (!part.score->categories.empty()) out += categories_panel(*part.score);
  }
  out += problems_panel(part.benchmark->problems);
  out += errors_panel(part);
  return str(out, "</div>\n", report_samples(part, options), "</section>\n");
}

}  // namespace lion::eval
