#include "lion/scenes/expressions.h"

#include <algorithm>
#include <array>
#include <functional>

#include "lion/base/str.h"
#include "lion/scenes/words.h"

namespace lion::scenes {
namespace {

/// Whether `relation` holds between `i` and every other object of `among`.
bool is_extreme(const Facts& facts, size_t i, const std::vector<size_t>& among, Relation relation) {
  return std::all_of(among.begin(), among.end(),
                     [&](size_t other) { return other == i || facts.holds(relation, i, other); });
}

void add_names(const Facts& facts, size_t i, std::vector<Expression>& list) {
  const Object& object = facts.object(i);
  if (facts.is_unique(i)) {
    list.push_back({str("the ", facts.name(i)), false});
    list.push_back({facts.name(i), false});
  }
  const auto alone = [&](const std::function<bool(const Object&)>& same) {
    return std::count_if(facts.scene().objects.begin(), facts.scene().objects.end(), same) == 1;
  };
  if (object.form == Form::kShape &&
      alone([&](const Object& other) { return other.shape == object.shape; })) {
    list.push_back({str("the ", kShapes[static_cast<size_t>(object.shape)]), false});
  }
  if (object.form == Form::kSign &&
      alone([&](const Object& other) { return other.text == object.text; })) {
    list.push_back({str("the sign that says \"", object.text, "\""), false});
  }
  const std::string category = facts.vocabulary().category(object);
  if (object.form == Form::kEmoji && category != "sky" && category != "clothing" &&
      alone([&](const Object& other) { return facts.vocabulary().category(other) == category; })) {
    list.push_back({str("the ", category == "food" ? "thing to eat" : category), false});
  }
}

/// Among objects of its name: "the dog on the left", "the biggest dog".
void add_extremes(const Facts& facts, size_t i, std::vector<Expression>& list) {
  const std::vector<size_t>& same = facts.group(i).objects;
  if (same.size() < 2) return;
  struct Side {
    Relation relation;
    std::string_view after, before;
  };
  static constexpr std::array<Side, 4> kSides = {{{Relation::kLeftOf, "on the left", "leftmost"},
                                                  {Relation::kRightOf, "on the right", "rightmost"},
                                                  {Relation::kAbove, "at the top", "top"},
                                                  {Relation::kBelow, "at the bottom", "bottom"}}};
  for (const Side& side : kSides) {
    if (!is_extreme(facts, i, same, side.relation)) continue;
    list.push_back({str("the ", facts.name(i), " ", side.after), true});
    list.push_back({str("the ", side.before, " ", facts.name(i)), true});
  }
  const bool two = same.size() == 2;
  if (is_extreme(facts, i, same, Relation::kLargerThan)) {
    list.push_back({str("the ", two ? "larger " : "largest ", facts.name(i)), false});
  }
  if (is_extreme(facts, i, same, Relation::kSmallerThan)) {
    list.push_back({str("the ", two ? "smaller " : "smallest ", facts.name(i)), false});
  }
}

/// "the dog above the apple", where the apple is one and no other dog is above it.
void add_relations(const Facts& facts, size_t i, std::vector<Expression>& list) {
  for (const size_t anchor : facts.unique_objects()) {
    if (anchor == i) continue;
    for (const Relation relation : {Relation::kLeftOf, Relation::kRightOf, Relation::kAbove,
                                    Relation::kBelow, Relation::kInside, Relation::kOn}) {
      if (!facts.holds(relation, i, anchor)) continue;
      const std::optional<Relation> other_way = opposite(relation);
      const std::vector<size_t>& same = facts.group(i).objects;
      // The others must clearly not stand there: "not quite above" would leave doubt.
      const bool only = std::all_of(same.begin(), same.end(), [&](size_t other) {
        return other == i || !other_way || facts.holds(*other_way, other, anchor);
      });
      if (!only) continue;
      list.push_back(
          {str("the ", facts.name(i), " ", relation_words(relation), " the ", facts.name(anchor)),
           true});
    }
  }
}

/// "the thing in the top left corner", when nothing else has its centre in that quarter.
void add_corner(const Facts& facts, size_t i, std::vector<Expression>& list) {
  const double side = static_cast<double>(facts.scene().size);
  const double x = facts.object(i).centre_x() / side, y = facts.object(i).centre_y() / side;
  if (std::abs(x - 0.5) < 0.15 || std::abs(y - 0.5) < 0.15) return;
  for (size_t other = 0; other < facts.size(); ++other) {
    if (other == i) continue;
    const double ox = facts.object(other).centre_x() / side,
                 oy = facts.object(other).centre_y() / side;
    if ((ox - 0.5) * (x - 0.5) > -0.02 && (oy - 0.5) * (y - 0.5) > -0.02) return;
  }
  const std::string corner = str(y < 0.5 ? "top " : "bottom ", x < 0.5 ? "left" : "right");
  list.push_back({str("the ", facts.name(i), " in the ", corner), true});
  list.push_back({str("the thing in the ", corner, " corner"), true});
}

}  // namespace

std::vector<Expression> expressions(const Facts& facts, size_t i) {
  std::vector<Expression> list;
  add_names(facts, i, list);
  add_extremes(facts, i, list);
  add_relations(facts, i, list);
  add_corner(facts, i, list);
  return list;
}

std::optional<std::string> refer(const Facts& facts, size_t i, Random& random) {
  const std::vector<Expression> list = expressions(facts, i);
  if (list.empty()) return std::nullopt;
  // Half of the time the shortest sort, a name, where there is one.
  return chance(random, 0.5) ? list.front().text : pick(list, random).text;
}

std::vector<size_t> referable(const Facts& facts) {
  std::vector<size_t> list;
  for (size_t i = 0; i < facts.size(); ++i) {
    if (!expressions(facts, i).empty()) list.push_back(i);
  }
  return list;
}

}  // namespace lion::scenes
