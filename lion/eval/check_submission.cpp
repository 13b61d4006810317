// What a server would refuse, found by reading the file again with nothing of how it was made.
#include <simdjson.h>

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "lion/annotations/delimited_table.h"
#include "lion/annotations/record_fields.h"
#include "lion/base/error.h"
#include "lion/base/str.h"
#include "lion/eval/submissions.h"

namespace lion::eval {
namespace {
using simdjson::dom::element;

constexpr size_t kFaultsInWords = 50;

[[noreturn]] void refuse(std::string what) {
  throw BadRecord{ProblemKind::kMalformed, std::move(what)};
}

/// Ticks off the items that a file answers, and collects what is wrong with it.
class Check {
 public:
  explicit Check(const Benchmark& benchmark) : benchmark_(benchmark) {
    for (size_t i = 0; i < benchmark.items.size(); ++i) numbers_.emplace(benchmark.items[i].id, i);
    seen_.resize(benchmark.items.size());
  }

  const Benchmark& benchmark() const { return benchmark_; }

  void fault(std::string what) {
    if (faults_.size() < kFaultsInWords) faults_.push_back(what);
    ++count_;
  }

  /// Runs `read` on one record; what it refuses is a fault of that record.
  template <typename Read>
  void record(const std::string& where, Read&& read) {
    try {
      ++records_;
      read();
    } catch (const BadRecord& bad) {
      fault(str(where, ": ", bad.what));
    }
  }

  /// The item that a record answers.
  const Item& item_of(const std::string& id) {
    const auto known = numbers_.find(id);
    if (known == numbers_.end()) refuse(str("the id ", id, " is unknown"));
    if (seen_[known->second]) refuse(str("the id ", id, " is there twice"));
    seen_[known->second] = true;
    return benchmark_.items[known->second];
  }

  /// `all`: every item needs a record.
  std::vector<std::string> finish(bool all) {
    if (records_ == 0) fault("the file has no record");
    for (size_t i = 0; all && i < seen_.size(); ++i) {
      if (!seen_[i]) fault(str("the id ", benchmark_.items[i].id, " is missing"));
    }
    if (count_ > faults_.size()) {
      faults_.push_back(str("and ", count_ - faults_.size(), " more"));
    }
    return std::move(faults_);
  }

