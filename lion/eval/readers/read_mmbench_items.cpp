// MMBench: questions with options, asked once per rotation of the options.
#include <algorithm>
#include <unordered_map>
#include <utility>

#include "lion/annotations/delimited_table.h"
#include "lion/annotations/text_rules.h"
#include "lion/base/base64.h"
#include "lion/base/error.h"
#include "lion/base/file.h"
#include "lion/base/str.h"
#include "lion/eval/readers/item_reader.h"
#include "lion/metrics/circular.h"

namespace lion::eval {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kLetters = "ABCDEFGH";

/// A pass of a question, as the file has it or rotated here.
struct Pass {
  std::string question, hint, category;
  std::vector<std::string> options;
  int64_t right = -1;  ///< -1: the split's answers are not public
};

/// Letter j of pass k shows option (j + k) mod N.
Pass rotated(const Pass& first, int64_t shift) {
  Pass pass = first;
  const auto n = static_cast<int64_t>(pass.options.size());
  std::rotate(pass.options.begin(), pass.options.begin() + shift, pass.options.end());
  if (pass.right >= 0) pass.right = (pass.right - shift + n) % n;
  return pass;
}

void check_columns(const TableHeader& header, const fs::path& path) {
  Names missing;
  for (const char* name : {"index", "question", "A", "B", "image"}) {
    if (!header.find(name)) missing.emplace_back(name);
  }
  if (missing.empty()) return;
  throw InputError(str(path.string(), ": has no column ", join(missing, ", "),
                       " (expected index, question, A, B, image and more). Is it MMBench's "
                       "table?"));
}

/// The cells of one row by the names of their columns.
class Cells {
 public:
  Cells(const TableHeader& header, TableRow& row) : header_(header), row_(row) {
    if (!row.fault.empty()) throw BadRecord{ProblemKind::kMalformed, row.fault};
  }

  bool has(std::string_view name) const { return header_.find(name).has_value(); }

  /// "" where the file has no such column.
  std::string text(std::string_view name) const {
    const auto column = header_.find(name);
    return column ? row_.cells[*column] : "";
  }

  /// The text of a column that is there; the row has it no more.
  std::string take(std::string_view name) { return std::move(row_.cells[*header_.find(name)]); }

 private:
  const TableHeader& header_;
  TableRow& row_;
};

std::string clean(const std::string& text) {
  return clean_text(text, TextRule::kRaw, TextKind::kQuestion);
}

std::vector<std::string> read_options(const Cells& cells) {
  std::vector<std::string> options;
  bool ended = false;
  for (const char letter : kLetters) {
    const std::string name(1, letter);
    if (!cells.has(name)) break;
    std::string text = cells.text(name);
    if (trim(text).empty()) {
      ended = true;
      continue;
    }
    if (ended) throw BadRecord{ProblemKind::kMalformed, str("option ", name, " follows no option")};
    options.push_back(std::move(text));
  }
  if (options.size() < 2) {
    throw BadRecord{ProblemKind::kMalformed,
                    str("has ", options.size(), " options, expected two or more")};
  }
  return options;
}

Pass read_pass(const Cells& cells, bool needs_answer) {
  Pass pass;
  pass.question = clean(cells.text("question"));
  if (pass.question.empty()) throw BadRecord{ProblemKind::kEmptyText, "\"question\" is empty"};
  pass.hint = clean(cells.text("hint"));
  pass.options = read_options(cells);
  pass.category = cells.text(cells.has("l2-category") ? "l2-category" : "category");
  const std::string answer = cells.text("answer");
  if (answer.empty() && !needs_answer) return pass;
  const size_t right = answer.size() == 1 ? kLetters.find(answer[0]) : kLetters.npos;
  if (right >= pass.options.size()) {
    throw BadRecord{ProblemKind::kMalformed,
                    str("\"answer\" is \"", answer, "\", expected the letter of an option")};
  }
  pass.right = static_cast<int64_t>(right);
  return pass;
}

/// The rows of a file, and images that several rows share.
class Table {
 public:
  Table(ItemReader& reader, const fs::path& path) : reader_(reader), path_(path) {}

