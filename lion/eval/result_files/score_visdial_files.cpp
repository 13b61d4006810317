/// References: visdial_1.0_val.json ("data": "dialogs": image_id, dialog: gt_index per round, and
/// answer_options). Predictions: a list (or lines) of image_id, round_id (from 1) and ranks, the
/// rank of each candidate from 1, as VisDial's server takes it; or losses instead of ranks.

#include <algorithm>
#include <utility>

#include "lion/annotations/json_stream.h"
#include "lion/base/error.h"
#include "lion/base/str.h"
#include "lion/eval/result_files/score_parts.h"
#include "lion/metrics/ranking.h"

namespace lion::eval {
namespace {

struct Round {
  int64_t truth = 0;    ///< number of the right candidate
  int64_t options = 0;  ///< 0: not known
  int64_t number = 0;   ///< from 1
  int64_t rank = 0;     ///< of the prediction
};

std::string round_id(const std::string& image_id, int64_t round) {
  return str("image ", image_id, " round ", round);
}

class Dialogues {
 public:
  Dialogues(const FileScoreOptions& options, FindingLog& log, IdMatch& match)
      : path_(options.references), log_(log), match_(match) {
    bool found = false;
    JsonStream(path_).each_pair([&](const JsonElement& pair) {
      if (pair.key == "dialogs") found |= read_list(pair.value);
      simdjson::dom::element dialogs;
      if (pair.key == "data" && pair.value["dialogs"].get(dialogs) == simdjson::SUCCESS) {
        found |= read_list(dialogs);
      }
    });
    if (!found) {
      throw InputError(
          str(path_.string(), ": has no list \"dialogs\" in \"data\". Is it VisDial's file?"));
    }
  }

  std::vector<Round> rounds;

 private:
  bool read_list(const simdjson::dom::element& value) {
    simdjson::dom::array dialogs;
    if (value.get(dialogs) != simdjson::SUCCESS) return false;
    int64_t number = 0;
    for (const simdjson::dom::element dialog : dialogs) {
      const std::string where = str(file_name(path_), ", dialogue ", number++);
      guarded(where, [&] { read_dialogue(RecordFields(dialog), where); });
    }
    return true;
  }

  void read_dialogue(const RecordFields& dialogue, const std::string& where) {
    const std::string image = dialogue.id("image_id");
    int64_t number = 0;
    for (const simdjson::dom::element round : dialogue.list("dialog")) {
      const std::string place = str(where, ", round ", ++number);
      guarded(place, [&] {
        const Round read = read_round(RecordFields(round), number);
        if (match_.add(round_id(image, number), place)) rounds.push_back(read);
      });
    }
  }

  static Round read_round(const RecordFields& fields, int64_t number) {
    Round round{fields.integer("gt_index"), 0, number, 0};
    if (fields.has("answer_options")) {
      round.options = static_cast<int64_t>(fields.list("answer_options").size());
    }
    if (round.truth < 0 || (round.options > 0 && round.truth >= round.options)) {
      throw BadRecord{ProblemKind::kMalformed, str("\"gt_index\" is ", round.truth, ", there are ",
                                                   round.options, " candidates")};
    }
    return round;
  }

  template <typename Read>
  void guarded(const std::string& where, Read&& read) {
    try {
      read();
    } catch (const BadRecord& bad) {
      log_.malformed(where, bad.what);
    }
  }

  const std::filesystem::path& path_;
  FindingLog& log_;
  IdMatch& match_;
};

std::vector<double> numbers(const RecordFields& fields, const char* key) {
  std::vector<double> list;
  for (const simdjson::dom::element one : fields.list(key)) {
    double number = 0;
    if (one.get(number) != simdjson::SUCCESS) {
      throw BadRecord{ProblemKind::kMalformed, str("\"", key, "\" holds what is no number")};
    }
    list.push_back(number);
  }
  return list;
}

void check_ranks(const std::vector<double>& ranks) {
  std::vector<double> sorted = ranks;
  std::sort(sorted.begin(), sorted.end());
  for (size_t i = 0; i < sorted.size(); ++i) {
    if (sorted[i] == static_cast<double>(i + 1)) continue;
    throw BadRecord{ProblemKind::kMalformed,
                    str("\"ranks\" does not hold each of 1 to ", sorted.size(), " once")};
  }
}

/// Ranks, or losses, which are in the same order.
std::vector<double> read_order(const RecordFields& fields) {
  if (!fields.has("ranks")) return numbers(fields, fields.has("losses") ? "losses" : "ranks");
  std::vector<double> ranks = numbers(fields, "ranks");
  check_ranks(ranks);
  return ranks;
}

int64_t rank_in(const std::vector<double>& order, const Round& round) {
  const auto n = static_cast<int64_t>(order.size());
  if (round.truth >= n || (round.options > 0 && round.options != n)) {
    throw BadRecord{ProblemKind::kMalformed, str("holds ", n, " candidates, the question has ",
                                                 std::max(round.options, round.truth + 1))};
  }
  return rank_of(order, round.truth);
}

std::string padded(int64_t number) { return str(number < 10 ? "0" : "", number); }

}  // namespace

FileScoreResult score_visdial_files(const FileScoreOptions& options) {
  FindingLog log;
  IdMatch match(options, log);
  Dialogues dialogues(options, log, match);
  std::vector<Round>& rounds = dialogues.rounds;
  each_result(options.predictions, log, [&](const ResultRecord& record) {
    const std::vector<double> order = read_order(record.fields);
    const std::string id =
        round_id(record.fields.id("image_id"), record.fields.integer("round_id"));
    const auto known = match.find(id);
    const int64_t rank = known ? rank_in(order, rounds[*known]) : 0;
    if (match.answer(id, record.where)) rounds[*known].rank = rank;
  });
  match.report_missing();

  std::vector<int64_t> ranks;
  std::vector<ScoredUnit> units;
  for (size_t i = 0; i < rounds.size(); ++i) {
    if (rounds[i].rank == 0) continue;
    ranks.push_back(rounds[i].rank);
    units.push_back({match.id(i),
                     1.0 / static_cast<double>(rounds[i].rank),
                     {str("round ", padded(rounds[i].number))}});
  }
  FileScoreResult result;
  set_units(result, options, log, units);
  const RankScores scores = score_ranks(ranks);
  result.score.figure = "MRR";
  result.score.metrics = {{"MRR", scores.mrr},
                          {"R@1", scores.r1},
                          {"R@5", scores.r5},
                          {"R@10", scores.r10},
                          {"mean_rank", scores.mean_rank}};
  return result;
}

}  // namespace lion::eval
