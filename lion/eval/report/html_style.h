#pragma once
/// Internal to this component: how a report looks.

#include <string>

namespace lion::eval {

/// The style sheet: light and dark, wide and narrow, on paper. It names no other file.
std::string html_style();

}  // namespace lion::eval
