#include "lion/scenes/facts.h"

#include <algorithm>
#include <array>

#include "lion/base/str.h"
#include "lion/scenes/words.h"

namespace lion::scenes {
namespace {

constexpr double kClearShift = 0.1;     // of the image's side, between centres
constexpr double kClearlyLarger = 1.6;  // ratio of areas

}  // namespace

Facts::Facts(const Scene& scene, const Vocabulary& vocabulary)
    : scene_(&scene), vocabulary_(&vocabulary) {
  for (size_t i = 0; i < scene.objects.size(); ++i) {
    std::string name = vocabulary.name(scene.objects[i]);
    const auto same = std::find_if(groups_.begin(), groups_.end(),
                                   [&](const Group& group) { return group.name == name; });
    group_of_.push_back(static_cast<size_t>(same - groups_.begin()));
    if (same == groups_.end()) {
      groups_.push_back({std::move(name), {i}});
    } else {
      same->objects.push_back(i);
    }
  }
}

std::string Facts::phrase(const Group& group) const {
  const Object& first = object(group.objects.front());
  if (!group.single()) {
    return str(number_word(static_cast<int64_t>(group.objects.size())), " ",
               vocabulary_->plural(first));
  }
  if (first.form != Form::kSign) return vocabulary_->one(first);
  return str(with_article(kColours.at(static_cast<size_t>(first.colour)).name),
             " sign that says \"", first.text, "\"");
}

std::vector<size_t> Facts::unique_objects() const {
  std::vector<size_t> unique;
  for (size_t i = 0; i < size(); ++i) {
    if (is_unique(i)) unique.push_back(i);
  }
  return unique;
}

bool Facts::holds(Relation relation, size_t a, size_t b) const {
  const Object& one = object(a);
  const Object& two = object(b);
  const double shift = kClearShift * static_cast<double>(scene_->size);
  const std::optional<Link>& link = scene_->link;
  switch (relation) {
    case Relation::kLeftOf:
      return one.centre_x() + shift <= two.centre_x();
    case Relation::kRightOf:
      return two.centre_x() + shift <= one.centre_x();
    case Relation::kAbove:
      return one.centre_y() + shift <= two.centre_y();
    case Relation::kBelow:
      return two.centre_y() + shift <= one.centre_y();
    case Relation::kLargerThan:
      return one.area() >= kClearlyLarger * two.area();
    case Relation::kSmallerThan:
      return two.area() >= kClearlyLarger * one.area();
    case Relation::kInside:
    case Relation::kOn:
      return link && link->relation == relation && link->object == a && link->other == b;
  }
  return false;
}

bool Facts::mentions(const std::string& name) const {
  const auto contains_word = [](const std::string& text, const std::string& word) {
    return str(" ", text, " ").find(str(" ", word, " ")) != std::string::npos;
  };
  return std::any_of(groups_.begin(), groups_.end(), [&](const Group& group) {
    return contains_word(group.name, name) || contains_word(name, group.name);
  });
}

std::optional<Relation> opposite(Relation relation) {
  switch (relation) {
    case Relation::kLeftOf:
      return Relation::kRightOf;
    case Relation::kRightOf:
      return Relation::kLeftOf;
    case Relation::kAbove:
      return Relation::kBelow;
    case Relation::kBelow:
      return Relation::kAbove;
    case Relation::kLargerThan:
      return Relation::kSmallerThan;
    case Relation::kSmallerThan:
      return Relation::kLargerThan;
    default:
      return std::nullopt;
  }
}

std::string_view relation_words(Relation relation) {
  static constexpr std::array<std::string_view, 8> kWords = {
      "to the left of", "to the right of", "above",       "below",
      "inside",         "on top of",       "larger than", "smaller than"};
  return kWords.at(static_cast<size_t>(relation));
}

}  // namespace lion::scenes
