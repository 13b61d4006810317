#include "lion/eval/report/bar_chart.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string_view>
#include <vector>

#include "lion/base/str.h"
#include "lion/eval/report/html_text.h"

namespace lion::eval {
namespace {

/// The end of an axis that begins at 0: 100, or more where a value (CIDEr x 100) is larger.
double axis_end(double largest) { return std::max(100.0, std::ceil(largest / 20) * 20); }

/// `value` as a place on an axis of 100 units.
double place(double value, double end) {
  return std::isfinite(value) ? std::clamp(100 * value / end, 0.0, 100.0) : 0.0;
}

std::string rect(double x, double y, double width, double height, std::string_view style) {
  return str("<rect class=\"", style, "\" x=\"", html_number(x, 2), "\" y=\"", html_number(y, 2),
             "\" width=\"", html_number(width, 2), "\" height=\"", html_number(height, 2), "\"/>");
}

std::string line(double x0, double y0, double x1, double y1, std::string_view style) {
  return str("<line class=\"", style, "\" x1=\"", html_number(x0, 2), "\" y1=\"",
             html_number(y0, 2), "\" x2=\"", html_number(x1, 2), "\" y2=\"", html_number(y1, 2),
             "\"/>");
}

/// An image 100 units wide that is stretched to the width of its place.
std::string stretched(std::string_view style, int height, const std::string& content) {
  return str("<svg class=\"", style, "\" viewBox=\"0 0 100 ", height,
             "\" preserveAspectRatio=\"none\" aria-hidden=\"true\">", content, "</svg>");
}

std::vector<double> axis_ticks(double end) {
  const double step = end <= 100 ? 25 : end <= 200 ? 50 : std::ceil(end / 80) * 20;
  std::vector<double> ticks;
  for (double tick = 0; tick <= end; tick += step) ticks.push_back(tick);
  return ticks;
}

double largest_of(std::span<const ScoreBar> bars) {
  double largest = 0;
  const auto take = [&](double value) {
    if (std::isfinite(value)) largest = std::max(largest, value);
  };
  for (const ScoreBar& bar : bars) {
    take(bar.score.value_or(0));
    take(bar.paper_4b.value_or(0));
    take(bar.paper_12b.value_or(0));
    if (bar.interval) take(bar.interval->high);
  }
  return largest;
}

std::string score_bar_svg(const ScoreBar& bar, double end) {
  std::string out;
  for (const double tick : axis_ticks(end)) {
    out += line(place(tick, end), 0, place(tick, end), 26, "grid");
  }
  if (bar.score) out += rect(0, 3, place(*bar.score, end), 9, "ours");
  if (bar.paper_4b) out += rect(0, 14, place(*bar.paper_4b, end), 4, "paper4");
  if (bar.paper_12b) out += rect(0, 19, place(*bar.paper_12b, end), 4, "paper12");
  if (bar.interval) {
    const double low = place(bar.interval->low, end), high = place(bar.interval->high, end);
    out += line(low, 7.5, high, 7.5, "whisker") + line(low, 4.5, low, 10.5, "whisker") +
           line(high, 4.5, high, 10.5, "whisker");
  }
  return stretched("score-bar", 26, out);
}

std::string axis_html(double end) {
  std::string out = "<div class=\"chart-row axis\"><span></span><span class=\"ticks\">";
  for (const double tick : axis_ticks(end)) {
    out += str("<i style=\"left:", html_number(place(tick, end), 2), "%\">", html_number(tick, 0),
               "</i>");
  }
  return out + "</span><span></span></div>\n";
}

std::string legend() {
  return "<p class=\"legend\"><span class=\"key ours\"></span>this run, with 95 % interval "
         "<span class=\"key paper4\"></span>paper, LION-4B "
         "<span class=\"key paper12\"></span>paper, LION-12B</p>\n";
}

}  // namespace

std::string score_chart(std::span<const ScoreBar> bars) {
  const double end = axis_end(largest_of(bars));
  // The table beside it has the same numbers for who cannot see bars.
  std::string out = str("<figure class=\"chart\" aria-hidden=\"true\">\n", legend());
  for (const ScoreBar& bar : bars) {
    out += str("<div class=\"chart-row\"><a tabindex=\"-1\" href=\"", html_escape(bar.link), "\">",
               html_escape(bar.name), "</a>", score_bar_svg(bar, end), "<b>",
               bar.score ? html_number(*bar.score, 1) : "–", "</b></div>\n");
  }
  return out + axis_html(end) + "</figure>\n";
}

std::string category_table(std::span<const CategoryScore> categories, const std::string& heading) {
  std::vector<CategoryScore> sorted(categories.begin(), categories.end());
  const auto rank = [](const CategoryScore& one) {
    return std::isfinite(one.value) ? one.value : -1e300;
  };
  std::stable_sort(sorted.begin(), sorted.end(),
                   [&](const auto& a, const auto& b) { return rank(a) > rank(b); });
  double largest = 0;
  for (const CategoryScore& one : sorted) largest = std::max(largest, 100 * rank(one));
  const double end = axis_end(largest);
  std::string out = str("<table class=\"bars\">\n<thead><tr><th scope=\"col\">category</th>",
                        "<td></td><th scope=\"col\" class=\"number\">", html_escape(heading),
                        "</th><th scope=\"col\" class=\"number\">n</th></tr></thead>\n<tbody>\n");
  for (const CategoryScore& one : sorted) {
    out += str(
        "<tr><th scope=\"row\">", html_excerpt(replace_all(one.name, "_", " "), 80),
        "</th><td class=\"bar\">",
        stretched("category-bar", 8,
                  rect(0, 0, 100, 8, "track") + rect(0, 0, place(100 * one.value, end), 8, "ours")),
        "</td><td class=\"number\">", html_number(100 * one.value, 1), "</td><td class=\"number\">",
        html_count(one.n), "</td></tr>\n");
  }
  return out + "</tbody>\n</table>\n";
}

std::optional<std::array<double, 10>> iou_counts(const Metrics& metrics) {
  std::array<double, 10> counts{};
  for (size_t bin = 0; bin < counts.size(); ++bin) {
    const std::string name = str("iou_0.", bin);
    const auto metric = std::find_if(metrics.begin(), metrics.end(),
                                     [&](const auto& one) { return one.first == name; });
    if (metric == metrics.end() || !(metric->second >= 0)) return std::nullopt;
    counts[bin] = metric->second;
  }
  return counts;
}

std::string iou_histogram(const std::array<double, 10>& counts) {
  const double total = std::accumulate(counts.begin(), counts.end(), 0.0);
  const double most = std::max(1.0, *std::max_element(counts.begin(), counts.end()));
  std::string out =
      "<figure class=\"histogram\">\n<table>\n<thead class=\"hidden\"><tr><th scope=\"col\">IoU"
      "</th><th scope=\"col\">answers</th></tr></thead>\n<tbody>\n";
  for (size_t bin = 0; bin < counts.size(); ++bin) {
    const double share = total > 0 ? 100 * counts[bin] / total : 0;
    const std::string label = str("0.", bin);
    out += str("<tr title=\"", html_number(share, 1), " %\"><th scope=\"row\">", label,
               "</th><td><span class=\"count\">", html_count(std::llround(counts[bin])),
               "</span><span class=\"column", bin >= 5 ? " hit" : "",
               "\" style=\"height:", html_number(100 * counts[bin] / most, 1),
               "px\"></span></td></tr>\n");
  }
  return out +
         "</tbody>\n</table>\n<figcaption>Answers by IoU with the truth; a column is 0.1 wide "
         "and named by where it begins. From 0.5 on (green) an answer is right.</figcaption>\n"
         "</figure>\n";
}

}  // namespace lion::eval
