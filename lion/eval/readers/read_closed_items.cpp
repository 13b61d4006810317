// Questions with few possible answers: POPE, VSR and IconQA.
#include <algorithm>
#include <system_error>
#include <utility>

#include "lion/annotations/coco_name.h"
#include "lion/base/error.h"
#include "lion/base/file.h"
#include "lion/base/json_nan.h"
#include "lion/base/str.h"
#include "lion/eval/readers/item_reader.h"

namespace lion::eval {
namespace {

namespace fs = std::filesystem;

constexpr uint64_t kMaxQuestionBytes = 1u << 20;  // a data.json of IconQA has a few hundred

bool is_folder(const fs::path& path) {
  std::error_code error;
  return fs::is_directory(path, error);
}

/// VSR's lines lie in "random/dev.jsonl" as released, elsewhere under one name for both.
fs::path vsr_file(ItemReader& reader, const std::string& split) {
  const Names names = {str(split, "_dev.jsonl"), str("vsr_", split, "_dev.jsonl")};
  if (!reader.official().find_file(names)) {
    const auto folder = reader.official().find_folder(Names{split});
    std::error_code error;
    if (folder && fs::exists(*folder / "dev.jsonl", error)) {
      return reader.note_file(*folder / "dev.jsonl");
    }
  }
  return reader.file(names, str("statements of VSR (or ", split, "/dev.jsonl)"));
}

/// VSR's images: in a folder of their own, else among COCO's.
class VsrImages {
 public:
  VsrImages(ItemReader& reader, const fs::path& annotations) : reader_(reader) {
    if (!reader.options().images.empty()) return;
    for (const char* name : {"images", "vsr_images"}) {
      const fs::path folder = annotations.parent_path() / name;
      if (own_.empty() && is_folder(folder)) own_ = folder;
    }
  }

  fs::path path(const RecordFields& record) {
    const std::string name(record.text("image"));
    if (name.empty()) throw BadRecord{ProblemKind::kMalformed, "\"image\" is empty"};
    if (!own_.empty()) return own_ / fs::path(name).filename();
    const auto link = parse_coco_name(record.maybe_text("image_link").value_or(""));
    const bool says_split = link && !link->split.empty();
    return reader_.images().named(name, says_split ? link->split : "train2017");
  }

 private:
  ItemReader& reader_;
  fs::path own_;
};

/// IconQA's folder of questions with choices in words. Of splits side by side it is that of test.
fs::path iconqa_folder(ItemReader& reader) {
  const Names names = {"choose_txt"};
  const auto folder = reader.official().find_folder(names);
  const std::string split = folder ? folder->parent_path().filename().string() : "";
  if (!folder || split == "train" || split == "val") {
    throw ResourceError(str(reader.official().root().string(),
                            ": no questions of IconQA (looked for the folder test/choose_txt here "
                            "and down to 3 folders below). Put it there."));
  }
  return reader.note_file(*folder);
}

/// Folders of questions, by number where their names are numbers.
std::vector<fs::path> question_folders(const fs::path& folder) {
  std::vector<fs::path> folders;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    if (is_folder(it->path())) folders.push_back(it->path());
  }
  if (error) {
    throw ResourceError(str(folder.string(), ": cannot be listed (", error.message(),
                            "). Check that it may be read."));
  }
  const auto key = [](const fs::path& path) {
    const std::string name = path.filename().string();
    return std::pair(parse_integer(name).value_or(INT64_MAX), name);
  };
  std::sort(folders.begin(), folders.end(),
            [&](const fs::path& a, const fs::path& b) { return key(a) < key(b); });
  return folders;
}

/// The record in a question's folder.
simdjson::dom::element read_question_file(simdjson::dom::parser& parser, const fs::path& path) {
  std::string text;
  try {
    text = read_file(path, kMaxQuestionBytes);
  } catch (const ResourceError& error) {
    throw BadRecord{ProblemKind::kMalformed, error.what()};
  }
  simdjson::dom::element record;
  const auto error = parser.parse(text).get(record);
  const auto plain = error ? without_nan(text) : std::nullopt;
  if (error && !(plain && !parser.parse(*plain).get(record))) {
    throw BadRecord{ProblemKind::kMalformed,
                    str("is not JSON (", simdjson::error_message(error), ")")};
  }
  return record;
}

}  // namespace

void read_pope_items(ItemReader& reader) {
  const std::string set = reader.info().name.substr(std::string_view("pope_").size());
  const fs::path path =
      reader.file({str("coco_pope_", set, ".json"), str("coco_pope_", set, ".jsonl")},
                  str("questions of POPE, ", set));
  reader.each_record(path, [&](const RecordFields& record, int64_t, bool) {
    Item item;
    item.id = record.id("question_id");
    item.question = read_words(record, "text");
    item.prompt = fill(reader.prompt(), {{"question", item.question}});
    const std::string label(record.text("label"));
    if (label != "yes" && label != "no") {
      throw BadRecord{ProblemKind::kMalformed, str("\"label\" is ", label, ", expected yes or no")};
    }
    item.truth.texts = {label};
    item.category = label;
    item.image.path = reader.images().named(record.text("image"), "val2014");
    item.official["question_id"] = id_value(item.id);
    reader.add(std::move(item));
  });
}

void read_vsr_items(ItemReader& reader) {
  const fs::path path =
      vsr_file(reader, reader.info().name == "vsr_zeroshot" ? "zeroshot" : "random");
  VsrImages images(reader, path);
  const bool yes_no = reader.options().vsr_yes_no;
  reader.each_record(path, [&](const RecordFields& record, int64_t number, bool list) {
    Item item;
    // Lines have no id of their own.
    item.id = str(reader.info().name, list ? ": record " : ": line ", number);
    item.question = read_words(record, "caption");
    item.prompt = fill(reader.prompt(), {{"question", item.question}});
    item.candidates = yes_no ? Names{"yes", "no"} : Names{"true", "false"};
    const int64_t label = record.integer("label");
    if (label != 0 && label != 1) {
      throw BadRecord{ProblemKind::kMalformed, str("\"label\" is ", label, ", expected 0 or 1")};
    }
    item.truth.candidate = label == 1 ? 0 : 1;
    item.category = record.maybe_text("relation").value_or("");
    item.image.path = images.path(record);
    item.official["image"] = std::string(record.text("image"));
    item.official["caption"] = std::string(record.text("caption"));
    reader.add(std::move(item));
  });
}

void read_iconqa_items(ItemReader& reader) {
  simdjson::dom::parser parser;
  for (const fs::path& folder : question_folders(iconqa_folder(reader))) {
    if (reader.full()) break;
    const std::string id = folder.filename().string();
    const auto where = [&] { return str("choose_txt/", id, "/data.json"); };
    read_record(reader.problems(), where, [&] {
      const RecordFields record(read_question_file(parser, folder / "data.json"));
      Item item;
      item.id = id;
      item.question = read_words(record, "question");
      item.prompt = fill(reader.prompt(), {{"question", item.question}});
      item.candidates = read_texts(record, "choices");
      item.truth.candidate = read_choice(record, "answer", item.candidates.size());
      item.category = record.maybe_text("grade").value_or("");
      item.image.path = folder / "image.png";
      item.official["question_id"] = id_value(id);
      reader.add(std::move(item));
    });
  }
}

}  // namespace lion::eval