  void read() {
    const auto file = MappedFile::open(path_);
    const auto bytes = file->bytes();
    TableReader rows({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, path_.string());
    check_columns(rows.header(), path_);
    // The test split's answers are not public.
    const bool needs_answer = reader_.info().name == "mmbench";
    size_t begin = rows.position();
    for (TableRow row; rows.next(row); begin = rows.position()) {
      read_record(
          reader_.problems(), [&] { return where("line", row.line); },
          [&] { add_row(Cells(rows.header(), row), needs_answer); });
      // Its image is kept as a cell.
      file->release(bytes.subspan(begin, rows.position() - begin));
      report(rows.position(), bytes.size());
    }
  }

  void make_items() {
    int64_t questions = 0;
    for (const int64_t base : order_) {
      if (reader_.options().limit > 0 && questions >= reader_.options().limit) break;
      read_record(
          reader_.problems(), [&] { return where("index", base); },
          [&] {
            add_question(base);
            ++questions;
          });
    }
    reader_.set_questions(questions);
    for (const int64_t index : rotations_) check_rotation(index);
  }

 private:
  void add_row(Cells cells, bool needs_answer) {
    const std::string text = cells.text("index");
    const auto index = parse_integer(text);
    if (!index || *index < 0) {
      throw BadRecord{ProblemKind::kMalformed,
                      str("\"index\" is \"", text, "\", expected a number")};
    }
    if (passes_.contains(*index)) {
      throw BadRecord{ProblemKind::kDuplicate, str("index ", *index, " is there twice")};
    }
    passes_.emplace(*index, read_pass(cells, needs_answer));
    images_.emplace(*index, cells.take("image"));
    const int64_t base = *index % kCircularStep;
    (base == *index ? order_ : rotations_).push_back(*index);
  }

  /// A later pass must belong to a question, and have as many options.
  void check_rotation(int64_t index) {
    const auto first = passes_.find(index % kCircularStep);
    read_record(
        reader_.problems(), [&] { return where("index", index); },
        [&] {
          if (first == passes_.end()) {
            throw BadRecord{ProblemKind::kNoQuestion, "rotates a question that is not there"};
          }
          const size_t n = first->second.options.size();
          if (passes_.at(index).options.size() != n ||
              index / kCircularStep >= static_cast<int64_t>(n)) {
            throw BadRecord{ProblemKind::kMalformed,
                            str("rotates a question of ", n, " options and does not fit it")};
          }
        });
  }

  /// All passes of a question, or none: those that the file lacks are made.
  void add_question(int64_t base) {
    const Pass& first = passes_.at(base);
    const auto bytes = image(base);
    const auto n = static_cast<int64_t>(first.options.size());
    for (int64_t shift = 0; shift < n; ++shift) {
      const int64_t index = base + shift * kCircularStep;
      const auto given = passes_.find(index);
      const bool usable =
          given != passes_.end() && given->second.options.size() == first.options.size();
      const Pass pass = usable ? given->second : rotated(first, shift);
      reader_.add(make_item(pass, index, base, bytes));
    }
  }

  Item make_item(const Pass& pass, int64_t index, int64_t base,
                 const std::shared_ptr<const std::string>& bytes) const {
    const PromptTemplates& templates = reader_.templates();
    Item item;
    item.id = str(index);
    item.image = {path_.parent_path() / str(path_.filename().string(), ", index ", base), bytes};
    item.prompt =
        options_prompt(templates.benchmark(pass.hint.empty() ? "mmbench" : "mmbench_hint"),
                       pass.question, pass.hint, pass.options);
    item.question = pass.question;
    item.candidates = pass.options;
    item.truth.candidate = pass.right;
    item.category = pass.category;
    // The question goes by the index of its first pass: others may have the same words.
    item.official = {{"index", index}, {"question", str(base)}, {"shift", index / kCircularStep}};
    return item;
  }

  /// The image of the row `index`, which may point to another row's.
  std::shared_ptr<const std::string> image(int64_t index) {
    const auto other = parse_integer(images_.at(index));
    if (!other) return own_image(index);
    if (!images_.contains(*other) || *other == index || parse_integer(images_.at(*other))) {
      throw BadRecord{ProblemKind::kUnknownImage,
                      str("the image is that of index ", *other, ", which has none")};
    }
    return own_image(*other);
  }

  std::shared_ptr<const std::string> own_image(int64_t index) {
    const auto known = decoded_.find(index);
    if (known != decoded_.end()) return known->second;
    std::string& image = images_.at(index);
    if (image.empty()) throw BadRecord{ProblemKind::kMissingImage, "\"image\" is empty"};
    try {
      const auto bytes = std::make_shared<const std::string>(decode_base64(image));
      std::string().swap(image);  // gives its memory back
      decoded_.emplace(index, bytes);
      return bytes;
    } catch (const InputError& error) {
      throw BadRecord{ProblemKind::kBrokenImage, error.what()};
    }
  }

  void report(size_t at, size_t size) const {
    if (!reader_.options().progress) return;
    const std::string name = path_.filename().string();
    reader_.options().progress(
        {name, static_cast<int64_t>(at), static_cast<int64_t>(size), "bytes"});
  }

  std::string where(std::string_view noun, int64_t number) const {
    return ItemReader::where(path_, noun, number);
  }

  ItemReader& reader_;
  const fs::path& path_;
  std::unordered_map<int64_t, Pass> passes_;  // by index
  std::vector<int64_t> order_;                // of the questions in the file
  std::vector<int64_t> rotations_;            // indices of later passes
  /// By index: base64 until it is decoded, or the index of the row that has it.
  std::unordered_map<int64_t, std::string> images_;
  std::unordered_map<int64_t, std::shared_ptr<const std::string>> decoded_;  // by index
};

}  // namespace

void read_mmbench_items(ItemReader& reader) {
  const bool test = reader.info().name == "mmbench_test";
  const fs::path path =
      reader.file(test ? Names{"mmbench_test_20230712.tsv", "MMBench_TEST_EN_legacy.tsv",
                               "mmbench_test_en_20231003.tsv", "MMBench_TEST_EN.tsv"}
                       : Names{"mmbench_dev_20230712.tsv", "MMBench_DEV_EN_legacy.tsv",
                               "mmbench_dev_en_20231003.tsv", "MMBench_DEV_EN.tsv"},
                  str("questions of ", reader.info().title));
  Table table(reader, path);
  table.read();
  table.make_items();
}

std::string options_prompt(const std::string& prompt_template, const std::string& question,
                           const std::string& hint, const std::vector<std::string>& options) {
  PromptValues values = {{"question", question}, {"options", lettered(options)}};
  if (prompt_template.find("{hint}") != std::string::npos) {
    values.emplace_back("hint", hint);
    return fill(prompt_template, values);
  }
  return str(hint.empty() ? "" : str("Context: ", hint, " "), fill(prompt_template, values));
}

}  // namespace lion::eval
