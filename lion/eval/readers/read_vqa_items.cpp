// Questions with answers of people: VQAv2, OKVQA, A-OKVQA and GQA.
#include <unordered_map>
#include <utility>

#include "lion/base/error.h"
#include "lion/base/str.h"
#include "lion/eval/readers/item_reader.h"

namespace lion::eval {
namespace {

namespace fs = std::filesystem;

constexpr const char* kVqaSplit = "val2014";

/// The ten answers of an annotation, as they are: normalising them is the metric's business.
std::vector<std::string> people_answers(const RecordFields& annotation) {
  std::vector<std::string> answers;
  for (const simdjson::dom::element one : annotation.list("answers")) {
    answers.emplace_back(RecordFields(one).text("answer"));
  }
  if (answers.empty()) throw BadRecord{ProblemKind::kEmptyText, "\"answers\" is empty"};
  return answers;
}

/// VQAv2 tells types of answer apart; OKVQA, whose answers are all "other", fields of knowledge.
std::string category_of(const RecordFields& annotation, bool by_question) {
  const std::string answer(annotation.maybe_text("answer_type").value_or(""));
  const std::string question(annotation.maybe_text("question_type").value_or(""));
  if (by_question && !question.empty() && question != "other") return question;
  return answer.empty() ? question : answer;
}

Item ask(const ItemReader& reader, std::string id, std::string question) {
  Item item;
  item.id = std::move(id);
  item.prompt = fill(reader.prompt(), {{"question", question}});
  item.question = std::move(question);
  return item;
}

/// Questions in one file, annotations in another; items in the order of the questions.
class PairReader {
 public:
  PairReader(ItemReader& reader, fs::path questions, fs::path annotations)
      : reader_(reader), questions_(std::move(questions)), annotations_(std::move(annotations)) {}

  void read() {
    const auto question = [&](const RecordFields& record, int64_t number) {
      const int64_t id = record.integer("question_id");
      if (numbers_.contains(id)) {
        throw BadRecord{ProblemKind::kDuplicate, str("question_id ", id, " is there twice")};
      }
      Item item = ask(reader_, str(id), read_words(record, "question"));
      item.image.path = reader_.images().coco(kVqaSplit, record.integer("image_id"));
      item.official["question_id"] = id;
      numbers_.emplace(id, items_.size());
      items_.push_back({std::move(item), number});
    };
    reader_.open(questions_)
        .each_in(std::array{reader_.in_list(questions_, "questions", "question", question)});
    const auto annotation = [&](const RecordFields& record, int64_t) { annotate(record); };
    reader_.open(annotations_)
        .each_in(
            std::array{reader_.in_list(annotations_, "annotations", "annotation", annotation)});
    finish();
  }

 private:
  struct Entry {
    Item item;
    int64_t number = 0;
    bool seen = false;  ///< its annotation was there, usable or not
  };

  void annotate(const RecordFields& record) {
    const int64_t id = record.integer("question_id");
    const auto known = numbers_.find(id);
    if (known == numbers_.end()) {
      throw BadRecord{ProblemKind::kNoQuestion, str("question_id ", id, " has no question")};
    }
    Entry& asked = items_[known->second];
    if (asked.seen) {
      throw BadRecord{ProblemKind::kDuplicate, str("question_id ", id, " is there twice")};
    }
    asked.seen = true;
    asked.item.category = category_of(record, reader_.info().name == "okvqa");
    asked.item.truth.texts = people_answers(record);
  }

  void finish() {
    for (Entry& asked : items_) {
      const auto where = [&] { return ItemReader::where(questions_, "question", asked.number); };
      read_record(reader_.problems(), where, [&] {
        if (!asked.seen) {
          throw BadRecord{ProblemKind::kNoAnnotation,
                          str("question_id ", asked.item.id, " has no annotation")};
        }
        // What is wrong with an unusable annotation was said where it stands.
        if (!asked.item.truth.texts.empty()) reader_.add(std::move(asked.item));
      });
    }
  }

