#include "lion/text/t5_tokenizer.h"

#include <algorithm>
#include <array>
#include <utility>

#include "lion/base/error.h"
#include "lion/base/file.h"
#include "lion/base/log.h"
#include "lion/base/str.h"
#include "lion/text/sentencepiece_file.h"
#include "lion/text/tokenizer_json.h"
#include "lion/text/unicode.h"

namespace lion {
namespace {

constexpr uint64_t kMaxTokenizerBytes = 64u << 20;  // the released files have less than 3 MB

/// The added tokens that are looked for in the raw text, or in the normalised one.
AddedTokens select(const T5TokenizerSpec& spec, bool normalized) {
  std::vector<AddedToken> chosen;
  for (AddedToken token : spec.added) {
    if (token.normalized != normalized) continue;
    if (normalized) token.content = normalize(spec.normalizer, token.content);
    chosen.push_back(std::move(token));
  }
  return AddedTokens(std::move(chosen));
}

/// The English clean-up of transformers 4.42 (clean_up_tokenization), in its order.
constexpr std::array<std::pair<std::string_view, std::string_view>, 10> kCleanUp{{
    {" .", "."},
    {" ?", "?"},
    {" !", "!"},
    {" ,", ","},
    {" ' ", "'"},
    {" n't", "n't"},
    {" 'm", "'m"},
    {" 's", "'s"},
    {" 've", "'ve"},
    {" 're", "'re"},
}};

}  // namespace

T5Tokenizer T5Tokenizer::load(const std::filesystem::path& folder) {
  const std::filesystem::path json = folder / "tokenizer.json";
  const std::filesystem::path model = folder / "spiece.model";
  if (std::filesystem::exists(json)) {
    return from_json(read_file(json, kMaxTokenizerBytes), json.string());
  }
  if (!std::filesystem::exists(model)) {
    throw ResourceError(str(folder.string(),
                            ": got neither tokenizer.json nor spiece.model, "
                            "expected one of them. Copy it from the Flan-T5 release."));
  }
  log_info(str(folder.string(),
               ": no tokenizer.json; using spiece.model with the rules of "
               "Flan-T5's tokenizer.json (edge spaces are kept)."));
  const std::string bytes = read_file(model, kMaxTokenizerBytes);
  return T5Tokenizer(parse_sentencepiece(bytes, model.string()), model.string());
}

T5Tokenizer T5Tokenizer::from_json(std::string_view json, std::string_view where) {
  return T5Tokenizer(parse_tokenizer_json(json, where), where);
}

T5Tokenizer::T5Tokenizer(T5TokenizerSpec spec, std::string_view where)
    : where_(where),
      raw_added_(select(spec, false)),
      normalized_added_(select(spec, true)),
      normalizer_(std::move(spec.normalizer)),
      pre_tokenizer_(std::move(spec.pre_tokenizer)),
      decoder_(std::move(spec.decoder)),
      unigram_(spec.pieces, spec.unk_id, where),
      unk_id_(spec.unk_id) {
  for (Piece& piece : spec.pieces) pieces_.push_back(std::move(piece.text));
  const size_t most = pieces_.size() + spec.added.size();
  special_.resize(pieces_.size());
  for (const AddedToken& token : spec.added) {
    const auto id = static_cast<size_t>(token.id);
    if (token.id < 0 || id >= most ||
        (id < pieces_.size() && !pieces_[id].empty() && pieces_[id] != token.content)) {
      throw InputError(str(where, ": added token \"", token.content, "\" has the id ", token.id,
                           ", expected that of the same piece or one after the vocabulary. Take "
                           "the file again from its source."));
    }
    if (id >= pieces_.size()) {
      pieces_.resize(id + 1);
      special_.resize(id + 1);
    }
    pieces_[id] = token.content;
    special_[id] = token.special;
  }
  pad_id_ = find_piece("<pad>");
  eos_id_ = find_piece(spec.eos);
}

int64_t T5Tokenizer::find_piece(std::string_view text) const {
  // Special pieces stand at both ends of the vocabulary; the last of equal ones counts.
  const auto it = std::find(pieces_.rbegin(), pieces_.rend(), text);
  if (it == pieces_.rend()) {
    throw InputError(str(where_, ": no piece \"", text, "\" among ", size(),
                         " pieces. Use the tokenizer of a Flan-T5 release."));
  }
  return pieces_.rend() - it - 1;
}

std::vector<int64_t> T5Tokenizer::encode_body(std::string_view text) const {
  const std::string valid = valid_utf8(text);
  std::vector<int64_t> ids;
  for (const AddedTokens::Part& raw : raw_added_.cut(valid)) {
    if (raw.id >= 0) {
      ids.push_back(raw.id);
      continue;
    }
    const std::string normal = normalize(normalizer_, raw.text);
    for (const AddedTokens::Part& part : normalized_added_.cut(normal)) {
      if (part.id >= 0) {
        ids.push_back(part.id);
        continue;
      }
      const bool at_start = raw.text.data() == valid.data() && part.text.data() == normal.data();
      for (const std::string& word : pre_tokenize(pre_tokenizer_, part.text, at_start)) {
        const std::vector<int64_t> pieces = unigram_.encode(word);
        ids.insert(ids.end(), pieces.begin(), pieces.end());
      }
    }
  }
  return ids;
}

std::vector<int64_t> T5Tokenizer::encode(std::string_view text) const {
  std::vector<int64_t> ids = encode_body(text);
  ids.push_back(eos_id_);
  return ids;
}

std::vector<int64_t> T5Tokenizer::encode(std::string_view text, int64_t max_length,
                                         Truncate side) const {
  if (max_length < 1) {
    throw InputError(str("T5Tokenizer: max_length is ", max_length,
                         ", expected at least 1, the place of </s>. Raise it."));
  }
  std::vector<int64_t> ids = encode(text);
  const int64_t surplus = static_cast<int64_t>(ids.size()) - max_length;
  if (surplus > 0) {
    const auto begin = side == Truncate::kLeft ? ids.begin() : ids.end() - 1 - surplus;
    ids.erase(begin, begin + surplus);
  }
  return ids;
}

std::string T5Tokenizer::surface(int64_t id) const {
  if (!known(id) || is_special(id)) return "";
  return replace_all(pieces_[static_cast<size_t>(id)], decoder_.replacement, " ");
}

std::string T5Tokenizer::decode(std::span<const int64_t> ids) const {
  std::string text;
  bool first = decoder_.prepend != PrependScheme::kNever;
  for (const int64_t id : ids) {
    if (!known(id) || is_special(id)) continue;
    // The first piece loses the space that encoding put before it.
    text += first ? replace_all(piece(id), decoder_.replacement, "") : surface(id);
    first = false;
  }
  for (const auto& [from, to] : kCleanUp) text = replace_all(text, from, to);
  return text;
}

std::string_view T5Tokenizer::piece(int64_t id) const {
  if (!known(id)) {
    throw InputError(str("T5Tokenizer: there is no piece ", id, ", expected 0 to ", size() - 1,
                         ". Pass ids of this tokenizer."));
  }
  return pieces_[static_cast<size_t>(id)];
}

bool T5Tokenizer::is_special(int64_t id) const {
  return known(id) && special_[static_cast<size_t>(id)];
}

int64_t T5Tokenizer::sentinel(int n) const { return find_piece(str("<extra_id_", n, ">")); }

}  // namespace lion
