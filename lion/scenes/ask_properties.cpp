#include <algorithm>
#include <array>

#include "lion/base/str.h"
#include "lion/scenes/ask.h"
#include "lion/scenes/words.h"

namespace lion::scenes {
namespace {

Question plain(QuestionType type, AnswerDomain domain, std::string text, std::string answer,
               const std::string& sentence) {
  return {type, std::move(text), std::move(answer), sentence, sentence, domain};
}

/// Categories that can be asked for in the plural.
struct CategoryWords {
  Category category;
  std::string_view one, plural;
};
constexpr std::array<CategoryWords, 7> kCountable = {
    {{Category::kAnimal, "animal", "animals"},
     {Category::kFood, "food", "pieces of food"},
     {Category::kVehicle, "vehicle", "vehicles"},
     {Category::kPlant, "plant", "plants"},
     {Category::kTool, "tool", "tools"},
     {Category::kInstrument, "musical instrument", "musical instruments"},
     {Category::kBuilding, "building", "buildings"}}};

std::vector<size_t> of_category(const Facts& facts, Category category) {
  std::vector<size_t> list;
  for (size_t i = 0; i < facts.size(); ++i) {
    const Object& object = facts.object(i);
    if (object.form == Form::kEmoji && facts.vocabulary().kind(object).category == category) {
      list.push_back(i);
    }
  }
  return list;
}

std::string there_are(int64_t count, std::string_view one, std::string_view many) {
  if (count == 1) return str("There is one ", one, ".");
  return str("There are ", count == 0 ? "no" : number_word(count), " ", many, ".");
}

Question count_question(const std::string& many, const std::string& one, int64_t count,
                        Random& random) {
  static constexpr std::array<std::string_view, 3> kEnds = {" are there?", " are in the picture?",
                                                            " can you see?"};
  return plain(QuestionType::kCount, AnswerDomain::kNumber,
               str("How many ", many, pick(kEnds, random)), str(count),
               there_are(count, one, many));
}

/// A kind that is not there and whose name nothing there has.
const Kind* absent_kind(const Facts& facts, Random& random) {
  const std::vector<Kind>& kinds = facts.vocabulary().kinds();
  for (int i = 0; i < 40; ++i) {
    const Kind& kind = pick(kinds, random);
    if (!facts.mentions(kind.name)) return &kind;
  }
  return nullptr;
}

std::string absent_shape(const Facts& facts, Random& random) {
  while (true) {
    std::string name = str(pick(kColours, random).name, " ", pick(kShapes, random));
    if (!facts.mentions(name)) return name;
  }
}

/// A name that is there or not, as `yes` says, with its article.
std::optional<std::string> draw_name(const Facts& facts, bool yes, Random& random) {
  if (yes) {
    const Group& group = pick(facts.groups(), random);
    return facts.vocabulary().one(facts.object(group.objects.front()));
  }
  // Shapes are denied as often as they are affirmed.
  if (chance(random, 0.2)) return with_article(absent_shape(facts, random));
  const Kind* kind = absent_kind(facts, random);
  if (kind == nullptr) return std::nullopt;
  return kind->one;
}

struct Fact {
  Trait trait;
  std::string_view question;  ///< "Which thing can fly?"
  std::string_view reason;    ///< follows the name: "can fly"
};
constexpr std::array<Fact, 8> kFacts = {
    {{kFlies, "Which thing here can fly?", "can fly"},
     {kLivesInWater, "Which one lives in water?", "lives in water"},
     {kHasWheels, "Which thing has wheels?", "has wheels"},
     {kSweet, "Which of these tastes sweet?", "tastes sweet"},
     {kGivesLight, "Which thing gives light?", "gives light"},
     {kCuts, "Which thing is used for cutting?", "is used for cutting"},
     {kLaysEggs, "Which of these lays eggs?", "lays eggs"},
     {kFloats, "Which thing carries people across water?", "carries people across water"}}};
struct CategoryFact {
  Category category;
  std::string_view question, reason;
};
constexpr std::array<CategoryFact, 6> kCategoryFacts = {
    {{Category::kFood, "Which thing could you eat?", "is something to eat"},
     {Category::kInstrument, "Which thing makes music?", "is played to make music"},
     {Category::kClothing, "Which thing can be worn?", "is something to wear"},
     {Category::kVehicle, "Which thing takes people to other places?", "takes people to places"},
     {Category::kPlant, "Which thing grows out of the ground?", "grows out of the ground"},
     {Category::kAnimal, "Which of these is alive and can move?", "is an animal"}}};

/// The only group of emoji for which `fits` says yes, when there are other objects beside it.
template <typename Fits>
const Group* only_group(const Facts& facts, const Fits& fits) {
  const Group* found = nullptr;
  for (const Group& group : facts.groups()) {
    const Object& object = facts.object(group.objects.front());
    if (object.form != Form::kEmoji || !fits(facts.vocabulary().kind(object))) continue;
    if (found != nullptr) return nullptr;
    found = &group;
  }
  return facts.groups().size() > 1 ? found : nullptr;
}

MaybeQuestion knowledge(const Facts& facts, const Group* group, std::string_view text,
                        std::string_view reason) {
  if (group == nullptr) return std::nullopt;
  const std::string one = facts.vocabulary().one(facts.object(group->objects.front()));
  const std::string because = capitalized(str(one, " ", reason, "."));
  return Question{QuestionType::kKnowledge, std::string(text), group->name, because, because,
                  AnswerDomain::kObject};
}

}  // namespace

MaybeQuestion ask_colour(const Facts& facts, Random& random) {
  std::vector<size_t> candidates;
  for (size_t i = 0; i < facts.size(); ++i) {
    const Object& object = facts.object(i);
    const auto same = [&](const Object& other) {
      return other.form == object.form && other.shape == object.shape &&
             other.colour != object.colour;
    };
    const std::vector<Object>& objects = facts.scene().objects;
    if (object.form != Form::kEmoji && std::none_of(objects.begin(), objects.end(), same)) {
      candidates.push_back(i);
    }
  }
  if (candidates.empty()) return std::nullopt;
  const Object& object = facts.object(pick(candidates, random));
  const std::string noun(object.form == Form::kSign ? "sign"
                                                    : kShapes[static_cast<size_t>(object.shape)]);
  const std::string colour(kColours[static_cast<size_t>(object.colour)].name);
  const bool one = std::count_if(facts.scene().objects.begin(), facts.scene().objects.end(),
                                 [&](const Object& other) {
                                   return other.form == object.form && other.shape == object.shape;
                                 }) == 1;
  const std::string subject = one ? str("the ", noun) : str("the ", plural_of(noun));
  const std::string_view is = one ? " is " : " are ";
  const std::string text = chance(random, 0.6) ? str("What color", is, subject, "?")
                           : one               ? str("Which color does ", subject, " have?")
                                               : str("Which color do ", subject, " have?");
  return plain(QuestionType::kColour, AnswerDomain::kColour, text, colour,
               capitalized(str(subject, is, colour, ".")));
}

MaybeQuestion ask_count(const Facts& facts, Random& random) {
  const uint64_t sort = random.below(10);
  if (sort == 0) {
    const Kind* kind = absent_kind(facts, random);
    if (kind == nullptr) return std::nullopt;
    return count_question(kind->plural, kind->name, 0, random);
  }
  if (sort < 3) {
    const CategoryWords& words = pick(kCountable, random);
    const auto count = static_cast<int64_t>(of_category(facts, words.category).size());
    // Mostly zero otherwise.
    if (count == 0) return std::nullopt;
    return count_question(std::string(words.plural), std::string(words.one), count, random);
  }
  const Group& group = pick(facts.groups(), random);
  // Numbers above one are rare: prefer them.
  if (group.single() && chance(random, 0.5)) return std::nullopt;
  return count_question(facts.vocabulary().plural(facts.object(group.objects.front())), group.name,
                        static_cast<int64_t>(group.objects.size()), random);
}

MaybeQuestion ask_exists(const Facts& facts, Random& random) {
  const bool yes = chance(random, 0.5);
  const std::optional<std::string> name = draw_name(facts, yes, random);
  if (!name) return std::nullopt;
  static constexpr std::array<std::string_view, 3> kTexts = {"Is there ", "Can you see ",
                                                             "Does the picture show "};
  const size_t form = random.below(kTexts.size());
  return plain(
      QuestionType::kExists, AnswerDomain::kYesNo,
      str(kTexts[form], *name, form == 0 && chance(random, 0.5) ? " in the picture?" : "?"),
      yes ? "yes" : "no",
      yes ? str("Yes, there is ", *name, ".") : str("No, there is not ", *name, "."));
}

MaybeQuestion ask_category(const Facts& facts, Random& random) {
  const CategoryWords& words = pick(kCountable, random);
  const Group* found = nullptr;
  for (const Group& group : facts.groups()) {
    const Object& object = facts.object(group.objects.front());
    if (object.form != Form::kEmoji) continue;
    if (facts.vocabulary().kind(object).category != words.category) continue;
    if (found != nullptr) return std::nullopt;
    found = &group;
  }
  if (found == nullptr) return std::nullopt;
  static constexpr std::array<std::string_view, 3> kEnds = {" is in the picture?", " is shown?",
                                                            " can be seen here?"};
  return plain(QuestionType::kCategory, AnswerDomain::kObject,
               str(chance(random, 0.5) ? "Which " : "What ", words.one, pick(kEnds, random)),
               found->name, str("The ", words.one, " is ", facts.phrase(*found), "."));
}

MaybeQuestion ask_read(const Facts& facts, Random& random) {
  for (const Group& group : facts.groups()) {
    if (group.name != "sign" || !group.single()) continue;
    const std::string& text = facts.object(group.objects.front()).text;
    const bool number = text.find_first_not_of("0123456789") == std::string::npos;
    static constexpr std::array<std::string_view, 3> kWord = {
        "What does the sign say?", "Which word is on the sign?", "What is written on the sign?"};
    static constexpr std::array<std::string_view, 3> kNumber = {"What number is on the sign?",
                                                                "Which number does the sign show?",
                                                                "What is written on the sign?"};
    return plain(QuestionType::kRead, AnswerDomain::kText,
                 std::string(pick(number ? kNumber : kWord, random)), lower_case(text),
                 str("The sign says \"", text, "\"."));
  }
  return std::nullopt;
}

MaybeQuestion ask_place(const Facts& facts, Random& random) {
  const SettingWords& words = setting_words(facts.scene().background.place);
  static constexpr std::array<std::string_view, 3> kTexts = {
      "What is the background?", "What is behind the things?", "What kind of scene is this?"};
  return plain(QuestionType::kPlace, AnswerDomain::kPlace, std::string(pick(kTexts, random)),
               std::string(words.tag), str("The scene is ", words.phrase, "."));
}

MaybeQuestion ask_knowledge(const Facts& facts, Random& random) {
  const size_t which = random.below(kFacts.size() + kCategoryFacts.size());
  if (which < kFacts.size()) {
    const Fact& fact = kFacts[which];
    const Group* group = only_group(facts, [&](const Kind& kind) { return kind.has(fact.trait); });
    return knowledge(facts, group, fact.question, fact.reason);
  }
  const CategoryFact& fact = kCategoryFacts[which - kFacts.size()];
  const Group* group =
      only_group(facts, [&](const Kind& kind) { return kind.category == fact.category; });
  return knowledge(facts, group, fact.question, fact.reason);
}

MaybeQuestion ask_logic(const Facts& facts, Random& random) {
  const Group& group = pick(facts.groups(), random);
  const Object& object = facts.object(group.objects.front());
  const auto count = static_cast<int64_t>(group.objects.size());
  const bool more = count == 1 || chance(random, 0.5);
  const std::string many = facts.vocabulary().plural(object);
  const int64_t result = more ? count + 1 : count - 1;
  const std::string text = more ? str("If one more came, how many ", many, " would there be?")
                                : str("If one were taken away, how many ", many, " would be left?");
  return plain(QuestionType::kLogic, AnswerDomain::kNumber, text, str(result),
               str("There ", count == 1 ? "is " : "are ", number_word(count),
                   " now, so there would be ", number_word(result), "."));
}

MaybeQuestion ask(const Facts& facts, QuestionType type, Random& random) {
  using Ask = MaybeQuestion (*)(const Facts&, Random&);
  static constexpr std::array<Ask, kQuestionTypeCount> kAsk = {
      ask_what,  ask_colour,    ask_count,    ask_exists,    ask_relation,
      ask_side,  ask_size,      ask_category, ask_neighbour, ask_read,
      ask_place, ask_knowledge, ask_logic,    ask_compare,   ask_subject};
  return kAsk.at(static_cast<size_t>(type))(facts, random);
}

}  // namespace lion::scenes
