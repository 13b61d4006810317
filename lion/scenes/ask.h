#pragma once
/// Internal to this component: one function per type of question. Each gives nothing when the scene
/// has no such question with a sure answer.

#include <optional>
#include <string>
#include <string_view>

#include "lion/base/random.h"
#include "lion/scenes/facts.h"
#include "lion/scenes/questions.h"

namespace lion::scenes {

using MaybeQuestion = std::optional<Question>;

// ask_objects.cpp: about objects and their places
MaybeQuestion ask_what(const Facts& facts, Random& random);
MaybeQuestion ask_relation(const Facts& facts, Random& random);
MaybeQuestion ask_side(const Facts& facts, Random& random);
MaybeQuestion ask_size(const Facts& facts, Random& random);
MaybeQuestion ask_neighbour(const Facts& facts, Random& random);
MaybeQuestion ask_compare(const Facts& facts, Random& random);
MaybeQuestion ask_subject(const Facts& facts, Random& random);

// ask_properties.cpp: about colours, numbers, words, knowledge
MaybeQuestion ask_colour(const Facts& facts, Random& random);
MaybeQuestion ask_count(const Facts& facts, Random& random);
MaybeQuestion ask_exists(const Facts& facts, Random& random);
MaybeQuestion ask_category(const Facts& facts, Random& random);
MaybeQuestion ask_read(const Facts& facts, Random& random);
MaybeQuestion ask_place(const Facts& facts, Random& random);
MaybeQuestion ask_knowledge(const Facts& facts, Random& random);
MaybeQuestion ask_logic(const Facts& facts, Random& random);

}  // namespace lion::scenes
