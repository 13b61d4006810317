#pragma once
/// Referring expressions: words that mean exactly one object of a scene.

#include <optional>
#include <string>
#include <vector>

#include "lion/base/random.h"
#include "lion/scenes/facts.h"

namespace lion::scenes {

struct Expression {
  std::string text;              ///< "the dog on the left"
  bool speaks_of_place = false;  ///< RefCOCO+ has no such expressions
};

/// Every expression of the grammar that fits object `i` and no other object. May be empty, when
/// several objects of one name differ in nothing that words can tell.
std::vector<Expression> expressions(const Facts& facts, size_t i);

/// One of them at random; nothing when there is none.
std::optional<std::string> refer(const Facts& facts, size_t i, Random& random);

/// Objects that have an expression.
std::vector<size_t> referable(const Facts& facts);

}  // namespace lion::scenes
