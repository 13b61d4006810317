#include "lion/eval/readers/item_reader.h"

#include <algorithm>
#include <system_error>
#include <utility>

#include "lion/annotations/json_lines.h"
#include "lion/annotations/mapped_text.h"
#include "lion/annotations/text_rules.h"
#include "lion/base/error.h"
#include "lion/base/random.h"
#include "lion/base/random_key.h"
#include "lion/base/str.h"

namespace lion::eval {
namespace {

namespace fs = std::filesystem;

/// FNV-1a (Fowler, Noll, Vo): the same number for a text on every machine.
uint64_t number_of(std::string_view text) {
  uint64_t hash = 0xcbf29ce484222325u;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  return hash;
}

/// Benchmarks whose limit counts something else cut themselves.
bool limit_counts_items(const BenchmarkInfo& info) {
  return info.metric != MetricKind::kCircular && info.metric != MetricKind::kRanking;
}

}  // namespace

ItemReader::ItemReader(const BenchmarkInfo& info, const ReadOptions& options,
                       const PromptTemplates& templates)
    : info_(info),
      options_(options),
      templates_(templates),
      files_(options.root),
      images_(files_, options.images.empty() ? std::nullopt : std::optional(options.images)) {
  benchmark_.info = &info;
}

const std::string& ItemReader::prompt() const {
  static const std::string kNone;
  return info_.template_name.empty() ? kNone : templates_.benchmark(info_.template_name);
}

const std::string& ItemReader::drawn_prompt(Task task, std::string_view id) const {
  const std::vector<std::string>& all = templates_.all(task);
  const uint64_t key =
      random_key(KeyPurpose::kSample, options_.seed, number_of(info_.name), number_of(id));
  return all[Random(key).below(all.size())];
}

fs::path ItemReader::file(const Names& names, const std::string& what) {
  return note_file(files_.file(names, what));
}

fs::path ItemReader::note_file(fs::path path) {
  benchmark_.files.push_back(path);
  return path;
}

JsonStream ItemReader::open(const fs::path& path) {
  JsonStream stream(path, options_.progress);
  stream.report_broken([this, path](std::string_view list, int64_t number, std::string_view what) {
    problems().add(ProblemKind::kMalformed, where(path, list.empty() ? "record" : list, number),
                   std::string(what));
  });
  return stream;
}

fs::path ItemReader::image_folder(const Names& names, const fs::path& near) {
  if (!options_.images.empty()) return images_.folder(names, near);
  Names beside = names;
  beside.emplace_back("images");
  fs::path folder = near.parent_path();
  for (int up = 0; up < 2; ++up, folder = folder.parent_path()) {
    for (const std::string& name : beside) {
      std::error_code error;
      if (fs::is_directory(folder / name, error)) return folder / name;
    }
    if (folder == files_.root()) break;
  }
  return images_.folder(names, near);
}

void ItemReader::add(Item item) {
  if (!ids_.insert(item.id).second) {
    throw BadRecord{ProblemKind::kDuplicate, str(item.id, " is there twice")};
  }
  if (!item.image.bytes) item.image.path = images_.on_disk(item.image.path);
  benchmark_.items.push_back(std::move(item));
}

bool ItemReader::full() const { return options_.limit > 0 && size() >= options_.limit; }

void ItemReader::each_line(
    const fs::path& path,
    const std::function<void(int64_t line, const simdjson::dom::element&)>& read) {
  const MappedText file(path);
  each_json_line(file.text(), read, [&](int64_t line, std::string_view what) {
    problems().add(ProblemKind::kMalformed, where(path, "line", line), std::string(what));
  });
}

/// In submissions all ids have one type: they are texts as soon as one is no number.
void ItemReader::make_ids_alike() {
  for (const char* key : {"image_id", "question_id"}) {
    const auto is_text = [key](const Item& item) {
      return item.official.contains(key) && item.official.at(key).is_string();
    };
    if (std::none_of(benchmark_.items.begin(), benchmark_.items.end(), is_text)) continue;
    for (Item& item : benchmark_.items) {
      if (!item.official.contains(key)) continue;
      Json& id = item.official[key];
      if (id.is_number()) id = id.dump();
    }
  }
}

std::string ItemReader::where(const fs::path& file, std::string_view noun, int64_t number) {
  return str(file.filename().string(), ", ", noun, " ", number);
}

Benchmark ItemReader::finish() {
  if (benchmark_.items.empty()) {
    Names files;
    for (const fs::path& file : benchmark_.files) files.push_back(file.string());
    const std::string found = benchmark_.problems.summary();
    const auto& kept = benchmark_.problems.kept();
    throw InputError(
        str(join(files, ", "), ": no usable record for ", info_.name, " (got ",
            found.empty() ? "none at all" : found,
            kept.empty() ? "" : str("; the first: ", kept[0].where, ": ", kept[0].what),
            "). Is it the file of this benchmark and split?"));
  }
  make_ids_alike();
  if (full() && limit_counts_items(info_)) {
    benchmark_.items.resize(static_cast<size_t>(options_.limit));
  }
  const bool drawn = info_.template_name == "rec" || info_.template_name == "reg";
  if (drawn) {
    benchmark_.prompt =
        join(templates_.all(info_.template_name == "rec" ? Task::kRec : Task::kReg), "\n");
  } else {
    benchmark_.prompt = prompt();
  }
  if (benchmark_.questions == 0) benchmark_.questions = size();
  return std::move(benchmark_);
}

std::string read_words(const RecordFields& record, std::string_view key) {
  std::string words = clean_text(record.text(key), TextRule::kRaw, TextKind::kQuestion);
  if (words.empty()) throw BadRecord{ProblemKind::kEmptyText, str("\"", key, "\" is empty")};
  return words;
}

std::vector<std::string> read_texts(const RecordFields& record, std::string_view key) {
  std::vector<std::string> texts;
  for (const simdjson::dom::element one : record.list(key)) {
    std::string_view text;
    if (one.get(text)) {
      throw BadRecord{ProblemKind::kMalformed, str("\"", key, "\" is not a list of texts")};
    }
    texts.emplace_back(text);
  }
  if (texts.empty()) throw BadRecord{ProblemKind::kEmptyText, str("\"", key, "\" is empty")};
  return texts;
}

Json id_value(std::string_view id) {
  const auto number = parse_integer(id);
  // "007" is not 7.
  if (number && str(*number) == id) return *number;
  return std::string(id);
}

int64_t read_choice(const RecordFields& record, std::string_view key, size_t count) {
  const int64_t choice = record.integer(key);
  if (choice < 0 || choice >= static_cast<int64_t>(count)) {
    throw BadRecord{ProblemKind::kMalformed,
                    str("\"", key, "\" is ", choice, ", expected 0 to ", count - 1)};
  }
  return choice;
}

std::string lettered(const std::vector<std::string>& options) {
  Names parts;
  for (size_t i = 0; i < options.size(); ++i) {
    parts.push_back(str("(", static_cast<char>('a' + i), ") ", options[i]));
  }
  return join(parts, " ");
}

}  // namespace lion::eval
