#include "lion/checkpoint/tensor_map.h"

#include "files.h"
#include "lion/checkpoint/safetensors.h"

namespace lion {
namespace {

namespace fs = std::filesystem;

TEST(ReadTensors, ToldByContent) {
  EXPECT_EQ(read_tensors(fixture("checkpoints/zip.pth")).size(), 15u);
  EXPECT_EQ(read_tensors(fixture("checkpoints/legacy.bin")).size(), 15u);
  EXPECT_EQ(read_tensors(fixture("checkpoints/plain.safetensors")).size(), 15u);
}

TEST(ReadTensors, ReadsShardedFolders) {
  const TensorMap bins = read_tensors(fixture("checkpoints/sharded_bin"));
  EXPECT_EQ(bins.size(), 15u);
  EXPECT_EQ(floats(bins.at("scalar")), std::vector{2.5f});
  const TensorMap t5 = read_tensors(fixture("oracle/flan-t5"));
  EXPECT_TRUE(t5.contains("shared.weight"));
  EXPECT_TRUE(t5.contains("decoder.final_layer_norm.weight"));
}

using ReadTensorsFolder = FileTest;

std::string one_tensor(const std::string& name) {
  const std::string header =
      str(R"({")", name, R"(":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}})");
  return le(static_cast<uint64_t>(header.size())) + header + "x";
}

TEST_F(ReadTensorsFolder, ContentCountsNotTheName) {
  write("model.pth", one_tensor("a"));
  EXPECT_EQ(read_tensors(folder_ / "model.pth").size(), 1u);
  fs::copy(fixture("checkpoints/zip.pth"), folder_ / "zip.safetensors");
  EXPECT_EQ(read_tensors(folder_ / "zip.safetensors").size(), 15u);
}

TEST_F(ReadTensorsFolder, AHeaderLengthMayLookLikeText) {
  // Lengths whose first byte is "<": writers that do not pad their headers give them.
  for (const size_t length : {60, 316, 0x7b3c}) {
    const std::string key(length - 52, 'k');
    const std::string file = one_tensor(key);
    ASSERT_EQ(file[0], '<') << length;
    EXPECT_EQ(read_tensors(write("w.safetensors", file)).size(), 1u);
    EXPECT_EQ(read_tensors(write("w.bin", file)).count(key), 1u);
    expect_error<ResourceError>(
        [&] { read_tensors(write("w.safetensors", file.substr(0, length))); }, {"truncated"});
  }
}

TEST_F(ReadTensorsFolder, PrefersSafetensors) {
  fs::copy(fixture("checkpoints/zip.pth"), folder_ / "pytorch_model.bin");
  EXPECT_EQ(read_tensors(folder_).size(), 15u);
  write("model.safetensors", one_tensor("a"));
  EXPECT_EQ(read_tensors(folder_).size(), 1u);
}

TEST_F(ReadTensorsFolder, NamesAllMissingShardsAtOnce) {
  write("model.safetensors.index.json",
        R"({"weight_map": {"a": "1.safetensors", "b": "2.safetensors", "c": "3.safetensors"}})");
  write("2.safetensors", one_tensor("b"));
  expect_error<ResourceError>([&] { read_tensors(folder_); },
                              {"model.safetensors.index.json: missing shards 1.safetensors, "
                               "3.safetensors",
                               "Download them"});
}

TEST_F(ReadTensorsFolder, NamesAllMissingTensorsAtOnce) {
  write("model.safetensors.index.json",
        R"({"weight_map": {"a": "1.safetensors", "b": "1.safetensors", "c": "1.safetensors"}})");
  write("1.safetensors", one_tensor("b"));
  expect_error<ResourceError>(
      [&] { read_tensors(folder_); },
      {"missing tensors \"a\" (1.safetensors), \"c\" (1.safetensors)", "fetch them together"});
}

TEST_F(ReadTensorsFolder, AnIndexStaysInItsFolder) {
  for (const char* file : {R"("../x.safetensors")", R"("/etc/passwd")", R"("..")", "7", R"("")"}) {
    write("model.safetensors.index.json", str(R"({"weight_map": {"a": )", file, "}}"));
    expect_error<ResourceError>([&] { read_tensors(folder_); },
                                {"tensor \"a\" is said to be in", "expected a file of the same"});
  }
}

TEST_F(ReadTensorsFolder, ABrokenIndexIsNamed) {
  const std::string deep(100'000, '[');
  for (const std::string& text :
       {std::string("{"), std::string(R"({"weight_map": {"a": "b"}})") + '\0', std::string("[]"),
        std::string("{}"), std::string(R"({"weight_map": {}})"), deep}) {
    write("model.safetensors.index.json", text);
    expect_error<ResourceError>([&] { read_tensors(folder_); },
                                {"index.json: is not JSON with a \"weight_map\"", "Download it"});
  }
}

TEST_F(ReadTensorsFolder, SaysWhatIsNotThere) {
  expect_error<ResourceError>([&] { read_tensors(folder_ / "absent"); },
                              {"absent: does not exist", "Check the path"});
  expect_error<ResourceError>([&] { read_tensors(folder_); },
                              {"holds no weights", "model.safetensors", "pytorch_model.bin"});
}

TEST_F(ReadTensorsFolder, SaysWhatADownloadReallyIs) {
  const auto refused = [&](std::string_view content, std::string_view what) {
    const auto path = write("w.safetensors", content);
    expect_error<ResourceError>([&] { read_tensors(path); }, {"w.safetensors: ", what});
  };
  refused("", "is empty");
  refused("version https://git-lfs.github.com/spec/v1\noid", "Run git lfs pull");
  refused("<!DOCTYPE html>", "is a web page");
  refused("\n \xef\xbb\xbf<html>{", "is a web page");
  refused("{\"error\":\"Invalid credentials\"}", "is JSON text, not weights");
  refused("abc", "ends too early");
}

}  // namespace
}  // namespace lion
