#include <algorithm>
#include <array>

#include "lion/base/str.h"
#include "lion/scenes/ask.h"
#include "lion/scenes/words.h"

namespace lion::scenes {
namespace {

Question object_question(QuestionType type, std::string text, const std::string& answer,
                         std::string sentence) {
  return {type, std::move(text), answer, sentence, sentence, AnswerDomain::kObject};
}

std::string_view is_are(const std::string& noun) { return is_plural_noun(noun) ? "are" : "is"; }
std::string_view does_do(const std::string& noun) { return is_plural_noun(noun) ? "Are" : "Is"; }

/// Two different objects that are each one of their name; nothing when there are not two.
std::optional<std::array<size_t, 2>> draw_two(const Facts& facts, Random& random) {
  std::vector<size_t> unique = facts.unique_objects();
  if (unique.size() < 2) return std::nullopt;
  shuffle(unique, random);
  return std::array<size_t, 2>{unique[0], unique[1]};
}

MaybeQuestion what_is_linked(const Facts& facts) {
  const std::optional<Link>& link = facts.scene().link;
  if (!link || !facts.is_unique(link->other)) return std::nullopt;
  const std::string where = str(relation_words(link->relation), " the ", facts.name(link->other));
  const std::string& name = facts.name(link->object);
  return object_question(QuestionType::kWhat, str("What is ", where, "?"), name,
                         str("The ", name, " ", is_are(name), " ", where, "."));
}

MaybeQuestion what_is_outermost(const Facts& facts, Random& random) {
  struct Side {
    Relation relation;
    std::string_view words;
  };
  static constexpr std::array<Side, 4> kSides = {{{Relation::kLeftOf, "farthest to the left"},
                                                  {Relation::kRightOf, "farthest to the right"},
                                                  {Relation::kAbove, "highest up"},
                                                  {Relation::kBelow, "lowest down"}}};
  const Side& side = pick(kSides, random);
  for (size_t i = 0; i < facts.size(); ++i) {
    bool outermost = facts.size() > 1;
    for (size_t j = 0; j < facts.size(); ++j) {
      outermost = outermost && (i == j || facts.holds(side.relation, i, j));
    }
    if (!outermost) continue;
    const std::string& name = facts.name(i);
    return object_question(QuestionType::kWhat, str("What is ", side.words, "?"), name,
                           str("The ", name, " ", is_are(name), " ", side.words, "."));
  }
  return std::nullopt;
}

}  // namespace

MaybeQuestion ask_what(const Facts& facts, Random& random) {
  if (facts.groups().size() == 1) {
    static constexpr std::array<std::string_view, 3> kTexts = {
        "What is this?", "What does the picture show?", "What can be seen here?"};
    const Group& group = facts.groups().front();
    return object_question(QuestionType::kWhat, std::string(pick(kTexts, random)), group.name,
                           str("The picture shows ", facts.phrase(group), "."));
  }
  if (chance(random, 0.5)) {
    if (MaybeQuestion linked = what_is_linked(facts)) return linked;
  }
  return what_is_outermost(facts, random);
}

namespace {

constexpr std::array<Relation, 6> kComparable = {Relation::kLeftOf,     Relation::kRightOf,
                                                 Relation::kAbove,      Relation::kBelow,
                                                 Relation::kLargerThan, Relation::kSmallerThan};

/// A relation that clearly holds between two different objects, each one of its name.
struct Comparison {
  size_t a = 0, b = 0;
  Relation relation = Relation::kLeftOf;
};

std::optional<Comparison> draw_comparison(const Facts& facts, Random& random) {
  const auto two = draw_two(facts, random);
  if (!two) return std::nullopt;
  const auto [a, b] = *two;
  std::vector<Relation> clear;
  for (const Relation relation : kComparable) {
    if (facts.holds(relation, a, b)) clear.push_back(relation);
  }
  if (clear.empty()) return std::nullopt;
  return Comparison{a, b, pick(clear, random)};
}

}  // namespace

MaybeQuestion ask_relation(const Facts& facts, Random& random) {
  const auto drawn = draw_comparison(facts, random);
  if (!drawn) return std::nullopt;
  const auto [a, b, truth] = *drawn;
  const bool yes = chance(random, 0.5);
  const Relation asked = yes ? truth : *opposite(truth);
  const std::string& name = facts.name(a);
  const std::string sentence = str(yes ? "Yes, the " : "No, the ", name, " ", is_are(name), " ",
                                   relation_words(truth), " the ", facts.name(b), ".");
  return Question{
      QuestionType::kRelation,
      str(does_do(name), " the ", name, " ", relation_words(asked), " the ", facts.name(b), "?"),
      yes ? "yes" : "no",
      sentence,
      sentence,
      AnswerDomain::kYesNo};
}

MaybeQuestion ask_compare(const Facts& facts, Random& random) {
  const auto drawn = draw_comparison(facts, random);
  if (!drawn) return std::nullopt;
  const auto [a, b, truth] = *drawn;
  const std::string& name = facts.name(a);
  const bool comes_first = chance(random, 0.5);
  const std::string& first = comes_first ? name : facts.name(b);
  const std::string& second = comes_first ? facts.name(b) : name;
  const std::string sentence =
      str("The ", name, " ", is_are(name), " ", relation_words(truth), " the ", facts.name(b), ".");
  if (chance(random, 0.5)) {  // in the words of ask_relation
    return object_question(QuestionType::kCompare,
                           str(does_do(first), " the ", first, " ", relation_words(truth), " the ",
                               second, ", or ", is_are(second), " the ", second, "?"),
                           name, sentence);
  }
  static constexpr std::array<std::string_view, 6> kWords = {
      "to the left", "to the right", "above", "below", "larger", "smaller"};
  const auto which = static_cast<size_t>(std::find(kComparable.begin(), kComparable.end(), truth) -
                                         kComparable.begin());
  return object_question(
      QuestionType::kCompare,
      str("Which is ", kWords.at(which), ", the ", first, " or the ", second, "?"), name, sentence);
}

MaybeQuestion ask_subject(const Facts& facts, Random& random) {
  const auto two = draw_two(facts, random);
  if (!two) return std::nullopt;
  const std::string &a = facts.name((*two)[0]), &b = facts.name((*two)[1]);
  const std::string asked =
      str(does_do(a), " the ", a, " ", relation_words(pick(kComparable, random)), " the ", b, "?");
  return object_question(QuestionType::kSubject, str(asked, " Which is the question about?"), a,
                         str("The question is about the ", a, "."));
}

MaybeQuestion ask_side(const Facts& facts, Random& random) {
  const std::vector<size_t> unique = facts.unique_objects();
  if (unique.empty()) return std::nullopt;
  const size_t i = pick(unique, random);
  const double from_middle =
      facts.object(i).centre_x() / static_cast<double>(facts.scene().size) - 0.5;
  constexpr double kClear = 0.12;
  if (from_middle > -kClear && from_middle < kClear) return std::nullopt;
  static constexpr std::array<std::string_view, 3> kEnds = {
      " on the left or on the right?", " on the left or the right side of the picture?",
      " in the left or the right half?"};
  const std::string answer = from_middle < 0 ? "left" : "right";
  const std::string& name = facts.name(i);
  const std::string sentence = str("The ", name, " ", is_are(name), " on the ", answer, ".");
  return Question{QuestionType::kSide,
                  str(does_do(name), " the ", name, pick(kEnds, random)),
                  answer,
                  sentence,
                  sentence,
                  AnswerDomain::kSide};
}

MaybeQuestion ask_size(const Facts& facts, Random& random) {
  const auto two = draw_two(facts, random);
  if (!two) return std::nullopt;
  const auto [a, b] = *two;
  const bool first = facts.holds(Relation::kLargerThan, a, b);
  if (!first && !facts.holds(Relation::kSmallerThan, a, b)) return std::nullopt;
  const bool larger = chance(random, 0.5);
  const std::string& name = facts.name(first == larger ? a : b);
  const std::string word = larger ? (chance(random, 0.5) ? "larger" : "bigger") : "smaller";
  return object_question(
      QuestionType::kSize,
      str("Which is ", word, ", the ", facts.name(a), " or the ", facts.name(b), "?"), name,
      str("The ", name, " ", is_are(name), " ", word, "."));
}

MaybeQuestion ask_neighbour(const Facts& facts, Random& random) {
  const std::vector<size_t> unique = facts.unique_objects();
  if (unique.empty() || facts.size() < 2) return std::nullopt;
  const size_t anchor = pick(unique, random);
  static constexpr std::array<Relation, 4> kRelations = {Relation::kLeftOf, Relation::kRightOf,
                                                         Relation::kAbove, Relation::kBelow};
  const Relation relation = pick(kRelations, random);
  std::optional<size_t> found;
  for (size_t i = 0; i < facts.size(); ++i) {
    if (i == anchor || facts.holds(*opposite(relation), i, anchor)) continue;
    if (found || !facts.holds(relation, i, anchor)) return std::nullopt;
    found = i;
  }
  if (!found) return std::nullopt;
  const std::string where = str(relation_words(relation), " the ", facts.name(anchor));
  const std::string& name = facts.name(*found);
  return object_question(QuestionType::kNeighbour, str("What is ", where, "?"), name,
                         str("The ", name, " ", is_are(name), " ", where, "."));
}

}  // namespace lion::scenes
