#pragma once
/// Caption tokens as pycocoevalcap makes them: Stanford's PTBTokenizer (CoreNLP 3.4.1) with
/// -preserveLines -lowerCase, less its list of punctuation tokens.

#include <string>
#include <string_view>
#include <vector>

namespace lion {

/// The tokens of one caption, lower-cased, punctuation dropped. Line breaks of any kind count as
/// blanks. A token may contain U+00A0 ("3 1/2" is one token); who counts words splits there too.
std::vector<std::string> ptb_tokens(std::string_view caption);

/// The tokens joined with single blanks: a line of the reference's output.
std::string ptb_tokenize(std::string_view caption);

/// `ptb_tokenize`d text split at any Unicode white space: what CIDEr and BLEU count. (ROUGE counts
/// `ptb_tokens`.)
std::vector<std::string> caption_words(std::string_view caption);

}  // namespace lion
