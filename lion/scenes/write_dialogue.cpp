// Conversations: LLaVA-Instruct for training, VisDial for evaluation.
#include <algorithm>
#include <map>

#include "lion/base/str.h"
#include "lion/scenes/captions.h"
#include "lion/scenes/dataset_files.h"
#include "lion/scenes/questions.h"
#include "lion/scenes/statements.h"
#include "lion/scenes/words.h"

namespace lion::scenes {
namespace {

constexpr int64_t kRounds = 10;      // of a VisDial dialogue
constexpr size_t kCandidates = 100;  // answers to rank in each round

/// Strings with their number, in the order in which they came.
class StringTable {
 public:
  int64_t index(const std::string& text) {
    const auto [entry, is_new] = numbers_.try_emplace(text, static_cast<int64_t>(list_.size()));
    if (is_new) list_.push_back(text);
    return entry->second;
  }
  const std::vector<std::string>& list() const { return list_; }

 private:
  std::map<std::string, int64_t> numbers_;
  std::vector<std::string> list_;
};

/// Everything that answers can be: at least a hundred texts with any vocabulary.
void add_usual_answers(StringTable& answers, const Vocabulary& vocabulary) {
  for (const char* word : {"yes", "no", "left", "right"}) answers.index(word);
  for (const std::string& tag : vocabulary.tag_list()) answers.index(tag);
  for (const NamedColour& colour : kColours) {
    for (const std::string_view shape : kShapes) answers.index(str(colour.name, " ", shape));
  }
  for (int n = 0; n < 100; ++n) answers.index(str(n));
}

/// Ten rounds; scenes with little in them are asked for existence again and again.
std::vector<Question> ask_rounds(const Facts& facts, Random& random) {
  std::vector<Question> rounds = ask_several(facts, kRounds, random);
  while (static_cast<int64_t>(rounds.size()) < kRounds) {
    if (auto question = ask(facts, QuestionType::kExists, random)) {
      rounds.push_back(*std::move(question));
    }
  }
  return rounds;
}

/// A hundred different answers with the right one among them.
Json candidates(int64_t right, const StringTable& answers, Random& random, int64_t& position) {
  std::vector<int64_t> others(answers.list().size());
  for (size_t i = 0; i < others.size(); ++i) others[i] = static_cast<int64_t>(i);
  std::erase(others, right);
  shuffle(others, random);
  others.resize(kCandidates - 1);
  position = static_cast<int64_t>(random.below(kCandidates));
  others.insert(others.begin() + position, right);
  return others;
}

}  // namespace

void write_llava(Context& context) {
  JsonFile file(context.annotations("llava/llava_instruct_150k.json"));
  file.begin('[');
  const Block& block = context.train;
  for (int64_t i = 0; i < block.count; ++i) {
    Random random = text_random(context, "llava", block.id(i));
    const Scene scene = block.plan(i);
    const int64_t turns = 1 + static_cast<int64_t>(random.below(4));
    Json conversation = Json::array();
    for (const DialogueTurn& turn :
         converse(Facts(scene, block.painter.vocabulary()), turns, random)) {
      const bool before = chance(random, 0.5);
      const std::string value = !conversation.empty() ? turn.question
                                : before              ? str("<image>\n", turn.question)
                                                      : str(turn.question, "\n<image>");
      conversation.push_back({{"from", "human"}, {"value", value}});
      conversation.push_back({{"from", "gpt"}, {"value", turn.answer}});
    }
    file.item({{"id", twelve_digits(block.id(i))},
               {"image", str(twelve_digits(block.id(i)), ".jpg")},
               {"conversations", conversation}});
  }
  file.end(']');
}

void write_visdial(Context& context) {
  const Block block = own_block(context.evaluation(), 3, context.evaluation().count);
  const Vocabulary& vocabulary = block.painter.vocabulary();
  StringTable questions, answers;
  add_usual_answers(answers, vocabulary);
  struct Dialogue {
    std::string caption;
    std::vector<std::pair<int64_t, int64_t>> rounds;  ///< question, answer
  };
  std::vector<Dialogue> dialogues;
  for (int64_t i = 0; i < block.count; ++i) {
    Random random = text_random(context, "visdial", block.id(i));
    const Scene scene = block.plan(i);
    const Facts facts(scene, vocabulary);
    Dialogue& dialogue = dialogues.emplace_back();
    dialogue.caption = caption(facts, random);
    for (const Question& question : ask_rounds(facts, random)) {
      // Official questions have no question mark.
      const std::string text = question.text.substr(0, question.text.size() - 1);
      dialogue.rounds.emplace_back(questions.index(text), answers.index(question.answer));
    }
  }
  Json dialogs = Json::array();
  for (int64_t i = 0; i < block.count; ++i) {
    Random random = text_random(context, "visdial, candidates", block.id(i));
    Json rounds = Json::array();
    for (const auto& [question, answer] : dialogues[static_cast<size_t>(i)].rounds) {
      int64_t position = 0;
      Json options = candidates(answer, answers, random, position);
      rounds.push_back({{"question", question},
                        {"answer", answer},
                        {"answer_options", std::move(options)},
                        {"gt_index", position}});
    }
    dialogs.push_back({{"image_id", block.id(i)},
                       {"caption", dialogues[static_cast<size_t>(i)].caption},
                       {"dialog", std::move(rounds)}});
  }
  JsonFile file(context.annotations("visdial/visdial_1.0_val.json"));
  file.begin('{');
  file.member("version", "1.0");
  file.member("split", "val");
  file.member("data", {{"questions", questions.list()},
                       {"answers", answers.list()},
                       {"dialogs", std::move(dialogs)}});
  file.end('}');
  write_images(context, block, "visdial", [](int64_t id) {
    return str("visdial/VisualDialog_val2018/VisualDialog_val2018_", twelve_digits(id), ".jpg");
  });
}

}  // namespace lion::scenes
