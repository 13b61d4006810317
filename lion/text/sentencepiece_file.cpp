#include "lion/text/sentencepiece_file.h"

#include <bit>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "lion/base/error.h"
#include "lion/text/unicode.h"

namespace lion {
namespace {

constexpr int kSentinels = 100;  // extra_ids of T5

// Field numbers of sentencepiece_model.proto.
constexpr uint64_t kModelPieces = 1, kModelTrainer = 2, kModelNormalizer = 3;
constexpr uint64_t kPieceText = 1, kPieceScore = 2, kPieceType = 3;
constexpr uint64_t kTrainerModelType = 3, kTrainerUnkId = 40;
constexpr uint64_t kNormalizerCharsmap = 2;
constexpr uint64_t kUnigramModel = 1;
enum class PieceType : uint64_t { kNormal = 1, kUnknown, kControl, kUserDefined, kUnused, kByte };

/// One field of a message: `number` holds a varint or the bits of a float, `bytes` the rest.
struct Field {
  uint64_t id = 0;
  uint64_t number = 0;
  std::string_view bytes;
};

/// Walks over the fields of a message (protocol buffer wire format).
class Message {
 public:
  Message(std::string_view bytes, std::string_view where) : rest_(bytes), where_(where) {}

  std::optional<Field> next() {
    if (rest_.empty()) return std::nullopt;
    const uint64_t key = varint();
    Field field{.id = key >> 3};
    switch (key & 7) {
      case 0:
        field.number = varint();
        break;
      case 1:
        field.number = fixed(8);
        break;
      case 2:
        field.bytes = take(varint());
        break;
      case 5:
        field.number = fixed(4);
        break;
      default:
        fail();
    }
    return field;
  }

 private:
  [[noreturn]] void fail() const {
    throw InputError(str(where_, ": not a SentencePiece model, or cut short (", rest_.size(),
                         " bytes left). Take spiece.model again from a Flan-T5 release."));
  }
  std::string_view take(uint64_t count) {
    if (count > rest_.size()) fail();
    const std::string_view taken = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return taken;
  }
  uint64_t fixed(size_t count) {
    const std::string_view bytes = take(count);
    uint64_t number = 0;
    for (size_t i = count; i-- > 0;) number = number << 8 | static_cast<unsigned char>(bytes[i]);
    return number;
  }
  uint64_t varint() {
    uint64_t number = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const auto byte = static_cast<unsigned char>(take(1)[0]);
      number |= static_cast<uint64_t>(byte & 0x7F) << shift;
      if (byte < 0x80) return number;
    }
    fail();
  }

  std::string_view rest_;
  std::string_view where_;
};

struct TypedPiece {
  Piece piece;
  PieceType type = PieceType::kNormal;
};

TypedPiece parse_piece(std::string_view bytes, std::string_view where) {
  TypedPiece result;
  Message message(bytes, where);
  while (const auto field = message.next()) {
    if (field->id == kPieceText) result.piece.text = field->bytes;
    if (field->id == kPieceScore) {
      result.piece.score = std::bit_cast<float>(static_cast<uint32_t>(field->number));
    }
    if (field->id == kPieceType) result.type = static_cast<PieceType>(field->number);
  }
  if (result.type == PieceType::kByte || valid_utf8(result.piece.text) != result.piece.text) {
    throw InputError(str(where,
                         ": a piece stands for a single byte, expected UTF-8 characters. "
                         "Take spiece.model from a Flan-T5 release."));
  }
  return result;
}

}  // namespace

T5TokenizerSpec parse_sentencepiece(std::string_view bytes, std::string_view where) {
  T5TokenizerSpec spec;
  uint64_t model_type = kUnigramModel;
  const auto add_piece = [&](Piece piece, bool special) {
    const auto id = static_cast<int64_t>(spec.pieces.size());
    if (special) spec.added.push_back({.id = id, .content = piece.text, .special = true});
    spec.pieces.push_back(std::move(piece));
  };
  Message model(bytes, where);
  while (const auto field = model.next()) {
    if (field->id == kModelPieces) {
      auto [piece, type] = parse_piece(field->bytes, where);
      add_piece(std::move(piece), type == PieceType::kUnknown || type == PieceType::kControl);
    } else if (field->id == kModelTrainer) {
      Message trainer(field->bytes, where);
      while (const auto option = trainer.next()) {
        if (option->id == kTrainerModelType) model_type = option->number;
        if (option->id == kTrainerUnkId) spec.unk_id = static_cast<int64_t>(option->number);
      }
    } else if (field->id == kModelNormalizer) {
      Message normalizer(field->bytes, where);
      while (const auto option = normalizer.next()) {
        if (option->id != kNormalizerCharsmap || option->bytes.empty()) continue;
        spec.normalizer.emplace_back(Charsmap(option->bytes, where));
      }
    }
  }
  if (model_type != kUnigramModel) {
    throw InputError(str(where, ": got a model of type ", model_type, ", expected ", kUnigramModel,
                         " (unigram). Take spiece.model from a Flan-T5 release."));
  }
  for (int n = kSentinels; n-- > 0;) add_piece({str("<extra_id_", n, ">"), 0.0}, true);
  spec.normalizer.emplace_back(CollapseSpaces{" "});
  return spec;
}

}  // namespace lion
