#include "lion/eval/report/sample_view.h"

#include <algorithm>
#include <numeric>
#include <vector>

#include "lion/base/str.h"
#include "lion/eval/report/html_text.h"
#include "lion/eval/report/sample_image.h"
#include "lion/eval/score_benchmark.h"
#include "lion/metrics/ranking.h"

namespace lion::eval {
namespace {

constexpr size_t kShownTexts = 8;
constexpr int64_t kShownCandidates = 8;
constexpr std::string_view kNothing = "<em class=\"none\">nothing</em>";

std::string row(std::string_view name, std::string_view classes, std::string_view html) {
  return str("<dt>", name, "</dt><dd class=\"", classes, "\">", html, "</dd>\n");
}

/// Different texts, each with how often it is there when that is more than once: ten people often
/// give two answers.
std::string texts_html(const std::vector<std::string>& texts) {
  std::vector<std::pair<std::string, int64_t>> counted;
  for (const std::string& text : texts) {
    const auto same = std::find_if(counted.begin(), counted.end(),
                                   [&](const auto& one) { return one.first == text; });
    if (same == counted.end()) {
      counted.emplace_back(text, 1);
    } else {
      ++same->second;
    }
  }
  std::string out = "<ul>";
  for (size_t i = 0; i < std::min(counted.size(), kShownTexts); ++i) {
    out += str("<li>", html_excerpt(counted[i].first, 300));
    if (counted[i].second > 1) out += str(" <small>× ", counted[i].second, "</small>");
    out += "</li>";
  }
  if (counted.size() > kShownTexts) {
    out += str("<li><em class=\"none\">", counted.size() - kShownTexts, " more</em></li>");
  }
  return out + "</ul>";
}

/// Numbers of candidates, the likeliest first; as they are when there are no losses.
std::vector<int64_t> by_loss(const Item& item, const Prediction& prediction) {
  std::vector<int64_t> order(item.candidates.size());
  std::iota(order.begin(), order.end(), int64_t{0});
  if (prediction.losses.size() != item.candidates.size()) return order;
  std::vector<int64_t> rank(order.size());
  for (const int64_t i : order) rank[static_cast<size_t>(i)] = rank_of(prediction.losses, i);
  std::sort(order.begin(), order.end(), [&](int64_t a, int64_t b) {
    return rank[static_cast<size_t>(a)] < rank[static_cast<size_t>(b)];
  });
  return order;
}

std::string candidate_row(const Item& item, const Prediction& prediction, int64_t index,
                          size_t place, int64_t chosen) {
  const bool is_right = index == item.truth.candidate;
  std::string marks;
  if (index == chosen) marks += "<span class=\"mark answer\">chosen</span>";
  if (is_right) marks += "<span class=\"mark truth\">right</span>";
  std::string out =
      str("<tr", is_right ? " class=\"right\"" : "", "><td class=\"number\">", place + 1,
          "</td><th scope=\"row\">", html_excerpt(item.candidates[static_cast<size_t>(index)], 200),
          marks, "</th>");
  if (prediction.losses.size() == item.candidates.size()) {
    out += str("<td class=\"number\">",
               html_number(prediction.losses[static_cast<size_t>(index)], 2), "</td>");
  }
  return out + "</tr>\n";
}

/// The likeliest candidates with their losses, and the right one wherever it is.
std::string candidates_html(const Item& item, const Prediction& prediction) {
  const std::vector<int64_t> order = by_loss(item, prediction);
  const int64_t chosen = chosen_candidate(item, prediction);
  const bool has_losses = prediction.losses.size() == item.candidates.size();
  std::string out = "<table class=\"candidates\"><thead><tr><th scope=\"col\">#</th>";
  out += str("<th scope=\"col\">candidate</th>",
             has_losses ? "<th scope=\"col\" class=\"number\">loss</th>" : "",
             "</tr></thead><tbody>\n");
  int64_t hidden = 0;
  for (size_t place = 0; place < order.size(); ++place) {
    const int64_t index = order[place];
    const bool shown = static_cast<int64_t>(place) < kShownCandidates ||
                       index == item.truth.candidate || index == chosen;
    if (shown) {
      out += candidate_row(item, prediction, index, place, chosen);
    } else {
      ++hidden;
    }
  }
  out += "</tbody></table>";
  if (hidden > 0) out += str("<p class=\"none\">", hidden, " more candidates</p>");
  return out;
}

std::string box_html(const PixelBox& box) {
  return str("<span class=\"numbers\">", html_number(box.x0, 0), ", ", html_number(box.y0, 0),
             " – ", html_number(box.x1, 0), ", ", html_number(box.y1, 0), "</span> px");
}

std::string truth_rows(const Item& item, const Prediction& prediction) {
  std::string out;
  if (item.truth.box) out += row("truth", "truth", box_html(*item.truth.box));
  if (item.truth.present) {
    const std::vector<std::string> names = present_names(item);
    out += row("truth", "truth", names.empty() ? std::string(kNothing) : texts_html(names));
  } else if (!item.candidates.empty()) {
    out += row("candidates", "", candidates_html(item, prediction));
  } else if (!item.truth.texts.empty()) {
    out += row("truth", "truth", texts_html(item.truth.texts));
  }
  return out;
}

std::string head(const SampleView& sample) {
  std::string out = "<header>";
  if (sample.value) {
    out += str("<b class=\"value\">", html_number(*sample.value, 2), "</b> <span>",
               html_escape(sample.value_name), "</span> ");
  }
  out += str("<code>", html_escape(sample.item->id), "</code>");
  if (!sample.item->category.empty()) {
    out += str("<span class=\"category\">",
               html_escape(replace_all(sample.item->category, "_", " ")), "</span>");
  }
  return out + "</header>\n";
}

}  // namespace

std::string sample_view(const SampleView& sample, const ReportOptions& options) {
  const Item& item = *sample.item;
  SampleImage image = sample_image(item, *sample.prediction, sample.boxes, options);
  if (!sample.note.empty()) image.notes.push_back(sample.note);
  std::string out =
      str("<article class=\"sample\">\n", image.html, "\n<div class=\"words\">\n", head(sample));
  if (!image.notes.empty()) {
    out += str("<p class=\"notes\">", html_escape(join(image.notes, " · ")), "</p>\n");
  }
  out += "<dl>\n";
  if (!item.question.empty() && item.question != item.prompt) {
    out += row("question", "question", html_excerpt(item.question));
  }
  out += row("answer", "answer", html_excerpt(sample.prediction->text));
  out += truth_rows(item, *sample.prediction);
  if (!item.prompt.empty()) out += row("prompt", "prompt", html_excerpt(item.prompt));
  return out + "</dl>\n</div>\n</article>\n";
}

}  // namespace lion::eval
