#include "lion/engine/answer_boxes.h"

#include <algorithm>
#include <cmath>

namespace lion {
namespace {

/// How many bytes of the answer the first `count` tokens spell. Decoding tidies up spaces, so
/// prefixes are decoded as wholes rather than adding up pieces.
size_t spelled(std::span<const int64_t> ids, size_t count, const T5Tokenizer& tokenizer) {
  return tokenizer.decode(ids.first(count)).size();
}

double confidence(std::string_view text, const ParsedBox& box, std::span<const int64_t> ids,
                  std::span<const double> logprobs, const T5Tokenizer& tokenizer) {
  const size_t stop = box.offset + box.length;
  double sum = 0;
  int64_t count = 0;
  size_t begin = 0;
  for (size_t i = 0; i < ids.size() && begin < stop; ++i) {
    const size_t end = std::min(spelled(ids, i + 1, tokenizer), text.size());
    const size_t from = std::max(begin, box.offset);
    const size_t to = std::min(end, stop);
    // Brackets and commas are certain once a box has begun: only digits say where it is.
    if (to > from &&
        text.substr(from, to - from).find_first_of("0123456789") != std::string_view::npos) {
      sum += logprobs[i];
      ++count;
    }
    begin = std::max(begin, end);
  }
  return count == 0 ? 0.0 : std::exp(sum / static_cast<double>(count));
}

}  // namespace

std::vector<AnswerBox> answer_boxes(std::string_view text, std::span<const int64_t> ids,
                                    std::span<const double> logprobs, const T5Tokenizer& tokenizer,
                                    int64_t width, int64_t height) {
  std::vector<AnswerBox> boxes;
  for (const ParsedBox& parsed : parse_boxes(text)) {
    boxes.push_back({parsed.box, to_pixels(parsed.box, width, height),
                     confidence(text, parsed, ids, logprobs, tokenizer),
                     parsed.clamped || parsed.reordered});
  }
  return boxes;
}

}  // namespace lion
