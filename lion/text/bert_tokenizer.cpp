#include "lion/text/bert_tokenizer.h"

#include <utf8proc.h>

#include <string>
#include <unordered_map>
#include <utility>

#include "lion/base/error.h"
#include "lion/base/file.h"
#include "lion/base/json.h"
#include "lion/base/str.h"
#include "lion/text/unicode.h"

namespace lion {
namespace {

constexpr uint64_t kMaxVocabularyBytes = 16u << 20;  // the released vocabulary has 232 kB
constexpr size_t kMaxWordCharacters = 100;           // longer words are [UNK]

utf8proc_category_t category(char32_t c) {
  return utf8proc_category(static_cast<utf8proc_int32_t>(c));
}

/// Categories C*, unassigned code points included. Tab and line ends count as spaces instead.
bool is_control(char32_t c) {
  switch (category(c)) {
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_CN:
    case UTF8PROC_CATEGORY_CO:
    case UTF8PROC_CATEGORY_CS:
      return true;
    default:
      return false;
  }
}

bool is_space(char32_t c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || category(c) == UTF8PROC_CATEGORY_ZS;
}

/// Categories P*, and every ASCII sign that is no letter or digit.
bool is_punctuation(char32_t c) {
  if (c < 0x80) {
    return (c >= '!' && c <= '/') || (c >= ':' && c <= '@') || (c >= '[' && c <= '`') ||
           (c >= '{' && c <= '~');
  }
  const utf8proc_category_t kind = category(c);
  return kind >= UTF8PROC_CATEGORY_PC && kind <= UTF8PROC_CATEGORY_PO;
}

bool is_chinese(char32_t c) {
  return (c >= 0x4E00 && c <= 0x9FFF) || (c >= 0x3400 && c <= 0x4DBF) ||
         (c >= 0x20000 && c <= 0x2A6DF) || (c >= 0x2A700 && c <= 0x2B73F) ||
         (c >= 0x2B740 && c <= 0x2B81F) || (c >= 0x2B820 && c <= 0x2CEAF) ||
         (c >= 0xF900 && c <= 0xFAFF) || (c >= 0x2F800 && c <= 0x2FA1F);
}

/// Calls `each(code_point)` for every code point of valid UTF-8.
template <typename Each>
void for_each_code_point(std::string_view text, Each&& each) {
  while (!text.empty()) {
    const CodePoint next = decode_utf8(text);
    each(next.value);
    text.remove_prefix(next.length);
  }
}

std::string lower(char32_t c) {
  if (c == 0x130) return "i\u0307";  // the one letter whose lower case is two code points
  return encode_utf8(static_cast<char32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(c))));
}

/// Lower case if asked for, no control characters, one kind of space, Chinese set apart.
std::string clean(std::string_view text, bool lower_case) {
  std::string cleaned;
  for_each_code_point(text, [&](char32_t c) {
    if (is_space(c)) {
      cleaned += ' ';
    } else if (c == 0xFFFD || is_control(c)) {
      return;
    } else if (is_chinese(c)) {
      cleaned += str(' ', encode_utf8(c), ' ');
    } else {
      cleaned += lower_case ? lower(c) : encode_utf8(c);
    }
  });
  return to_nfc(cleaned);
}

std::string strip_accents(const std::string& text) {
  std::string stripped;
  for_each_code_point(to_nfd(text), [&](char32_t c) {
    if (category(c) != UTF8PROC_CATEGORY_MN) stripped += encode_utf8(c);
  });
  return stripped;
}

/// `do_lower_case` of tokenizer_config.json, after a check that it asks for no other rule.
bool read_lower_case(const std::filesystem::path& path) {
  if (!std::filesystem::exists(path)) return true;
  const Json config = read_json_file(path);
  if (!config.is_object()) {
    throw InputError(str(path.string(), ": got ", config.type_name(),
                         ", expected an object {...}. Take it from bert-base-uncased."));
  }
  const auto read = [&](const std::string& key, bool standard) {
    const auto it = config.find(key);
    if (it == config.end() || it->is_null()) return standard;
    if (it->is_boolean()) return it->get<bool>();
    throw InputError(str(path.string(), ": key \"", key, "\" is ", it->type_name(),
                         ", expected true or false. Take it from bert-base-uncased."));
  };
  const bool lower_case = read("do_lower_case", true);
  if (read("strip_accents", lower_case) != lower_case || !read("tokenize_chinese_chars", true) ||
      !read("do_basic_tokenize", true)) {
    throw InputError(str(path.string(),
                         ": got other rules than bert-base-uncased's, expected "
                         "strip_accents to equal do_lower_case, tokenize_chinese_chars and "
                         "do_basic_tokenize to be true. Remove these keys."));
  }
  return lower_case;
}

}  // namespace

