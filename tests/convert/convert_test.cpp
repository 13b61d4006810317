#include "lion/convert/convert.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "lion/base/file.h"
#include "lion/checkpoint/tensor_map.h"
#include "lion/convert/model_info.h"
#include "lion/engine/lion.h"
#include "tests/engine/oracle_model.h"

namespace lion::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

TEST(Convert, WritesAFolderThatSaysWhatItHolds) {
  const TempFolder temp;
  std::vector<int64_t> seen;
  const ConvertReport report =
      convert(oracle_options(temp / "model"), [&](const Progress& p) { seen.push_back(p.done); });
  EXPECT_GT(report.tensors, 900);
  EXPECT_EQ(seen.size(), static_cast<size_t>(report.tensors));
  EXPECT_EQ(static_cast<uint64_t>(seen.back()), report.bytes);
  EXPECT_THAT(join(report.unused, "\n"), HasSubstr("LION uses the first blocks only"));
  for (const char* file :
       {"config.json", "t5/tokenizer.json", "bert/vocab.txt", "ram_tag_list.txt"}) {
    EXPECT_TRUE(fs::exists(temp / "model" / file)) << file;
  }
  const ModelInfo info = inspect_model(temp / "model");
  EXPECT_EQ(info.config["visual_input"], "ALL");
  uint64_t stored = 0;
  for (const PartInfo& part : info.parts) stored += part.stored_bytes;
  EXPECT_EQ(stored, report.bytes);
  EXPECT_GT(info.plan.weights, 0u);
}

TEST(Convert, KeepsTypesUnlessToldOtherwise) {
  const TempFolder temp;
  convert(oracle_options(temp / "keep"));
  const auto kept = read_tensors(temp / "keep");
  EXPECT_EQ(kept.at("visual_encoder.blocks.0.mlp.fc1.weight").dtype, DType::kF16);
  EXPECT_EQ(kept.at("t5_proj.weight").dtype, DType::kF32);
  auto options = oracle_options(temp / "bf16");
  options.dtype = StoredType::kBf16;
  convert(options);
  const auto rounded = read_tensors(temp / "bf16");
  EXPECT_EQ(rounded.at("visual_encoder.blocks.0.mlp.fc1.weight").dtype, DType::kBF16);
  EXPECT_EQ(rounded.at("t5_proj.weight").dtype, DType::kBF16);
  // What a bf16 model computes in float32 anyway is not rounded.
  EXPECT_EQ(rounded.at("ln_vision.weight").dtype, DType::kF32);
  EXPECT_EQ(rounded.at("t5_model.encoder.block.0.layer.1.adapter.router_ratio1").dtype,
            DType::kF32);
}

TEST(Convert, AFolderIsStoredInAnotherType) {
  const TempFolder temp;
  convert(oracle_options(temp / "keep"));
  auto options = oracle_options(temp / "bf16");
  options.dtype = StoredType::kBf16;
  convert(options);
  ConvertOptions again;
  again.model = temp / "keep";
  again.out = temp / "again";
  again.dtype = StoredType::kBf16;
  EXPECT_EQ(convert(again).tensors, static_cast<int64_t>(read_tensors(temp / "keep").size()));
  for (const auto& entry : fs::recursive_directory_iterator(temp / "bf16")) {
    if (!entry.is_regular_file()) continue;
    const fs::path same = temp / "again" / fs::relative(entry.path(), temp / "bf16");
    EXPECT_EQ(read_file(same), read_file(entry.path())) << same;
  }
  again.vit = "eva_vit_g.pth";
  again.out = temp / "third";
  EXPECT_THAT(message_of<InputError>([&] { convert(again); }), HasSubstr("--model"));
}

TEST(Convert, StageFilesGiveSingleBranchModels) {
  const TempFolder temp;
  auto options = oracle_options(temp / "stage1");
  options.lion = oracle_files() / "lion_stage1_qformer.pth";
  options.ram.clear();
  options.ram_tags.clear();
  options.ram_thresholds.clear();
  convert(options);
  const Json config = inspect_model(temp / "stage1").config;
  EXPECT_EQ(config["visual_input"], "QFORMER");
  EXPECT_EQ(config["enable_semantic_tags"], false);
  EXPECT_EQ(config["adapter"]["count"], 1);
  EXPECT_FALSE(config.contains("ram"));
}

