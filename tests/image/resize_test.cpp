#include "lion/image/resize.h"

#include <cstdio>

#include "fixtures.h"

namespace lion::test {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

std::string fnv1a(const std::vector<uint8_t>& bytes) {
  uint64_t hash = 0xcbf29ce484222325u;
  for (const uint8_t b : bytes) hash = (hash ^ b) * 0x100000001b3u;
  char text[17];
  std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(hash));
  return text;
}

TEST(Resize, EqualsPillow) {
  const Json expected = expected_json();
  EXPECT_GE(expected.at("resized").size(), 30u);
  for (const Json& entry : expected.at("resized")) {
    SCOPED_TRACE(entry.dump());
    const Filter filter = entry.at("filter") == "bicubic" ? Filter::kBicubic : Filter::kBilinear;
    const Image image = resize(pattern(entry.at("width"), entry.at("height")), entry.at("to_width"),
                               entry.at("to_height"), filter);
    EXPECT_EQ(image.width, entry.at("to_width").get<int64_t>());
    EXPECT_EQ(fnv1a(image.rgb), entry.at("fnv1a").get<std::string>());
  }
}

// Bilinear from 4 to 2: support 2, so output 0 weighs inputs 0..2 as 3:3:1 of 7 (the triangle at
// distances 0.25, 0.25, 0.75 of its half width: 0.75, 0.75, 0.25).
TEST(Resize, HandMadeBilinear) {
  Image image = Image::black(4, 1);
  for (int x = 0; x < 4; ++x) image.rgb[x * 3] = static_cast<uint8_t>(70 * x);
  const Image half = resize(image, 2, 1, Filter::kBilinear);
  EXPECT_EQ(half.rgb[0], (0 * 3 + 70 * 3 + 140 * 1) / 7);
  EXPECT_EQ(half.rgb[3], (70 * 1 + 140 * 3 + 210 * 3) / 7);
}

TEST(Resize, FlatStaysFlatAndSameSizeIsACopy) {
  Image grey = Image::black(31, 19);
  grey.rgb.assign(grey.rgb.size(), 137);
  for (const Filter filter : {Filter::kBilinear, Filter::kBicubic}) {
    for (const uint8_t v : resize(grey, 7, 45, filter).rgb) ASSERT_EQ(v, 137);
    EXPECT_EQ(resize(pattern(9, 5), 9, 5, filter), pattern(9, 5));
  }
}

TEST(Resize, SizesMustBePositive) {
  EXPECT_THAT(input_error([] { resize(pattern(4, 4), 0, 5, Filter::kBicubic); }),
              AllOf(HasSubstr("resize: the image is 4 x 4 and the wanted size 0 x 5"),
                    HasSubstr("Give a positive size.")));
  EXPECT_THROW(resize(Image{}, 5, 5, Filter::kBicubic), InputError);
  EXPECT_THROW(resize(pattern(4, 4), 5, -1, Filter::kBilinear), InputError);
}

}  // namespace
}  // namespace lion::test
