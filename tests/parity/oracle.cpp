#include "oracle.h"

#include <gtest/gtest.h>
#include <torch/torch.h>
#include <unistd.h>

#include <cstdlib>

#include "lion/base/file.h"
#include "lion/checkpoint/load.h"
#include "lion/convert/convert.h"
#include "lion/image/decode.h"
#include "lion/model_folder/model_folder.h"

namespace lion::testing {

namespace fs = std::filesystem;

fs::path oracle_dir() {
  const char* dir = std::getenv("LION_ORACLE_DIR");
  return dir && *dir ? fs::path(dir) : fs::path(LION_SOURCE_DIR) / "tests/fixtures/oracle";
}

Oracle::Oracle(at::Device device)
    : device_(device),
      dir_(oracle_dir()),
      work_(fs::temp_directory_path() / str("lion-parity-", ::getpid())),
      manifest_(read_json_file(dir_ / "manifest.json")) {
  fs::create_directories(work_);
}

Oracle::~Oracle() {
  models_.clear();
  std::error_code ignored;
  fs::remove_all(work_, ignored);
}

std::vector<std::string> Oracle::case_names() const {
  std::vector<std::string> names;
  for (const auto& [name, entry] : manifest_["cases"].items()) {
    if (entry.contains("questions")) names.push_back(name);
  }
  return names;
}

bool Oracle::has_golden(const std::string& file, const std::string& name) const {
  if (!goldens_.contains(file))
    goldens_[file] = read_tensors(dir_ / "goldens" / (file + ".safetensors"));
  return goldens_[file].contains(name);
}

at::Tensor Oracle::golden(const std::string& file, const std::string& name) const {
  if (!has_golden(file, name)) throw ResourceError(str("oracle: no golden ", file, ": ", name));
  return borrow(goldens_[file].at(name));
}

fs::path Oracle::model_folder(const std::string& name) {
  static const std::map<std::string, std::string> kFiles = {
      {"all", "lion.pth"},
      {"all_notags", "lion.pth"},
      {"qformer", "lion_stage1_qformer.pth"},
      {"aggregator", "lion_stage2_aggregator.pth"}};
  const fs::path folder = work_ / name;
  if (!fs::exists(folder)) {
    ConvertOptions options;
    options.vit = dir_ / "eva_vit_g.pth";
    options.llm = dir_ / "flan-t5";
    options.bert = dir_ / "bert-base-uncased";
    options.ram = dir_ / "ram_swin_large_14m.pth";
    options.ram_tags = dir_ / "ram_tag_list.txt";
    options.ram_thresholds = dir_ / "ram_tag_list_threshold.txt";
    options.lion = dir_ / kFiles.at(name);
    options.out = folder;
    convert(options);
  }
  return folder;
}

const OracleModel& Oracle::model(const std::string& name) {
  auto& slot = models_[name];
  if (!slot) {
    const ModelFolder folder{model_folder(name)};
    const models::LionConfig config = folder.read_config();
    Networks networks(config, at::kFloat);
    load_parameters(networks.parameters(), read_tensors(folder.root), name, device_);
    slot = std::unique_ptr<OracleModel>(new OracleModel{
        folder.root, config, std::move(networks), T5Tokenizer::load(folder.t5_tokenizer()),
        BertTokenizer::load(dir_ / "bert-base-uncased")});
  }
  return *slot;
}

Image Oracle::image(const std::string& file) const {
  DecodeOptions options;
  options.exif = Exif::kIgnore;
  return load_image(dir_ / "images" / file, options);
}

at::Tensor Oracle::batch(const std::vector<std::string>& files, int64_t size, Filter filter,
                         const Normalization& norm) const {
  std::vector<at::Tensor> images;
  for (const std::string& file : files) {
    std::vector<float> pixels = preprocess(image(file), size, filter, norm);
    images.push_back(at::from_blob(pixels.data(), {3, size, size}, at::kFloat).clone());
  }
  return at::stack(images).to(device_);
}

models::TokenBatch pad(const std::vector<std::vector<int64_t>>& rows, at::Device device) {
  size_t longest = 0;
  for (const auto& row : rows) longest = std::max(longest, row.size());
  const std::vector<int64_t> shape = {static_cast<int64_t>(rows.size()),
                                      static_cast<int64_t>(longest)};
  at::Tensor ids = at::zeros(shape, at::kLong);
  at::Tensor mask = at::zeros(shape, at::kLong);
  for (size_t i = 0; i < rows.size(); ++i) {
    const auto n = static_cast<int64_t>(rows[i].size());
    const auto at_row = static_cast<int64_t>(i);
    ids[at_row].narrow(0, 0, n).copy_(at::tensor(rows[i], at::kLong));
    mask[at_row].narrow(0, 0, n).fill_(1);
  }
  return {ids.to(device), mask.to(device)};
}

void expect_close(const at::Tensor& actual, const at::Tensor& expected, const std::string& name,
                  double tolerance) {
  const at::Tensor got = actual.to(at::kCPU);
  ASSERT_EQ(got.sizes(), expected.sizes()) << name;
  const at::Tensor difference = (got.to(at::kDouble) - expected.to(at::kDouble)).abs();
  const double largest = difference.max().item<double>();
  EXPECT_LE(largest, tolerance) << name << " at flat index " << difference.argmax().item<int64_t>();
  ::testing::Test::RecordProperty(name, str(largest));
}

std::vector<std::string> strings(const Json& list) {
  std::vector<std::string> out;
  if (list.is_null()) return out;
  for (const Json& item : list) out.push_back(item.get<std::string>());
  return out;
}

}  // namespace lion::testing
