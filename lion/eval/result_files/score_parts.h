#pragma once
/// Internal to this component: what the scorers of result files have in common.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "lion/annotations/json_stream.h"
#include "lion/annotations/record_fields.h"
#include "lion/eval/result_files/score_files.h"

namespace lion::eval {

/// Counts what does not fit, and puts the first of it into words.
class FindingLog {
 public:
  void malformed(const std::string& where, std::string_view what);
  void unknown(const std::string& where, std::string_view what);
  void duplicate(const std::string& where, std::string_view what);
  void missing(const std::string& where, std::string_view what);

  const FileScoreResult::Findings& findings() const { return findings_; }

 private:
  void add(int64_t& count, const std::string& where, std::string_view what);
  FileScoreResult::Findings findings_;
};

/// A record of a file: an object of a list, a line, or the value of a map.
struct ResultRecord {
  const RecordFields& fields;
  const simdjson::dom::element& value;  ///< the same, not looked into
  std::string_view key;                 ///< in a map
  int64_t place = 0;  ///< among the records, from 0; those that cannot be read count as well
  std::string where;  ///< "answers.jsonl, line 3"
};
/// May throw BadRecord: the record is reported as malformed.
using RecordVisitor = std::function<void(const ResultRecord&)>;

/// A JSON file of which elements that are no JSON are malformed; the others count.
JsonStream open_results(const std::filesystem::path& path, FindingLog& log);

/// Records of a list or of JSON lines. A line that is not JSON is malformed, the others count.
/// Throws ResourceError when the file cannot be read, InputError when it is empty or a broken list.
void each_result(const std::filesystem::path& path, FindingLog& log, const RecordVisitor& visit);

/// Records of the list `key` of a top-level object.
void each_result_in(const std::filesystem::path& path, const std::string& key, FindingLog& log,
                    const RecordVisitor& visit);

/// Records of a top-level map.
void each_result_pair(const std::filesystem::path& path, FindingLog& log,
                      const RecordVisitor& visit);

/// Whether the file is one JSON object, neither a list nor lines.
bool is_json_object(const std::filesystem::path& path);

/// Pairs references with predictions by their ids. References are numbered as they are added.
class IdMatch {
 public:
  IdMatch(const FileScoreOptions& options, FindingLog& log);

  /// The number of a new reference; nothing (and a finding) when its id is there already.
  std::optional<size_t> add(const std::string& id, const std::string& where);

  /// The reference with this id, if there is one.
  std::optional<size_t> find(const std::string& id) const;

  /// The reference that a prediction belongs to; nothing (and a finding) when there is none, or it
  /// has a prediction already.
  std::optional<size_t> answer(const std::string& id, const std::string& where);

  /// Finds the references without a prediction.
  void report_missing();

  const std::string& id(size_t number) const { return ids_[number]; }
  bool answered(size_t number) const { return answered_[number]; }
  size_t size() const { return ids_.size(); }

 private:
  std::string reference_file_;
  FindingLog& log_;
  std::vector<std::string> ids_;
  std::vector<bool> answered_;
  std::unordered_map<std::string, size_t> numbers_;
};

/// The number that identifies an image of COCO, else the file's name without folder and
/// extension: "val2014/COCO_val2014_000000000042.jpg" is "42", "flickr/123.jpg" is "123".
std::string image_id(std::string_view name);

/// Where a file's record stands: its name alone, not the folders above it.
std::string file_name(const std::filesystem::path& path);

/// Value of a unit, and the categories that it counts for.
struct ScoredUnit {
  std::string id;
  double value = 0;
  std::vector<std::string> categories;
};

/// Sets ids, values, n, categories (by alphabet), and as main figure 100 times the mean. Throws
/// InputError when there is no unit: then nothing could be scored.
void set_units(FileScoreResult& result, const FileScoreOptions& options, const FindingLog& log,
               std::span<const ScoredUnit> units);

FileScoreResult score_caption_files(FileScore what, const FileScoreOptions& options);
FileScoreResult score_vqa_files(const FileScoreOptions& options);
FileScoreResult score_grounding_files(const FileScoreOptions& options);
FileScoreResult score_pope_files(const FileScoreOptions& options);
FileScoreResult score_visdial_files(const FileScoreOptions& options);
FileScoreResult score_mmbench_files(const FileScoreOptions& options);

}  // namespace lion::eval
