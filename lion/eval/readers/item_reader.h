#pragma once
/// Internal to this component: what the readers of benchmarks have in common.

#include <array>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "lion/annotations/image_finder.h"
#include "lion/annotations/json_lines.h"
#include "lion/annotations/json_stream.h"
#include "lion/annotations/official_files.h"
#include "lion/annotations/record_fields.h"
#include "lion/eval/read_benchmark.h"

namespace lion::eval {

using Names = std::vector<std::string>;

/// Where files are found and where items go.
class ItemReader {
 public:
  ItemReader(const BenchmarkInfo& info, const ReadOptions& options,
             const PromptTemplates& templates);

  const BenchmarkInfo& info() const { return info_; }
  const ReadOptions& options() const { return options_; }
  const PromptTemplates& templates() const { return templates_; }
  const OfficialFiles& official() const { return files_; }
  ImageFinder& images() { return images_; }
  Problems& problems() { return benchmark_.problems; }

  /// The benchmark's template; "" when it has none.
  const std::string& prompt() const;
  /// One of the task's templates: which one depends on the seed and the item's id alone.
  const std::string& drawn_prompt(Task task, std::string_view id) const;

  /// The first of these files that is there. It counts as read.
  std::filesystem::path file(const Names& names, const std::string& what);
  /// A file that was found otherwise.
  std::filesystem::path note_file(std::filesystem::path path);
  /// Elements that are not JSON go to the problems.
  JsonStream open(const std::filesystem::path& path);

  /// The folder of a benchmark's images: the one given, else one of `names` or "images" beside
  /// the annotations or one level above, else one of `names` anywhere.
  std::filesystem::path image_folder(const Names& names, const std::filesystem::path& near);

  /// What to know of a file, in words.
  void note(std::string words) { benchmark_.notes.push_back(std::move(words)); }

  /// Throws BadRecord when there is an item with this id.
  void add(Item item);
  /// Whether as many items as asked for are there.
  bool full() const;
  /// The number of questions where each has several items.
  void set_questions(int64_t questions) { benchmark_.questions = questions; }
  int64_t size() const { return static_cast<int64_t>(benchmark_.items.size()); }

  /// Runs `read(fields)` on the elements of a list or on lines, whichever the file is; problems go
  /// by "file, record 3" or "file, line 4".
  template <typename Read>
  void each_record(const std::filesystem::path& path, Read&& read) {
    const bool list = is_json_list(path);
    const auto visit = [&](int64_t number, const simdjson::dom::element& value) {
      read_record(
          problems(), [&] { return where(path, list ? "record" : "line", number); },
          [&] { read(RecordFields(value), number, list); });
    };
    if (list) {
      open(path).each([&](const JsonElement& one) { visit(one.number, one.value); });
    } else {
      each_line(path, visit);
    }
  }

  /// Runs `read(fields)` on the elements of a list in the file's object.
  template <typename Read>
  JsonList in_list(const std::filesystem::path& path, std::string_view list, std::string_view noun,
                   Read read) {
    return {list, [this, path, noun, read](const JsonElement& element) {
              read_record(
                  problems(), [&] { return where(path, noun, element.number); },
                  [&] { read(RecordFields(element.value), element.number); });
            }};
  }

  /// Values of a file with one a line; broken lines are problems.
  void each_line(const std::filesystem::path& path,
                 const std::function<void(int64_t line, const simdjson::dom::element&)>& read);

  static std::string where(const std::filesystem::path& file, std::string_view noun,
                           int64_t number);

  /// The benchmark with `prompt` as its template, cut to the limit. Throws InputError when it has
  /// no item.
  Benchmark finish();

 private:
  void make_ids_alike();

  const BenchmarkInfo& info_;
  const ReadOptions& options_;
  const PromptTemplates& templates_;
  OfficialFiles files_;
  ImageFinder images_;
  Benchmark benchmark_;
  std::unordered_set<std::string> ids_;
};

/// The question or statement of a record: white space at its ends and line breaks removed. Throws
/// BadRecord when there is none.
std::string read_words(const RecordFields& record, std::string_view key);

/// The texts of a list, as they are. Throws BadRecord when it is empty or one is no text.
std::vector<std::string> read_texts(const RecordFields& record, std::string_view key);

/// An id as submissions want it: a number where its text is one.
Json id_value(std::string_view id);

/// The number of the right one among `count` candidates.
int64_t read_choice(const RecordFields& record, std::string_view key, size_t count);

/// "(a) first (b) second": options in the order given.
std::string lettered(const std::vector<std::string>& options);

// A function per family of benchmarks.
void read_caption_items(ItemReader& reader);  // COCO, Flickr30K, TextCaps
void read_vqa_items(ItemReader& reader);      // VQAv2, OKVQA
void read_aokvqa_items(ItemReader& reader);   // answers of people, or choices
void read_gqa_items(ItemReader& reader);
void read_iconqa_items(ItemReader& reader);
void read_vsr_items(ItemReader& reader);
void read_dialogue_items(ItemReader& reader);    // VisDial
void read_expression_items(ItemReader& reader);  // RefCOCO, RefCOCO+, RefCOCOg
void read_region_items(ItemReader& reader);      // RefCOCOg's boxes, to be described
void read_pope_items(ItemReader& reader);
void read_mmbench_items(ItemReader& reader);
void read_own_items(ItemReader& reader);     // a person's own data
void read_object_items(ItemReader& reader);  // what is in COCO's images

}  // namespace lion::eval
