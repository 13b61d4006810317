#pragma once
/// Internal to this component: the classes and functions that mean something to the pickle reader.

#include <string_view>

#include "lion/checkpoint/pickle.h"

namespace lion {

/// The meaning of a name, null for one that has none here. Lives as long as the program.
const PickleGlobal* known_global(std::string_view module, std::string_view name);

/// Whether a name can only be meant to run commands when Python loads the file. It would not run
/// here either; but whoever reads such a file here may load it with Python next.
bool runs_commands(std::string_view module, std::string_view name);

}  // namespace lion
