#pragma once
/// Tokens that are cut out of a text before anything else happens to it: <extra_id_0>, [SEP], ...

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lion/text/trie.h"

namespace lion {

/// An entry of `added_tokens` in tokenizer.json.
struct AddedToken {
  int64_t id = 0;
  std::string content;
  bool left_strip = false;   ///< takes the white space before it along
  bool right_strip = false;  ///< takes the white space after it along
  bool normalized = false;   ///< is looked for in the normalised text, not in the raw one
  bool special = false;      ///< is left out when ids are decoded
};

/// Finds added tokens: the leftmost first, of those the longest.
class AddedTokens {
 public:
  /// A part of the text: an added token, or what lies between two.
  struct Part {
    std::string_view text;
    int64_t id = -1;  ///< -1: no added token
  };

  explicit AddedTokens(std::vector<AddedToken> tokens);

  /// The parts of `text` in order, none empty. They point into `text`.
  std::vector<Part> cut(std::string_view text) const;

 private:
  std::vector<AddedToken> tokens_;
  Trie trie_;
};

}  // namespace lion
