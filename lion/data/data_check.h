#pragma once
/// Looks at every record of the data sets before a training does.

#include <cstdint>
#include <string>
#include <vector>

#include "lion/annotations/problems.h"
#include "lion/base/json.h"
#include "lion/base/log.h"
#include "lion/data/open_datasets.h"

namespace lion::data {

struct CheckOptions {
  bool decode = false;  ///< decode every image, not only its header: finds truncated files
  int64_t keep = 20;    ///< findings of each kind and data set that are kept in words
  uint64_t seed = 0;    ///< of the templates and answers drawn
};

struct DatasetCheck {
  std::string name;
  Task task = Task::kCaption;
  int64_t records = 0;
  int64_t images = 0;  ///< different ones; 0 when the set paints its own
  Problems problems;   ///< one for each record that something is wrong with
};

struct CheckResult {
  std::vector<DatasetCheck> datasets;
  std::vector<SourceProblems> sources;  ///< what was left out when the files were read

  /// Records with which something is wrong, those left out included.
  int64_t findings() const;
  /// One line: "no findings in 200 records", "3 findings in 200 records: 2 bad_box, 1 malformed".
  std::string summary() const;
  /// {"datasets": [{"name", "task", "records", "images", "problems"}], "sources": [...],
  /// "findings": n}
  Json to_json() const;
};

/// Reads the text of every record (not empty, boxes inside the image) and the header of every
/// image (there, readable, of the size that the annotations say). Progress counts records.
CheckResult check_datasets(const OpenDatasets& open, const CheckOptions& options = {},
                           const ProgressSink& progress = {});

}  // namespace lion::data
