#include "lion/image/transform.h"

#include "fixtures.h"

namespace lion::test {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

// 3 x 2 pixels with red values
//   1 2 3
//   4 5 6
Image numbered() {
  Image image = Image::black(3, 2);
  for (int i = 0; i < 6; ++i) image.rgb[i * 3] = static_cast<uint8_t>(i + 1);
  return image;
}

std::vector<int> reds(const Image& image) {
  std::vector<int> out;
  for (size_t i = 0; i < image.rgb.size(); i += 3) out.push_back(image.rgb[i]);
  return out;
}

TEST(Image, BlackNeedsASize) {
  EXPECT_EQ(Image::black(2, 3).rgb, std::vector<uint8_t>(18, 0));
  EXPECT_THAT(input_error([] { Image::black(0, 3); }),
              AllOf(HasSubstr("Image: the size is 0 x 3"), HasSubstr("Give a positive width")));
}

TEST(Transform, Crop) {
  EXPECT_THAT(reds(crop(numbered(), 1, 0, 2, 2)), ElementsAre(2, 3, 5, 6));
  EXPECT_THAT(reds(crop(numbered(), 0, 1, 3, 1)), ElementsAre(4, 5, 6));
}

TEST(Transform, CropOutside) {
  const Image image = numbered();
  EXPECT_THAT(input_error([&] { crop(image, 2, 0, 2, 1); }),
              AllOf(HasSubstr("crop: the part 2 x 1 at (2, 0)"), HasSubstr("expected inside 3 x 2"),
                    HasSubstr("Choose a part of the image.")));
  EXPECT_THROW(crop(image, -1, 0, 2, 1), InputError);
  EXPECT_THROW(crop(image, 0, 2, 1, 1), InputError);
  EXPECT_THROW(crop(image, 0, 0, 0, 1), InputError);
  EXPECT_THROW(crop(image, 1, 0, INT64_MAX, 1), InputError);
}

TEST(Transform, Flip) {
  EXPECT_THAT(reds(flip_horizontal(numbered())), ElementsAre(3, 2, 1, 6, 5, 4));
}

TEST(Transform, Orientations) {
  const Image image = numbered();
  EXPECT_THAT(reds(orient(image, 1)), ElementsAre(1, 2, 3, 4, 5, 6));
  EXPECT_THAT(reds(orient(image, 2)), ElementsAre(3, 2, 1, 6, 5, 4));
  EXPECT_THAT(reds(orient(image, 3)), ElementsAre(6, 5, 4, 3, 2, 1));
  EXPECT_THAT(reds(orient(image, 4)), ElementsAre(4, 5, 6, 1, 2, 3));
  EXPECT_THAT(reds(orient(image, 5)), ElementsAre(1, 4, 2, 5, 3, 6));
  EXPECT_THAT(reds(orient(image, 6)), ElementsAre(4, 1, 5, 2, 6, 3));
  EXPECT_THAT(reds(orient(image, 7)), ElementsAre(6, 3, 5, 2, 4, 1));
  EXPECT_THAT(reds(orient(image, 8)), ElementsAre(3, 6, 2, 5, 1, 4));
  EXPECT_EQ(orient(image, 6).width, 2);
  EXPECT_EQ(orient(image, 6).height, 3);
}

TEST(Transform, UnknownOrientation) {
  EXPECT_THAT(
      input_error([] { orient(numbered(), 9); }),
      AllOf(HasSubstr("orient: "), HasSubstr("got 9, expected 1 to 8"), HasSubstr("Use 1")));
  EXPECT_THROW(orient(numbered(), 0), InputError);
}

}  // namespace
}  // namespace lion::test
