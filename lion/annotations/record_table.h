#pragma once
/// The records of one training set, of any format, in a few bytes each: texts in one arena,
/// images by number. Two data sets of different tasks share a table.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "lion/text/box.h"

namespace lion {

/// Texts by number, side by side in large blocks: no allocation each, and no copy when more come.
class TextArena {
 public:
  /// Throws InputError when the text is longer than 16 MiB.
  uint32_t add(std::string_view text);
  std::string_view at(uint32_t text) const;

 private:
  std::vector<std::unique_ptr<char[]>> blocks_;
  std::vector<uint64_t> ends_;  // of each text, counted through all blocks
};

struct Record {
  uint32_t image = 0;
  uint32_t text = 0;    ///< question, caption, phrase or what the user says
  uint32_t reply = 0;   ///< VQA: its list of answers; dialogue: the text that replies; else unused
  uint32_t source = 0;  ///< number of the element in its file, or of the region
  uint32_t part = 0;    ///< within the element: turn of a dialogue, question of a cover
};

/// An answer, and how many people gave it.
struct AnswerCount {
  uint32_t text = 0;
  uint32_t count = 0;
};

class RecordTable {
 public:
  /// Paths of images below `root` are kept relative to it.
  explicit RecordTable(std::filesystem::path root) : root_(std::move(root)) {}

  // Building. The order: `begin_file`, then its records.

  /// `noun` says what a record of the file is called: "annotation", "line", "region", ...
  void begin_file(const std::filesystem::path& file, std::string noun);
  /// The image called `name` in the annotations; `find` gives its path the first time.
  uint32_t image(const std::string& name, const std::function<std::filesystem::path()>& find);
  /// The size that the annotations give.
  void set_image_size(uint32_t image, int64_t width, int64_t height);
  uint32_t add_text(std::string_view text) { return texts_.add(text); }
  /// Distinct answers in order of first appearance; gives the number of the list.
  uint32_t add_answers(std::span<const std::string> answers);
  void add(const Record& record) { records_.push_back(record); }
  /// A region: the box belongs to the record just added, as every record of such a table has one.
  void add_region(const Record& record, const Box& box);
  /// Keeps the records for which `keep[i]`.
  void filter(const std::vector<bool>& keep);
  /// Frees what only building needs.
  void finish();

  // Reading. Const and thread-safe.

  int64_t size() const { return static_cast<int64_t>(records_.size()); }
  const Record& record(int64_t index) const { return records_[static_cast<size_t>(index)]; }
  std::string_view text(uint32_t text) const { return texts_.at(text); }
  std::span<const AnswerCount> answers(const Record& record) const;
  const Box& box(int64_t index) const { return boxes_[static_cast<size_t>(index)]; }

  int64_t image_count() const { return static_cast<int64_t>(images_.size()); }
  /// Relative to the root where it lies below it.
  std::string image_name(uint32_t image) const;
  std::filesystem::path image_path(uint32_t image) const;
  /// Width and height; nothing when the annotations do not say.
  std::optional<std::pair<int64_t, int64_t>> image_size(uint32_t image) const;

  /// "captions_train2014.json, annotation 17"
  std::string describe(int64_t index) const;
  /// The same for an element that became no record, of the file that is being read.
  std::string describe_source(uint64_t source, std::optional<uint32_t> part = {}) const;

 private:
  struct File {
    std::string name;
    std::string noun;
    int64_t first_record = 0;
  };
  struct Image {
    uint32_t path = 0;
    uint32_t width = 0;
    uint32_t height = 0;
  };
  std::string describe(const File& file, uint64_t source, std::optional<uint32_t> part) const;

  std::filesystem::path root_;
  std::vector<File> files_;
  TextArena texts_;
  std::vector<Image> images_;
  std::vector<Record> records_;
  std::vector<Box> boxes_;
  std::vector<AnswerCount> answer_counts_;
  std::vector<uint32_t> answer_ends_;
  std::unordered_map<std::string, uint32_t> image_numbers_;
  std::unordered_map<std::string, uint32_t> answer_texts_;
};

}  // namespace lion
