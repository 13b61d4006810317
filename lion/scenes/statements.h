#pragma once
/// True and false statements about two objects, and conversations about a whole scene.

#include <optional>
#include <string>
#include <vector>

#include "lion/base/random.h"
#include "lion/scenes/facts.h"

namespace lion::scenes {

struct Statement {
  std::string text;      ///< "The dog is above the apple."
  std::string relation;  ///< "above"
  bool is_true = false;  ///< half and half
};

/// A statement on two objects that are each one of their name; nothing when no relation is clear.
std::optional<Statement> state(const Facts& facts, Random& random);

struct DialogueTurn {
  std::string question, answer;
};

/// A conversation of `turns` questions with whole sentences as answers; the first asks for a
/// description. May be shorter when the scene has little to ask about.
std::vector<DialogueTurn> converse(const Facts& facts, int64_t turns, Random& random);

}  // namespace lion::scenes
