#pragma once
/// An oracle folder: small checkpoints in the released layouts, images, and golden answers. Its
/// manifest says what every tensor is. The folder is $LION_ORACLE_DIR, by default the project's
/// own.

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "lion/base/json.h"
#include "lion/checkpoint/tensor_map.h"
#include "lion/engine/lion.h"
#include "lion/image/normalize.h"
#include "lion/image/resize.h"
#include "lion/model_folder/networks.h"
#include "lion/text/bert_tokenizer.h"
#include "lion/text/t5_tokenizer.h"

namespace lion::testing {

std::filesystem::path oracle_dir();

/// One model of the oracle, converted by our own converter into a folder of its own and loaded.
struct OracleModel {
  std::filesystem::path folder;
  models::LionConfig config;
  Networks networks;
  T5Tokenizer t5;
  BertTokenizer bert;
};

class Oracle {
 public:
  explicit Oracle(at::Device device);
  ~Oracle();

  const Json& manifest() const { return manifest_; }
  std::vector<std::string> case_names() const;

  /// The golden tensor `name` of goldens/<file>.safetensors.
  at::Tensor golden(const std::string& file, const std::string& name) const;
  bool has_golden(const std::string& file, const std::string& name) const;

  /// "all", "all_notags", "qformer" or "aggregator", as cases name their model.
  const OracleModel& model(const std::string& name);
  /// The folder of that model, for loading by other means.
  std::filesystem::path model_folder(const std::string& name);

  /// Decoded with EXIF ignored, as the oracle was made.
  Image image(const std::string& file) const;
  /// Several images as a batch [B,3,S,S] on the oracle's device.
  at::Tensor batch(const std::vector<std::string>& files, int64_t size, Filter filter,
                   const Normalization& norm) const;

  at::Device device() const { return device_; }

 private:
  at::Device device_;
  std::filesystem::path dir_, work_;
  Json manifest_;
  mutable std::map<std::string, TensorMap> goldens_;
  std::map<std::string, std::unique_ptr<OracleModel>> models_;
};

/// Right-padded ids [B,L] and their mask on `device`.
models::TokenBatch pad(const std::vector<std::vector<int64_t>>& rows, at::Device device);

/// Fails unless all values differ by at most `tolerance`; says where and by how much.
void expect_close(const at::Tensor& actual, const at::Tensor& expected, const std::string& name,
                  double tolerance = 1e-4);

/// The strings of a JSON list; empty for null.
std::vector<std::string> strings(const Json& list);

}  // namespace lion::testing
