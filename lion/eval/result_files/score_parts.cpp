#include "lion/eval/result_files/score_parts.h"
#include "lion/annotations/json_lines.h"
#include "lion/annotations/mapped_text.h"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "lion/annotations/coco_name.h"
#include "lion/annotations/json_stream.h"
#include "lion/base/error.h"
#include "lion/base/str.h"

namespace lion::eval {
namespace {

constexpr size_t kFindingsInWords = 20;

/// Visits one element; what is wrong with it goes to the log.
void visit_element(const simdjson::dom::element& element, std::string_view key, int64_t place,
                   const std::string& where, FindingLog& log, const RecordVisitor& visit) {
  try {
    const RecordFields fields(element);
    visit({fields, element, key, place, where});
  } catch (const BadRecord& bad) {
    log.malformed(where, bad.what);
  }
}

JsonVisitor numbered(const std::filesystem::path& path, const char* noun, FindingLog& log,
                     const RecordVisitor& visit) {
  return [name = file_name(path), noun, &log, &visit](const JsonElement& element) {
    visit_element(element.value, element.key, element.number,
                  str(name, ", ", noun, " ", element.number), log, visit);
  };
}

/// One line after the other, each parsed alone: a broken one does not end the reading.
void each_line(std::string_view text, const std::string& name, FindingLog& log,
               const RecordVisitor& visit) {
  simdjson::dom::parser parser;
  int64_t place = 0;
  const auto where = [&](int64_t number) { return str(name, ", line ", number); };
  each_json_line(
      text,
      [&](int64_t number, const simdjson::dom::element& element) {
        visit_element(element, "", place++, where(number), log, visit);
      },
      [&](int64_t number, std::string_view what) {
        log.malformed(where(number), what);
        ++place;
      });
}

}  // namespace

void FindingLog::add(int64_t& count, const std::string& where, std::string_view what) {
  ++count;
  if (findings_.first.size() < kFindingsInWords) findings_.first.push_back(str(where, ": ", what));
}

void FindingLog::malformed(const std::string& where, std::string_view what) {
  add(findings_.malformed, where, what);
}

void FindingLog::unknown(const std::string& where, std::string_view what) {
  add(findings_.unknown, where, what);
}

void FindingLog::duplicate(const std::string& where, std::string_view what) {
  add(findings_.duplicate, where, what);
}

void FindingLog::missing(const std::string& where, std::string_view what) {
  add(findings_.missing, where, what);
}

JsonStream open_results(const std::filesystem::path& path, FindingLog& log) {
  JsonStream stream(path);
  stream.report_broken(
      [&log, name = file_name(path)](std::string_view list, int64_t number, std::string_view what) {
        const std::string noun = list.empty() ? "record" : str("\"", list, "\" record");
        log.malformed(str(name, ", ", noun, " ", number), what);
      });
  return stream;
}

void each_result(const std::filesystem::path& path, FindingLog& log, const RecordVisitor& visit) {
  const MappedText file(path);
  const std::string_view content = trim(file.text());
  if (content.empty()) {
    throw InputError(
        str(path.string(), ": is empty, expected a JSON list or JSON lines. Make the file again."));
  }
  if (content.front() == '[') {
    open_results(path, log).each(numbered(path, "record", log, visit));
  } else {
    each_line(file.text(), file_name(path), log, visit);
  }
}

void each_result_in(const std::filesystem::path& path, const std::string& key, FindingLog& log,
                    const RecordVisitor& visit) {
  const std::string noun = str("\"", key, "\" record");
  open_results(path, log).each_in(
      std::array{JsonList{key, numbered(path, noun.c_str(), log, visit)}});
}

void each_result_pair(const std::filesystem::path& path, FindingLog& log,
                      const RecordVisitor& visit) {
  open_results(path, log).each_pair(numbered(path, "record", log, visit));
}

bool is_json_object(const std::filesystem::path& path) {
  const MappedText file(path);
  if (!trim(file.text()).starts_with('{')) return false;  // also lines of which the first is broken
  return JsonStream(path).layout() == JsonLayout::kObject;
}

IdMatch::IdMatch(const FileScoreOptions& options, FindingLog& log)
    : reference_file_(file_name(options.references)), log_(log) {}

std::optional<size_t> IdMatch::add(const std::string& id, const std::string& where) {
  const auto [place, is_new] = numbers_.emplace(id, ids_.size());
  if (!is_new) {
    log_.duplicate(where, str("reference ", id, " is there twice; the first counts"));
    return std::nullopt;
  }
  ids_.push_back(id);
  answered_.push_back(false);
  return place->second;
}

std::optional<size_t> IdMatch::find(const std::string& id) const {
  const auto found = numbers_.find(id);
  if (found == numbers_.end()) return std::nullopt;
  return found->second;
}

std::optional<size_t> IdMatch::answer(const std::string& id, const std::string& where) {
  const std::optional<size_t> number = find(id);
  if (!number) {
    log_.unknown(where, str("no reference is called ", id));
    return std::nullopt;
  }
  if (answered_[*number]) {
    log_.duplicate(where, str("prediction for ", id, " is there twice; the first counts"));
    return std::nullopt;
  }
  answered_[*number] = true;
  return number;
}

void IdMatch::report_missing() {
  for (size_t i = 0; i < ids_.size(); ++i) {
    if (!answered_[i]) log_.missing(reference_file_, str(ids_[i], " has no prediction"));
  }
}

std::string image_id(std::string_view name) {
  const bool has_extension = name.ends_with(".jpg") || name.ends_with(".jpeg") ||
                             name.ends_with(".png") || name.ends_with(".gif");
  const auto coco = parse_coco_name(has_extension ? std::string(name) : str(name, ".jpg"));
  if (coco) return str(coco->id);
  name.remove_prefix(name.rfind('/') + 1);  // the whole name when there is no slash
  return std::string(has_extension ? name.substr(0, name.rfind('.')) : name);
}

std::string file_name(const std::filesystem::path& path) { return path.filename().string(); }

void set_units(FileScoreResult& result, const FileScoreOptions& options, const FindingLog& log,
               std::span<const ScoredUnit> units) {
  result.findings = log.findings();
  if (units.empty()) {
    throw InputError(
        str(options.predictions.string(), ": nothing in it can be scored against ",
            options.references.string(), " (",
            result.findings.first.empty() ? "both are empty" : result.findings.first.front(),
            "). Check that both files are of the same split."));
  }
  Score& score = result.score;
  std::map<std::string, std::pair<int64_t, double>> sums;
  double sum = 0;
  for (const ScoredUnit& unit : units) {
    score.ids.push_back(unit.id);
    score.values.push_back(unit.value);
    sum += unit.value;
    for (const std::string& category : unit.categories) {
      auto& [n, total] = sums[category];
      ++n;
      total += unit.value;
    }
  }
  for (const auto& [name, part] : sums) {
    score.categories.push_back({name, part.first, part.second / static_cast<double>(part.first)});
  }
  score.n = static_cast<int64_t>(units.size());
  score.missing = result.findings.missing;
  score.main = 100 * sum / static_cast<double>(units.size());
}

}  // namespace lion::eval
