#pragma once
/// The character rewriting that a SentencePiece model carries ("precompiled charsmap", for T5 the
/// rules nmt_nfkc), applied as Hugging Face tokenizers applies it.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lion {

class Charsmap {
 public:
  /// `bytes`: uint32 size of the trie, the trie (darts-clone double array of uint32), then the
  /// replacements, each ended by a zero byte. `where` names the source in errors. Throws
  /// InputError when the sizes do not fit or the replacements are not UTF-8.
  Charsmap(std::string_view bytes, std::string_view where);

  /// `text` (valid UTF-8) rewritten grapheme by grapheme: one of fewer than 6 bytes as a whole if
  /// the trie knows it (or its first part: then the rest of it is lost, as in Hugging Face), any
  /// other character by character.
  std::string normalize(std::string_view text) const;

 private:
  /// The replacement of the shortest known part that `chunk` starts with.
  std::optional<std::string_view> replacement(std::string_view chunk) const;

  std::vector<uint32_t> units_;
  std::string replacements_;
};

}  // namespace lion