 private:
  const Benchmark& benchmark_;
  std::unordered_map<std::string, size_t> numbers_;
  std::vector<bool> seen_;
  std::vector<std::string> faults_;
  size_t count_ = 0;
  int64_t records_ = 0;
};

/// The id of a record; a number where the benchmark's files have one, else a text.
std::string read_id(const RecordFields& record, const std::string& key, const Item& like) {
  const element value = record.value(key);
  const bool number = like.official.contains(key) && like.official.at(key).is_number();
  if (number != value.is_int64()) {
    refuse(str("\"", key, "\" is not a ", number ? "whole number" : "text"));
  }
  return record.id(key);
}

void check_list(Check& check, const element& file, const std::string& id_key,
                std::string_view answer_key) {
  simdjson::dom::array list;
  if (file.get(list)) return check.fault("the file is not a list");
  int64_t number = 0;
  for (const element one : list) {
    check.record(str("record ", number++), [&] {
      const RecordFields record(one);
      check.item_of(read_id(record, id_key, check.benchmark().items.front()));
      record.text(answer_key);
    });
  }
}

void check_map(Check& check, const element& file, bool choose) {
  simdjson::dom::object map;
  if (file.get(map)) return check.fault("the file is not an object");
  for (const auto [id, value] : map) {
    check.record(str("question ", id), [&] {
      const Item& item = check.item_of(std::string(id));
      const RecordFields answer(value);
      if (!choose) {
        answer.text("direct_answer");
        return;
      }
      const std::string_view choice = answer.text("multiple_choice");
      const auto& all = item.candidates;
      if (!choice.empty() && std::find(all.begin(), all.end(), choice) == all.end()) {
        refuse(str("\"", choice, "\" is none of the choices"));
      }
    });
  }
}

void check_ranks(Check& check, const element& file) {
  simdjson::dom::array list;
  if (file.get(list)) return check.fault("the file is not a list");
  int64_t number = 0;
  for (const element one : list) {
    check.record(str("record ", number++), [&] {
      const RecordFields record(one);
      const Item& like = check.benchmark().items.front();
      const std::string id =
          str(read_id(record, "image_id", like), "-", read_id(record, "round_id", like));
      const Item& item = check.item_of(id);
      std::vector<int64_t> ranks;
      for (const element rank : record.list("ranks")) {
        if (rank.get(ranks.emplace_back())) refuse("\"ranks\" is not a list of whole numbers");
      }
      std::sort(ranks.begin(), ranks.end());
      bool each_once = ranks.size() == item.candidates.size();
      for (size_t i = 0; each_once && i < ranks.size(); ++i) {
        each_once = ranks[i] == static_cast<int64_t>(i) + 1;
      }
      if (!each_once) {
        refuse(str("\"ranks\" does not have each of 1 to ", item.candidates.size(), " once"));
      }
    });
  }
}

void check_choice(const Item& item, const RecordFields& line) {
  const std::string_view choice = line.text("prediction");
  const auto& all = item.candidates;
  if (!choice.empty() && std::find(all.begin(), all.end(), choice) == all.end()) {
    refuse(str("\"", choice, "\" is none of the candidates"));
  }
}

void check_box(const Item& item, const RecordFields& line) {
  for (const char* key : {"img_path", "expression"}) {
    if (line.text(key) != item.official.at(key).get<std::string>()) {
      refuse(str("\"", key, "\" is not the item's"));
    }
  }
  line.text("answer");
  if (line.has("bbox")) line.four_numbers("bbox");
}

/// Calls `read(fields)` for each line.
template <typename Read>
void each_line(Check& check, std::string_view content, Read&& read) {
  simdjson::dom::parser parser;
  int64_t number = 0;
  for (const std::string& line : lines(content)) {
    check.record(str("line ", ++number), [&] {
      element value;
      if (parser.parse(line).get(value)) refuse("is not JSON");
      read(RecordFields(value));
    });
  }
}

void check_lines(Check& check, std::string_view content) {
  const MetricKind metric = check.benchmark().info->metric;
  each_line(check, content, [&](const RecordFields& line) {
    if (metric == MetricKind::kPope) {
      check.item_of(read_id(line, "question_id", check.benchmark().items.front()));
      line.text("answer");
      return;
    }
    const Item& item = check.item_of(std::string(line.text("id")));
    metric == MetricKind::kGrounding ? check_box(item, line) : check_choice(item, line);
  });
}

void check_table(Check& check, std::string_view content) {
  TableReader rows(content, "the file");
  const std::vector<std::string>& names = rows.header().names();
  const bool named = names.size() >= 7 && names[0] == "index" && names[1] == "question" &&
                     names[2] == "A" && names.back() == "prediction";
  if (!named || rows.separator() != '\t') {
    return check.fault(
        "the columns are not index, question, A, B, C, D, prediction with tabs between them");
  }
  for (TableRow row; rows.next(row);) {
    check.record(str("line ", row.line), [&] {
      if (!row.fault.empty()) refuse(row.fault);
      const Item& item = check.item_of(row.cells[0]);
      const std::string& letter = row.cells.back();
      if (letter.empty()) return;
      const auto choice = static_cast<size_t>(static_cast<unsigned char>(letter[0]) - 'A');
      if (letter.size() != 1 || choice >= item.candidates.size()) {
        refuse(str("the prediction \"", letter, "\" is no letter of an option"));
      }
    });
  }
}

void check_json(Check& check, std::string_view content) {
  simdjson::dom::parser parser;
  element file;
  const simdjson::padded_string padded(content);
  if (const auto error = parser.parse(padded).get(file)) {
    return check.fault(str("the file is not JSON (", simdjson::error_message(error), ")"));
  }
  switch (check.benchmark().info->metric) {
    case MetricKind::kCaption:
    case MetricKind::kMentions:
      return check_list(check, file, "image_id", "caption");
    case MetricKind::kVqa:
      return check_list(check, file, "question_id", "answer");
    case MetricKind::kExact:
      return check_list(check, file, "questionId", "prediction");
    case MetricKind::kRanking:
      return check_ranks(check, file);
    case MetricKind::kTags:
      return check.fault("the benchmark has no submission format");
    default:
      return check_map(check, file, check.benchmark().info->metric == MetricKind::kTop1);
  }
}

bool is_lines(const BenchmarkInfo& info) {
  return info.metric == MetricKind::kPope || info.metric == MetricKind::kGrounding ||
         (info.metric == MetricKind::kTop1 && info.name != "aokvqa_mc");
}

}  // namespace

std::vector<std::string> check_submission(const Benchmark& benchmark, std::string_view content) {
  Check check(benchmark);
  if (trim(content).empty()) return {"the file is empty"};
  if (!simdjson::validate_utf8(content.data(), content.size())) return {"the file is not UTF-8"};
  const bool table = benchmark.info->metric == MetricKind::kCircular;
  const bool by_line = is_lines(*benchmark.info);
  try {
    if (table) {
      check_table(check, content);
    } else if (by_line) {
      check_lines(check, content);
    } else {
      check_json(check, content);
    }
  } catch (const InputError& error) {
    check.fault(error.what());
  }
  // Items without an answer are left out of lines.
  return check.finish(/*all=*/!by_line);
}

}  // namespace lion::eval
