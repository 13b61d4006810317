#pragma once
/// Reads tokenizer.json, the file format of Hugging Face tokenizers, as far as T5 uses it.

#include <string_view>

#include "lion/text/t5_spec.h"

namespace lion {

/// `json`: the whole file; `where` names it in errors. Throws InputError when it is not JSON, when
/// a value is missing or wrong, or when it asks for a component that T5 files do not use.
T5TokenizerSpec parse_tokenizer_json(std::string_view json, std::string_view where);

}  // namespace lion