  ItemReader& reader_;
  fs::path questions_;
  fs::path annotations_;
  std::vector<Entry> items_;
  std::unordered_map<int64_t, size_t> numbers_;
};

/// LAVIS: [{"question_id", "question", "answer": [..], "image"}]
void read_lavis_vqa(ItemReader& reader, const fs::path& path) {
  reader.each_record(path, [&](const RecordFields& record, int64_t, bool) {
    Item item = ask(reader, record.id("question_id"), read_words(record, "question"));
    item.image.path = reader.images().named(record.text("image"), kVqaSplit);
    item.official["question_id"] = id_value(item.id);
    if (record.value("answer").is_array()) {
      item.truth.texts = read_texts(record, "answer");
    } else {
      item.truth.texts = {std::string(record.text("answer"))};
    }
    item.category = category_of(record, /*by_question=*/false);
    reader.add(std::move(item));
  });
}

std::string gqa_category(const RecordFields& record) {
  if (!record.has("types")) return "";
  const RecordFields types(record.value("types"));
  for (const char* key : {"structural", "semantic"}) {
    if (const auto type = types.maybe_text(key)) return std::string(*type);
  }
  return "";
}

}  // namespace

void read_vqa_items(ItemReader& reader) {
  const bool okvqa = reader.info().name == "okvqa";
  const Names two_files = {okvqa ? "OpenEnded_mscoco_val2014_questions.json"
                                 : "v2_OpenEnded_mscoco_val2014_questions.json"};
  const Names annotations = {okvqa ? "mscoco_val2014_annotations.json"
                                   : "v2_mscoco_val2014_annotations.json"};
  const Names one_file = okvqa ? Names{"okvqa_val_eval.json", "okvqa_val.json"}
                               : Names{"vqa_val_eval.json", "vqa_val.json", "vqav2_val.json"};
  if (!reader.official().find_file(two_files)) {
    Names all = two_files;
    all.insert(all.end(), one_file.begin(), one_file.end());
    return read_lavis_vqa(reader, reader.file(all, str("questions of ", reader.info().title)));
  }
  const fs::path questions = reader.file(two_files, "questions");
  const fs::path answers = reader.file(annotations, str("annotations of ", reader.info().title));
  PairReader(reader, questions, answers).read();
}

void read_aokvqa_items(ItemReader& reader) {
  const bool choose = reader.info().metric == MetricKind::kTop1;
  const bool lists_options = reader.prompt().find("{options}") != std::string::npos;
  const fs::path path =
      reader.file({"aokvqa_v1p0_val.json", "aokvqa_val.json"}, "questions of A-OKVQA");
  reader.each_record(path, [&](const RecordFields& record, int64_t, bool) {
    bool difficult = false;
    if (record.has("difficult_direct_answer") &&
        record.value("difficult_direct_answer").get(difficult)) {
      throw BadRecord{ProblemKind::kMalformed, "\"difficult_direct_answer\" is not true or false"};
    }
    if (!choose && difficult && reader.options().aokvqa_skip_difficult) {
      throw BadRecord{ProblemKind::kExcluded, "its direct answers are marked as difficult"};
    }
    Item item;
    item.id = record.id("question_id");
    item.question = read_words(record, "question");
    item.official["question_id"] = item.id;
    PromptValues values = {{"question", item.question}};
    if (choose) {
      item.candidates = read_texts(record, "choices");
      item.truth.candidate = read_choice(record, "correct_choice_idx", item.candidates.size());
      if (lists_options) values.emplace_back("options", lettered(item.candidates));
    } else {
      item.truth.texts = read_texts(record, "direct_answers");
      item.category = difficult ? "difficult" : "";
    }
    item.prompt = fill(reader.prompt(), values);
    const auto image = record.maybe_text("image");
    item.image.path = image ? reader.images().named(*image, "val2017")
                            : reader.images().coco("val2017", record.integer("image_id"));
    reader.add(std::move(item));
  });
}

void read_gqa_items(ItemReader& reader) {
  const fs::path path = reader.file({"testdev_balanced_questions.json", "gqa_testdev.json"},
                                    "questions of GQA (test-dev balanced)");
  const fs::path folder = reader.image_folder({"gqa_images", "allImages"}, path);
  const auto add = [&](const RecordFields& record, std::string id, const std::string& image) {
    Item item = ask(reader, std::move(id), read_words(record, "question"));
    item.image.path = folder / image;
    item.truth.texts = {std::string(record.text("answer"))};
    item.category = gqa_category(record);
    item.official["questionId"] = item.id;
    reader.add(std::move(item));
  };
  const JsonStream stream = reader.open(path);
  if (stream.layout() == JsonLayout::kObject) {
    return stream.each_pair([&](const JsonElement& element) {
      read_record(
          reader.problems(),
          [&] { return str(path.filename().string(), ", question ", element.key); },
          [&] {
            const RecordFields record(element.value);
            add(record, std::string(element.key), str(record.id("imageId"), ".jpg"));
          });
    });
  }
  reader.each_record(path, [&](const RecordFields& record, int64_t, bool) {
    const fs::path image(record.text("image"));
    add(record, record.id("question_id"), image.filename().string());
  });
}

}  // namespace lion::eval
