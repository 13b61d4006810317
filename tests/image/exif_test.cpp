#include "lion/image/exif.h"

#include "fixtures.h"

namespace lion::test {
namespace {

using namespace std::string_literals;

int orientation(const std::string& block) { return exif_orientation(bytes_of(block)); }

const std::string kLittle = "II*\0\x08\0\0\0"s;
const std::string kEntry = "\x12\x01\3\0\1\0\0\0\6\0\0\0"s;

TEST(Exif, BothByteOrders) {
  EXPECT_EQ(orientation(kLittle + "\1\0"s + kEntry), 6);
  EXPECT_EQ(orientation("MM\0*\0\0\0\x08\0\1\x01\x12\0\3\0\0\0\1\0\6\0\0"s), 6);
}

TEST(Exif, PrefixOfJpegIsOptional) {
  EXPECT_EQ(orientation("Exif\0\0"s + kLittle + "\1\0"s + kEntry), 6);
}

TEST(Exif, EntryBehindOthersAndWideType) {
  const std::string make = "\x0f\x01\2\0\2\0\0\0A\0\0\0"s;
  EXPECT_EQ(orientation(kLittle + "\2\0"s + make + kEntry), 6);
  EXPECT_EQ(orientation(kLittle + "\1\0"s + "\x12\x01\4\0\1\0\0\0\x08\0\0\0"s), 8);
}

TEST(Exif, DamagedBlocksMeanAsStored) {
  const std::string good = kLittle + "\1\0"s + kEntry;
  for (size_t size = 0; size < good.size(); ++size) {
    // The last two bytes fill the value's field up and say nothing.
    EXPECT_EQ(orientation(good.substr(0, size)), size >= good.size() - 2 ? 6 : 1) << size;
  }
  EXPECT_EQ(orientation("XX*\0\x08\0\0\0\1\0"s + kEntry), 1);
  EXPECT_EQ(orientation("II*\0\xff\xff\xff\xff\1\0"s + kEntry), 1);  // directory beyond the block
  EXPECT_EQ(orientation(kLittle + "\xff\xff"s), 1);                  // more entries than bytes
  EXPECT_EQ(orientation(kLittle + "\1\0"s + "\x12\x01\2\0\1\0\0\0\6\0\0\0"s), 1);    // a text
  EXPECT_EQ(orientation(kLittle + "\1\0"s + "\x12\x01\3\0\1\0\0\0\x09\0\0\0"s), 1);  // 9
  EXPECT_EQ(orientation(kLittle + "\1\0"s + "\x12\x01\3\0\1\0\0\0\0\0\0\0"s), 1);    // 0
}

}  // namespace
}  // namespace lion::test
