#pragma once
/// How the command line is explained: help pages and errors in our form.

#include <CLI/CLI.hpp>
#include <memory>

#include "lion/base/error.h"

namespace lion::cli {

/// Help pages without the type hints that say nothing to a person.
std::shared_ptr<CLI::FormatterBase> help_formatter();

/// What is wrong with the command line: an unknown option or command with the closest that exists,
/// else what CLI11 says.
InputError usage_error(const CLI::App& program, const CLI::ParseError& error);

}  // namespace lion::cli