TEST(Convert, MissingOptionsAreNamedTogether) {
  const std::string message = message_of<InputError>([] { convert({}); });
  for (const char* flag : {"--out", "--vit", "--llm", "--bert", "--lion"})
    EXPECT_THAT(message, HasSubstr(flag));
  auto options = oracle_options("x");
  options.ram_tags.clear();
  EXPECT_THAT(message_of<InputError>([&] { convert(options); }), HasSubstr("--ram-tags"));
}

TEST(Convert, FailureLeavesNothingBehind) {
  const TempFolder temp;
  auto options = oracle_options(temp / "model");
  options.lion = temp / "lion.pth";
  write_file(options.lion, "this is no checkpoint");
  EXPECT_THAT(message_of<ResourceError>([&] { convert(options); }), HasSubstr("lion.pth"));
  options.lion = temp / "not-there.pth";
  EXPECT_THAT(message_of<ResourceError>([&] { convert(options); }), HasSubstr("not-there.pth"));
  int64_t entries = 0;
  for (const auto& entry : fs::directory_iterator(temp / ""))
    entries += entry.path().filename() != "lion.pth";
  EXPECT_EQ(entries, 0);
}

TEST(Convert, AWrongSizeCheckpointListsWhatDoesNotFit) {
  const TempFolder temp;
  auto options = oracle_options(temp / "model");
  Json config = read_json_file(oracle_files() / "lion_config.json");
  config["qformer"]["hidden_size"] = 96;
  options.config = temp / "config.json";
  write_file(options.config, config.dump());
  const std::string message = message_of<InputError>([&] { convert(options); });
  EXPECT_THAT(message, HasSubstr("misshapen: t5_proj.weight is [64,48], expected [64,96]"));
  EXPECT_THAT(message, HasSubstr("misshapen: query_tokens"));
  EXPECT_THAT(message, HasSubstr("--config"));
}

TEST(Convert, RefusesToOverwrite) {
  const TempFolder temp;
  fs::create_directories(temp / "model");
  write_file(temp / "model" / "mine.txt", "precious");
  EXPECT_THAT(message_of<InputError>([&] { convert(oracle_options(temp / "model")); }),
              HasSubstr("already exists"));
  EXPECT_EQ(read_file(temp / "model" / "mine.txt"), "precious");
}

TEST(Load, WeightsOfAnotherModelAreAllReported) {
  const TempFolder temp;
  convert(oracle_options(temp / "model"));
  Json config = read_json_file(temp / "model" / "config.json");
  config["t5"]["num_layers"] = 3;
  config["aggregator"]["intermediate_size"] = 81;
  write_file(temp / "model" / "config.json", config.dump());
  const std::string message = message_of<ResourceError>([&] { Lion::load(temp / "model"); });
  EXPECT_THAT(message,
              HasSubstr("missing: t5_model.encoder.block.2.layer.0.SelfAttention.q.weight"));
  EXPECT_THAT(message, HasSubstr("misshapen: fusion_adapter.blocks.0.intermediate.dense.weight"));
  EXPECT_THAT(message, HasSubstr("convert again"));
}

TEST(Load, BrokenFoldersAreNamed) {
  const TempFolder temp;
  EXPECT_THAT(message_of<ResourceError>([&] { Lion::load(temp / "none"); }),
              HasSubstr("lion convert"));
  convert(oracle_options(temp / "model"));
  const fs::path weights = temp / "model" / "model.safetensors";
  const std::string bytes = read_file(weights);
  write_file(weights, std::string_view(bytes).substr(0, bytes.size() - 1000));
  EXPECT_THAT(message_of<ResourceError>([&] { Lion::load(temp / "model"); }),
              HasSubstr("model.safetensors"));
  write_file(weights, bytes);
  Json config = read_json_file(temp / "model" / "config.json");
  config["format_version"] = 99;
  write_file(temp / "model" / "config.json", config.dump());
  EXPECT_THAT(message_of<InputError>([&] { Lion::load(temp / "model"); }),
              HasSubstr("newer program"));
}

}  // namespace
}  // namespace lion::testing
