#pragma once
/// What a run has answered so far, a line of JSON each, on the disk before the next question is
/// asked. A killed run reads it and goes on; processes that share the work have a file each.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>

#include "lion/base/append_file.h"
#include "lion/base/json.h"
#include "lion/eval/item.h"

namespace lion::eval {

/// Predictions by the id of their item.
using Predictions = std::unordered_map<std::string, Prediction>;

class Journal {
 public:
  /// Reads every `journal-<n>.jsonl` of `folder`, whoever wrote it, and opens the one of `rank` to
  /// write. `settings` is what answers depend on (model, prompts, decoding, ...): the first line of
  /// each file. A torn last line is dropped. Throws InputError when a file was begun with other
  /// settings (the message names them) or is no journal, ResourceError when it cannot be read or
  /// written, or another process writes it now.
  Journal(std::filesystem::path folder, int64_t rank, Json settings);
  ~Journal();
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  const Predictions& done() const { return done_; }

  /// Appends answers and waits until the disk has them. Those with an error are left out: they are
  /// tried again by the next run. Throws ResourceError.
  void add(std::span<const Prediction> predictions);

  /// Reads what other ranks have written meanwhile.
  void refresh();

  /// Removes every journal of `folder`.
  static void clear(const std::filesystem::path& folder);

 private:
  /// Returns how many bytes of the file are whole lines.
  uint64_t read(const std::filesystem::path& path, uint64_t from);
  void check_settings(const std::filesystem::path& path, const Json& line) const;

  std::filesystem::path folder_;
  std::filesystem::path own_;
  Json settings_;
  int lock_ = -1;
  std::optional<AppendFile> file_;
  Predictions done_;
  std::unordered_map<std::string, uint64_t> read_to_;  // bytes of other ranks' files
};

}  // namespace lion::eval
