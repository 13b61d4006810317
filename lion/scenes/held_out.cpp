#include "lion/scenes/held_out.h"

#include <algorithm>
#include <array>
#include <set>

#include "lion/base/random.h"
#include "lion/base/str.h"

namespace lion::scenes {
namespace {

constexpr uint64_t kPlaceSalt = 0x706c616365, kPairSalt = 0x70616972, kLinkSalt = 0x6c696e6b;
constexpr std::array<Shape, 2> kLinkShapes = {Shape::kCircle, Shape::kSquare};

bool one_in(uint64_t n, uint64_t salt, uint64_t a, uint64_t b) {
  return Random(Random(salt ^ a << 24).next() ^ b).below(n) == 0;
}

std::string words(const Kind& kind, Setting place) {
  return str(kind.name, ", ", setting_words(place).phrase);
}

std::string words(const Kind& a, const Kind& b) { return str(a.name, " and ", b.name); }

std::string words(const Kind& kind, Relation relation, Shape shape) {
  return str(kind.name, relation == Relation::kInside ? " inside a " : " on a ",
             kShapes[static_cast<size_t>(shape)]);
}

}  // namespace

bool is_held_out(char32_t kind, Setting place) {
  return one_in(10, kPlaceSalt, kind, static_cast<uint64_t>(place));
}

bool is_held_out(char32_t a, char32_t b) {
  return a != b && one_in(10, kPairSalt, std::min(a, b), std::max(a, b));
}

bool is_held_out(char32_t kind, Relation relation, Shape shape) {
  return one_in(6, kLinkSalt, kind,
                static_cast<uint64_t>(relation) * 16 + static_cast<uint64_t>(shape));
}

std::vector<std::string> held_out_combinations(const Scene& scene, const Vocabulary& vocabulary) {
  std::vector<std::string> found;
  std::set<int64_t> kinds;
  for (const Object& object : scene.objects) {
    if (object.form == Form::kEmoji) kinds.insert(object.kind);
  }
  const std::vector<Kind>& all = vocabulary.kinds();
  for (const int64_t i : kinds) {
    const Kind& kind = all.at(static_cast<size_t>(i));
    const Setting place = scene.background.place;
    if (is_held_out(kind.code, place)) found.push_back(words(kind, place));
    for (auto j = kinds.upper_bound(i); j != kinds.end(); ++j) {
      const Kind& other = all.at(static_cast<size_t>(*j));
      if (is_held_out(kind.code, other.code)) found.push_back(words(kind, other));
    }
  }
  if (scene.link) {
    const Object& object = scene.objects.at(scene.link->object);
    const Shape shape = static_cast<Shape>(scene.objects.at(scene.link->other).shape);
    const Kind& kind = vocabulary.kind(object);
    if (is_held_out(kind.code, scene.link->relation, shape)) {
      found.push_back(words(kind, scene.link->relation, shape));
    }
  }
  return found;
}

std::vector<std::string> all_held_out(const Vocabulary& vocabulary) {
  std::vector<std::string> all;
  const std::vector<Kind>& kinds = vocabulary.kinds();
  for (size_t i = 0; i < kinds.size(); ++i) {
    for (size_t p = 0; p < kSettingCount; ++p) {
      const Setting place = static_cast<Setting>(p);
      if (is_held_out(kinds[i].code, place)) all.push_back(words(kinds[i], place));
    }
    for (size_t j = i + 1; j < kinds.size(); ++j) {
      if (is_held_out(kinds[i].code, kinds[j].code)) all.push_back(words(kinds[i], kinds[j]));
    }
    for (const Relation relation : {Relation::kInside, Relation::kOn}) {
      for (const Shape shape : kLinkShapes) {
        if (is_held_out(kinds[i].code, relation, shape)) {
          all.push_back(words(kinds[i], relation, shape));
        }
      }
    }
  }
  return all;
}

}  // namespace lion::scenes
