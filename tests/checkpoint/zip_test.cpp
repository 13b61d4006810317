#include "lion/checkpoint/zip.h"

#include "files.h"

namespace lion {
namespace {

class ZipTest : public FileTest {
 protected:
  /// An archive of two entries.
  std::string archive() const {
    ZipWriter writer(folder_ / "a.zip");
    writer.add("x/one", bytes_of("1"));
    writer.add("x/two", bytes_of("two and more"));
    writer.commit();
    return read_file(folder_ / "a.zip");
  }
};

std::string at(const ZipReader& zip, std::string_view name) {
  const auto content = zip.at(name);
  return {reinterpret_cast<const char*>(content.data()), content.size()};
}

ZipReader open(const std::string& content) { return ZipReader(bytes_of(content), "a.zip"); }

TEST_F(ZipTest, ReadsWhatItWrites) {
  const std::string content = archive();
  const ZipReader zip = open(content);
  EXPECT_EQ(zip.names().size(), 2u);
  EXPECT_EQ(at(zip, "x/one"), "1");
  EXPECT_EQ(at(zip, "x/two"), "two and more");
  EXPECT_EQ((zip.at("x/two").data() - bytes_of(content).data()) % 64, 0);
  expect_error<ResourceError>([&] { zip.at("y"); },
                              {"a.zip: broken zip archive: has no entry \"y\""});
}

TEST_F(ZipTest, AllowsAComment) {
  std::string content = archive();
  content[content.size() - 2] = 3;
  content += "PK\5";
  EXPECT_EQ(at(open(content), "x/one"), "1");
}

TEST_F(ZipTest, CountsPast65535Entries) {
  ZipWriter writer(folder_ / "many.zip");
  for (int i = 0; i < 70'000; ++i) writer.add(str(i), {});
  writer.commit();
  const std::string content = read_file(folder_ / "many.zip");
  EXPECT_EQ(open(content).names().size(), 70'000u);
}

TEST_F(ZipTest, EveryTruncationIsAnError) {
  const std::string content = archive();
  for (size_t size = 0; size < content.size(); ++size) {
    expect_error<ResourceError>([&] { open(content.substr(0, size)); }, {"a.zip"});
  }
}

/// Where the n-th header with this signature begins.
size_t find_header(const std::string& content, std::string_view signature, int n) {
  size_t position = content.find(signature);
  while (n-- > 0) position = content.find(signature, position + 1);
  return position;
}

struct Lie {
  std::string name;
  std::string signature;  // of the header to change
  size_t field;           // offset in it
  std::string value;
  std::string expected;
};

class LyingZip : public ZipTest, public testing::WithParamInterface<Lie> {};

TEST_P(LyingZip, IsANamedError) {
  const Lie& lie = GetParam();
  std::string content = archive();
  const int n = lie.signature == "PK\5\6" ? 0 : 1;
  content.replace(find_header(content, lie.signature, n) + lie.field, lie.value.size(), lie.value);
  expect_error<ResourceError>(
      [&] {
        const ZipReader zip = open(content);
        for (const std::string& name : zip.names()) zip.at(name);
      },
      {"a.zip: ", lie.expected});
}

INSTANTIATE_TEST_SUITE_P(
    Zip, LyingZip,
    testing::Values(
        Lie{"size", "PK\1\2", 24, le(uint32_t{1000}), "has two sizes"},
        Lie{"both_sizes", "PK\1\2", 20, le(uint64_t{0x7fffffff'7fffffff}),
            "zip entry \"x/two\": ends too early"},
        Lie{"offset", "PK\1\2", 42, le(uint32_t{0x7fffffff}), "ends too early"},
        Lie{"other_offset", "PK\1\2", 42, le(uint32_t{1}), "has no header where it should be"},
        Lie{"first_offset", "PK\1\2", 42, le(uint32_t{0}), "has another name in its own header"},
        Lie{"method", "PK\1\2", 10, le(uint16_t{8}), "is compressed (method 8"},
        Lie{"flags", "PK\1\2", 8, le(uint16_t{1}), "is encrypted"},
        Lie{"directory", "PK\1\2", 0, "QK", "has a broken directory"},
        Lie{"name_length", "PK\1\2", 28, le(uint16_t{0xffff}), "ends too early"},
        Lie{"local_name", "PK\3\4", 30, "y", "has another name in its own header"},
        Lie{"local_extra", "PK\3\4", 28, le(uint16_t{0xffff}), "ends too early"},
        Lie{"directory_offset", "PK\5\6", 16, le(uint32_t{0x7fffffff}), "directory out of place"},
        Lie{"directory_size", "PK\5\6", 12, le(uint32_t{0x7fffffff}), "directory out of place"},
        Lie{"fewer_entries", "PK\5\6", 10, le(uint16_t{1}), "more directory than entries"},
        Lie{"more_entries", "PK\5\6", 10, le(uint16_t{3}), "ends too early"},
        Lie{"parts", "PK\5\6", 4, le(uint16_t{1}), "is in several parts"}),
    [](const auto& test) { return test.param.name; });

TEST_F(ZipTest, RefusesANameTwice) {
  ZipWriter writer(folder_ / "a.zip");
  writer.add("x", bytes_of("1"));
  writer.add("x", bytes_of("2"));
  writer.commit();
  const std::string content = read_file(folder_ / "a.zip");
  expect_error<ResourceError>([&] { open(content); }, {"holds \"x\" twice"});
}

TEST_F(ZipTest, LeavesNothingWithoutCommit) {
  { ZipWriter(folder_ / "b.zip").add("x", bytes_of("1")); }
  EXPECT_TRUE(std::filesystem::is_empty(folder_));
}

}  // namespace
}  // namespace lion
