#pragma once
/// Which parameters a stage trains: everything else stays as it is.

#include <string>
#include <vector>

#include "lion/checkpoint/load.h"

namespace lion::train {

/// The names of `parameters` that one of the patterns (lion/models/parameter_groups.h) matches, in
/// the order of names. Throws InputError for every pattern that matches nothing; `where` names the
/// list in errors.
std::vector<std::string> select(const ParameterMap& parameters,
                                const std::vector<std::string>& patterns, std::string_view where);

/// A table for people: parts of the model (name up to the second dot), with how many of their
/// parameters are trained and frozen.
std::string freeze_table(const ParameterMap& parameters, const std::vector<std::string>& trained);

}  // namespace lion::train
