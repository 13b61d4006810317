#include "lion/eval/compare_runs.h"

#include <algorithm>
#include <system_error>
#include <unordered_map>
#include <utility>

#include "lion/base/error.h"
#include "lion/base/file.h"
#include "lion/base/str.h"

namespace lion::eval {
namespace fs = std::filesystem;
namespace {

struct Run {
  std::string benchmark, figure;
  std::vector<std::string> ids;
  std::unordered_map<std::string, double> values;
  fs::path folder;
};

Run read_run(const fs::path& folder) {
  const fs::path path = folder / "scores.json";
  const Json json = read_json_file(path, uint64_t{1} << 30);
  Run run;
  run.folder = folder;
  try {
    run.benchmark = json.at("benchmark").get<std::string>();
    run.figure = json.at("figure").get<std::string>();
    run.ids = json.at("ids").get<std::vector<std::string>>();
    const auto values = json.at("values").get<std::vector<double>>();
    if (values.size() != run.ids.size()) throw InputError("");
    for (size_t i = 0; i < values.size(); ++i) run.values[run.ids[i]] = values[i];
  } catch (const std::exception&) {
    throw ResourceError(str(path.string(),
                            ": is not what lion eval writes (expected \"benchmark\", "
                            "\"figure\", \"ids\" and \"values\"). Run it again."));
  }
  return run;
}

/// Folders below `root` (or itself) that hold a finished run, by benchmark.
std::vector<fs::path> runs_in(const fs::path& root) {
  std::error_code failed;
  if (!fs::is_directory(root, failed)) {
    throw InputError(str(root.string(),
                         ": is no folder (expected the --out of lion eval, or one "
                         "benchmark's folder in it). Name one."));
  }
  if (fs::exists(root / "scores.json", failed)) return {root};
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(root)) {
    if (fs::exists(entry.path() / "scores.json", failed)) found.push_back(entry.path());
  }
  if (found.empty()) {
    throw InputError(str(root.string(),
                         ": holds no finished run (looked for scores.json here and "
                         "in its folders). Run lion eval first."));
  }
  std::sort(found.begin(), found.end());
  return found;
}

/// Fills in question, answers and truth from samples.jsonl.
void describe(std::vector<Flip>& flips, const fs::path& folder, bool is_a) {
  std::unordered_map<std::string, Flip*> by_id;
  for (Flip& flip : flips) by_id[flip.id] = &flip;
  const fs::path path = folder / "samples.jsonl";
  std::error_code missing;
  if (!fs::exists(path, missing) || by_id.empty()) return;
  for (const std::string& line : lines(read_file(path, uint64_t{4} << 30))) {
    const Json json = parse_json(line, path.string());
    const auto found = by_id.find(json.value("id", ""));
    if (found == by_id.end()) continue;
    Flip& flip = *found->second;
    flip.question = json.value("question", "");
    flip.truth = json.contains("truth") ? json["truth"] : Json();
    const Json answer = json.contains("answer") ? json["answer"] : Json();
    (is_a ? flip.answer_a : flip.answer_b) = answer.is_string() ? answer.get<std::string>() : "";
  }
}

Comparison compare(const Run& a, const Run& b) {
  Comparison comparison;
  comparison.benchmark = a.benchmark;
  comparison.figure = a.figure;
  std::vector<std::string> shared;
  std::vector<double> values_a, values_b;
  for (const std::string& id : a.ids) {
    const auto found = b.values.find(id);
    if (found == b.values.end()) {
      comparison.only_a.push_back(id);
      continue;
    }
    shared.push_back(id);
    values_a.push_back(a.values.at(id));
    values_b.push_back(found->second);
  }
  for (const std::string& id : b.ids) {
    if (!a.values.contains(id)) comparison.only_b.push_back(id);
  }
  if (shared.empty()) {
    throw InputError(str(a.benchmark, ": ", a.folder.string(), " and ", b.folder.string(),
                         " have no sample in common. Compare runs on the same files."));
  }
  comparison.test = compare_paired(values_a, values_b);
  const auto flips_of = [&](const std::vector<int64_t>& units) {
    std::vector<Flip> flips;
    for (const int64_t unit : units) {
      const auto i = static_cast<size_t>(unit);
      flips.push_back({shared[i], values_a[i], values_b[i], "", "", "", Json()});
    }
    describe(flips, a.folder, true);
    describe(flips, b.folder, false);
    return flips;
  };
  comparison.better = flips_of(comparison.test.better);
  comparison.worse = flips_of(comparison.test.worse);
  return comparison;
}

Json flips_json(const std::vector<Flip>& flips, size_t count) {
  Json list = Json::array();
  for (size_t i = 0; i < std::min(count, flips.size()); ++i) {
    const Flip& flip = flips[i];
    list.push_back({{"id", flip.id},
                    {"a", flip.value_a},
                    {"b", flip.value_b},
                    {"question", flip.question},
                    {"answer_a", flip.answer_a},
                    {"answer_b", flip.answer_b},
                    {"truth", flip.truth}});
  }
  return list;
}

}  // namespace

std::vector<Comparison> compare_runs(const fs::path& a, const fs::path& b) {
  std::vector<Run> runs_b;
  for (const fs::path& folder : runs_in(b)) runs_b.push_back(read_run(folder));
  std::vector<Comparison> comparisons;
  for (const fs::path& folder : runs_in(a)) {
    const Run run = read_run(folder);
    const auto other = std::find_if(runs_b.begin(), runs_b.end(),
                                    [&](const Run& one) { return one.benchmark == run.benchmark; });
    if (other != runs_b.end()) comparisons.push_back(compare(run, *other));
  }
  if (comparisons.empty()) {
    throw InputError(str(a.string(), " and ", b.string(),
                         ": have no benchmark in common. Run the same one with both."));
  }
  return comparisons;
}

Json comparison_json(const Comparison& comparison, size_t flips) {
  const PairedTest& test = comparison.test;
  return {{"benchmark", comparison.benchmark},
          {"figure", comparison.figure},
          {"n", test.n},
          {"mean_a", test.mean_a},
          {"mean_b", test.mean_b},
          {"difference", test.difference},
          {"interval", {test.interval.low, test.interval.high}},
          {"test", test.test},
          {"p_value", test.p_value},
          {"better", comparison.better.size()},
          {"worse", comparison.worse.size()},
          {"only_a", comparison.only_a.size()},
          {"only_b", comparison.only_b.size()},
          {"first_better", flips_json(comparison.better, flips)},
          {"first_worse", flips_json(comparison.worse, flips)}};
}

}  // namespace lion::eval
