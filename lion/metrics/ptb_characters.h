#pragma once
/// Internal to this component: what kinds of characters the PTB tokenizer tells apart. The
/// reference knows the letters of Unicode 6.0 within the first 65,536 code points.

#include <cstdint>
#include <string>
#include <string_view>

namespace lion::ptb {

/// The kind of a character. ASCII stands for itself; a few other characters that rules name have
/// their own number; all the rest fall into the groups below.
using Symbol = uint8_t;

inline constexpr Symbol kFirstSpecial = 128;

enum Group : Symbol {
  kUpperLetter = 192,  ///< a letter beyond ASCII, upper case
  kOtherLetter,        ///< any other letter beyond ASCII
  kMark,               ///< joins letters, but begins no name: accents, vowel signs
  kDigit,              ///< a digit beyond ASCII
  kSymbol,             ///< a token of its own
  kSuperscript,        ///< raised digit
  kSubscript,          ///< lowered digit
  kScriptSign,         ///< raised or lowered + and -
  kWideBlank,          ///< U+2000..U+200A, U+3000
  kOther,              ///< no token, but separates words: emoji, controls, later scripts
  kSymbolCount
};

/// The kind of one code point.
Symbol symbol_of(char32_t character);

/// A caption as code points and their kinds. Line breaks have become blanks. Behind the caption
/// stand a line feed and, where known, the beginning of the next line.
struct Text {
  std::u32string characters;
  std::basic_string<Symbol> symbols;
  size_t length = 0;  ///< characters of the caption
};

/// Bytes that rules see of the next line: room for a word or a tag that begins a sentence.
inline constexpr size_t kLookAhead = 64;

/// Broken UTF-8 counts as U+FFFD.
Text read_text(std::string_view caption, std::string_view next_line = {});

/// Lower case as Java has it: a dotted capital I leaves its dot, a capital sigma at the end of a
/// word becomes the final one.
std::string lower_case(std::u32string_view token);

}  // namespace lion::ptb
