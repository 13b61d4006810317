#include "lion/eval/caption_words.h"

#include <algorithm>

#include "lion/eval/ptb_tokenizer.h"
#include "lion/eval/python_text.h"

namespace lion::eval {
namespace {

bool may_hold_blanks(const std::string& token) {
  return std::any_of(token.begin(), token.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x21 || static_cast<unsigned char>(c) > 0x7E;
  });
}

WordedCaption worded(const std::string& caption, WordIds& ids) {
  WordedCaption result;
  for (const std::string& token : ptb_tokens(caption)) {
    result.tokens.push_back(ids.id(token));
    if (!may_hold_blanks(token)) {
      result.words.push_back(result.tokens.back());
      continue;
    }
    for (const std::string& word : python_split(token)) {
      result.words.push_back(ids.id(word));
    }
  }
  if (result.tokens.empty()) {
    result.tokens.push_back(ids.id(""));
  }
  return result;
}

}  // namespace

std::vector<WordedPair> worded(std::span<const CaptionPair> captions) {
  WordIds ids;
  std::vector<WordedPair> pairs;
  pairs.reserve(captions.size());
  for (const CaptionPair& caption : captions) {
    WordedPair& pair = pairs.emplace_back();
    pair.candidate = worded(caption.candidate, ids);
    for (const std::string& reference : caption.references) {
      pair.references.push_back(worded(reference, ids));
    }
  }
  return pairs;
}

}  // namespace lion::eval
