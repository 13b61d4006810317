#include "lion/train/event_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <bit>
#include <cstring>
#include <map>
#include <vector>

#include "lion/base/error.h"
#include "lion/base/file.h"

namespace lion::train {
namespace {

namespace fs = std::filesystem;

uint64_t little_endian(std::string_view bytes) {
  uint64_t value = 0;
  for (size_t i = bytes.size(); i-- > 0;) value = value << 8 | static_cast<uint8_t>(bytes[i]);
  return value;
}

uint32_t unmasked(uint64_t masked) {
  return std::rotl(static_cast<uint32_t>(masked) - 0xa282ead8u, 15);
}

/// Cuts a file into records and checks their checksums.
std::vector<std::string> records_of(std::string_view file) {
  std::vector<std::string> records;
  while (!file.empty()) {
    const auto size = static_cast<size_t>(little_endian(file.substr(0, 8)));
    EXPECT_EQ(unmasked(little_endian(file.substr(8, 4))), crc32c(file.substr(0, 8)));
    records.emplace_back(file.substr(12, size));
    EXPECT_EQ(unmasked(little_endian(file.substr(12 + size, 4))), crc32c(records.back()));
    file.remove_prefix(16 + size);
  }
  return records;
}

/// The fields of a message: numbers as they are, blocks as bytes; the last of a field counts.
struct Fields {
  std::map<uint64_t, uint64_t> numbers;
  std::map<uint64_t, std::string> blocks;
};

Fields parse(std::string_view message) {
  Fields fields;
  size_t at = 0;
  const auto varint = [&] {
    uint64_t value = 0;
    for (int shift = 0;; shift += 7) {
      const auto byte = static_cast<uint8_t>(message.at(at++));
      value |= uint64_t{byte & 0x7fu} << shift;
      if (byte < 0x80) return value;
    }
  };
  while (at < message.size()) {
    const uint64_t key = varint();
    const uint64_t wire_type = key & 7;
    if (wire_type == 0) {
      fields.numbers[key >> 3] = varint();
    } else if (wire_type == 2) {
      const uint64_t size = varint();
      fields.blocks[key >> 3] = message.substr(at, size);
      at += size;
    } else {
      const size_t size = wire_type == 1 ? 8 : 4;
      fields.numbers[key >> 3] = little_endian(message.substr(at, size));
      at += size;
    }
  }
  return fields;
}

Fields value_of(const Fields& event) { return parse(parse(event.blocks.at(5)).blocks.at(1)); }

class EventFileTest : public testing::Test {
 protected:
  EventFileTest() {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    folder_ = fs::path(testing::TempDir()) / str("lion-events-", ::getpid(), "-", test->name());
    fs::remove_all(folder_);
  }
  ~EventFileTest() override { fs::remove_all(folder_); }

  std::vector<Fields> events(const EventFile& file) const {
    std::vector<Fields> out;
    for (const std::string& record : records_of(read_file(file.path())))
      out.push_back(parse(record));
    return out;
  }

  fs::path folder_;
};

// RFC 3720, appendix B.4.
TEST(Crc32c, IsThatOfIscsi) {
  EXPECT_EQ(crc32c(""), 0u);
  EXPECT_EQ(crc32c("123456789"), 0xe3069283u);
  EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8a9136aau);
  EXPECT_EQ(crc32c(std::string(32, '\xff')), 0x62a8ab43u);
  std::string ascending;
  for (int i = 0; i < 32; ++i) ascending += static_cast<char>(i);
  EXPECT_EQ(crc32c(ascending), 0x46dd794eu);
}

TEST_F(EventFileTest, BeginsWithItsVersionAndTheSession) {
  const EventFile file(folder_ / "deep" / "logs", 40);
  EXPECT_THAT(file.path().filename().string(), testing::StartsWith("events.out.tfevents."));
  const auto got = events(file);
  ASSERT_EQ(got.size(), 2u);
  EXPECT_EQ(got[0].blocks.at(3), "brain.Event:2");
  EXPECT_EQ(got[1].numbers.at(2), 40u);
  EXPECT_EQ(parse(got[1].blocks.at(7)).numbers.at(1), 1u);
}

TEST_F(EventFileTest, Scalars) {
  EventFile file(folder_);
  file.scalar("loss/region", 3, 2.5);
  file.scalar("lr", 1'000'000, -1e-5);
  file.flush();
  const auto got = events(file);
  ASSERT_EQ(got.size(), 4u);
  EXPECT_EQ(got[2].numbers.at(2), 3u);
  EXPECT_GT(std::bit_cast<double>(got[2].numbers.at(1)), 1.7e9) << "seconds since 1970";
  EXPECT_EQ(value_of(got[2]).blocks.at(1), "loss/region");
  EXPECT_EQ(std::bit_cast<float>(static_cast<uint32_t>(value_of(got[2]).numbers.at(2))), 2.5f);
  EXPECT_EQ(got[3].numbers.at(2), 1'000'000u);
  EXPECT_EQ(std::bit_cast<float>(static_cast<uint32_t>(value_of(got[3]).numbers.at(2))), -1e-5f);
}

TEST_F(EventFileTest, TextsAndImages) {
  EventFile file(folder_);
  file.text("config", 0, std::string(300, 'x'));
  file.image("samples", 1, Image::black(5, 3));
  const auto got = events(file);
  ASSERT_EQ(got.size(), 4u);
  EXPECT_EQ(parse(value_of(got[2]).blocks.at(8)).blocks.at(8), std::string(300, 'x'));
  const Fields image = parse(value_of(got[3]).blocks.at(4));
  EXPECT_EQ(image.numbers.at(1), 3u);
  EXPECT_EQ(image.numbers.at(2), 5u);
  EXPECT_THAT(image.blocks.at(4), testing::StartsWith("\x89PNG"));
}

TEST_F(EventFileTest, EachRunHasItsOwnFile) {
  const EventFile first(folder_);
  const EventFile second(folder_);
  EXPECT_NE(first.path(), second.path());
}

TEST_F(EventFileTest, WhatIsWrittenIsThereWithoutFlush) {
  EventFile file(folder_);
  const auto before = fs::file_size(file.path());
  file.scalar("loss", 0, 1.0);
  EXPECT_GT(fs::file_size(file.path()), before);
}

TEST_F(EventFileTest, NamesAFolderThatCannotBe) {
  fs::create_directories(folder_);
  write_file(folder_ / "file", "x");
  try {
    EventFile file(folder_ / "file" / "logs");
    FAIL() << "nothing was thrown";
  } catch (const ResourceError& error) {
    EXPECT_THAT(error.what(), testing::AllOf(testing::HasSubstr("file/logs"),
                                             testing::HasSubstr("may be written")));
  }
}

}  // namespace
}  // namespace lion::train
