#include "lion/train/curve_svg.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <string_view>

#include "lion/base/error.h"

namespace lion::train {
namespace {

/// Okabe and Ito's colours, which people with any colour vision tell apart, darkened where they
/// would be faint on white.
constexpr std::array<std::string_view, 8> kColors = {"#0072b2", "#d55e00", "#009e73", "#b8589a",
                                                     "#c28a00", "#3f9fd0", "#7a5195", "#5b6770"};
constexpr std::string_view kFont =
    "system-ui, -apple-system, Segoe UI, Helvetica, Arial, sans-serif";
constexpr size_t kMaxDrawnPoints = 1200;

struct Frame {
  double left, top, width, height;      // of the diagram, pixels
  double x_low, x_high, y_low, y_high;  // of the values

  double x(double value) const { return left + width * (value - x_low) / (x_high - x_low); }
  double y(double value) const { return top + height * (y_high - value) / (y_high - y_low); }
};

std::string fixed(double value) {
  std::array<char, 64> text;
  std::snprintf(text.data(), text.size(), "%.1f", value);
  return text.data();
}

/// A tick's number: no more decimals than the distance of the ticks asks for, thousands as "12k".
std::string tick_text(double value, double distance) {
  if (std::abs(value) < distance * 1e-6) return "0";
  std::array<char, 64> text;
  if (distance >= 1e9 || (distance < 1e-4 && distance > 0)) {
    std::snprintf(text.data(), text.size(), "%.3g", value);
    return text.data();
  }
  const bool thousands = distance >= 1000;
  const double scale = thousands ? 1000.0 : 1.0;
  const double step = distance / scale;
  const int decimals = std::max(0, static_cast<int>(std::ceil(-std::log10(step) - 1e-9)));
  std::snprintf(text.data(), text.size(), "%.*f%s", decimals, value / scale, thousands ? "k" : "");
  return text.data();
}

std::string escape(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        // XML has no other control characters.
        out += static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n' ? ' ' : c;
    }
  }
  return out;
}

std::string text_at(double x, double y, std::string_view style, std::string_view content) {
  return str("<text x=\"", fixed(x), "\" y=\"", fixed(y), "\" ", style, ">", escape(content),
             "</text>\n");
}

std::vector<CurvePoint> finite_points(const CurveSeries& series) {
  std::vector<CurvePoint> points;
  for (const CurvePoint& p : series.points) {
    if (std::isfinite(p.x) && std::isfinite(p.y)) points.push_back(p);
  }
  return points;
}

/// At most about `limit` points: of each run of neighbours the lowest and the highest.
std::vector<CurvePoint> thin_out(const std::vector<CurvePoint>& points, size_t limit) {
  if (points.size() <= limit) return points;
  const size_t run = (2 * points.size() + limit - 1) / limit;
  std::vector<CurvePoint> out;
  for (size_t begin = 0; begin < points.size(); begin += run) {
    const auto first = points.begin() + static_cast<int64_t>(begin);
    const auto last = points.begin() + static_cast<int64_t>(std::min(begin + run, points.size()));
    auto [low, high] = std::minmax_element(
        first, last, [](const CurvePoint& a, const CurvePoint& b) { return a.y < b.y; });
    if (high < low) std::swap(low, high);
    out.push_back(*low);
    if (low != high) out.push_back(*high);
  }
  return out;
}

