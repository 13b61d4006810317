#pragma once
/// What is ever said about painted scenes: the words that a model of them has to know.

#include <cstdint>

#include "lion/scenes/scene.h"
#include "lion/text/prompt.h"
#include "lion/text/word_vocabulary.h"

namespace lion::scenes {

/// The words of `templates` and of all tasks' texts about `count` scenes.
WordVocabulary scene_words(const SceneConfig& config, const PromptTemplates& templates,
                           int64_t count);

}  // namespace lion::scenes
