#include "lion/scenes/captions.h"

#include <algorithm>
#include <array>

#include "lion/base/str.h"
#include "lion/scenes/words.h"

namespace lion::scenes {
namespace {

constexpr size_t kRelationsTold = 2;  // in a long description

std::string place(const Facts& facts) {
  return std::string(setting_words(facts.scene().background.place).phrase);
}

/// The phrases of all groups, in random order.
std::vector<std::string> phrases(const Facts& facts, Random& random) {
  std::vector<std::string> list;
  for (const Group& group : facts.groups()) list.push_back(facts.phrase(group));
  shuffle(list, random);
  return list;
}

std::string_view there_are(const Facts& facts, const std::string& first) {
  for (const Group& group : facts.groups()) {
    if (facts.phrase(group) != first) continue;
    return group.single() && first != "some cherries" ? "There is " : "There are ";
  }
  return "There are ";
}

std::string enumeration(const Facts& facts, Random& random) {
  const std::string all = list_words(phrases(facts, random));
  return capitalized(chance(random, 0.75) ? str(all, " ", place(facts), ".") : str(all, "."));
}

std::string with_there(const Facts& facts, Random& random) {
  const std::vector<std::string> list = phrases(facts, random);
  const std::string sentence = str(there_are(facts, list.front()), list_words(list));
  return chance(random, 0.7) ? str(sentence, " ", place(facts), ".") : str(sentence, ".");
}

std::string image_of(const Facts& facts, Random& random) {
  static constexpr std::array<std::string_view, 5> kOpenings = {
      "A picture of ", "A drawing with ", "This page shows ", "The picture shows ",
      "A picture-book page with "};
  const std::string_view opening = pick(kOpenings, random);
  return str(opening, list_words(phrases(facts, random)), " ", place(facts), ".");
}

std::string place_first(const Facts& facts, Random& random) {
  const std::vector<std::string> list = phrases(facts, random);
  return capitalized(
      str(place(facts), facts.groups().size() == 1 && facts.groups()[0].single() ? " is " : " are ",
          list_words(list), "."));
}

struct Pair {
  size_t a, b;
  Relation relation;
};

/// Relations between objects that are one of their name; the scene's own link first.
std::vector<Pair> clear_relations(const Facts& facts) {
  std::vector<Pair> pairs;
  const std::vector<size_t> unique = facts.unique_objects();
  for (const size_t a : unique) {
    for (const size_t b : unique) {
      if (a == b) continue;
      for (const Relation relation : {Relation::kInside, Relation::kOn, Relation::kLeftOf,
                                      Relation::kRightOf, Relation::kAbove, Relation::kBelow}) {
        if (facts.holds(relation, a, b)) pairs.push_back({a, b, relation});
      }
    }
  }
  const auto is_link = [](const Pair& pair) {
    return pair.relation == Relation::kInside || pair.relation == Relation::kOn;
  };
  if (std::any_of(pairs.begin(), pairs.end(), is_link)) {
    std::erase_if(pairs, [&](const Pair& pair) { return !is_link(pair); });
  }
  return pairs;
}

/// "A dog to the left of an apple and two cups in a room."; an enumeration when nothing is clear.
std::string with_relation(const Facts& facts, Random& random) {
  const std::vector<Pair> pairs = clear_relations(facts);
  if (pairs.empty()) return enumeration(facts, random);
  const Pair& pair = pick(pairs, random);
  std::string sentence = str(facts.phrase(facts.group(pair.a)), " ", relation_words(pair.relation),
                             " ", facts.phrase(facts.group(pair.b)));
  std::vector<std::string> others;
  for (const Group& group : facts.groups()) {
    if (group.objects.front() != pair.a && group.objects.front() != pair.b) {
      others.push_back(facts.phrase(group));
    }
  }
  if (!others.empty()) sentence += str(", and ", list_words(others));
  return capitalized(chance(random, 0.6) ? str(sentence, ", ", place(facts), ".")
                                         : str(sentence, "."));
}

}  // namespace

std::string caption(const Facts& facts, Random& random) {
  switch (random.below(6)) {
    case 0:
    case 1:
      return enumeration(facts, random);
    case 2:
      return with_there(facts, random);
    case 3:
      return image_of(facts, random);
    case 4:
      return place_first(facts, random);
    default:
      return with_relation(facts, random);
  }
}

std::vector<std::string> captions(const Facts& facts, int64_t count, Random& random) {
  constexpr int kTries = 6;
  std::vector<std::string> list;
  while (static_cast<int64_t>(list.size()) < count) {
    std::string one = caption(facts, random);
    for (int i = 0; i < kTries && std::find(list.begin(), list.end(), one) != list.end(); ++i) {
      one = caption(facts, random);
    }
    list.push_back(std::move(one));
  }
  return list;
}

std::string long_description(const Facts& facts, Random& random) {
  std::string text = with_there(facts, random);
  std::vector<Pair> pairs = clear_relations(facts);
  // "a is above b" and "b is below a" say the same.
  std::erase_if(pairs, [](const Pair& pair) { return opposite(pair.relation) && pair.a > pair.b; });
  shuffle(pairs, random);
  if (pairs.size() > kRelationsTold) pairs.resize(kRelationsTold);
  for (const Pair& pair : pairs) {
    text += str(" The ", facts.name(pair.a), is_plural_noun(facts.name(pair.a)) ? " are " : " is ",
                relation_words(pair.relation), " the ", facts.name(pair.b), ".");
  }
  for (const Group& group : facts.groups()) {
    if (group.name == "sign" && group.single()) {
      text += str(" The sign reads \"", facts.object(group.objects.front()).text, "\".");
    }
  }
  return text;
}

}  // namespace lion::scenes
