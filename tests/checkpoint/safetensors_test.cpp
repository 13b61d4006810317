#include "lion/checkpoint/safetensors.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "files.h"

namespace lion {
namespace {

std::string file_of(std::string_view header, size_t data_bytes) {
  return le(static_cast<uint64_t>(header.size())) + std::string(header) +
         std::string(data_bytes, '\1');
}

Safetensors parse(const std::string& content) {
  return parse_safetensors(bytes_of(content), nullptr, "x.safetensors");
}

TEST(Safetensors, ReadsAHeaderByHand) {
  const std::string content = file_of(
      R"({"__metadata__":{"format":"pt"},"b":{"dtype":"U8","shape":[4],"data_offsets":[4,8]},)"
      R"("a":{"data_offsets":[0,4],"dtype":"F32","shape":[1,1]},)"
      R"("none":{"dtype":"F32","shape":[0,7],"data_offsets":[4,4]}}   )",
      8);
  const Safetensors file = parse(content);
  ASSERT_EQ(file.tensors.size(), 3u);
  const TensorView& a = file.tensors.at("a");
  EXPECT_EQ(a.dtype, DType::kF32);
  EXPECT_EQ(a.shape, (std::vector<int64_t>{1, 1}));
  EXPECT_EQ(values<uint8_t>(file.tensors.at("b")), (std::vector<uint8_t>{1, 1, 1, 1}));
  EXPECT_EQ(file.tensors.at("none").numel(), 0);
  EXPECT_EQ(file.metadata, (Metadata{{"format", "pt"}}));
}

struct Lie {
  std::string name;
  std::string header;
  size_t data_bytes;
  std::string expected;
};

class LyingHeader : public testing::TestWithParam<Lie> {};

TEST_P(LyingHeader, IsANamedError) {
  const Lie& lie = GetParam();
  const std::string content = file_of(lie.header, lie.data_bytes);
  expect_error<ResourceError>([&] { parse(content); }, {"x.safetensors: ", lie.expected});
}

INSTANTIATE_TEST_SUITE_P(
    Safetensors, LyingHeader,
    testing::Values(
        Lie{"list", "[]", 0, "header does not begin with {"},
        Lie{"empty", "", 0, "header does not begin with {"},
        Lie{"json", R"({"a":)", 0, "is not valid JSON at byte"},
        Lie{"nul", std::string("{}\0{\"a\":", 8), 0, "is not valid JSON at byte 2 (NUL)"},
        Lie{"null_in_metadata", R"({"__metadata__":{"a":null}})", 0, "holds null"},
        Lie{"trailing", R"({} {})", 0, "is not valid JSON at byte"},
        Lie{"not_utf8", "{\"\xff\":{}}", 0, "is not valid JSON at byte"},
        Lie{"scalar", R"({"a":1})", 0, "holds the number 1 near \"a\""},
        Lie{"text", R"({"a":"b"})", 0, "holds \"b\" near \"a\""},
        Lie{"null", R"({"a":null})", 0, "holds null"},
        Lie{"flag", R"({"a":{"dtype":true}})", 0, "holds true or false"},
        Lie{"deep", R"({"a":{"shape":[[1]]}})", 0, "holds a list"},
        Lie{"object_deep", R"({"a":{"shape":[{}]}})", 0, "holds an object"},
        Lie{"metadata_number", R"({"__metadata__":{"a":1}})", 0, "holds the number 1"},
        Lie{"metadata_text", R"({"__metadata__":"a"})", 0, "holds \"a\""},
        Lie{"unknown_key", R"({"a":{"size":3}})", 0, "holds the key \"size\""},
        Lie{"key_twice", R"({"a":{"shape":[1],"shape":[1]}})", 0, "\"shape\" a second time"},
        Lie{"no_dtype", R"({"a":{"shape":[1],"data_offsets":[0,4]}})", 4, "incompletely"},
        Lie{"one_offset", R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}})", 4,
            "got 1 offsets"},
        Lie{"negative", R"({"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}})", 4,
            "holds the number -1"},
        Lie{"fraction", R"({"a":{"dtype":"F32","shape":[1.0],"data_offsets":[0,4]}})", 4,
            "holds the number 1.0"},
        Lie{"huge", R"({"a":{"dtype":"F32","shape":[18446744073709551615],"data_offsets":[0,4]}})",
            4, "holds the size 18446744073709551615"},
        Lie{"overflow",
            R"({"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,4]}})", 4,
            "is not the size of F32 [4294967296,4294967296]"},
        Lie{"byte_overflow",
            R"({"a":{"dtype":"F64","shape":[4611686018427387904],"data_offsets":[0,0]}})", 0,
            "is not the size of F64"},
        Lie{"size", R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}})", 4,
            "has 4 bytes, which is not the size of F32 [2]"},
        Lie{"backwards", R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}})", 4,
            "lies at bytes 4 to 0"},
        Lie{"past_end", R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})", 4,
            "The file is truncated"},
        Lie{"overlap",
            R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},)"
            R"("b":{"dtype":"F32","shape":[1],"data_offsets":[2,6]}})",
            6, "tensor \"b\" lies at bytes 2 to 6, expected to begin at 4"},
        Lie{"gap",
            R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},)"
            R"("b":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}})",
            12, "tensor \"b\" lies at bytes 8 to 12, expected to begin at 4"},
        Lie{"name_twice",
            R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},)"
            R"("a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}})",
            2, "tensor \"a\" is there twice"},
        Lie{"hole_at_end", R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}})", 3,
            "2 bytes follow the last tensor"}),
    [](const auto& test) { return test.param.name; });

