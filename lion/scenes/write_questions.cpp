// Question answering for evaluation: GQA, IconQA, VSR.
#include <algorithm>
#include <array>

#include "lion/base/str.h"
#include "lion/image/encode.h"
#include "lion/scenes/dataset_files.h"
#include "lion/scenes/questions.h"
#include "lion/scenes/statements.h"
#include "lion/scenes/words.h"

namespace lion::scenes {
namespace {

std::string_view semantic_type(QuestionType type) {
  switch (type) {
    case QuestionType::kExists:
      return "obj";
    case QuestionType::kRelation:
    case QuestionType::kNeighbour:
    case QuestionType::kCompare:
    case QuestionType::kSubject:
      return "rel";
    case QuestionType::kPlace:
      return "global";
    case QuestionType::kCategory:
      return "cat";
    default:
      return "attr";
  }
}

std::string_view structural_type(const Question& question) {
  if (question.domain == AnswerDomain::kYesNo) return "verify";
  return question.type == QuestionType::kSize || question.type == QuestionType::kSide ? "choose"
                                                                                      : "query";
}

void write_statements(Context& context, const Block& block, const std::string& name) {
  TextFile file(context.annotations(str("vsr/", name, ".jsonl")));
  for (int64_t i = 0; i < block.count; ++i) {
    Random random = text_random(context, name, block.id(i));
    const Scene scene = block.plan(i);
    const auto statement = state(Facts(scene, block.painter.vocabulary()), random);
    if (!statement) continue;
    const std::string image = str(twelve_digits(block.id(i)), ".jpg");
    const Json line = {{"image", image},
                       {"image_link", str("http://scenes.example/val2017/", image)},
                       {"caption", statement->text},
                       {"label", statement->is_true ? 1 : 0},
                       {"relation", statement->relation},
                       {"annotator_id", 1},
                       {"vote_true_validator_id", statement->is_true ? "[1, 2]" : "[]"},
                       {"vote_false_validator_id", statement->is_true ? "[]" : "[1, 2]"}};
    file.write(str(line.dump(), "\n"));
  }
  file.finish();
}

}  // namespace

void write_gqa(Context& context) {
  constexpr int64_t kQuestions = 2;
  const Block block = own_block(context.evaluation(), 5, context.evaluation().count);
  JsonFile file(context.annotations("gqa/testdev_balanced_questions.json"));
  file.begin('{');
  for (int64_t i = 0; i < block.count; ++i) {
    Random random = text_random(context, "gqa", block.id(i));
    const Scene scene = block.plan(i);
    int64_t id = block.id(i) * 100;
    for (const Question& question :
         ask_several(Facts(scene, block.painter.vocabulary()), kQuestions, random)) {
      file.member(str(id++), {{"semantic", Json::array()},
                              {"entailed", Json::array()},
                              {"equivalent", Json::array()},
                              {"question", question.text},
                              {"imageId", str("n", block.id(i))},
                              {"isBalanced", true},
                              {"groups", {{"global", nullptr}, {"local", ""}}},
                              {"answer", question.answer},
                              {"semanticStr", ""},
                              {"annotations", Json::object()},
                              {"types",
                               {{"detailed", semantic_type(question.type)},
                                {"semantic", semantic_type(question.type)},
                                {"structural", structural_type(question)}}},
                              {"fullAnswer", question.sentence}});
    }
  }
  file.end('}');
  write_images(context, block, "gqa", [](int64_t id) { return str("gqa/images/n", id, ".jpg"); });
}

void write_iconqa(Context& context) {
  const Block block = own_block(context.evaluation(), 6, context.evaluation().count);
  const auto folder = [](int64_t id) { return str("iconqa/test/choose_txt/", id, "/"); };
  for (int64_t i = 0; i < block.count; ++i) {
    Random random = text_random(context, "iconqa", block.id(i));
    const Scene scene = block.plan(i);
    const Facts facts(scene, block.painter.vocabulary());
    const Question question = ask_any(facts, random);
    const std::vector<std::string> list = choices(question, facts, 2 + random.below(3), random);
    const Json entry = {
        {"question", question.text},
        {"choices", list},
        {"answer", std::find(list.begin(), list.end(), question.answer) - list.begin()},
        {"ques_type", "choose_txt"},
        {"grade", "pre-k"},
        {"label", "S"}};
    write_file(context.annotations(str(folder(block.id(i)), "data.json")), entry.dump());
  }
  for_all(context, "iconqa", block.count, [&](int64_t i) {
    save_image(context.root / str(folder(block.id(i)), "image.png"),
               block.painter.paint(block.plan(i)));
  });
  context.images += block.count;
}

void write_vsr(Context& context) {
  const Block& block = context.evaluation();
  write_statements(context, block, "random_dev");
  write_statements(context, context.held_out, "zeroshot_dev");
  context.path("vsr/images/x");
  std::vector<const Block*> blocks = {&block};
  if (&block != &context.held_out) blocks.push_back(&context.held_out);
  for (const Block* from : blocks) {
    for (int64_t i = 0; i < from->count; ++i) {
      const std::string name = str(twelve_digits(from->id(i)), ".jpg");
      link_file(context.root / "coco/val2017" / name, context.root / "vsr/images" / name);
    }
  }
}

}  // namespace lion::scenes
