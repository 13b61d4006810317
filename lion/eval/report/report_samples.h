#pragma once
/// Internal to this component: the worst and the best samples of a benchmark, in a grid.

#include <string>

#include "lion/eval/report/html_report.h"

namespace lion::eval {

/// Headings and samples; without a score, some samples from everywhere.
std::string report_samples(const ReportPart& part, const ReportOptions& options);

}  // namespace lion::eval
