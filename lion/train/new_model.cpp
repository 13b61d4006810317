#include "lion/train/new_model.h"

#include <torch/torch.h>

#include "lion/base/file.h"
#include "lion/base/str.h"
#include "lion/checkpoint/safetensors.h"
#include "lion/folder/model_folder.h"
#include "lion/folder/networks.h"
#include "lion/train/initial_weights.h"

namespace lion::train {

namespace fs = std::filesystem;

void write_new_model(const fs::path& path, const models::LionConfig& config,
                     const WordVocabulary& words, const std::vector<std::string>& tags,
                     uint64_t seed) {
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
  ShardedWriter writer(folder.root, specs);
  for (const auto& [name, parameter] : parameters) {
    const at::Tensor value = fresh_value(name, parameter.sizes(), seed).contiguous();
    writer.write(name, {static_cast<const std::byte*>(value.const_data_ptr()), value.nbytes()});
  }
  writer.commit();
  out.commit();
}

}  // namespace lion::train
