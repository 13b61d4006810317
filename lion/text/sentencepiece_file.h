#pragma once
/// Reads spiece.model, the protocol buffer that SentencePiece writes.

#include <string_view>

#include "lion/text/t5_spec.h"

namespace lion {

/// The tokenizer that a unigram model makes for Flan-T5: 100 sentinels added at the end in
/// reverse, runs of spaces collapsed, edge spaces kept, as in the tokenizer.json released with
/// Flan-T5 (SentencePiece itself would drop them). `bytes`: the whole file; `where` names it in
/// errors. Throws InputError when it is no SentencePiece model or no unigram model.
T5TokenizerSpec parse_sentencepiece(std::string_view bytes, std::string_view where);

}  // namespace lion
