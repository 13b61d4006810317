#include "lion/checkpoint/name_fit.h"

#include <algorithm>
#include <array>
#include <set>
#include <vector>

#include "lion/base/log.h"
#include "lion/base/str.h"
#include "lion/checkpoint/bytes.h"

namespace lion {
namespace {

/// What DataParallel, torch.compile, FSDP, activation checkpointing and Fabric put before the name
/// of the module that they wrap. No network here has a part of such a name.
constexpr std::array<std::string_view, 6> kWrappers = {
    "module",          "_orig_mod",      "_fsdp_wrapped_module", "_checkpoint_wrapped_module",
    "_forward_module", "_wrapped_module"};

/// `name` without the parts that are a wrapper's; `removed` gets those that were there.
std::string unwrapped(std::string_view name, std::set<std::string_view>& removed) {
  std::string out;
  while (true) {
    const size_t dot = name.find('.');
    const std::string_view part = name.substr(0, dot);
    const auto wrapper = std::find(kWrappers.begin(), kWrappers.end(), part);
    if (wrapper != kWrappers.end() && dot != name.npos) {
      removed.insert(*wrapper);
    } else {
      out += part;
      if (dot != name.npos) out += '.';
    }
    if (dot == name.npos) return out;
    name.remove_prefix(dot + 1);
  }
}

/// Takes the wrappers' parts out of all names, unless two names would become one.
TensorMap without_parts(TensorMap tensors, const std::string& where) {
  std::set<std::string_view> removed;
  TensorMap renamed;
  for (const auto& [name, view] : tensors) {
    if (!renamed.emplace(unwrapped(name, removed), view).second) return tensors;
  }
  if (removed.empty()) return tensors;
  std::vector<std::string> parts;
  for (const std::string_view part : removed) parts.push_back(str('"', part, ".\""));
  log_info(str(where, ": names are read without ", join(parts, ", "),
               ", which a training wrapper put there"));
  return renamed;
}

/// How many names are known behind each prefix, and how many stand behind it.
struct Count {
  int64_t known = 0;
  int64_t all = 0;
};

}  // namespace

bool name_contains_any(std::string_view name, std::initializer_list<std::string_view> parts) {
  std::string lower(name);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return std::any_of(parts.begin(), parts.end(), [&lower](std::string_view part) {
    return lower.find(part) != std::string::npos;
  });
}

bool is_averaged_name(std::string_view name) {
  return name_contains_any(name, {"ema", "swa", "averag", "teacher", "momentum", "shadow"}) &&
         !name_contains_any(name, {"semantic", "schema"});
}

TensorMap without_wrappers(TensorMap tensors,
                           const std::function<bool(std::string_view name)>& is_known,
                           const std::string& where) {
  tensors = without_parts(std::move(tensors), where);
  std::map<std::string, Count, std::less<>> counts;
  int64_t total = 0;
  for (const auto& [name, view] : tensors) {
    if (!view.is_readable() && view.shape.empty()) continue;  // an object beside the weights
    ++total;
    size_t begin = 0;
    for (int depth = 0; depth < 8; ++depth) {
      Count& count = counts[name.substr(0, begin)];
      ++count.all;
      if (is_known(std::string_view(name).substr(begin))) ++count.known;
      const size_t dot = name.find('.', begin);
      if (dot == std::string::npos) break;
      begin = dot + 1;
    }
  }
  const int64_t as_they_are = counts[""].known;
  std::string best;
  for (const auto& [prefix, count] : counts) {
    const bool fits = count.all == total || as_they_are == 0;
    const Count& so_far = counts[best];
    if (fits &&
        (count.known > so_far.known || (count.known == so_far.known && count.known > as_they_are &&
                                        is_averaged_name(best) && !is_averaged_name(prefix)))) {
      best = prefix;
    }
  }
  if (best.empty()) return tensors;
  TensorMap renamed;
  TensorMap outside;
  for (auto& [name, view] : tensors) {
    const bool inside = name.starts_with(best) && name.size() > best.size();
    (inside ? renamed : outside).emplace(inside ? name.substr(best.size()) : name, view);
  }
  log_info(str(where, ": names are read without their prefix \"", shown(best), "\" (",
               renamed.size(), " of ", tensors.size(), " tensors",
               outside.empty() ? "" : str("; not used: ", some_names(outside, 3)), ")"));
  return renamed;
}

}  // namespace lion
