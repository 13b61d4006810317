#include "lion/scenes/statements.h"

#include <array>

#include "lion/base/str.h"
#include "lion/scenes/captions.h"
#include "lion/scenes/questions.h"
#include "lion/scenes/words.h"

namespace lion::scenes {

std::optional<Statement> state(const Facts& facts, Random& random) {
  const std::vector<size_t> unique = facts.unique_objects();
  static constexpr std::array<Relation, 6> kRelations = {
      Relation::kLeftOf, Relation::kRightOf,    Relation::kAbove,
      Relation::kBelow,  Relation::kLargerThan, Relation::kSmallerThan};
  struct Known {
    size_t a, b;
    Relation relation;
  };
  std::vector<Known> known;
  for (const size_t a : unique) {
    for (const size_t b : unique) {
      for (const Relation relation : kRelations) {
        if (a != b && facts.holds(relation, a, b)) known.push_back({a, b, relation});
      }
    }
  }
  if (known.empty()) return std::nullopt;
  const Known& one = pick(known, random);
  Statement statement;
  statement.is_true = chance(random, 0.5);
  statement.relation =
      std::string(relation_words(statement.is_true ? one.relation : *opposite(one.relation)));
  statement.text =
      str("The ", facts.name(one.a), is_plural_noun(facts.name(one.a)) ? " are " : " is ",
          statement.relation, " the ", facts.name(one.b), ".");
  return statement;
}

std::vector<DialogueTurn> converse(const Facts& facts, int64_t turns, Random& random) {
  static constexpr std::array<std::string_view, 4> kOpenings = {
      "What do you see in this picture?", "Please describe the picture.",
      "Tell me what is shown here.", "What is going on in this scene?"};
  std::vector<DialogueTurn> list = {
      {std::string(pick(kOpenings, random)), long_description(facts, random)}};
  for (Question& question : ask_several(facts, turns - 1, random)) {
    list.push_back({std::move(question.text), std::move(question.sentence)});
  }
  return list;
}

}  // namespace lion::scenes
