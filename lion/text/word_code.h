#pragma once
/// What stands for words and numbers before anything is learned: the same in symbolic scenes
/// (lion/scenes/symbolic_scene.h) and as a new language model's word vectors, so that what a
/// symbolic scene shows and what a question says are alike from the start.

#include <cstdint>
#include <string_view>
#include <vector>

namespace lion {

/// The mean of the codes of the words in `text`. A word's code is 1 and -1, drawn by its letters;
/// those of different words are nearly orthogonal. A shorter code is the beginning of a longer one.
std::vector<float> word_code(std::string_view text, int64_t length);

/// Sines and cosines of `value`, of a quarter of a wave to four between 0 and 1, so that near
/// numbers are alike; of mean square 1/2. Longer waves alone would tell no number exactly; among
/// shorter ones an encoder that is nearly right would not be understood. A shorter code is the
/// beginning of a longer one.
std::vector<float> number_code(double value, int64_t length);

}  // namespace lion