BertTokenizer BertTokenizer::load(const std::filesystem::path& folder) {
  const std::filesystem::path vocabulary = folder / "vocab.txt";
  return BertTokenizer(lines(read_file(vocabulary, kMaxVocabularyBytes)),
                       read_lower_case(folder / "tokenizer_config.json"), vocabulary.string());
}

BertTokenizer::BertTokenizer(const std::vector<std::string>& vocabulary, bool lower_case,
                             std::string_view where)
    : starts_(vocabulary), special_({}), lower_case_(lower_case) {
  std::unordered_map<std::string_view, int64_t> ids;
  std::vector<std::string> continuations;
  for (const std::string& piece : vocabulary) {
    const auto id = static_cast<int64_t>(continuations.size());
    if (valid_utf8(piece) != piece || !ids.emplace(piece, id).second) {
      throw InputError(str(where, ": line ", id + 1, ": got \"", valid_utf8(piece),
                           "\" a second time or not in UTF-8, expected one piece a line, each "
                           "once. Take vocab.txt from bert-base-uncased."));
    }
    continuations.push_back(piece.starts_with("##") ? piece.substr(2) : "");
  }
  continuations_ = Trie(continuations);
  std::vector<AddedToken> special;
  const auto add_special = [&](const std::string& name) {
    const auto it = ids.find(name);
    if (it == ids.end()) {
      throw InputError(str(where, ": no piece \"", name, "\" among ", ids.size(),
                           ". Take vocab.txt from bert-base-uncased."));
    }
    special.push_back({.id = it->second, .content = name, .special = true});
    return it->second;
  };
  pad_id_ = add_special("[PAD]");
  unk_id_ = add_special("[UNK]");
  cls_id_ = add_special("[CLS]");
  sep_id_ = add_special("[SEP]");
  add_special("[MASK]");
  ids.emplace("[DEC]", static_cast<int64_t>(ids.size()));
  dec_id_ = add_special("[DEC]");
  size_ = static_cast<int64_t>(ids.size());
  special_ = AddedTokens(std::move(special));
}

std::vector<int64_t> BertTokenizer::encode_word(std::string_view word) const {
  size_t characters = 0;
  for_each_code_point(word, [&](char32_t) { ++characters; });
  if (characters > kMaxWordCharacters) return {unk_id_};
  std::vector<int64_t> ids;
  for (const Trie* pieces = &starts_; !word.empty(); pieces = &continuations_) {
    const Trie::Match match = pieces->longest_prefix(word);
    if (match.length == 0) return {unk_id_};
    ids.push_back(match.index);
    word.remove_prefix(match.length);
  }
  return ids;
}

std::vector<int64_t> BertTokenizer::encode_text(std::string_view text) const {
  const std::string cleaned = clean(text, lower_case_);
  const std::string plain = lower_case_ ? strip_accents(cleaned) : cleaned;
  std::vector<int64_t> ids;
  std::string word;
  const auto end_word = [&] {
    const std::vector<int64_t> pieces = encode_word(word);
    ids.insert(ids.end(), pieces.begin(), pieces.end());
    word.clear();
  };
  for_each_code_point(plain, [&](char32_t c) {
    const bool alone = is_punctuation(c);
    if (alone || is_white_space(c)) end_word();
    if (is_white_space(c)) return;
    word += encode_utf8(c);
    if (alone) end_word();
  });
  end_word();
  return ids;
}

std::vector<int64_t> BertTokenizer::encode(std::string_view text) const {
  const std::string valid = valid_utf8(text);
  std::vector<int64_t> ids{cls_id_};
  for (const AddedTokens::Part& part : special_.cut(valid)) {
    const std::vector<int64_t> inner =
        part.id >= 0 ? std::vector<int64_t>{part.id} : encode_text(part.text);
    ids.insert(ids.end(), inner.begin(), inner.end());
  }
  ids.push_back(sep_id_);
  return ids;
}

std::vector<int64_t> BertTokenizer::encode(std::string_view text, int64_t max_length) const {
  if (max_length < 2) {
    throw InputError(str("BertTokenizer: max_length is ", max_length,
                         ", expected at least 2, the places of [CLS] and [SEP]. Raise it."));
  }
  std::vector<int64_t> ids = encode(text);
  const int64_t surplus = static_cast<int64_t>(ids.size()) - max_length;
  if (surplus > 0) ids.erase(ids.begin() + 1, ids.begin() + 1 + surplus);
  return ids;
}

}  // namespace lion
