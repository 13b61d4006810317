// Question answering for training: VQAv2, OKVQA, A-OKVQA, OCR-VQA.
#include <algorithm>
#include <array>
#include <map>

#include "lion/base/str.h"
#include "lion/scenes/cover.h"
#include "lion/scenes/dataset_files.h"
#include "lion/scenes/questions.h"
#include "lion/scenes/words.h"

namespace lion::scenes {
namespace {

struct AskedQuestion {
  int64_t image_id;
  int64_t question_id;
  Question question;
  std::array<std::string, 10> answers;
};

/// The questions of image `i`, the same at every call.
using Asker = std::function<std::vector<AskedQuestion>(const Block& block, int64_t i)>;

std::string_view answer_type(const Question& question) {
  if (question.domain == AnswerDomain::kYesNo) return "yes/no";
  return question.domain == AnswerDomain::kNumber ? "number" : "other";
}

/// The first two words, in lower case, as VQAv2 groups questions.
std::string question_type(const std::string& text) {
  const std::vector<std::string> words = split(text, ' ');
  std::string type = words[0];
  type[0] = static_cast<char>(type[0] + (type[0] >= 'A' && type[0] <= 'Z' ? 'a' - 'A' : 0));
  return words.size() > 1 ? str(type, " ", words[1]) : type;
}

std::string most_frequent(const std::array<std::string, 10>& answers) {
  return *std::max_element(answers.begin(), answers.end(), [&](const auto& a, const auto& b) {
    return std::count(answers.begin(), answers.end(), a) <
           std::count(answers.begin(), answers.end(), b);
  });
}

void write_vqa_head(JsonFile& file, const std::string& set) {
  file.begin('{');
  file.member("info", {{"description", "Questions about synthetic scenes"}, {"version", "2.0"}});
  file.member("task_type", "Open-Ended");
  file.member("data_type", "mscoco");
  file.member("license", {{"name", "see scenes.json"}, {"url", ""}});
  file.member("data_subtype", set);
}

void write_questions(Context& context, const std::string& name, const std::string& set,
                     const Block& block, const Asker& ask_all) {
  JsonFile file(context.annotations(name));
  write_vqa_head(file, set);
  file.begin_list("questions");
  for (int64_t i = 0; i < block.count; ++i) {
    for (const AskedQuestion& asked : ask_all(block, i)) {
      file.item({{"image_id", asked.image_id},
                 {"question", asked.question.text},
                 {"question_id", asked.question_id}});
    }
  }
  file.end_list();
  file.end('}');
}

void write_annotations(Context& context, const std::string& name, const std::string& set,
                       const Block& block, const Asker& ask_all, bool with_raw) {
  JsonFile file(context.annotations(name));
  write_vqa_head(file, set);
  file.begin_list("annotations");
  for (int64_t i = 0; i < block.count; ++i) {
    for (const AskedQuestion& asked : ask_all(block, i)) {
      Json answers = Json::array();
      for (const std::string& answer : asked.answers) {
        Json entry = {{"answer", answer}, {"answer_confidence", "yes"}};
        if (with_raw) entry["raw_answer"] = answer;
        entry["answer_id"] = answers.size() + 1;
        answers.push_back(std::move(entry));
      }
      file.item({{"question_type", with_raw ? "other" : question_type(asked.question.text)},
                 {"multiple_choice_answer", most_frequent(asked.answers)},
                 {"answers", answers},
                 {"image_id", asked.image_id},
                 {"answer_type", answer_type(asked.question)},
                 {"question_id", asked.question_id}});
    }
  }
  file.end_list();
  file.end('}');
}

void write_vqav2(Context& context, const Block& block, const std::string& set) {
  constexpr int64_t kQuestions = 3;
  const Asker ask_all = [&](const Block& from, int64_t i) {
    Random random = text_random(context, "vqav2", from.id(i));
    const Scene scene = from.plan(i);
    std::vector<AskedQuestion> list;
    for (Question& question :
         ask_several(Facts(scene, from.painter.vocabulary()), kQuestions, random)) {
      const auto answers = annotator_answers(question, random);
      list.push_back({from.id(i), from.id(i) * 1000 + static_cast<int64_t>(list.size()),
                      std::move(question), answers});
    }
    return list;
  };
  write_questions(context, str("vqav2/v2_OpenEnded_mscoco_", set, "_questions.json"), set, block,
                  ask_all);
  write_annotations(context, str("vqav2/v2_mscoco_", set, "_annotations.json"), set, block, ask_all,
                    false);
}

/// Questions that need knowledge of the world; images that give none are left out, as in OKVQA.
std::vector<AskedQuestion> ask_outside_knowledge(const Context& context, const Block& block,
                                                 int64_t i) {
  Random random = text_random(context, "okvqa", block.id(i));
  const Scene scene = block.plan(i);
  const Facts facts(scene, block.painter.vocabulary());
  for (int tries = 0; tries < 6; ++tries) {
    std::optional<Question> question = ask(facts, QuestionType::kKnowledge, random);
    if (!question) continue;
    // Five annotators, each counted twice.
    std::array<std::string, 10> answers = annotator_answers(*question, random);
    for (size_t k = 0; k < answers.size(); k += 2) answers[k + 1] = answers[k];
    return {{block.id(i), block.id(i) * 10 + 5, *std::move(question), answers}};
  }
  return {};
}

void write_okvqa(Context& context, const Block& block, const std::string& set) {
  const Asker ask_all = [&](const Block& from, int64_t i) {
    return ask_outside_knowledge(context, from, i);
  };
  write_questions(context, str("okvqa/OpenEnded_mscoco_", set, "_questions.json"), set, block,
                  ask_all);
  write_annotations(context, str("okvqa/mscoco_", set, "_annotations.json"), set, block, ask_all,
                    true);
}

void write_aokvqa_set(Context& context, const Block& block, const std::string& set) {
  constexpr std::array<QuestionType, 6> kTypes = {QuestionType::kKnowledge, QuestionType::kCategory,
                                                  QuestionType::kWhat,      QuestionType::kColour,
                                                  QuestionType::kCount,     QuestionType::kLogic};
  constexpr size_t kChoices = 4;
  JsonFile file(context.annotations(str("aokvqa/aokvqa_v1p0_", set, ".json")));
  file.begin('[');
  for (int64_t i = 0; i < block.count; ++i) {
    Random random = text_random(context, "aokvqa", block.id(i));
    const Scene scene = block.plan(i);
    const Facts facts(scene, block.painter.vocabulary());
    std::optional<Question> question;
    for (int tries = 0; tries < 12 && !question; ++tries) {
      question = ask(facts, pick(kTypes, random), random);
    }
    if (!question) continue;
    const std::vector<std::string> options = choices(*question, facts, kChoices, random);
    if (options.size() != kChoices) continue;
    const auto right = std::find(options.begin(), options.end(), question->answer);
    file.item(
        {{"split", set},
         {"image_id", block.id(i)},
         {"question_id", str("scene", twelve_digits(block.id(i)))},
         {"question", question->text},
         {"choices", options},
         {"correct_choice_idx", right - options.begin()},
         {"direct_answers", annotator_answers(*question, random)},
         {"difficult_direct_answer", false},
         {"rationales",
          {question->reason, question->sentence, str("The answer is ", question->answer, ".")}}});
  }
  file.end(']');
}

struct CoverQuestions {
  std::vector<std::string> questions, answers;
};

CoverQuestions ask_about(const Cover& cover, Random& random) {
  const std::string other = pick(CoverPainter::genres(), random);
  const std::string asked = chance(random, 0.5) ? cover.genre : other;
  return {{"What is the title of this book?", "Who wrote this book?", "What type of book is this?",
           str("Is this a book about ", asked, "?")},
          {cover.title, cover.author, cover.genre, asked == cover.genre ? "Yes" : "No"}};
}

}  // namespace

void write_vqa(Context& context) {
  write_vqav2(context, context.train, "train2014");
  write_vqav2(context, context.evaluation(), "val2014");
  write_okvqa(context, context.train, "train2014");
  write_okvqa(context, context.evaluation(), "val2014");
}

void write_aokvqa(Context& context) {
  write_aokvqa_set(context, context.train, "train");
  write_aokvqa_set(context, context.evaluation(), "val");
}

void write_ocrvqa(Context& context) {
  const int64_t train = std::max<int64_t>(4, context.options.count / 4);
  const int64_t evaluation = context.evaluation().count;
  const std::array<CoverPainter, 3> painters = {CoverPainter(context.train.painter),
                                                CoverPainter(context.val.painter),
                                                CoverPainter(context.test.painter)};
  const std::array<int64_t, 3> counts = {train, evaluation, evaluation};
  JsonFile file(context.annotations("ocrvqa/dataset.json"));
  context.path("ocrvqa/images/x");
  file.begin('{');
  int64_t first_id = 1;
  for (size_t split = 0; split < painters.size(); ++split) {
    const auto name = [&](int64_t i) { return twelve_digits(first_id + i).substr(2); };
    for (int64_t i = 0; i < counts[split]; ++i) {
      const Cover cover = painters[split].plan(static_cast<uint64_t>(i));
      Random random = text_random(context, "ocrvqa", first_id + i);
      const CoverQuestions text = ask_about(cover, random);
      file.member(name(i), {{"imageURL", str("http://scenes.example/", name(i), ".jpg")},
                            {"questions", text.questions},
                            {"answers", text.answers},
                            {"title", cover.title},
                            {"authorName", cover.author},
                            {"genre", cover.genre},
                            {"split", split + 1}});
    }
    for_all(context, "ocrvqa", counts[split], [&](int64_t i) {
      const CoverPainter& painter = painters[split];
      write_image(context.root / str("ocrvqa/images/", name(i), ".jpg"),
                  painter.paint(painter.plan(static_cast<uint64_t>(i))));
    });
    context.images += counts[split];
    first_id += counts[split];
  }
  file.end('}');
}

}  // namespace lion::scenes
