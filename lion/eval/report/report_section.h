#pragma once
/// Internal to this component: what a report says about one benchmark.

#include <string>

#include "lion/eval/report/html_report.h"

namespace lion::eval {

std::string report_section(const ReportPart& part, const ReportOptions& options);

/// Items without an answer: as the score counts them, else those whose prediction has an error.
int64_t missing_answers(const ReportPart& part);

}  // namespace lion::eval
