#include "lion/text/added_tokens.h"

#include <algorithm>
#include <utility>

#include "lion/text/unicode.h"

namespace lion {
namespace {

Trie trie_of(const std::vector<AddedToken>& tokens) {
  std::vector<std::string> contents;
  for (const AddedToken& token : tokens) contents.push_back(token.content);
  return Trie(contents);
}

/// Bytes of white space that `text` starts with.
size_t leading_space(std::string_view text) {
  size_t length = 0;
  while (length < text.size()) {
    const CodePoint next = decode_utf8(text.substr(length));
    if (!is_white_space(next.value)) break;
    length += next.length;
  }
  return length;
}

/// Where the white space at the end of `text` begins.
size_t trailing_space(std::string_view text) {
  size_t begin = 0;
  for (size_t i = 0; i < text.size();) {
    const CodePoint next = decode_utf8(text.substr(i));
    i += next.length;
    if (!is_white_space(next.value)) begin = i;
  }
  return begin;
}

}  // namespace

AddedTokens::AddedTokens(std::vector<AddedToken> tokens)
    : tokens_(std::move(tokens)), trie_(trie_of(tokens_)) {}

std::vector<AddedTokens::Part> AddedTokens::cut(std::string_view text) const {
  std::vector<Part> parts;
  size_t done = 0;
  const auto add_until = [&](size_t end, int64_t id) {
    if (end > done) parts.push_back({text.substr(done, end - done), id});
    done = std::max(done, end);
  };
  for (size_t i = 0; i < text.size();) {
    const Trie::Match match = trie_.longest_prefix(text.substr(i));
    if (match.length == 0) {
      ++i;
      continue;
    }
    const AddedToken& token = tokens_[static_cast<size_t>(match.index)];
    size_t begin = i;
    size_t end = i + match.length;
    if (token.left_strip) begin = done + trailing_space(text.substr(done, i - done));
    if (token.right_strip) end += leading_space(text.substr(end));
    add_until(begin, -1);
    add_until(end, token.id);
    i = end;
  }
  add_until(text.size(), -1);
  return parts;
}

}  // namespace lion