/// The value below which the fraction `part` of `values` lies.
double quantile(std::vector<double> values, double part) {
  const auto at =
      values.begin() + static_cast<int64_t>(part * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

/// What the diagram shows: all x, and the y of all lines; of the points behind them all but a few
/// spikes, which would press the lines flat.
Frame make_frame(const std::vector<std::vector<CurvePoint>>& raw,
                 const std::vector<std::vector<CurvePoint>>& lines, const CurveOptions& options) {
  constexpr double inf = std::numeric_limits<double>::infinity();
  Frame frame{76, 64, options.width - 76.0 - 28, options.height - 64.0 - 58, inf, -inf, inf, -inf};
  std::vector<double> values;
  for (const auto& points : raw) {
    for (const CurvePoint& p : points) {
      frame.x_low = std::min(frame.x_low, p.x);
      frame.x_high = std::max(frame.x_high, p.x);
      values.push_back(p.y);
    }
  }
  if (values.empty()) {
    frame.x_low = frame.y_low = 0;
    frame.x_high = frame.y_high = 1;
    return frame;
  }
  frame.y_low = quantile(values, 0.005);
  frame.y_high = quantile(values, 0.995);
  for (const auto& points : lines) {
    for (const CurvePoint& p : points) {
      frame.y_low = std::min(frame.y_low, p.y);
      frame.y_high = std::max(frame.y_high, p.y);
    }
  }
  const auto widen = [](double& low, double& high) {
    if (low < high) return;
    const double by = low == 0 ? 1.0 : std::abs(low) * 0.1;
    low -= by;
    high += by;
  };
  widen(frame.x_low, frame.x_high);
  widen(frame.y_low, frame.y_high);
  const double margin = (frame.y_high - frame.y_low) * 0.06;
  // A loss is not below 0: the diagram does not go there for the sake of a margin.
  frame.y_low = frame.y_low >= 0 ? std::max(0.0, frame.y_low - margin) : frame.y_low - margin;
  frame.y_high += margin;
  return frame;
}

std::string draw_grid(const Frame& frame, const CurveOptions& options) {
  std::string out;
  const double right = frame.left + frame.width, bottom = frame.top + frame.height;
  const auto line = [&](double x0, double y0, double x1, double y1, std::string_view color) {
    out += str("<line x1=\"", fixed(x0), "\" y1=\"", fixed(y0), "\" x2=\"", fixed(x1), "\" y2=\"",
               fixed(y1), "\" stroke=\"", color, "\"/>\n");
  };
  const auto y_ticks = nice_ticks(frame.y_low, frame.y_high, std::max(2, options.height / 80));
  for (const double tick : y_ticks) {
    const double y = frame.y(tick);
    line(frame.left, y, right, y, "#e6e9ee");
    out += text_at(frame.left - 10, y + 4, "class=\"tick\" text-anchor=\"end\"",
                   tick_text(tick, y_ticks.size() > 1 ? y_ticks[1] - y_ticks[0] : 1.0));
  }
  // Steps are whole numbers: in a short run every step has a tick, but no half step has one.
  const int steps = static_cast<int>(std::clamp(frame.x_high - frame.x_low, 1.0, 1e6));
  const auto x_ticks =
      nice_ticks(frame.x_low, frame.x_high, std::clamp(options.width / 110, 1, steps));
  for (const double tick : x_ticks) {
    const double x = frame.x(tick);
    line(x, frame.top, x, bottom, "#f1f3f6");
    out += text_at(x, bottom + 20, "class=\"tick\" text-anchor=\"middle\"",
                   tick_text(tick, x_ticks.size() > 1 ? x_ticks[1] - x_ticks[0] : 1.0));
  }
  line(frame.left, bottom, right, bottom, "#9aa3ae");
  out += text_at(frame.left + frame.width / 2, bottom + 44,
                 "class=\"label\" text-anchor=\"middle\"", options.x_label);
  const double middle = frame.top + frame.height / 2;
  out += text_at(20, middle,
                 str("class=\"label\" text-anchor=\"middle\" transform=\"rotate(-90 20 ",
                     fixed(middle), ")\""),
                 options.y_label);
  return out;
}

std::string draw_points(const std::vector<CurvePoint>& points, const Frame& frame,
                        std::string_view color) {
  std::string path;
  for (const CurvePoint& p : thin_out(points, kMaxDrawnPoints)) {
    path += str("M", fixed(frame.x(p.x)), " ", fixed(frame.y(p.y)), "h0");
  }
  return str("<path d=\"", path, "\" stroke=\"", color,
             "\" stroke-width=\"3\" stroke-linecap=\"round\" opacity=\"0.2\" fill=\"none\"/>\n");
}

std::string draw_line(const std::vector<CurvePoint>& points, const Frame& frame,
                      std::string_view color) {
  if (points.empty()) return "";
  std::string corners;
  for (const CurvePoint& p : thin_out(points, kMaxDrawnPoints)) {
    corners += str(fixed(frame.x(p.x)), ",", fixed(frame.y(p.y)), " ");
  }
  return str("<polyline points=\"", corners, "\" fill=\"none\" stroke=\"", color,
             "\" stroke-width=\"2.2\" stroke-linejoin=\"round\" stroke-linecap=\"round\"/>\n");
}

/// The names in one or more columns in the upper right corner, on a plate.
std::string draw_legend(std::span<const CurveSeries> series, const Frame& frame) {
  size_t longest = 0;
  for (const CurveSeries& one : series) longest = std::max(longest, one.name.size());
  const double column = 44.0 + 7.2 * static_cast<double>(longest);
  const size_t columns = (series.size() + 5) / 6;
  const size_t rows = (series.size() + columns - 1) / columns;
  const double width = column * static_cast<double>(columns) + 8;
  const double height = 20.0 * static_cast<double>(rows) + 12;
  const double left = frame.left + frame.width - width - 8;
  const double top = frame.top + 8;
  std::string out = str("<rect x=\"", fixed(left), "\" y=\"", fixed(top), "\" width=\"",
                        fixed(width), "\" height=\"", fixed(height),
                        "\" rx=\"6\" fill=\"#ffffff\" opacity=\"0.88\" stroke=\"#e0e4ea\"/>\n");
  for (size_t i = 0; i < series.size(); ++i) {
    const double x = left + 12 + column * static_cast<double>(i / rows);
    const double y = top + 16 + 20.0 * static_cast<double>(i % rows);
    out += str("<line x1=\"", fixed(x), "\" y1=\"", fixed(y), "\" x2=\"", fixed(x + 18), "\" y2=\"",
               fixed(y), "\" stroke=\"", kColors[i % kColors.size()],
               "\" stroke-width=\"3\" stroke-linecap=\"round\"/>\n");
    out += text_at(x + 26, y + 4, "class=\"legend\"", series[i].name);
  }
  return out;
}

/// The weight of the past whose moving average looks back on `fraction` of `count` points.
double smoothing_weight(size_t count, double fraction) {
  const double window = fraction * static_cast<double>(count);
  return window <= 1.0 ? 0.0 : 1.0 - 1.0 / window;
}

}  // namespace

std::vector<double> nice_ticks(double low, double high, int count) {
  if (!(low < high) || !std::isfinite(low) || !std::isfinite(high) || count < 1) {
    throw InputError(str("ticks: got a range from ", low, " to ", high,
                         " (expected finite and ascending). Correct the range."));
  }
  const double rough = (high - low) / count;
  const double power = std::pow(10.0, std::floor(std::log10(rough)));
  const double lead = rough / power;
  const double distance = power * (lead < 1.5 ? 1.0 : lead < 3.5 ? 2.0 : lead < 7.5 ? 5.0 : 10.0);
  std::vector<double> ticks;
  const double last = std::floor(high / distance + 1e-9);
  for (double i = std::ceil(low / distance - 1e-9); i <= last; ++i) ticks.push_back(i * distance);
  return ticks;
}

std::vector<CurvePoint> smooth(std::span<const CurvePoint> points, double weight) {
  std::vector<CurvePoint> out;
  double mean = 0.0, total = 0.0;
  for (const CurvePoint& p : points) {
    mean = weight * mean + (1 - weight) * p.y;
    total = weight * total + (1 - weight);
    out.push_back({p.x, mean / total});
  }
  return out;
}

std::string curve_svg(std::span<const CurveSeries> series, const CurveOptions& options) {
  std::vector<std::vector<CurvePoint>> raw, lines;
  for (const CurveSeries& one : series) {
    raw.push_back(finite_points(one));
    lines.push_back(smooth(raw.back(), smoothing_weight(raw.back().size(), options.smoothing)));
  }
  const Frame frame = make_frame(raw, lines, options);
  const bool empty = std::all_of(raw.begin(), raw.end(), [](const auto& p) { return p.empty(); });
  std::string out = str(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"", options.width, "\" height=\"",
      options.height, "\" viewBox=\"0 0 ", options.width, " ", options.height, "\" font-family=\"",
      kFont, "\">\n<style>.tick{font-size:12px;fill:#5b6470}.label{font-size:13px;fill:#3c434c}",
      ".legend{font-size:13px;fill:#2b3036}.title{font-size:18px;font-weight:600;fill:#1d2126}",
      "</style>\n<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n",
      "<defs><clipPath id=\"frame\"><rect x=\"", fixed(frame.left), "\" y=\"", fixed(frame.top),
      "\" width=\"", fixed(frame.width), "\" height=\"", fixed(frame.height),
      "\"/></clipPath></defs>\n");
  out += text_at(frame.left, 36, "class=\"title\"", options.title);
  out += draw_grid(frame, options);
  out += "<g clip-path=\"url(#frame)\">\n";
  for (size_t i = 0; i < raw.size(); ++i) {
    if (options.smoothing > 0) out += draw_points(raw[i], frame, kColors[i % kColors.size()]);
  }
  for (size_t i = 0; i < lines.size(); ++i) {
    out += draw_line(lines[i], frame, kColors[i % kColors.size()]);
  }
  out += "</g>\n";
  if (empty) {
    out += text_at(frame.left + frame.width / 2, frame.top + frame.height / 2,
                   "class=\"label\" text-anchor=\"middle\"", "no points yet");
  }
  if (series.size() > 1) out += draw_legend(series, frame);
  return out + "</svg>\n";
}

}  // namespace lion::train
