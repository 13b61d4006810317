#pragma once
/// The subcommands. Each function adds one to the program; its work starts when the command line
/// has been parsed and throws what the library throws.

#include <CLI/CLI.hpp>

#include "cli/terminal.h"

namespace lion::cli {

void add_caption(CLI::App& program, Terminal& terminal);
void add_query(CLI::App& program, Terminal& terminal);
void add_ground(CLI::App& program, Terminal& terminal);
void add_describe(CLI::App& program, Terminal& terminal);
void add_tags(CLI::App& program, Terminal& terminal);
void add_rank(CLI::App& program, Terminal& terminal);
void add_generate(CLI::App& program, Terminal& terminal);
void add_chat(CLI::App& program, Terminal& terminal);
void add_convert(CLI::App& program, Terminal& terminal);
void add_info(CLI::App& program, Terminal& terminal);
void add_doctor(CLI::App& program, Terminal& terminal);
void add_bench(CLI::App& program, Terminal& terminal);
void add_data(CLI::App& program, Terminal& terminal);
void add_train(CLI::App& program, Terminal& terminal);
void add_scenes(CLI::App& program, Terminal& terminal);
void add_new(CLI::App& program, Terminal& terminal);
void add_eval(CLI::App& program, Terminal& terminal);
void add_score(CLI::App& program, Terminal& terminal);

}  // namespace lion::cli
