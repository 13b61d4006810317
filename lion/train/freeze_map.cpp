#include "lion/train/freeze_map.h"

#include <ATen/core/Tensor.h>

#include <algorithm>
#include <iomanip>
#include <set>
#include <sstream>

#include "lion/base/error.h"
#include "lion/models/parameter_groups.h"

namespace lion::train {
namespace {

/// 1234567 as "1.2 M".
std::string count_str(int64_t count) {
  std::ostringstream out;
  out << std::fixed << std::setprecision(1);
  if (count >= 1'000'000'000) {
    out << static_cast<double>(count) / 1e9 << " G";
  } else if (count >= 1'000'000) {
    out << static_cast<double>(count) / 1e6 << " M";
  } else if (count >= 1'000) {
    out << static_cast<double>(count) / 1e3 << " k";
  } else {
    out << count;
  }
  return out.str();
}

/// The part of the model that a parameter belongs to, as people think of it.
std::string part_of(std::string_view name) {
  if (name.find(".adapter.router") != std::string_view::npos) return "T5 routers";
  const size_t adapter = name.find(".adapter.adapters.");
  if (adapter != std::string_view::npos) {
    return str("T5 adapters.",
               name.substr(adapter + 18, name.find('.', adapter + 18) - adapter - 18));
  }
  return std::string(name.substr(0, name.find('.')));
}

}  // namespace

std::vector<std::string> select(const ParameterMap& parameters,
                                const std::vector<std::string>& patterns, std::string_view where) {
  std::set<std::string> names;
  std::vector<std::string> idle;
  for (const std::string& pattern : patterns) {
    bool any = false;
    for (const auto& [name, parameter] : parameters) {
      if (models::name_matches(pattern, name)) {
        any = true;
        names.insert(name);
      }
    }
    if (!any) idle.push_back(str("\"", pattern, "\""));
  }
  if (!idle.empty()) {
    throw InputError(
        str(where, ": no parameter begins with ", join(idle, ", "),
            ". `lion info MODEL --tensors` lists their names; docs/training.md has the "
            "presets, for instance \"adapters\"."));
  }
  return {names.begin(), names.end()};
}

std::string freeze_table(const ParameterMap& parameters, const std::vector<std::string>& trained) {
  struct Row {
    int64_t trained = 0;
    int64_t frozen = 0;
  };
  std::map<std::string, Row> rows;
  Row total;
  for (const auto& [name, parameter] : parameters) {
    const bool on = std::binary_search(trained.begin(), trained.end(), name);
    Row& row = rows[part_of(name)];
    (on ? row.trained : row.frozen) += parameter.numel();
    (on ? total.trained : total.frozen) += parameter.numel();
  }
  std::ostringstream out;
  const auto line = [&out](const std::string& part, const std::string& a, const std::string& b) {
    out << std::left << std::setw(20) << part << std::right << std::setw(12) << a << std::setw(12)
        << b << "\n";
  };
  line("part", "trained", "frozen");
  for (const auto& [part, row] : rows) {
    line(part, row.trained ? count_str(row.trained) : "-",
         row.frozen ? count_str(row.frozen) : "-");
  }
  line("all", count_str(total.trained), count_str(total.frozen));
  return out.str();
}

}  // namespace lion::train
