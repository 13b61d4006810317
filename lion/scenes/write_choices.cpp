// Closed questions for evaluation: POPE and MMBench.
#include <algorithm>
#include <array>
#include <map>

#include "lion/base/base64.h"
#include "lion/base/str.h"
#include "lion/image/encode.h"
#include "lion/scenes/dataset_files.h"
#include "lion/scenes/questions.h"
#include "lion/scenes/words.h"

namespace lion::scenes {
namespace {

constexpr int64_t kSampled = 2000;    // training scenes that tell which kinds go together
constexpr size_t kPairsPerImage = 3;  // of a question with yes and one with no

/// How often kinds occur, alone and together, in training.
struct Statistics {
  std::vector<int64_t> alone;
  std::map<std::pair<int64_t, int64_t>, int64_t> together;
};

std::vector<int64_t> kinds_in(const Scene& scene) {
  std::vector<int64_t> kinds;
  for (const Object& object : scene.objects) {
    if (object.form == Form::kEmoji) kinds.push_back(object.kind);
  }
  std::sort(kinds.begin(), kinds.end());
  kinds.erase(std::unique(kinds.begin(), kinds.end()), kinds.end());
  return kinds;
}

Statistics count_kinds(const Block& train) {
  Statistics statistics;
  statistics.alone.resize(train.painter.vocabulary().kinds().size());
  for (int64_t i = 0; i < std::min(train.count, kSampled); ++i) {
    const std::vector<int64_t> kinds = kinds_in(train.plan(i));
    for (const int64_t a : kinds) {
      ++statistics.alone[static_cast<size_t>(a)];
      for (const int64_t b : kinds) ++statistics.together[{a, b}];
    }
  }
  return statistics;
}

enum class Negatives { kRandom, kPopular, kAdversarial };

/// Absent kinds, those to ask for first.
std::vector<int64_t> absent_kinds(const Facts& facts, const std::vector<int64_t>& present,
                                  const Statistics& statistics, Negatives sort, Random& random) {
  const std::vector<Kind>& kinds = facts.vocabulary().kinds();
  std::vector<int64_t> list;
  for (size_t k = 0; k < kinds.size(); ++k) {
    if (!facts.mentions(kinds[k].name)) list.push_back(static_cast<int64_t>(k));
  }
  shuffle(list, random);
  const auto weight = [&](int64_t kind) {
    if (sort == Negatives::kPopular) return statistics.alone[static_cast<size_t>(kind)];
    int64_t sum = 0;
    for (const int64_t other : present) {
      const auto entry = statistics.together.find({kind, other});
      if (entry != statistics.together.end()) sum += entry->second;
    }
    return sum;
  };
  if (sort != Negatives::kRandom) {
    std::stable_sort(list.begin(), list.end(),
                     [&](int64_t a, int64_t b) { return weight(a) > weight(b); });
  }
  return list;
}

void write_pope_set(Context& context, const Statistics& statistics, std::string_view name,
                    Negatives sort) {
  TextFile file(context.annotations(str("pope/coco_pope_", name, ".json")));
  const Block& block = context.evaluation();
  const std::vector<Kind>& kinds = block.painter.vocabulary().kinds();
  int64_t id = 1;
  for (int64_t i = 0; i < block.count; ++i) {
    Random random = text_random(context, name, block.id(i));
    const Scene scene = block.plan(i);
    const std::vector<int64_t> present = kinds_in(scene);
    const std::vector<int64_t> absent =
        absent_kinds(Facts(scene, block.painter.vocabulary()), present, statistics, sort, random);
    const size_t pairs = std::min({kPairsPerImage, present.size(), absent.size()});
    for (size_t k = 0; k < pairs * 2; ++k) {
      const int64_t kind = k % 2 == 0 ? present[k / 2] : absent[k / 2];
      const Json line = {
          {"question_id", id++},
          {"image", coco_name("val2014", block.id(i))},
          {"text", str("Is there ", kinds[static_cast<size_t>(kind)].one, " in the image?")},
          {"label", k % 2 == 0 ? "yes" : "no"}};
      file.write(str(line.dump(), "\n"));
    }
  }
  file.finish();
}

/// The leaf category and the L-2 ability of MMBench that a type of question tests.
struct Ability {
  std::string_view category, ability;
};

Ability ability_of(QuestionType type) {
  constexpr std::string_view kOne = "finegrained_perception (instance-level)";
  constexpr std::string_view kSeveral = "finegrained_perception (cross-instance)";
  switch (type) {
    case QuestionType::kColour:
      return {"attribute_recognition", kOne};
    case QuestionType::kRead:
      return {"ocr", kOne};
    case QuestionType::kSide:
    case QuestionType::kWhat:
    case QuestionType::kExists:
      return {"object_localization", kOne};
    case QuestionType::kCount:
    case QuestionType::kSize:
      return {"attribute_comparison", kSeveral};
    case QuestionType::kRelation:
    case QuestionType::kNeighbour:
    case QuestionType::kCompare:
    case QuestionType::kSubject:
      return {"spatial_relationship", "relation_reasoning"};
    case QuestionType::kPlace:
      return {"image_scene", "coarse_perception"};
    case QuestionType::kCategory:
    case QuestionType::kKnowledge:
      return {"function_reasoning", "attribute_reasoning"};
    case QuestionType::kLogic:
      return {"future_prediction", "logic_reasoning"};
  }
  return {};
}

void write_mmbench_split(Context& context, const Block& block, const std::string& name,
                         bool with_answers) {
  constexpr size_t kOptions = 4;
  TextFile file(context.annotations(str("mmbench/mmbench_", name, "_20230712.tsv")));
  file.write(str("index\tquestion\thint\tA\tB\tC\tD\t", with_answers ? "answer\t" : "",
                 "category\timage\tsource\tl2-category\tcomment\tsplit\n"));
  for (int64_t i = 0; i < block.count; ++i) {
    Random random = text_random(context, str("mmbench", name), block.id(i));
    const Scene scene = block.plan(i);
    const Facts facts(scene, block.painter.vocabulary());
    // The types in turn, so that every ability has its share.
    std::optional<Question> question =
        ask(facts, static_cast<QuestionType>(i % static_cast<int64_t>(kUsualQuestionTypeCount)),
            random);
    if (!question) question = ask_any(facts, random);
    const bool logic = question->type == QuestionType::kLogic;
    std::vector<std::string> options = choices(*question, facts, kOptions, random);
    const auto right = std::find(options.begin(), options.end(), question->answer);
    const char letter = static_cast<char>('A' + (right - options.begin()));
    options.resize(kOptions);
    const Ability ability = ability_of(question->type);
    file.write(str(block.id(i), "\t", question->text, "\t",
                   logic ? "Count the things in the picture first." : "", "\t", join(options, "\t"),
                   "\t", with_answers ? str(letter, "\t") : "", ability.category, "\t",
                   encode_base64(encode_jpeg(block.painter.paint(scene), 92)), "\tscenes\t",
                   ability.ability, "\t\t", name, "\n"));
  }
  file.finish();
}

}  // namespace

void write_pope(Context& context) {
  const Statistics statistics = count_kinds(context.train);
  write_pope_set(context, statistics, "random", Negatives::kRandom);
  write_pope_set(context, statistics, "popular", Negatives::kPopular);
  write_pope_set(context, statistics, "adversarial", Negatives::kAdversarial);
}

void write_mmbench(Context& context) {
  const int64_t count = context.evaluation().count;
  write_mmbench_split(context, own_block(context.evaluation(), 7, count), "dev", true);
  write_mmbench_split(context, own_block(context.evaluation(), 8, count), "test", false);
}

}  // namespace lion::scenes
