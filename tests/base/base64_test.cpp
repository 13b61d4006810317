#include "lion/base/base64.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lion/base/error.h"

namespace lion {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

TEST(Base64, TheExamplesOfTheStandard) {
  const std::pair<std::string, std::string> examples[] = {{"", ""},
                                                          {"f", "Zg=="},
                                                          {"fo", "Zm8="},
                                                          {"foo", "Zm9v"},
                                                          {"foob", "Zm9vYg=="},
                                                          {"fooba", "Zm9vYmE="},
                                                          {"foobar", "Zm9vYmFy"}};
  for (const auto& [bytes, text] : examples) {
    EXPECT_EQ(encode_base64(bytes), text);
    EXPECT_EQ(decode_base64(text), bytes);
  }
}

TEST(Base64, EveryByteComesBack) {
  std::string bytes;
  for (int i = 0; i < 256; ++i) bytes += static_cast<char>(i);
  for (size_t n = 253; n <= bytes.size(); ++n) {
    const std::string part = bytes.substr(0, n);
    EXPECT_EQ(decode_base64(encode_base64(part)), part);
  }
  EXPECT_EQ(encode_base64("\xfb\xff\xbf"), "+/+/");
}

TEST(Base64, PaddingMayBeLeftOut) {
  EXPECT_EQ(decode_base64("Zg"), "f");
  EXPECT_EQ(decode_base64("Zm8"), "fo");
}

TEST(Base64, NamesWhatIsWrong) {
  EXPECT_THAT([] { decode_base64("Zm 9"); }, ThrowsMessage<InputError>(HasSubstr("code 32 at 2")));
  EXPECT_THAT([] { decode_base64("Zg==Zg=="); },
              ThrowsMessage<InputError>(HasSubstr("code 61 at 2")));
  EXPECT_THAT([] { decode_base64("-_-_"); }, ThrowsMessage<InputError>(HasSubstr("code 45 at 0")));
  EXPECT_THAT([] { decode_base64("Zm9vY"); }, ThrowsMessage<InputError>(HasSubstr("5 characters")));
}

}  // namespace
}  // namespace lion
