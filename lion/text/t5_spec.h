#pragma once
/// What a T5 tokenizer file says, whichever of the two kinds of file it is.

#include <cstdint>
#include <string>
#include <vector>

#include "lion/text/added_tokens.h"
#include "lion/text/normalizer.h"
#include "lion/text/unigram.h"

namespace lion {

struct T5TokenizerSpec {
  std::vector<Piece> pieces;  ///< index = id
  int64_t unk_id = 0;
  std::string eos = "</s>";  ///< the piece at the end of every text
  std::vector<AddedToken> added;
  std::vector<NormalizerStep> normalizer;
  PreTokenizer pre_tokenizer;
  Metaspace decoder;
};

}  // namespace lion
