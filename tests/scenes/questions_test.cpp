// Everything that is said about scenes: captions, expressions, questions, statements.
#include "lion/scenes/questions.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "lion/base/error.h"
#include "lion/base/str.h"
#include "lion/scenes/captions.h"
#include "lion/scenes/expressions.h"
#include "lion/scenes/painter.h"
#include "lion/scenes/statements.h"
#include "lion/scenes/words.h"

namespace lion::scenes {
namespace {

constexpr uint64_t kScenes = 400;

const Painter& painter() {
  static const Painter shared(SceneConfig{.sign_share = 0.4});
  return shared;
}

/// Calls `check(facts, random)` for many scenes.
template <typename Check>
void for_scenes(const Check& check) {
  for (uint64_t i = 0; i < kScenes; ++i) {
    const Scene scene = painter().plan(i);
    Random random(i);
    check(Facts(scene, painter().vocabulary()), random);
  }
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// A scene of a dog at (20, 20), a cat at (90, 20) and a second dog at (20, 90), 20 pixels each.
Scene three_objects() {
  Scene scene;
  scene.size = 128;
  const auto add = [&](int64_t kind, int64_t left, int64_t top) {
    Object object;
    object.kind = kind;
    object.left = left;
    object.top = top;
    object.width = object.height = 20;
    scene.objects.push_back(object);
  };
  add(0, 20, 20);
  add(5, 90, 20);
  add(0, 20, 90);
  return scene;
}

TEST(Facts, RelationsHoldOnlyWhenTheyAreClear) {
  Scene scene = three_objects();
  const Facts facts(scene, painter().vocabulary());
  EXPECT_TRUE(facts.holds(Relation::kLeftOf, 0, 1));
  EXPECT_TRUE(facts.holds(Relation::kRightOf, 1, 0));
  EXPECT_FALSE(facts.holds(Relation::kAbove, 0, 1));
  EXPECT_FALSE(facts.holds(Relation::kBelow, 0, 1));
  EXPECT_TRUE(facts.holds(Relation::kAbove, 0, 2));
  EXPECT_FALSE(facts.holds(Relation::kLargerThan, 0, 1));
  EXPECT_EQ(facts.groups().size(), 2u);
  EXPECT_EQ(facts.phrase(facts.groups()[0]), "two dogs");
  EXPECT_TRUE(facts.is_unique(1));
  EXPECT_FALSE(facts.is_unique(0));
}

TEST(Captions, NameEverythingWithItsNumber) {
  for_scenes([](const Facts& facts, Random& random) {
    const std::string text = lion::str(" ", caption(facts, random));
    for (const Group& group : facts.groups()) {
      std::string phrase = facts.phrase(group).substr(1);  // the first letter may be a capital
      EXPECT_TRUE(contains(text, phrase)) << text << " lacks " << phrase;
    }
    EXPECT_EQ(text.back(), '.');
  });
}

TEST(Captions, FiveOfAImageVary) {
  int different = 0;
  for_scenes([&](const Facts& facts, Random& random) {
    const std::vector<std::string> five = captions(facts, 5, random);
    ASSERT_EQ(five.size(), 5u);
    different += static_cast<int>(std::set<std::string>(five.begin(), five.end()).size());
  });
  EXPECT_GT(different, static_cast<int>(kScenes) * 9 / 2);
}

TEST(Expressions, NoTwoObjectsShareOne) {
  int without = 0, objects = 0;
  for_scenes([&](const Facts& facts, Random&) {
    std::set<std::string> seen;
    for (size_t i = 0; i < facts.size(); ++i) {
      std::set<std::string> own;
      for (const Expression& expression : expressions(facts, i)) own.insert(expression.text);
      without += own.empty();
      ++objects;
      for (const std::string& text : own) EXPECT_TRUE(seen.insert(text).second) << text;
    }
  });
  EXPECT_LT(without, objects / 15);
}

TEST(Expressions, TellTwoOfANameApart) {
  Scene scene = three_objects();
  scene.objects[0].top = 2;  // clearly above the cat, the other dog clearly below it
  const Facts facts(scene, painter().vocabulary());
  std::set<std::string> first, second;
  for (const Expression& one : expressions(facts, 0)) first.insert(one.text);
  for (const Expression& one : expressions(facts, 2)) second.insert(one.text);
  EXPECT_TRUE(first.contains("the dog at the top"));
  EXPECT_TRUE(second.contains("the bottom dog"));
  EXPECT_FALSE(first.contains("the dog"));
  EXPECT_FALSE(first.contains("the dog on the left"));  // both are
  EXPECT_TRUE(second.contains("the dog below the cat"));
  EXPECT_FALSE(first.contains("the dog to the left of the cat"));
}

TEST(Questions, ExistenceIsAnsweredRightHalfYes) {
  int yes = 0, all = 0;
  for_scenes([&](const Facts& facts, Random& random) {
    const auto question = ask(facts, QuestionType::kExists, random);
    ASSERT_TRUE(question);
    bool is_there = false;
    for (const Group& group : facts.groups()) {
      is_there |= contains(question->text,
                           str(" ", facts.vocabulary().one(facts.object(group.objects[0]))));
    }
    EXPECT_EQ(question->answer, is_there ? "yes" : "no") << question->text;
    yes += is_there;
    ++all;
  });
  EXPECT_NEAR(static_cast<double>(yes) / all, 0.5, 0.08);
}

TEST(Questions, CountsAreRight) {
  int checked = 0;
  for_scenes([&](const Facts& facts, Random& random) {
    for (int i = 0; i < 4; ++i) {
      const auto question = ask(facts, QuestionType::kCount, random);
      if (!question) continue;
      for (const Group& group : facts.groups()) {
        const std::string many = facts.vocabulary().plural(facts.object(group.objects[0]));
        if (!question->text.starts_with(str("How many ", many, " "))) continue;
        EXPECT_EQ(question->answer, str(group.objects.size()));
        ++checked;
      }
    }
  });
  EXPECT_GT(checked, 100);
}

TEST(Questions, RelationsAreTrueOfTheBoxes) {
  int checked = 0, yes = 0;
  for_scenes([&](const Facts& facts, Random& random) {
    const auto question = ask(facts, QuestionType::kRelation, random);
    if (!question) return;
    for (size_t a = 0; a < facts.size(); ++a) {
      for (size_t b = 0; b < facts.size(); ++b) {
        const std::string ending =
            str(" the ", facts.name(a), " to the left of the ", facts.name(b), "?");
        if (a == b || !question->text.ends_with(ending)) continue;
        const bool is_left = facts.object(a).centre_x() < facts.object(b).centre_x();
        EXPECT_EQ(question->answer, is_left ? "yes" : "no");
        ++checked;
        yes += is_left;
      }
    }
  });
  EXPECT_GT(checked, 20);
  EXPECT_GT(yes, 5);
  EXPECT_LT(yes, checked - 5);
}

TEST(Questions, ComparisonsAreTrueOfTheBoxes) {
  struct Case {
    std::string words;
    bool (*holds)(const Object& it, const Object& other);
  };
  const std::vector<Case> cases = {
      {"left",
       [](const Object& it, const Object& other) { return it.centre_x() < other.centre_x(); }},
      {"right",
       [](const Object& it, const Object& other) { return it.centre_x() > other.centre_x(); }},
      {"above",
       [](const Object& it, const Object& other) { return it.centre_y() < other.centre_y(); }},
      {"below",
       [](const Object& it, const Object& other) { return it.centre_y() > other.centre_y(); }},
      {"larger",
       [](const Object& it, const Object& other) {
         return it.width * it.height > other.width * other.height;
       }},
      {"smaller", [](const Object& it, const Object& other) {
         return it.width * it.height < other.width * other.height;
       }}};
  std::map<std::string, int> checked;
  for_scenes([&](const Facts& facts, Random& random) {
    const auto question = ask(facts, QuestionType::kCompare, random);
    if (!question) return;
    for (size_t it = 0; it < facts.size(); ++it) {
      for (size_t other = 0; other < facts.size(); ++other) {
        if (facts.name(it) != question->answer || it == other) continue;
        if (!question->sentence.ends_with(str(" the ", facts.name(other), "."))) continue;
        EXPECT_TRUE(contains(question->text, str(" the ", facts.name(other)))) << question->text;
        for (const Case& one : cases) {
          if (!contains(question->text, str(" ", one.words))) continue;
          EXPECT_TRUE(one.holds(facts.object(it), facts.object(other))) << question->text;
          ++checked[one.words];
        }
      }
    }
  });
  EXPECT_EQ(checked.size(), cases.size());
  for (const auto& [words, count] : checked) EXPECT_GT(count, 10) << words;
}

TEST(Questions, TheSubjectIsNamedFirst) {
  std::set<std::string> answers;
  for_scenes([&](const Facts& facts, Random& random) {
    const auto question = ask(facts, QuestionType::kSubject, random);
    if (!question) return;
    EXPECT_TRUE(question->text.starts_with(str("Is the ", question->answer, " ")) ||
                question->text.starts_with(str("Are the ", question->answer, " ")))
        << question->text;
    EXPECT_TRUE(question->text.ends_with("? Which is the question about?"));
    answers.insert(question->answer);
  });
  EXPECT_GT(answers.size(), 30u);
}

TEST(Questions, OneOfSomeTypesIsAsked) {
  int given = 0;
  for_scenes([&](const Facts& facts, Random& random) {
    const auto question = ask_one_of(facts, {QuestionType::kRead, QuestionType::kColour}, random);
    given += question.has_value();
    if (!question) return;
    EXPECT_TRUE(question->type == QuestionType::kRead || question->type == QuestionType::kColour);
  });
  EXPECT_GT(given, 100);
  EXPECT_LT(given, static_cast<int>(kScenes)) << "some scenes have neither sign nor shape";
}

TEST(Questions, TypesHaveNames) {
  for (size_t i = 0; i < kQuestionTypeCount; ++i) {
    const auto type = static_cast<QuestionType>(i);
    EXPECT_EQ(parse_question_type(question_type_name(type)), type);
  }
  EXPECT_THROW(parse_question_type("colors"), InputError);
}

TEST(Questions, SignsAreRead) {
  int checked = 0;
  for_scenes([&](const Facts& facts, Random& random) {
    const auto question = ask(facts, QuestionType::kRead, random);
    if (!question) return;
    const std::vector<Object>& objects = facts.scene().objects;
    const auto sign = std::find_if(objects.begin(), objects.end(),
                                   [](const Object& object) { return object.form == Form::kSign; });
    ASSERT_NE(sign, objects.end());
    EXPECT_TRUE(contains(question->sentence, sign->text));
    EXPECT_EQ(question->answer, lower_case(sign->text));
    ++checked;
  });
  EXPECT_GT(checked, 50);
}

TEST(Questions, KnowledgeHasOneAnswerInTheImage) {
  const Scene scene = three_objects();  // dogs and a cat: neither flies
  const Facts facts(scene, painter().vocabulary());
  Random random(1);
  for (int i = 0; i < 200; ++i) {
    EXPECT_FALSE(ask(facts, QuestionType::kKnowledge, random)) << "both are animals";
  }
}

TEST(Questions, EveryTypeIsAsked) {
  std::map<QuestionType, int> asked;
  for (uint64_t i = 0; i < 3000; ++i) {
    const Scene scene = painter().plan(i);
    Random random(i);
    const Question question = ask_any(Facts(scene, painter().vocabulary()), random);
    ++asked[question.type];
    EXPECT_EQ(question.text.back(), '?');
    EXPECT_EQ(question.sentence.back(), '.');
    EXPECT_FALSE(question.answer.empty());
  }
  EXPECT_EQ(asked.size(), kUsualQuestionTypeCount);
  for (const auto& [type, count] : asked) {
    EXPECT_GT(count, 60) << static_cast<int>(type);
    EXPECT_LT(count, 800) << static_cast<int>(type);
  }
}

TEST(Questions, ChoicesHoldTheAnswerOnce) {
  for_scenes([](const Facts& facts, Random& random) {
    const Question question = ask_any(facts, random);
    const std::vector<std::string> list = choices(question, facts, 4, random);
    EXPECT_EQ(std::count(list.begin(), list.end(), question.answer), 1) << question.text;
    EXPECT_EQ(std::set<std::string>(list.begin(), list.end()).size(), list.size());
    EXPECT_GE(list.size(), 2u);
    EXPECT_LE(list.size(), 4u);
  });
}

TEST(Questions, AnnotatorsMostlyAgree) {
  Question question;
  question.answer = "2";
  question.domain = AnswerDomain::kNumber;
  std::map<std::string, int> given;
  Random random(5);
  for (int i = 0; i < 100; ++i) {
    for (const std::string& answer : annotator_answers(question, random)) ++given[answer];
  }
  EXPECT_GT(given["2"], 800);
  EXPECT_GT(given["two"], 50);
  EXPECT_EQ(given.size(), 2u);
}

/// Whether a statement is true, by its words; nothing when they are about no two unique objects.
std::optional<bool> truth_of(const Statement& statement, const Facts& facts) {
  for (const size_t a : facts.unique_objects()) {
    for (const size_t b : facts.unique_objects()) {
      for (const Relation relation :
           {Relation::kLeftOf, Relation::kRightOf, Relation::kAbove, Relation::kBelow,
            Relation::kLargerThan, Relation::kSmallerThan}) {
        const std::string verb = is_plural_noun(facts.name(a)) ? " are " : " is ";
        const std::string text =
            str("The ", facts.name(a), verb, relation_words(relation), " the ", facts.name(b), ".");
        if (a != b && statement.text == text) return facts.holds(relation, a, b);
      }
    }
  }
  return std::nullopt;
}

TEST(Statements, HalfAreTrue) {
  int truths = 0, all = 0;
  for_scenes([&](const Facts& facts, Random& random) {
    const auto statement = state(facts, random);
    if (!statement) return;
    EXPECT_TRUE(contains(statement->text, statement->relation));
    EXPECT_EQ(statement->is_true, truth_of(*statement, facts)) << statement->text;
    truths += statement->is_true;
    ++all;
  });
  EXPECT_GT(all, 100);
  EXPECT_NEAR(static_cast<double>(truths) / all, 0.5, 0.1);
}

TEST(Statements, ConversationsBeginWithADescription) {
  for_scenes([](const Facts& facts, Random& random) {
    const std::vector<DialogueTurn> turns = converse(facts, 3, random);
    ASSERT_GE(turns.size(), 2u);
    EXPECT_TRUE(contains(turns[0].answer, "There "));
    EXPECT_NE(turns[1].question, turns[0].question);
  });
}

}  // namespace
}  // namespace lion::scenes
