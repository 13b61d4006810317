#include "lion/image/normalize.h"

#include "fixtures.h"

namespace lion::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;

TEST(Normalize, EveryValueInPlanes) {
  Image image = Image::black(16, 16);
  for (int i = 0; i < 256; ++i) {
    for (int c = 0; c < 3; ++c) image.rgb[i * 3 + c] = static_cast<uint8_t>(i + 10 * c);
  }
  std::vector<float> chw(3 * 256);
  normalize(image, kClipNormalization, chw);
  for (int c = 0; c < 3; ++c) {
    for (int i = 0; i < 256; ++i) {
      const float v = static_cast<float>((i + 10 * c) % 256) / 255.0f;
      ASSERT_EQ(chw[c * 256 + i], (v - kClipNormalization.mean[c]) / kClipNormalization.std[c]);
    }
  }
}

TEST(Normalize, DestinationMustFit) {
  std::vector<float> chw(11);
  EXPECT_THAT(input_error([&] { normalize(Image::black(2, 2), kImageNetNormalization, chw); }),
              AllOf(HasSubstr("normalize: the destination has 11 elements"),
                    HasSubstr("expected 12"), HasSubstr("Give a span of 3 * height * width")));
}

TEST(Preprocess, ResizesThenNormalises) {
  const Image image = pattern(30, 20);
  const std::vector<float> got = preprocess(image, 8, Filter::kBicubic, kClipNormalization);
  std::vector<float> expected(3 * 8 * 8);
  normalize(resize(image, 8, 8, Filter::kBicubic), kClipNormalization, expected);
  EXPECT_EQ(got, expected);
}

}  // namespace
}  // namespace lion::test
