#pragma once
/// Model folders that nobody has trained yet, for models whose every part is trained here.

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "lion/models/lion_config.h"
#include "lion/text/word_vocabulary.h"
#include "lion/train/first_weights.h"

namespace lion::train {

/// Writes a whole model folder: `config`, both tokenizers of `words`, the tags (each counts from a
/// probability of one half), and untrained weights in float32. `config` must have the sizes of the
/// vocabularies. Throws InputError when the folder exists and is not empty or the config is wrong,
/// ResourceError when it cannot be written.
void write_new_model(const std::filesystem::path& folder, const models::LionConfig& config,
                     const WordVocabulary& words, const std::vector<std::string>& tags,
                     const FirstWeights& first, uint64_t seed);

}  // namespace lion::train
