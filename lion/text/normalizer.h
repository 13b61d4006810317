#pragma once
/// What happens to a text before the unigram model sees it: normalising, and cutting into words
/// that start with U+2581. The component names are those of tokenizer.json.

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "lion/text/charsmap.h"

namespace lion {

/// Replace with a literal pattern (not empty).
struct ReplaceText {
  std::string pattern;
  std::string content;
};

/// Replace with the pattern " {2,}": a run of at least two spaces becomes `content`.
struct CollapseSpaces {
  std::string content;
};

/// Strip: white space at the edges of the text.
struct StripEdges {
  bool left = false;
  bool right = false;
};

using NormalizerStep = std::variant<Charsmap, ReplaceText, CollapseSpaces, StripEdges>;

/// `text` (valid UTF-8) after all steps, in order.
std::string normalize(const std::vector<NormalizerStep>& steps, std::string_view text);

/// Which words get a leading U+2581 when they have none.
enum class PrependScheme { kAlways, kFirst, kNever };

/// Metaspace, as pre-tokenizer and as decoder.
struct Metaspace {
  std::string replacement = "\u2581";  ///< stands for a space
  PrependScheme prepend = PrependScheme::kAlways;
  bool split = true;  ///< cut before every `replacement`
};

struct PreTokenizer {
  bool split_white_space = false;  ///< WhitespaceSplit before Metaspace
  Metaspace metaspace;
};

/// The words of a normalised text. `at_start`: the text begins where the whole input begins, which
/// PrependScheme::kFirst asks for.
std::vector<std::string> pre_tokenize(const PreTokenizer& rules, std::string_view text,
                                      bool at_start);

}  // namespace lion
