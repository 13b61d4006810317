// Tokenizer files: data that begins with '{' is a tokenizer.json, other data a spiece.model. What
// loads then encodes and decodes the tail of the data.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "lion/base/error.h"
#include "lion/text/sentencepiece_file.h"
#include "lion/text/t5_tokenizer.h"

namespace {

constexpr size_t kTail = 64;

lion::T5Tokenizer load(std::string_view file) {
  if (file.starts_with('{')) return lion::T5Tokenizer::from_json(file, "tokenizer.json");
  return lion::T5Tokenizer(lion::parse_sentencepiece(file, "spiece.model"), "spiece.model");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view file(reinterpret_cast<const char*>(data), size);
  try {
    const lion::T5Tokenizer tokenizer = load(file);
    const auto ids = tokenizer.encode(file.substr(size - std::min(size, kTail)));
    tokenizer.decode(ids);
    tokenizer.decode(tokenizer.encode("a <extra_id_0>, b\xFF e\u0301", 4, lion::Truncate::kLeft));
  } catch (const lion::Error&) {
  }
  return 0;
}
