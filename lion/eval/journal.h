#pragma once
/// What a run has answered so far, a line of JSON each, on the disk before the next question is
/// asked. A killed run reads it and goes on; processes that share the work have a file each.

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>

#include "lion/base/append_file.h"
#include "lion/base/json.h"
#include "lion/eval/item.h"

namespace lion::eval {

/// What an item asks, in 16 digits: its prompt, candidates and image (name and size, or bytes).
/// Answers of a journal count only for items that ask the same.
std::string item_key(const Item& item);

class Journal {
 public:
  /// Reads every `journal-<n>.jsonl` of `folder`, whoever wrote it, and opens the one of `rank` to
  /// write. `settings` is what all answers depend on (model, tags, decoding, ...): the first line
  /// of each file, and of each run that went on with it. A torn last line is dropped. Throws
  /// InputError when a file was begun with other settings (the message names them) or is no
  /// journal, ResourceError when it cannot be read or written, or another process writes it now.
  Journal(std::filesystem::path folder, int64_t rank, Json settings);
  ~Journal();
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  /// The answer to this item; null when there is none, or only one to another question.
  const Prediction* find(const std::string& id, const std::string& key) const;

  /// Why a rank could not answer this item since it was last started; "" when nobody said so.
  std::string failure(const std::string& id, const std::string& key) const;

  /// Whether there is an answer under this id, but to another question.
  bool is_outdated(const std::string& id, const std::string& key) const;

  /// Appends predictions, `keys[i]` what the item of prediction i asks, and waits until the disk
  /// has them. Those with an error are reported to the other ranks, and are tried again by the next
  /// run. Throws ResourceError.
  void add(std::span<const Prediction> predictions, std::span<const std::string> keys);

  /// Reads what other ranks have written meanwhile.
  void refresh();

  /// Empties every journal of `folder`. Throws ResourceError, before anything is changed, when one
  /// of them is being written.
  static void clear(const std::filesystem::path& folder);

 private:
  struct Entry {
    std::string key;
    Prediction prediction;
  };

  /// Returns how many bytes of the file are whole lines.
  uint64_t read(const std::filesystem::path& path, uint64_t from);
  void read_line(const std::filesystem::path& path, const Json& line, const std::string& where);
  void check_settings(const std::filesystem::path& path, const Json& before) const;

  std::filesystem::path folder_;
  std::filesystem::path own_;
  Json settings_;
  int lock_ = -1;
  std::optional<AppendFile> file_;
  std::unordered_map<std::string, Entry> done_;                   // by id
  std::map<std::string, std::map<std::string, Entry>> failures_;  // by file, by id
  std::unordered_map<std::string, uint64_t> read_to_;             // bytes of other ranks' files
};

}  // namespace lion::eval
