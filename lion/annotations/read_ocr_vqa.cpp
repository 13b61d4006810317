#include <system_error>
#include <unordered_map>

#include "lion/annotations/reading.h"
#include "lion/base/str.h"

namespace lion {
namespace {

namespace fs = std::filesystem;

/// The covers that are there: file name by id. One listing is cheaper than 200,000 questions to the
/// file system, and the extension varies.
std::unordered_map<std::string, std::string> list_covers(const fs::path& folder) {
  std::unordered_map<std::string, std::string> covers;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    const fs::path name = it->path().filename();
    const fs::path extension = name.extension();
    if (extension != ".jpg" && extension != ".png" && extension != ".gif") continue;
    std::string& known = covers[name.stem().string()];
    // Of several, always the same one, whatever the order of the listing.
    if (known.empty() || name.string() < known) known = name.string();
  }
  return covers;
}

/// Reads one cover: its questions become records.
class CoverReader {
 public:
  CoverReader(const fs::path& file, int64_t split, RecordTable& table, const ReadContext& context)
      : split_(split),
        table_(table),
        context_(context),
        folder_(context.images.folder({"images"}, file)),
        covers_(list_covers(folder_)) {}

  void read(const JsonElement& element) {
    const RecordFields record(element.value);
    if (record.maybe_integer("split").value_or(split_) != split_) return;
    const std::string id = element.key.empty() ? record.id("sample_id") : std::string(element.key);
    const auto cover = covers_.find(id);
    if (cover == covers_.end()) {
      throw BadRecord{ProblemKind::kMissingImage,
                      str("no ", id, ".jpg, .png or .gif in ", folder_.string())};
    }
    const uint32_t image = table_.image(id, [&] { return folder_ / cover->second; });
    add_questions(record, image, static_cast<uint32_t>(element.number));
  }

 private:
  void add_questions(const RecordFields& record, uint32_t image, uint32_t source) {
    const simdjson::dom::array questions = record.list("questions");
    const simdjson::dom::array answers = record.list("answers");
    if (questions.size() != answers.size()) {
      throw BadRecord{ProblemKind::kMalformed,
                      str("has ", questions.size(), " questions and ", answers.size(), " answers")};
    }
    auto answer = answers.begin();
    uint32_t part = 0;
    for (const simdjson::dom::element question : questions) {
      ++part;
      read_record(
          context_.problems, [&] { return table_.describe_source(source, part); },
          [&] {
            add_question(question, *answer, {image, 0, 0, source, part});
          });
      ++answer;
    }
  }

  void add_question(const simdjson::dom::element& question, const simdjson::dom::element& answer,
                    Record record) {
    std::string_view question_text;
    std::string_view answer_text;
    if (question.get(question_text) || answer.get(answer_text)) {
      throw BadRecord{ProblemKind::kMalformed, "a question or an answer is not a text"};
    }
    const std::string clean =
        read_text(question_text, "question", context_.text, TextKind::kQuestion);
    const std::string reply = read_text(answer_text, "answer", context_.text, TextKind::kAnswer);
    record.text = table_.add_text(clean);
    record.reply = table_.add_answers(std::array{reply});
    table_.add(record);
  }

  int64_t split_;
  RecordTable& table_;
  const ReadContext& context_;
  fs::path folder_;
  std::unordered_map<std::string, std::string> covers_;
};

}  // namespace

TablePtr read_ocr_vqa(const Paths& annotations, int64_t split, const ReadContext& context) {
  auto table = std::make_unique<RecordTable>(context.root);
  for (const fs::path& path : annotations) {
    table->begin_file(path, "cover");
    const JsonStream stream = open_stream(path, context);
    CoverReader reader(path, split, *table, context);
    const auto read = [&](const JsonElement& element) {
      const auto source = static_cast<uint64_t>(element.number);
      read_record(
          context.problems, [&] { return table->describe_source(source); },
          [&] { reader.read(element); });
    };
    if (stream.layout() == JsonLayout::kObject) {
      stream.each_pair(read);
    } else {
      stream.each_record(read);
    }
  }
  return finish_table(std::move(table), annotations, context.problems);
}

}  // namespace lion
