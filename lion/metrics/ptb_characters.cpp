#include "lion/metrics/ptb_characters.h"

#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <iterator>

#include "lion/metrics/ptb_ranges.h"
#include "lion/text/unicode.h"

namespace lion::ptb {
namespace {

// Characters that rules call by name, ascending.
constexpr std::u32string_view kSpecials =
    U"\u0080\u0091\u0092\u0093\u0094\u0096\u0097\u00A0\u00A2\u00A3\u00A4\u00AB\u00AD\u00BB\u00BC"
    U"\u00BD\u00BE\u058A\u066B\u066C\u2010\u2011\u2013\u2014\u2015\u2018\u2019\u201A\u201B\u201C"
    U"\u201D\u201E\u201F\u2026\u2039\u203A\u2044\u20A0\u20AC\u2153\u2154\u3001";
static_assert(kFirstSpecial + kSpecials.size() <= kUpperLetter);

constexpr Range kSuperscripts[] = {{0xB2, 0xB3}, {0xB9, 0xB9}, {0x2070, 0x2070}, {0x2074, 0x2079}};
constexpr Range kSubscripts[] = {{0x2080, 0x2089}};
constexpr Range kScriptSigns[] = {{0x207A, 0x207B}, {0x208A, 0x208B}};
constexpr Range kWideBlanks[] = {{0x2000, 0x200A}, {0x3000, 0x3000}};

bool contains(std::span<const Range> ranges, char32_t character) {
  const auto after =
      std::upper_bound(ranges.begin(), ranges.end(), character,
                       [](char32_t value, const Range& range) { return value < range.first; });
  return after != ranges.begin() && character <= std::prev(after)->last;
}

utf8proc_category_t category(char32_t character) {
  return utf8proc_category(static_cast<utf8proc_int32_t>(character));
}

Symbol group_of(char32_t character) {
  if (contains(letter_ranges(), character)) {
    return category(character) == UTF8PROC_CATEGORY_LU ? kUpperLetter : kOtherLetter;
  }
  if (contains(mark_ranges(), character)) {
    return kMark;
  }
  if (contains(digit_ranges(), character)) {
    return kDigit;
  }
  if (contains(kSuperscripts, character)) {
    return kSuperscript;
  }
  if (contains(kSubscripts, character)) {
    return kSubscript;
  }
  if (contains(kScriptSigns, character)) {
    return kScriptSign;
  }
  if (contains(kWideBlanks, character)) {
    return kWideBlank;
  }
  return contains(symbol_ranges(), character) ? kSymbol : kOther;
}

// What starts a new line in the reference, which reads one caption a line.
bool is_line_break(char32_t c) {
  return (c >= 0x0A && c <= 0x0D) || c == 0x85 || c == 0x2028 || c == 0x2029;
}

bool is_cased(char32_t character) {
  const utf8proc_category_t kind = category(character);
  return kind == UTF8PROC_CATEGORY_LU || kind == UTF8PROC_CATEGORY_LL ||
         kind == UTF8PROC_CATEGORY_LT;
}

bool is_within_word(char32_t character) {
  const utf8proc_category_t kind = category(character);
  return kind == UTF8PROC_CATEGORY_MN || kind == UTF8PROC_CATEGORY_MC ||
         kind == UTF8PROC_CATEGORY_ME || kind == UTF8PROC_CATEGORY_CF ||
         kind == UTF8PROC_CATEGORY_ND || kind == UTF8PROC_CATEGORY_LO;
}

// Does a cased letter come next in the same word? Uncased letters, marks and digits lie between;
// so does one sign, though not after a digit.
template <typename Iterator>
bool letter_follows(Iterator next, Iterator end) {
  bool digit = false;
  while (next != end && is_within_word(*next)) {
    digit = category(*next) == UTF8PROC_CATEGORY_ND;
    ++next;
  }
  const bool sign = next != end && std::u32string_view(U"-_.'\u2010\u2019").find(*next) !=
                                       std::u32string_view::npos;
  if (sign && !digit) {
    ++next;
  }
  return next != end && is_cased(*next);
}

// A capital sigma becomes the final one after a letter, when no letter follows in the same word.
bool is_final_sigma(std::u32string_view token, size_t at) {
  const auto sigma = token.begin() + static_cast<std::ptrdiff_t>(at);
  return !letter_follows(std::next(sigma), token.end()) &&
         letter_follows(std::make_reverse_iterator(sigma), token.rend());
}

void append_line(Text& text, std::string_view line) {
  while (!line.empty()) {
    const CodePoint code_point = decode_utf8(line);
    line.remove_prefix(code_point.length);
    text.characters += is_line_break(code_point.value) ? U' ' : code_point.value;
    text.symbols += symbol_of(text.characters.back());
  }
  text.characters += U'\n';
  text.symbols += '\n';
}

}  // namespace

Symbol symbol_of(char32_t character) {
  if (character < 0x80) {
    return static_cast<Symbol>(character);
  }
  const auto special = std::lower_bound(kSpecials.begin(), kSpecials.end(), character);
  if (special != kSpecials.end() && *special == character) {
    return static_cast<Symbol>(kFirstSpecial + (special - kSpecials.begin()));
  }
  return group_of(character);
}

Text read_text(std::string_view caption, std::string_view next_line) {
  Text text;
  text.characters.reserve(caption.size() + 1);
  text.symbols.reserve(caption.size() + 1);
  append_line(text, caption);
  text.length = text.characters.size() - 1;
  if (!next_line.empty()) {
    append_line(text, next_line.substr(0, kLookAhead));
  }
  return text;
}

std::string lower_case(std::u32string_view token) {
  std::string out;
  for (size_t i = 0; i < token.size(); ++i) {
    const char32_t c = token[i];
    if (c < 0x80) {
      out += static_cast<char>(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
    } else if (c == U'\u0130') {
      out += "i\u0307";
    } else if (c == U'\u03A3') {
      out += is_final_sigma(token, i) ? "\u03C2" : "\u03C3";
    } else {
      const auto lower = utf8proc_tolower(static_cast<utf8proc_int32_t>(c));
      out += encode_utf8(static_cast<char32_t>(lower));
    }
  }
  return out;
}

}  // namespace lion::ptb
