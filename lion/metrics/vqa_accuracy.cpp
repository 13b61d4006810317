#include "lion/metrics/vqa_accuracy.h"

#include <algorithm>
#include <array>
#include <functional>
#include <utility>
#include <vector>

#include "lion/base/error.h"
#include "lion/base/str.h"
#include "lion/metrics/python_text.h"
#include "lion/metrics/vqa_contractions.h"
#include "lion/text/unicode.h"

namespace lion {
namespace {

constexpr std::string_view kVqaPunctuation = ";/[]\"{}()=+\\_-><@`,?!";
constexpr int64_t kFullStops = 32;  // the published call passes a flag where the count belongs

constexpr std::array<std::pair<std::string_view, std::string_view>, 12> kNumbers{{{"none", "0"},
                                                                                  {"zero", "0"},
                                                                                  {"one", "1"},
                                                                                  {"two", "2"},
                                                                                  {"three", "3"},
                                                                                  {"four", "4"},
                                                                                  {"five", "5"},
                                                                                  {"six", "6"},
                                                                                  {"seven", "7"},
                                                                                  {"eight", "8"},
                                                                                  {"nine", "9"},
                                                                                  {"ten", "10"}}};

std::string_view as_digits(std::string_view word) {
  const auto* const found = std::find_if(kNumbers.begin(), kNumbers.end(),
                                         [&](const auto& entry) { return entry.first == word; });
  return found == kNumbers.end() ? word : found->second;
}

bool is_article(std::string_view word) { return word == "a" || word == "an" || word == "the"; }

bool digit_follows(std::string_view text) {
  return !text.empty() && python_digit(decode_utf8(text).value);
}

/// Whether a comma stands between two digits.
bool has_digit_comma(std::string_view text) {
  bool digit = false;
  while (!text.empty()) {
    const CodePoint next = decode_utf8(text);
    text.remove_prefix(next.length);
    if (next.value == ',' && digit && digit_follows(text)) return true;
    digit = python_digit(next.value);
  }
  return false;
}

/// Whether the mark stands beside a blank.
bool touches_blank(std::string_view text, char mark) {
  for (size_t at = text.find(mark); at != text.npos; at = text.find(mark, at + 1)) {
    if (at > 0 && text[at - 1] == ' ') return true;
    if (at + 1 < text.size() && text[at + 1] == ' ') return true;
  }
  return false;
}

std::string without_full_stops(std::string_view text) {
  std::string kept;
  kept.reserve(text.size());
  int64_t removed = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '.' && removed < kFullStops && !digit_follows(text.substr(i + 1))) {
      ++removed;
    } else {
      kept += text[i];
    }
  }
  return kept;
}

bool all_equal(std::span<const std::string> texts) {
  return std::adjacent_find(texts.begin(), texts.end(), std::not_equal_to<>()) == texts.end();
}

/// Mean over the answers of min(1, matches among the others / 3).
double leave_one_out(std::string_view prediction, std::span<const std::string> answers) {
  const auto matches = std::count(answers.begin(), answers.end(), prediction);
  double sum = 0;
  for (const std::string& answer : answers) {
    const auto others = static_cast<double>(matches - (answer == prediction ? 1 : 0));
    sum += std::min(1.0, others / 3.0);
  }
  return sum / static_cast<double>(answers.size());
}

double official_accuracy(std::string_view prediction, std::span<const std::string> answers) {
  std::string said = vqa_clean(prediction);
  std::vector<std::string> compared;
  for (const std::string& answer : answers) compared.push_back(vqa_clean(answer));
  if (!all_equal(compared)) {
    for (std::string& answer : compared) answer = vqa_words(vqa_punctuation(answer));
    said = vqa_words(vqa_punctuation(said));
  }
  return leave_one_out(said, compared);
}

double lavis_accuracy(std::string_view prediction, std::span<const std::string> answers) {
  std::vector<std::string> compared(answers.begin(), answers.end());
  if (!all_equal(compared)) {
    for (std::string& answer : compared) answer = vqa_punctuation(answer);
  }
  return leave_one_out(vqa_normalize(prediction), compared);
}

}  // namespace

VqaEvaluator parse_vqa_evaluator(std::string_view name) {
  if (name == "lavis") return VqaEvaluator::kLavis;
  if (name == "official") return VqaEvaluator::kOfficial;
  throw InputError(str("VQA evaluator \"", name,
                       "\": there is none of this name (expected lavis or official). Name one of "
                       "them."));
}

std::string_view vqa_evaluator_name(VqaEvaluator evaluator) {
  return evaluator == VqaEvaluator::kOfficial ? "official" : "lavis";
}

std::string vqa_clean(std::string_view text) {
  std::string flat(text);
  std::replace(flat.begin(), flat.end(), '\n', ' ');
  std::replace(flat.begin(), flat.end(), '\t', ' ');
  return std::string(python_strip(flat));
}

std::string vqa_punctuation(std::string_view text) {
  if (text.find_first_of(kVqaPunctuation) == text.npos) return without_full_stops(text);
  const bool digit_comma = has_digit_comma(text);
  std::array<char, 256> becomes{};  // 0: the character itself
  std::array<bool, 256> deleted{};
  for (const char mark : kVqaPunctuation) {
    const auto index = static_cast<unsigned char>(mark);
    deleted[index] = digit_comma || touches_blank(text, mark);
    becomes[index] = ' ';
  }
  std::string replaced;
  replaced.reserve(text.size());
  for (const char c : text) {
    const auto index = static_cast<unsigned char>(c);
    if (deleted[index]) continue;
    replaced += becomes[index] == '\0' ? c : becomes[index];
  }
  return without_full_stops(replaced);
}

std::string vqa_words(std::string_view text) {
  std::string joined;
  for (const std::string& word : python_split(python_lower(text))) {
    const std::string_view number = as_digits(word);
    if (is_article(number)) continue;
    if (!joined.empty()) joined += ' ';
    joined += expand_contraction(number);
  }
  return joined;
}

std::string vqa_normalize(std::string_view text) {
  return vqa_words(vqa_punctuation(vqa_clean(text)));
}

double vqa_accuracy(std::string_view prediction, std::span<const std::string> answers,
                    VqaEvaluator evaluator) {
  if (answers.empty()) {
    throw InputError("vqa_accuracy: there is no answer to compare with. Pass those of people.");
  }
  return evaluator == VqaEvaluator::kOfficial ? official_accuracy(prediction, answers)
                                              : lavis_accuracy(prediction, answers);
}

double aokvqa_accuracy(std::string_view prediction, std::span<const std::string> direct_answers,
                       AokvqaAnswer how) {
  std::string said(prediction);
  if (how == AokvqaAnswer::kNormalized) {
    std::string_view bare = python_strip(prediction);
    if (bare.ends_with('.')) bare.remove_suffix(1);
    said = python_lower(python_strip(bare));
  }
  const auto matches = std::count(direct_answers.begin(), direct_answers.end(), said);
  return std::min(1.0, static_cast<double>(matches) / 3.0);
}

bool gqa_correct(std::string_view prediction, std::string_view answer) {
  return vqa_words(vqa_punctuation(prediction)) == vqa_words(vqa_punctuation(answer));
}

}  // namespace lion
