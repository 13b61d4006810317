#include "lion/image/encode.h"

#include <cmath>

#include "fixtures.h"

namespace lion::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;

double mean_difference(const Image& a, const Image& b) {
  double sum = 0;
  for (size_t i = 0; i < a.rgb.size(); ++i) sum += std::abs(int{a.rgb[i]} - int{b.rgb[i]});
  return sum / static_cast<double>(a.rgb.size());
}

Image gradient() {
  Image image = Image::black(40, 30);
  for (int64_t y = 0; y < 30; ++y) {
    for (int64_t x = 0; x < 40; ++x) {
      image.row(y)[x * 3] = static_cast<uint8_t>(6 * x);
      image.row(y)[x * 3 + 1] = static_cast<uint8_t>(8 * y);
    }
  }
  return image;
}

TEST(Encode, PngIsExact) {
  for (const auto& [w, h] : {std::pair<int64_t, int64_t>{1, 1}, {37, 5}, {200, 100}}) {
    EXPECT_EQ(decode(encode_png(pattern(w, h))), pattern(w, h));
  }
}

TEST(Encode, JpegIsClose) {
  const Image image = gradient();
  const std::string good = encode_jpeg(image, 95);
  const std::string small = encode_jpeg(image, 20);
  EXPECT_LT(mean_difference(decode(good), image), 2.0);
  EXPECT_LT(small.size(), good.size());
}

TEST(Encode, RefusesWhatCannotBeWritten) {
  EXPECT_THAT(input_error([] { encode_png(Image{}); }),
              AllOf(HasSubstr("encode_png: "), HasSubstr("Give an image with pixels.")));
  EXPECT_THROW(encode_jpeg(Image{}, 90), InputError);
  EXPECT_THROW(encode_png(Image{2, 2, std::vector<uint8_t>(11)}), InputError);
  EXPECT_THAT(input_error([] { encode_jpeg(gradient(), 0); }),
              AllOf(HasSubstr("encode_jpeg: "), HasSubstr("got 0, expected 1 to 100")));
  EXPECT_THROW(encode_jpeg(gradient(), 101), InputError);
  EXPECT_THAT(input_error([] { encode_jpeg(Image::black(65536, 1), 90); }),
              AllOf(HasSubstr("got 65536 x 1"), HasSubstr("Save it as PNG.")));
}

TEST(SaveImage, ByExtension) {
  const std::filesystem::path folder = testing::TempDir();
  save_image(folder / "saved.PNG", gradient());
  save_image(folder / "saved.jpg", gradient());
  EXPECT_EQ(load_image(folder / "saved.PNG"), gradient());
  EXPECT_LT(mean_difference(load_image(folder / "saved.jpg"), gradient()), 2.0);
  const auto format = [&](const char* name) {
    return probe_image(bytes_of(read_file(folder / name)), name).format;
  };
  EXPECT_EQ(format("saved.PNG"), ImageFormat::kPng);
  EXPECT_EQ(format("saved.jpg"), ImageFormat::kJpeg);
}

TEST(SaveImage, OtherExtensionsAndFolders) {
  const std::filesystem::path folder = testing::TempDir();
  for (const char* name : {"image.bmp", "image"}) {
    EXPECT_THAT(input_error([&] { save_image(folder / name, gradient()); }),
                AllOf(HasSubstr(name), HasSubstr("expected .png, .jpg or .jpeg"),
                      HasSubstr("Change the name's end.")));
    EXPECT_FALSE(std::filesystem::exists(folder / name));
  }
  EXPECT_THROW(save_image(folder / "no_such_folder" / "image.png", gradient()), ResourceError);
}

}  // namespace
}  // namespace lion::test
