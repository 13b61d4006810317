#include "lion/text/box_grammar.h"

#include <algorithm>

#include "lion/base/error.h"
#include "lion/base/str.h"

namespace lion {
namespace {

constexpr std::string_view kBoxCharacters = "0123456789.,[]";
constexpr std::string_view kShape = "[d.ddd,d.ddd,d.ddd,d.ddd]";
constexpr size_t kNumberPeriod = 6;  // characters from one number to the next
constexpr int kOne = 1000;           // 1.000 in thousandths

/// Whether some box begins with `text`. Single characters then suffice to complete it: 1.000 is
/// never too small for the corner that comes later.
bool begins_box(std::string_view text) {
  if (text.size() > kShape.size()) return false;
  std::array<int, 4> numbers{};  // in thousandths, digits to come taken as 0
  int unit = kOne;               // what the next digit counts
  for (size_t i = 0; i < text.size(); ++i) {
    if (kShape[i] != 'd') {
      if (text[i] != kShape[i]) return false;
      if (kShape[i] != '.') unit = kOne;
      continue;
    }
    if (text[i] < '0' || text[i] > '9') return false;
    const size_t index = i / kNumberPeriod;
    numbers[index] += (text[i] - '0') * unit;
    const int largest = numbers[index] + unit - 1;  // digits to come taken as 9
    const int smallest_allowed = index < 2 ? 0 : numbers[index - 2];
    if (numbers[index] > kOne || largest < smallest_allowed) return false;
    unit /= 10;
  }
  return true;
}

}  // namespace

BoxGrammar::BoxGrammar(const T5Tokenizer& tokenizer)
    : eos_id_(tokenizer.eos_id()), special_(static_cast<size_t>(tokenizer.size())) {
  const std::string alphabet = str(kPrefix, kBoxCharacters);
  for (int64_t id = 0; id < tokenizer.size(); ++id) {
    special_[static_cast<size_t>(id)] = tokenizer.is_special(id);
    std::string surface = tokenizer.surface(id);
    if (surface.empty() || surface.find_first_not_of(alphabet) != std::string::npos) continue;
    const std::array<int64_t, 1> alone{id};
    candidates_.push_back({id, std::move(surface), tokenizer.decode(alone)});
  }
  std::string missing;
  for (const char c : kBoxCharacters) {
    const bool there = std::any_of(candidates_.begin(), candidates_.end(), [&](const auto& piece) {
      return piece.surface == std::string(1, c);
    });
    if (!there) missing += c;
  }
  if (!missing.empty()) {
    throw InputError(str("BoxGrammar: the vocabulary has no piece for each of \"", missing,
                         "\", expected one for every character of \"", kBoxCharacters,
                         "\". Turn the grammar off for this model."));
  }
  prefix_goes_on_.back() = true;
  for (size_t i = kPrefix.size(); i-- > 1;) {
    const std::string_view begun = kPrefix.substr(0, i);
    prefix_goes_on_[i] =
        std::any_of(candidates_.begin(), candidates_.end(),
                    [&](const auto& piece) { return can_complete(str(begun, piece.surface)); });
  }
}

bool BoxGrammar::can_complete(std::string_view text) const {
  if (text.empty()) return true;
  if (kPrefix.starts_with(text)) return prefix_goes_on_[text.size()];
  if (text.starts_with(kPrefix)) text.remove_prefix(kPrefix.size());
  return begins_box(text);
}

const BoxGrammar::Candidate* BoxGrammar::find(int64_t id) const {
  const auto it =
      std::lower_bound(candidates_.begin(), candidates_.end(), id,
                       [](const auto& piece, int64_t wanted) { return piece.id < wanted; });
  return it != candidates_.end() && it->id == id ? &*it : nullptr;
}

std::vector<int64_t> BoxGrammar::allowed(std::span<const int64_t> generated_ids) const {
  std::string text;
  bool first = true;
  for (const int64_t id : generated_ids) {
    if (id == eos_id_) return {};
    if (id >= 0 && id < static_cast<int64_t>(special_.size()) &&
        special_[static_cast<size_t>(id)]) {
      continue;
    }
    const Candidate* piece = find(id);
    if (piece != nullptr) text += first ? piece->first_surface : piece->surface;
    if (piece == nullptr || !can_complete(text)) {
      throw InputError(str("BoxGrammar: after \"", text, "\" the id ", id,
                           " begins no box. Pass ids that the grammar allowed."));
    }
    first = false;
  }
  if (text.ends_with(']')) return {eos_id_};
  std::vector<int64_t> ids;
  for (const Candidate& piece : candidates_) {
    if (can_complete(text + (first ? piece.first_surface : piece.surface))) {
      ids.push_back(piece.id);
    }
  }
  return ids;
}

}  // namespace lion
