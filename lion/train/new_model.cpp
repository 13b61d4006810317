#include "lion/train/new_model.h"

#include <torch/torch.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <map>
#include <set>

#include "lion/base/file.h"
#include "lion/base/str.h"
#include "lion/checkpoint/safetensors.h"
#include "lion/model_folder/model_folder.h"
#include "lion/model_folder/networks.h"
#include "lion/text/t5_tokenizer.h"
#include "lion/text/word_code.h"
#include "lion/train/initial_weights.h"

namespace lion::train {

namespace fs = std::filesystem;

namespace {

/// The word that a piece is, without the space before it; "" for other pieces.
std::string_view word_of(std::string_view piece) {
  if (piece.starts_with(' ')) piece.remove_prefix(1);
  const bool is_word = piece.size() > 1 && std::ranges::all_of(piece, [](unsigned char c) {
                         return std::isalpha(c) != 0;
                       });
  return is_word ? piece : "";
}

/// "dog" for "dogs", "stop" for "STOP", of the words in the vocabulary.
std::map<std::string, std::string> base_words(const T5Tokenizer& tokenizer,
                                              const FirstWeights& first) {
  std::set<std::string> words;
  for (int64_t id = 0; id < tokenizer.size(); ++id) {
    words.emplace(word_of(tokenizer.surface(id)));
  }
  std::map<std::string, std::string> base_of;
  for (const std::string& word : words) {
    if (const std::string plural = first.plural_of(word); words.contains(plural)) {
      base_of.emplace(plural, word);
    }
    std::string lower = word;
    for (char& letter : lower) letter = static_cast<char>(std::tolower(letter));
    if (lower != word && words.contains(lower)) {
      base_of.emplace(word, lower);
    }
  }
  return base_of;
}

/// What a piece's vector begins as: the code of its word or number, of plurals and capitals mostly
/// their base word's, as words that mean the same are alike in a pretrained model. Pieces of
/// neither have none. `piece` is its text, with a space before the beginning of a word.
std::vector<float> code_of(std::string_view piece, int64_t width,
                           const std::map<std::string, std::string>& base_of) {
  if (piece.size() == 4 && piece[1] == '.') {
    std::vector<float> code = number_code(std::stod(std::string(piece)), width);
    for (float& one : code) one *= std::sqrt(2.0F);  // of unit size, as words are
    return code;
  }
  const std::string_view word = word_of(piece);
  if (word.empty()) return {};
  std::vector<float> code = word_code(word, width);
  if (const auto base = base_of.find(std::string(word)); base != base_of.end()) {
    const std::vector<float> shared = word_code(base->second, width);
    for (size_t i = 0; i < code.size(); ++i) code[i] = 0.8F * shared[i] + 0.6F * code[i];
  }
  return code;
}

/// A projection that begins linear: the first hidden units come in pairs whose difference is their
/// input (gelu(x) - gelu(-x) = x), so that visual tokens begin as large as words are, and as alike
/// as what they come from. Source: Balduzzi 2017, "looks linear".
at::Tensor linear_projection(at::IntArrayRef shape, bool is_first) {
  const int64_t width = shape[is_first ? 1 : 0], hidden = shape[is_first ? 0 : 1];
  const int64_t inputs = hidden / 4;  // of an MLP as T5's width x 4
  at::Tensor value = at::zeros(shape);
  const auto half = [&](int64_t which) {
    return value.narrow(is_first ? 0 : 1, which * inputs, inputs);
  };
  const at::Tensor same = is_first ? at::eye(inputs, width) : at::eye(width, inputs);
  half(0).copy_(same);
  half(1).copy_(-same);
  return value;
}

/// The parameter's first value. The vision encoder begins as a reader of symbolic scenes; of T5,
/// words and numbers begin as their codes, output and input alike.
at::Tensor first_value(const std::string& name, at::IntArrayRef shape, uint64_t seed,
                       const models::LionConfig& config, const T5Tokenizer& tokenizer,
                       const FirstWeights& first) {
  if (name == "adapter_proj.0.weight" || name == "adapter_proj.2.weight") {
    return linear_projection(shape, name == "adapter_proj.0.weight");
  }
  if (name.starts_with("visual_encoder.patch_embed.proj.")) {
    const FirstWeights::Patches patches = first.patches(shape[0], config.t5.d_model);
    return at::tensor(name.ends_with("weight") ? patches.weight : patches.bias).view(shape);
  }
  at::Tensor value = initial_value(name, shape, seed).contiguous();
  const bool is_output = name == "t5_model.lm_head.weight";
  if (!is_output && name != "t5_model.shared.weight") return value;
  const double scale = is_output ? 1 / std::sqrt(static_cast<double>(shape[1])) : 1;
  const std::map<std::string, std::string> base_of = base_words(tokenizer, first);
  for (int64_t id = 0; id < tokenizer.size(); ++id) {
    const std::vector<float> code = code_of(tokenizer.surface(id), shape[1], base_of);
    if (!code.empty()) value[id].copy_(at::tensor(code) * scale);
  }
  return value;
}

}  // namespace

void write_new_model(const fs::path& path, const models::LionConfig& config,
                     const WordVocabulary& words, const std::vector<std::string>& tags,
                     const FirstWeights& first, uint64_t seed) {
  config.validate(path.string());
  AtomicFolder out(path);
  const ModelFolder folder{out.path()};
  folder.write_config(config);
  fs::create_directories(folder.t5_tokenizer());
  write_file(folder.t5_tokenizer() / "tokenizer.json", words.tokenizer_json());
  fs::create_directories(folder.bert_tokenizer());
  write_file(folder.bert_tokenizer() / "vocab.txt", words.bert_vocabulary());
  std::string names, thresholds;
  for (const std::string& tag : tags) {
    names += str(tag, "\n");
    thresholds += "0.5\n";
  }
  write_file(folder.tags(), names);
  write_file(folder.thresholds(), thresholds);

  const ParameterMap parameters = Networks(config, at::kFloat).parameters();
  std::vector<TensorSpec> specs;
  for (const auto& [name, parameter] : parameters) {
    specs.push_back({name, DType::kF32, parameter.sizes().vec()});
  }
  const T5Tokenizer tokenizer = T5Tokenizer::load(folder.t5_tokenizer());
  ShardedWriter writer(folder.root, specs);
  for (const auto& [name, parameter] : parameters) {
    const at::Tensor value = first_value(name, parameter.sizes(), seed, config, tokenizer, first);
    writer.write(name, {static_cast<const std::byte*>(value.const_data_ptr()), value.nbytes()});
  }
  writer.commit();
  out.commit();
}

}  // namespace lion::train
