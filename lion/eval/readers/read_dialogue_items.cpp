// VisDial: ten questions about an image, a hundred answers to rank for each.
#include <utility>

#include "lion/annotations/text_rules.h"
#include "lion/base/error.h"
#include "lion/base/str.h"
#include "lion/eval/readers/item_reader.h"

namespace lion::eval {
namespace {

namespace fs = std::filesystem;
using simdjson::dom::element;

/// The texts that rounds refer to by number; they live as long as the file's value.
class Texts {
 public:
  Texts(const RecordFields& data, std::string_view key) : key_(key) {
    for (const element one : data.list(key)) {
      std::string_view text;
      if (one.get(text)) {
        throw BadRecord{ProblemKind::kMalformed, str("\"", key, "\" is not a list of texts")};
      }
      texts_.push_back(text);
    }
  }

  std::string at(int64_t number) const {
    if (number < 0 || number >= static_cast<int64_t>(texts_.size())) {
      throw BadRecord{ProblemKind::kMalformed, str("number ", number, " is not in \"", key_,
                                                   "\", which has ", texts_.size())};
    }
    return std::string(texts_[static_cast<size_t>(number)]);
  }

 private:
  std::string_view key_;
  std::vector<std::string_view> texts_;
};

/// The file's questions have no question mark.
std::string as_question(std::string_view text) {
  std::string question = clean_text(text, TextRule::kRaw, TextKind::kQuestion);
  if (question.empty()) throw BadRecord{ProblemKind::kEmptyText, "the question is empty"};
  return question.ends_with('?') ? question : question + "?";
}

/// The template for a round without history: what follows the history, where the question does.
std::string first_round_template(const std::string& prompt) {
  constexpr std::string_view kHistory = "{history}";
  const size_t at = prompt.find(kHistory);
  if (at == std::string::npos) return prompt;
  std::string rest(trim(std::string_view(prompt).substr(at + kHistory.size())));
  return rest.find("{question}") == std::string::npos ? prompt : rest;
}

/// Turns dialogues into items.
class DialogueReader {
 public:
  DialogueReader(ItemReader& reader, fs::path path)
      : reader_(reader),
        path_(std::move(path)),
        folder_(reader.image_folder({"VisualDialog_val2018"}, path_)),
        first_prompt_(first_round_template(reader.prompt())) {}

  void read(const RecordFields& data) {
    const Texts questions(data, "questions");
    const Texts answers(data, "answers");
    int64_t number = 0, dialogues = 0;
    for (const element one : data.list("dialogs")) {
      if (reader_.options().limit > 0 && dialogues >= reader_.options().limit) break;
      const int64_t before = reader_.size();
      read_record(
          reader_.problems(), [&] { return ItemReader::where(path_, "dialogue", number); },
          [&] { read_dialogue(RecordFields(one), questions, answers); });
      ++number;
      if (reader_.size() > before) ++dialogues;
    }
  }

 private:
  void read_dialogue(const RecordFields& dialogue, const Texts& questions, const Texts& answers) {
    const int64_t image = dialogue.integer("image_id");
    const std::string caption(
        reader_.options().visdial_caption
            ? str("This image has the caption \"", trim(dialogue.text("caption")), "\". ")
            : "");
    std::string history;
    int64_t round = 0;
    for (const element one : dialogue.list("dialog")) {
      ++round;
      const auto where = [&] { return str(path_.filename().string(), ", ", image, "-", round); };
      // A round whose texts are missing is missing from the history, too.
      read_record(reader_.problems(), where, [&] {
        const RecordFields fields(one);
        const std::string question = as_question(questions.at(fields.integer("question")));
        Item item = ask(question, history, caption);
        const auto answer = fields.maybe_integer("answer");
        if (answer) history += str(" q: ", question, " a: ", answers.at(*answer), " ");
        item.id = str(image, "-", round);
        item.category = str(round < 10 ? "round 0" : "round ", round);
        item.image.path = folder_ / image_name(image);
        item.official = {{"image_id", image}, {"round_id", round}};
        read_options(fields, answers, item);
        reader_.add(std::move(item));
      });
    }
  }

  Item ask(const std::string& question, const std::string& history, const std::string& caption) {
    Item item;
    item.question = question;
    PromptValues values = {{"question", question}};
    const std::string& prompt = history.empty() ? first_prompt_ : reader_.prompt();
    if (prompt.find("{history}") != std::string::npos) {
      values.emplace_back("history", std::string(trim(history)));
    }
    item.prompt = caption + fill(prompt, values);
    return item;
  }

  static void read_options(const RecordFields& round, const Texts& answers, Item& item) {
    for (const element option : round.list("answer_options")) {
      int64_t number = 0;
      if (option.get(number)) {
        throw BadRecord{ProblemKind::kMalformed, "\"answer_options\" is not a list of numbers"};
      }
      item.candidates.push_back(answers.at(number));
    }
    if (item.candidates.empty()) {
      throw BadRecord{ProblemKind::kEmptyText, "\"answer_options\" is empty"};
    }
    item.truth.candidate = read_choice(round, "gt_index", item.candidates.size());
  }

  static std::string image_name(int64_t image) {
    if (image < 0) throw BadRecord{ProblemKind::kMalformed, str("the image's id is ", image)};
    std::string digits = str(image);
    if (digits.size() < 12) digits.insert(0, 12 - digits.size(), '0');
    return str("VisualDialog_val2018_", digits, ".jpg");
  }

  ItemReader& reader_;
  fs::path path_;
  fs::path folder_;
  std::string first_prompt_;
};

}  // namespace

void read_dialogue_items(ItemReader& reader) {
  const fs::path path = reader.file({"visdial_1.0_val.json"}, "dialogues of VisDial");
  DialogueReader dialogues(reader, path);
  bool found = false;
  reader.open(path).each_pair([&](const JsonElement& element) {
    if (element.key != "data") return;
    found = true;
    read_record(
        reader.problems(), [&] { return str(path.filename().string(), ", data"); },
        [&] { dialogues.read(RecordFields(element.value)); });
  });
  if (!found) {
    throw InputError(str(path.string(),
                         ": has no \"data\", expected one in the top-level object. "
                         "Is it the right file?"));
  }
}

}  // namespace lion::eval