TEST(Safetensors, MetadataMayBeNull) {
  const Safetensors file = parse(
      file_of(R"({"__metadata__":null,"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}})", 1));
  EXPECT_TRUE(file.metadata.empty());
  EXPECT_EQ(file.tensors.size(), 1u);
}

TEST(Safetensors, TensorsOfLackingTypesAreErrorsOnlyWhenNeeded) {
  const std::string content =
      file_of(R"({"a":{"dtype":"F8_E5M2","shape":[4],"data_offsets":[0,4]},)"
              R"("b":{"dtype":"U8","shape":[1],"data_offsets":[4,5]}})",
              5);
  const Safetensors file = parse(content);
  EXPECT_EQ(values<uint8_t>(file.tensors.at("b")), (std::vector<uint8_t>{1}));
  EXPECT_EQ(file.tensors.at("a").unreadable, "F8_E5M2");
  EXPECT_EQ(file.tensors.at("a").shape, (std::vector<int64_t>{4}));
  expect_error<ResourceError>([&] { to_contiguous(file.tensors.at("a")); }, {"got F8_E5M2"});
}

TEST(Safetensors, HeaderLengthIsChecked) {
  expect_error<ResourceError>([] { parse("1234"); }, {"ends too early", "copy or download"});
  expect_error<ResourceError>([] { parse(le(uint64_t{100}) + "{}"); }, {"ends too early"});
  expect_error<ResourceError>([] { parse(le(~uint64_t{0}) + "{}"); },
                              {"expected at most 100000000"});
}

TEST(Safetensors, EveryTruncationIsAnError) {
  const std::string whole = read_file(fixture("checkpoints/plain.safetensors"));
  EXPECT_EQ(parse(whole).tensors.size(), 15u);
  for (size_t size = 0; size < whole.size(); size += 7) {
    expect_error<ResourceError>([&] { parse(whole.substr(0, size)); }, {"x.safetensors"});
  }
}

using SafetensorsFile = FileTest;

TEST_F(SafetensorsFile, TensorsLieInTheMappedFileAndCostNoMemory) {
  // Sparse on disk: 6 GiB of zeros would be noticed if they were read.
  const uint64_t bytes = uint64_t{6} << 30;
  const std::string header =
      str(R"({"a":{"dtype":"U8","shape":[)", bytes, R"(],"data_offsets":[0,)", bytes, "]}}");
  const auto path = write("big.safetensors", file_of(header, 0));
  ASSERT_EQ(::truncate(path.c_str(), static_cast<off_t>(8 + header.size() + bytes)), 0);
  rusage before{};
  ::getrusage(RUSAGE_SELF, &before);
  const TensorMap tensors = read_tensors(path);
  const TensorView& a = tensors.at("a");
  rusage after{};
  ::getrusage(RUSAGE_SELF, &after);
  EXPECT_EQ(a.nbytes(), bytes);
  EXPECT_EQ(a.bytes.data(), a.file->bytes().data() + 8 + header.size());
  EXPECT_LT(after.ru_maxrss - before.ru_maxrss, 16 * 1024) << "KiB";
  release(a);
  EXPECT_EQ(a.bytes.back(), std::byte{0});
}

