#include "lion/text/normalizer.h"

#include "lion/base/str.h"
#include "lion/text/unicode.h"

namespace lion {
namespace {

std::string apply_step(const Charsmap& charsmap, std::string_view text) {
  return charsmap.normalize(text);
}

std::string apply_step(const ReplaceText& rule, std::string_view text) {
  return replace_all(text, rule.pattern, rule.content);
}

std::string apply_step(const CollapseSpaces& rule, std::string_view text) {
  std::string collapsed;
  for (size_t i = 0; i < text.size();) {
    size_t end = i;
    while (end < text.size() && text[end] == ' ') ++end;
    if (end - i >= 2) {
      collapsed += rule.content;
      i = end;
    } else {
      collapsed += text[i++];
    }
  }
  return collapsed;
}

std::string apply_step(const StripEdges& rule, std::string_view text) {
  size_t begin = text.size();  // of what is not white space, and its end
  size_t end = 0;
  for (size_t i = 0; i < text.size();) {
    const CodePoint next = decode_utf8(text.substr(i));
    if (!is_white_space(next.value)) {
      begin = std::min(begin, i);
      end = i + next.length;
    }
    i += next.length;
  }
  if (begin > end) return rule.left || rule.right ? "" : std::string(text);
  if (!rule.left) begin = 0;
  if (!rule.right) end = text.size();
  return std::string(text.substr(begin, end - begin));
}

/// A part of the text, and where it began there.
struct Span {
  std::string_view text;
  size_t begin = 0;
};

std::vector<Span> split_at_white_space(std::string_view text) {
  std::vector<Span> spans;
  size_t begin = 0;
  for (size_t i = 0; i <= text.size();) {
    const CodePoint next = i < text.size() ? decode_utf8(text.substr(i)) : CodePoint{' ', 1};
    if (is_white_space(next.value)) {
      if (i > begin) spans.push_back({text.substr(begin, i - begin), begin});
      begin = i + next.length;
    }
    i += next.length;
  }
  return spans;
}

}  // namespace

std::string normalize(const std::vector<NormalizerStep>& steps, std::string_view text) {
  std::string normal(text);
  for (const NormalizerStep& step : steps) {
    normal = std::visit([&](const auto& rule) { return apply_step(rule, normal); }, step);
  }
  return normal;
}

std::vector<std::string> pre_tokenize(const PreTokenizer& rules, std::string_view text,
                                      bool at_start) {
  std::vector<std::string> words;
  if (text.empty()) return words;
  const auto& [replacement, prepend, split] = rules.metaspace;
  const std::vector<Span> spans =
      rules.split_white_space ? split_at_white_space(text) : std::vector<Span>{{text, 0}};
  for (const Span& span : spans) {
    std::string word = replace_all(span.text, " ", replacement);
    const bool wanted = prepend == PrependScheme::kAlways ||
                        (prepend == PrependScheme::kFirst && at_start && span.begin == 0);
    if (wanted && !word.starts_with(replacement)) word.insert(0, replacement);
    size_t begin = 0;
    while (split && begin < word.size()) {
      const size_t next = word.find(replacement, begin + 1);
      if (next == std::string::npos) break;
      words.push_back(word.substr(begin, next - begin));
      begin = next;
    }
    words.push_back(word.substr(begin));
  }
  return words;
}

}  // namespace lion
