#include "lion/metrics/caption_words.h"

#include <algorithm>
#include <ranges>
#include <string_view>

#include "lion/metrics/ptb_characters.h"
#include "lion/metrics/ptb_lines.h"
#include "lion/metrics/python_text.h"

namespace lion {
namespace {

bool may_hold_blanks(const std::string& token) {
  return std::any_of(token.begin(), token.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x21 || static_cast<unsigned char>(c) > 0x7E;
  });
}

WordedCaption worded(const std::vector<std::string>& tokens, WordIds& ids) {
  WordedCaption result;
  for (const std::string& token : tokens) {
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

/// A caption and where its words go.
struct Line {
  const std::string* caption;
  WordedCaption* words;
};

// The reference tokenizes a file of these lines.
void word_lines(std::span<const Line> lines, WordIds& ids) {
  std::string next;
  for (const Line& line : lines | std::views::reverse) {
    *line.words = worded(ptb_tokens_before(*line.caption, next), ids);
    // Rules look past blank lines, or stop at them, as they do with blanks.
    next = python_strip(*line.caption).empty() ? " " + next : *line.caption;
    next.resize(std::min(next.size(), ptb::kLookAhead));
  }
}

}  // namespace

std::vector<WordedPair> worded(std::span<const CaptionPair> captions) {
  std::vector<WordedPair> pairs(captions.size());
  std::vector<Line> candidates;
  std::vector<Line> references;
  for (size_t i = 0; i < captions.size(); ++i) {
    candidates.push_back({&captions[i].candidate, &pairs[i].candidate});
    pairs[i].references.resize(captions[i].references.size());
    for (size_t k = 0; k < captions[i].references.size(); ++k) {
      references.push_back({&captions[i].references[k], &pairs[i].references[k]});
    }
  }
  WordIds ids;
  word_lines(references, ids);
  word_lines(candidates, ids);
  return pairs;
}

}  // namespace lion
