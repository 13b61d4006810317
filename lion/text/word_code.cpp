#include "lion/text/word_code.h"

#include <algorithm>
#include <cmath>
#include <sstream>
#include <string>

#include "lion/base/random.h"

namespace lion {

std::vector<float> word_code(std::string_view text, int64_t length) {
  std::vector<float> code(static_cast<size_t>(length), 0);
  std::istringstream words{std::string(text)};
  float count = 0;
  for (std::string word; words >> word; ++count) {
    uint64_t state = 0;
    for (const char c : word) state = Random(state ^ static_cast<unsigned char>(c)).next();
    Random random(state);
    for (float& one : code) one += random.below(2) == 0 ? -1.0F : 1.0F;
  }
  for (float& one : code) one /= std::max(count, 1.0F);
  return code;
}

std::vector<float> number_code(double value, int64_t length) {
  constexpr double kGolden = 0.6180339887498949;  // spreads any number of wavelengths evenly
  std::vector<float> code(static_cast<size_t>(length));
  for (int64_t i = 0; i < length; ++i) {
    const double share = std::fmod(static_cast<double>(i / 2) * kGolden, 1.0);
    const double angle = 2 * M_PI * 0.25 * std::pow(16.0, share) * value;
    code[static_cast<size_t>(i)] =
        static_cast<float>(i % 2 == 0 ? std::sin(angle) : std::cos(angle));
  }
  return code;
}

}  // namespace lion
