#pragma once
/// What is true of a scene, in the terms that people speak of images in.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lion/scenes/scene.h"
#include "lion/scenes/vocabulary.h"

namespace lion::scenes {

/// Objects of one name.
struct Group {
  std::string name;  ///< "dog", "red circle", "sign"
  std::vector<size_t> objects;

  bool single() const { return objects.size() == 1; }
};

/// A scene with its vocabulary; both must live as long as the facts.
class Facts {
 public:
  Facts(const Scene& scene, const Vocabulary& vocabulary);

  const Scene& scene() const { return *scene_; }
  const Vocabulary& vocabulary() const { return *vocabulary_; }
  size_t size() const { return scene_->objects.size(); }
  const Object& object(size_t i) const { return scene_->objects.at(i); }
  const std::string& name(size_t i) const { return groups_[group_of_.at(i)].name; }
  const std::vector<Group>& groups() const { return groups_; }
  const Group& group(size_t i) const { return groups_[group_of_.at(i)]; }

  /// "a dog", "two dogs", `a yellow sign that says "STOP"`.
  std::string phrase(const Group& group) const;

  /// Whether no other object has this name.
  bool is_unique(size_t i) const { return group(i).single(); }
  std::vector<size_t> unique_objects() const;

  /// Whether the relation holds so clearly that nobody would deny it. Neither a relation nor its
  /// opposite holds when centres are closer than a tenth of the image, or when one object is less
  /// than 1.6 times as large as the other.
  bool holds(Relation relation, size_t a, size_t b) const;

  /// Whether something could be called by this name; a name counts as a word within a longer one
  /// ("tree" is said of a palm tree as well).
  bool mentions(const std::string& name) const;

 private:
  const Scene* scene_;
  const Vocabulary* vocabulary_;
  std::vector<Group> groups_;
  std::vector<size_t> group_of_;
};

/// kLeftOf for kRightOf and so on. Inside and on have no opposite: nothing.
std::optional<Relation> opposite(Relation relation);

/// "to the left of", "above", "inside", "larger than", ...
std::string_view relation_words(Relation relation);

}  // namespace lion::scenes
