#pragma once
/// Curves of a training as an image: a self-contained SVG file.

#include <span>
#include <string>
#include <vector>

namespace lion::train {

struct CurvePoint {
  double x = 0.0;
  double y = 0.0;
};

struct CurveSeries {
  std::string name;                ///< in the legend
  std::vector<CurvePoint> points;  ///< x ascending; points that are not finite are left out
};

struct CurveOptions {
  std::string title;
  std::string x_label = "step";
  std::string y_label = "loss";
  int width = 960;   ///< pixels
  int height = 540;  ///< pixels
  /// The drawn line is a running mean over this fraction of a series' points; the points themselves
  /// stay faint behind it. 0: no smoothing.
  double smoothing = 0.03;
};

/// All series in one diagram, each with a colour of its own; a legend when there is more than one.
/// Without any point, a diagram that says so.
std::string curve_svg(std::span<const CurveSeries> series, const CurveOptions& options);

/// Round numbers (1, 2 or 5 times a power of ten apart) from `low` to `high`, about `count`. Throws
/// InputError unless low < high and both are finite.
std::vector<double> nice_ticks(double low, double high, int count);

/// The points with each y replaced by the exponential moving average up to there, corrected for its
/// beginning, as TensorBoard does. `weight` of the past is 0 (nothing) to below 1.
std::vector<CurvePoint> smooth(std::span<const CurvePoint> points, double weight);

}  // namespace lion::train
