#include "lion/text/word_vocabulary.h"

#include <algorithm>
#include <cctype>
#include <vector>

#include "lion/base/json.h"
#include "lion/base/str.h"

namespace lion {
namespace {

constexpr std::string_view kSpace = "\u2581";
constexpr std::string_view kMarks = ".,:;!?'\"()[]<>/&%$#*+-=_@";
constexpr std::string_view kDigits = "0123456789";
// Viterbi takes whole words wherever it can: a word is likelier than two of its letters.
constexpr double kWordScore = -3.0;
constexpr double kLetterScore = -12.0;

bool is_letter(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; }

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return result;
}

std::vector<std::string> letters() {
  std::vector<std::string> all;
  for (char c = 'A'; c <= 'Z'; ++c) all.emplace_back(1, c);
  for (char c = 'a'; c <= 'z'; ++c) all.emplace_back(1, c);
  return all;
}

std::vector<std::string> characters(std::string_view text) {
  std::vector<std::string> all;
  for (const char c : text) all.emplace_back(1, c);
  return all;
}

/// "0.00" to "1.00".
std::vector<std::string> hundredths() {
  std::vector<std::string> all;
  for (int i = 0; i <= 100; ++i) all.push_back(str(i / 100, ".", i / 10 % 10, i % 10));
  return all;
}

Json added_token(int64_t id, std::string_view content) {
  return {{"id", id},        {"content", content},  {"single_word", false}, {"lstrip", false},
          {"rstrip", false}, {"normalized", false}, {"special", true}};
}

}  // namespace

void WordVocabulary::add(std::string_view text) {
  for (size_t i = 0; i < text.size();) {
    if (!is_letter(text[i])) {
      ++i;
      continue;
    }
    size_t end = i;
    while (end < text.size() && is_letter(text[end])) ++end;
    const bool begins = i == 0 || std::isspace(static_cast<unsigned char>(text[i - 1])) != 0;
    (begins ? first_ : within_).emplace(text.substr(i, end - i));
    i = end;
  }
}

std::string WordVocabulary::tokenizer_json() const {
  Json vocabulary = Json::array({{"<pad>", 0.0}, {"</s>", 0.0}, {"<unk>", 0.0}});
  const auto add_piece = [&](std::string piece, double score) {
    vocabulary.push_back({std::move(piece), score});
  };
  add_piece(std::string(kSpace), kWordScore);
  for (const std::string& word : first_) add_piece(str(kSpace, word), kWordScore);
  for (const std::string& word : within_) {
    if (word.size() > 1) add_piece(word, kWordScore);
  }
  for (const std::string& one : characters(kDigits)) add_piece(one, kWordScore);
  for (const std::string& one : characters(kMarks)) add_piece(one, kWordScore);
  for (const std::string& one : hundredths()) add_piece(one, kWordScore);
  for (const std::string& one : letters()) add_piece(one, kLetterScore);
  Json added =
      Json::array({added_token(0, "<pad>"), added_token(1, "</s>"), added_token(2, "<unk>")});
  added.push_back(added_token(static_cast<int64_t>(vocabulary.size()), "<extra_id_0>"));
  add_piece("<extra_id_0>", 0.0);
  const Json space = {{"type", "Metaspace"},
                      {"replacement", kSpace},
                      {"prepend_scheme", "always"},
                      {"split", true}};
  const Json normalizer = {
      {"type", "Replace"}, {"pattern", {{"Regex", " {2,}"}}}, {"content", " "}};
  const Json text_then_end = Json::array({{{"Sequence", {{"id", "A"}, {"type_id", 0}}}},
                                          {{"SpecialToken", {{"id", "</s>"}, {"type_id", 0}}}}});
  const Json tokenizer = {
      {"version", "1.0"},
      {"truncation", nullptr},
      {"padding", nullptr},
      {"added_tokens", added},
      {"normalizer", normalizer},
      {"pre_tokenizer", space},
      {"post_processor",
       {{"type", "TemplateProcessing"},
        {"single", text_then_end},
        {"pair", Json::array()},
        {"special_tokens", {{"</s>", {{"id", "</s>"}, {"ids", {1}}, {"tokens", {"</s>"}}}}}}}},
      {"decoder", space},
      {"model",
       {{"type", "Unigram"}, {"unk_id", 2}, {"byte_fallback", false}, {"vocab", vocabulary}}}};
  return tokenizer.dump(1) + "\n";
}

std::string WordVocabulary::bert_vocabulary() const {
  std::string text = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n";
  const auto add_piece = [&](std::string_view piece) { text += str(piece, "\n"); };
  std::set<std::string> words;
  for (const auto* list : {&first_, &within_}) {
    for (const std::string& word : *list) {
      if (word.size() > 1) words.insert(lower(word));
    }
  }
  for (const std::string& word : words) add_piece(word);
  for (const std::string& one : characters(kMarks)) add_piece(one);
  for (const char c : str("abcdefghijklmnopqrstuvwxyz", kDigits)) {
    add_piece(std::string(1, c));
    add_piece(str("##", c));
  }
  return text;
}

}  // namespace lion
