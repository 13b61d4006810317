// A person's own data, as training reads it: captions, questions, dialogues and boxes.
#include "lion/annotations/read_own.h"

#include <utility>

#include "lion/annotations/text_rules.h"
#include "lion/base/error.h"
#include "lion/base/str.h"
#include "lion/eval/readers/item_reader.h"
#include "lion/image/decode.h"

namespace lion::eval {
namespace {

/// "7", or "7.2" where a line holds several.
std::string id_of(const Record& record) {
  return record.part == 0 ? str(record.source) : str(record.source, ".", record.part);
}

Item item_of(const RecordTable& table, const Record& record) {
  Item item;
  item.id = id_of(record);
  item.image.path = table.image_path(record.image);
  item.official = {{"image", table.image_name(record.image)}};
  return item;
}

/// One item for each image, all captions of which are right.
void add_captions(ItemReader& reader, const RecordTable& table) {
  std::vector<Item> items;
  std::vector<int64_t> number(static_cast<size_t>(table.image_count()), -1);
  for (int64_t i = 0; i < table.size(); ++i) {
    const Record& record = table.record(i);
    int64_t& place = number[record.image];
    if (place < 0) {
      place = std::ssize(items);
      Item& item = items.emplace_back(item_of(table, record));
      item.id = table.image_name(record.image);
      item.prompt = reader.prompt();
    }
    items[static_cast<size_t>(place)].truth.texts.emplace_back(table.text(record.text));
  }
  for (Item& item : items) reader.add(std::move(item));
}

void add_questions(ItemReader& reader, const RecordTable& table) {
  for (int64_t i = 0; i < table.size(); ++i) {
    const Record& record = table.record(i);
    Item item = item_of(table, record);
    item.question = table.text(record.text);
    item.prompt = fill(reader.prompt(), {{"question", item.question}});
    for (const AnswerCount& answer : table.answers(record)) {
      item.truth.texts.insert(item.truth.texts.end(), answer.count,
                              std::string(table.text(answer.text)));
    }
    reader.add(std::move(item));
  }
}

/// Each turn, with the right turns before it, as training has them.
void add_dialogues(ItemReader& reader, const RecordTable& table) {
  std::string before;
  for (int64_t i = 0; i < table.size(); ++i) {
    const Record& record = table.record(i);
    if (record.part <= 1) before.clear();
    Item item = item_of(table, record);
    item.question = table.text(record.text);
    item.prompt = fill(reader.templates().all(Task::kDialogue).front(),
                       {{"question", str(before, item.question)}});
    item.truth.texts.emplace_back(table.text(record.reply));
    before += str(item.question, " ", table.text(record.reply), " ");
    reader.add(std::move(item));
  }
}

void add_boxes(ItemReader& reader, const RecordTable& table) {
  std::unordered_set<std::string> ids;
  for (int64_t i = 0; i < table.size(); ++i) {
    const Record& record = table.record(i);
    const auto size = table.image_size(record.image);
    if (!size) throw InternalError("A region's image has no size.");
    Item item = item_of(table, record);
    item.question = table.text(record.text);
    // Several phrases of one box have one number.
    for (int again = 2; !ids.insert(item.id).second; ++again) {
      item.id = str(id_of(record), "-", again);
    }
    item.prompt = fill(reader.drawn_prompt(Task::kRec, item.id),
                       {{"expr", std::string(without_full_stop(item.question))}});
    item.truth.box = to_pixels(table.box(i), size->first, size->second);
    item.official["width"] = size->first;
    item.official["height"] = size->second;
    reader.add(std::move(item));
  }
}

OwnTables tables_of(ItemReader& reader) {
  const ReadOptions& options = reader.options();
  const ReadContext context{options.root,
                            reader.images(),
                            reader.problems(),
                            TextRule::kRaw,
                            options.progress,
                            [exif = options.exif](const auto& file) { return image_file_size(file, exif); }};
  return read_own({reader.note_file(options.own)}, {options.own_boxes, options.own_split}, context);
}

BenchmarkInfo info_of(std::string name, std::string title, MetricKind metric, std::string figure,
                      std::string prompt, int64_t tokens) {
  return {.name = std::move(name),
          .title = std::move(title),
          .metric = metric,
          .figure = std::move(figure),
          .template_name = std::move(prompt),
          .decoding = {.num_beams = 1, .max_new_tokens = tokens, .repetition_penalty = 1.0}};
}

}  // namespace

void read_own_items(ItemReader& reader) {
  const OwnTables tables = tables_of(reader);
  const std::string& name = reader.info().name;
  if (name == kOwnCaptions && tables.captions) add_captions(reader, *tables.captions);
  if (name == kOwnQuestions && tables.questions) add_questions(reader, *tables.questions);
  if (name == kOwnDialogues && tables.dialogues) add_dialogues(reader, *tables.dialogues);
  if (name == kOwnBoxes && tables.regions) add_boxes(reader, *tables.regions);
}

std::vector<BenchmarkInfo> own_benchmarks(const ReadOptions& options,
                                          const PromptTemplates& templates) {
  // As many new tokens as the paper's benchmarks of these kinds have.
  const BenchmarkInfo captions =
      info_of(kOwnCaptions, "Own captions", MetricKind::kCaption, "CIDEr", "coco_caption", 80);
  ItemReader reader(captions, options, templates);
  const OwnTables tables = tables_of(reader);
  std::vector<BenchmarkInfo> all;
  if (tables.captions) all.push_back(captions);
  if (tables.questions) {
    // VQA accuracy is made for many people's answers: one answer would be worth a third.
    constexpr size_t kPeople = 3;
    bool people = true;
    for (int64_t i = 0; i < tables.questions->size(); ++i) {
      size_t answers = 0;
      for (const auto& one : tables.questions->answers(tables.questions->record(i))) {
        answers += one.count;
      }
      people = people && answers >= kPeople;
    }
    all.push_back(info_of(kOwnQuestions, "Own questions",
                          people ? MetricKind::kVqa : MetricKind::kExact, "accuracy", "vqav2", 10));
  }
  if (tables.dialogues) {
    all.push_back(info_of(kOwnDialogues, "Own dialogues", MetricKind::kCaption, "CIDEr", "", 80));
  }
  if (tables.regions) {
    all.push_back(info_of(kOwnBoxes, "Own boxes", MetricKind::kGrounding, "accuracy", "rec", 64));
    all.back().level = TaskLevel::kRegion;
  }
  return all;
}

}  // namespace lion::eval