TEST_F(SafetensorsFile, WritesWhatItReads) {
  const auto path = folder_ / "out.safetensors";
  const std::string a = le(1.0f) + le(2.0f);
  const std::string b = "\x01\x02\x03";
  SafetensorsWriter writer(path,
                           {{"a", DType::kF32, {2, 1}},
                            {"empty", DType::kI64, {0}},
                            {"b\"\\", DType::kU8, {3}},
                            {"last", DType::kF16, {2, 0}}},
                           {{"format", "pt"}});
  writer.write("a", bytes_of(a).first(3));
  writer.write("a", bytes_of(a).subspan(3));
  writer.write("empty", {});
  writer.write("b\"\\", bytes_of(b));
  EXPECT_FALSE(std::filesystem::exists(path));
  writer.commit();

  const Safetensors file = read_safetensors(path);
  EXPECT_EQ(file.metadata.at("format"), "pt");
  EXPECT_EQ(floats(file.tensors.at("a")), (std::vector<float>{1, 2}));
  EXPECT_EQ(values<uint8_t>(file.tensors.at("b\"\\")), (std::vector<uint8_t>{1, 2, 3}));
  EXPECT_EQ(file.tensors.at("last").shape, (std::vector<int64_t>{2, 0}));
  EXPECT_EQ((file.tensors.at("a").bytes.data() - file.tensors.at("a").file->bytes().data()) % 8, 0);
}

TEST_F(SafetensorsFile, WriterRefusesWhatWasNotAnnounced) {
  const auto path = folder_ / "out.safetensors";
  const std::string four(4, '\0');
  {
    SafetensorsWriter writer(path, {{"a", DType::kF32, {1}}, {"b", DType::kF32, {1}}});
    expect_error<InputError>([&] { writer.write("b", bytes_of(four)); },
                             {"out.safetensors: got tensor \"b\", expected \"a\"", "in the order"});
    expect_error<InputError>([&] { writer.write("a", bytes_of(four + four)); },
                             {"tensor \"a\": got 8 bytes, expected 4"});
    writer.write("a", bytes_of(four));
    expect_error<InputError>([&] { writer.commit(); }, {"tensor \"b\" got 0 bytes, expected 4"});
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder_)) << "a part was left behind";
  expect_error<InputError>(
      [&] {
        SafetensorsWriter(path, {{"a", DType::kF32, {1}}, {"a", DType::kF32, {1}}});
      },
      {"tensor \"a\" would be written twice"});
  expect_error<InputError>(
      [&] {
        SafetensorsWriter(path, {{"a", DType::kF32, {-1}}});
      },
      {"shape [-1] is negative"});
  expect_error<ResourceError>([&] { SafetensorsWriter(folder_ / "no/out.safetensors", {}); },
                              {"cannot be written"});
}

std::vector<TensorSpec> numbered_specs(int64_t count) {
  std::vector<TensorSpec> specs;
  for (int64_t i = 0; i < count; ++i) specs.push_back({str("t", i), DType::kI32, {i + 1}});
  return specs;
}

void write_numbered(ShardedWriter& writer, int64_t count) {
  for (int64_t i = 0; i < count; ++i) {
    const std::vector<int32_t> data(static_cast<size_t>(i + 1), static_cast<int32_t>(i));
    writer.write(str("t", i), std::as_bytes(std::span(data)));
  }
}

TEST_F(SafetensorsFile, ShardsAndIndexReadBackAsAFolder) {
  ShardedWriter writer(folder_, numbered_specs(6), 24);  // 4+8+12 | 16 | 20 | 24
  write_numbered(writer, 6);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "model-00001-of-00004.safetensors"));
  writer.commit();
  EXPECT_TRUE(std::filesystem::exists(folder_ / "model-00004-of-00004.safetensors"));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "model.safetensors"));
  const TensorMap tensors = read_tensors(folder_);
  ASSERT_EQ(tensors.size(), 6u);
  EXPECT_EQ(values<int32_t>(tensors.at("t3")), (std::vector<int32_t>{3, 3, 3, 3}));
  const std::string index = read_file(folder_ / "model.safetensors.index.json");
  EXPECT_THAT(index, testing::HasSubstr("\"total_size\": 84"));
}

TEST_F(SafetensorsFile, OneShardHasNoIndex) {
  ShardedWriter writer(folder_, numbered_specs(3), 24, "llm");
  write_numbered(writer, 3);
  writer.commit();
  EXPECT_FALSE(std::filesystem::exists(folder_ / "llm.safetensors.index.json"));
  EXPECT_EQ(read_tensors(folder_ / "llm.safetensors").size(), 3u);
  expect_error<InputError>([&] { writer.write("t9", {}); }, {"\"t9\" is not in the list"});
  expect_error<InputError>(
      [&] {
        ShardedWriter(folder_, {{"a", DType::kU8, {1}}, {"a", DType::kU8, {1}}}, 1);
      },
      {"would be written twice"});
}

}  // namespace
}  // namespace lion
