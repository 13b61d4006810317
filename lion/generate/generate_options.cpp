#include "lion/generate/generate_options.h"

#include <cmath>
#include <string_view>

#include "lion/base/error.h"

namespace lion {
namespace {

template <typename T>
void require(bool holds, std::string_view name, T got, std::string_view expected) {
  if (holds) return;
  throw InputError(str("generate options: ", name, " is out of range (got ", got, ", expected ",
                       expected, "). Change ", name, "."));
}

}  // namespace

void GenerateOptions::validate() const {
  require(num_beams >= 1, "num_beams", num_beams, "1 or more");
  require(max_new_tokens >= 1, "max_new_tokens", max_new_tokens, "1 or more");
  require(min_length >= 0, "min_length", min_length, "0 or more");
  require(std::isfinite(repetition_penalty) && repetition_penalty > 0, "repetition_penalty",
          repetition_penalty, "a number above 0; 1 is none");
  require(std::isfinite(length_penalty), "length_penalty", length_penalty, "a finite number");
  require(std::isfinite(temperature) && temperature > 0, "temperature", temperature,
          "a number above 0");
  require(top_p > 0 && top_p <= 1, "top_p", top_p, "above 0 and at most 1");
  require(top_k >= 0, "top_k", top_k, "0 or more; 0 keeps all");
  require(num_return_sequences >= 1, "num_return_sequences", num_return_sequences, "1 or more");
  if (strategy == Strategy::kBeam) {
    require(num_return_sequences <= num_beams, "num_return_sequences", num_return_sequences,
            str("at most num_beams = ", num_beams));
  }
  require(start_id >= 0, "start_id", start_id, "0 or more");
  require(eos_id >= 0, "eos_id", eos_id, "0 or more");
}

}  // namespace lion
