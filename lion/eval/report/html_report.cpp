#include "lion/eval/report/html_report.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "lion/base/error.h"
#include "lion/base/str.h"
#include "lion/eval/report/bar_chart.h"
#include "lion/eval/report/html_style.h"
#include "lion/eval/report/html_text.h"
#include "lion/eval/report/report_section.h"

namespace lion::eval {
namespace {

void check(std::span<const ReportPart> parts, const ReportOptions& options) {
  if (options.samples < 0 || options.image_side < 1) {
    throw InputError(str("report: got ", options.samples, " samples and images of ",
                         options.image_side, " pixels, expected at least 0 and 1. Use 6 and 320."));
  }
  for (const ReportPart& part : parts) {
    LION_CHECK(part.benchmark && part.benchmark->info, "A part of the report has no benchmark.");
    LION_CHECK(part.predictions.size() == part.benchmark->items.size(), part.predictions.size(),
               " predictions.");
    LION_CHECK(!part.score || part.score->ids.size() == part.score->values.size(),
               "Values without ids.");
  }
}

std::string number_or_dash(const std::optional<double>& value) {
  return value ? html_number(*value, 2) : "–";
}

constexpr std::string_view kMark = " <sup>†</sup>";  // not comparable

/// Why the marked scores of the paper stand beside others than theirs.
std::string marks_note(std::span<const ReportPart> parts) {
  std::vector<std::string> why;
  for (const ReportPart& part : parts) {
    const std::string& one = part.not_comparable;
    if (!one.empty() && std::find(why.begin(), why.end(), one) == why.end()) why.push_back(one);
  }
  if (why.empty()) return "";
  return str("<p class=\"soft\">† not comparable: ", html_escape(join(why, "; ")), "</p>\n");
}

std::string overview_row(const ReportPart& part) {
  const BenchmarkInfo& info = *part.benchmark->info;
  const int64_t missing = missing_answers(part);
  std::string out = str("<tr><th scope=\"row\"><a href=\"#", html_anchor(info.name), "\">",
                        html_escape(info.title), "</a><small>", html_escape(info.figure),
                        "</small></th>\n<td class=\"number\"><b>",
                        part.score ? html_number(part.score->main, 2) : "–", "</b>");
  if (part.interval) {
    out += str("<span class=\"interval\">", html_number(part.interval->low, 1), " – ",
               html_number(part.interval->high, 1), "</span>");
  }
  return str(out, "</td>\n<td class=\"number\">", number_or_dash(info.paper_4b),
             part.not_comparable.empty() ? "" : kMark, "</td><td class=\"number\">",
             number_or_dash(info.paper_12b), part.not_comparable.empty() ? "" : kMark,
             "</td>\n<td class=\"number\">", part.score ? html_count(part.score->n) : "–",
             "</td><td class=\"number", missing > 0 ? " bad" : "", "\">", html_count(missing),
             "</td></tr>\n");
}

std::string overview(std::span<const ReportPart> parts) {
  if (parts.empty()) return "<p>No benchmark was run.</p>\n";
  std::string rows;
  std::vector<ScoreBar> bars;
  for (const ReportPart& part : parts) {
    const BenchmarkInfo& info = *part.benchmark->info;
    rows += overview_row(part);
    bars.push_back({.name = info.title,
                    .link = str("#", html_anchor(info.name)),
                    .interval = part.interval,
                    .paper_4b = info.paper_4b,
                    .paper_12b = info.paper_12b});
    if (part.score) bars.back().score = part.score->main;
  }
  return str("<div class=\"panel overview\">\n<table>\n<thead><tr><th scope=\"col\">benchmark</th>",
             "<th scope=\"col\" class=\"number\">score<br>95 % interval</th>",
             "<th scope=\"col\" class=\"number\">paper<br>4B</th>",
             "<th scope=\"col\" class=\"number\">paper<br>12B</th>",
             "<th scope=\"col\" class=\"number\">n</th>",
             "<th scope=\"col\" class=\"number\">missing</th></tr></thead>\n<tbody>\n", rows,
             "</tbody>\n</table>\n", marks_note(parts), "</div>\n<div class=\"panel\">\n",
             score_chart(bars), "</div>\n");
}

std::string page_head(const ReportOptions& options) {
  std::string out = str(
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n",
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n",
      // Should an answer ever get past the escaping, it still runs and loads nothing.
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; ",
      "style-src 'unsafe-inline'\">\n<title>LION evaluation: ", html_escape(options.model),
      "</title>\n<style>", html_style(), "</style>\n</head>\n<body>\n<div class=\"top\">\n",
      "<header>\n<h1>LION evaluation</h1>\n<dl class=\"facts\">\n");
  const auto fact = [](const std::string& name, const std::string& value) {
    return str("<div><dt>", html_escape(name), "</dt><dd>", html_excerpt(value, 400),
               "</dd></div>\n");
  };
  out += str(fact("model", options.model), fact("date", options.created));
  for (const auto& [name, value] : options.facts) out += fact(name, value);
  return out + "</dl>\n</header>\n</div>\n";
}

}  // namespace

std::string html_report(std::span<const ReportPart> parts, const ReportOptions& options) {
  check(parts, options);
  std::string out = str(page_head(options), "<main>\n", overview(parts));
  for (const ReportPart& part : parts) out += report_section(part, options);
  return str(out,
             "</main>\n<footer>n: items (MMBench: questions) that the score rests on. Missing: "
             "items without an answer, which do not count. The paper's numbers are those of "
             "LION (CVPR 2024).</footer>\n</body>\n</html>\n");
}

}  // namespace lion::eval
