#include "lion/image/decode.h"

#include "fixtures.h"
#include "lion/image/encode.h"

namespace lion::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;

TEST(Decode, EqualsPillowForEveryKind) {
  const auto images = expected_images();
  EXPECT_GE(images.size(), 60u);
  for (const auto& [file, expected] : images) {
    SCOPED_TRACE(file);
    EXPECT_EQ(difference(load_image(fixture_folder() / file), expected), "");
  }
}

TEST(Decode, ContentDecidesNotTheName) {
  const std::filesystem::path folder = testing::TempDir();
  write_file(folder / "image_named.png", fixture("420.jpg"));
  EXPECT_EQ(load_image(folder / "image_named.png"), load_image(fixture_folder() / "420.jpg"));
}

TEST(Decode, ExifIsAppliedOrIgnored) {
  const Image stored = decode(fixture("exif_1.jpg"));
  for (int o = 1; o <= 8; ++o) {
    SCOPED_TRACE(o);
    const std::string file = fixture(str("exif_", o, ".jpg"));
    EXPECT_EQ(difference(decode(file, {.exif = Exif::kIgnore}), stored), "");
    EXPECT_EQ(decode(file) == stored, o == 1);
    EXPECT_EQ(probe_image(bytes_of(file), "image").orientation, o);
  }
  EXPECT_EQ(probe_image(bytes_of(fixture("exif_before.png")), "").orientation, 6);
  EXPECT_EQ(probe_image(bytes_of(fixture("exif_after.png")), "").orientation, 8);
  EXPECT_EQ(probe_image(bytes_of(fixture("exif.webp")), "").orientation, 3);
}

TEST(Probe, ReadsTheSizeAsStored) {
  const struct {
    const char* file;
    ImageFormat format;
    int64_t width, height;
  } cases[] = {{"exif_6.jpg", ImageFormat::kJpeg, 21, 17},
               {"interlaced_narrow.png", ImageFormat::kPng, 3, 2},
               {"partial_frame.webp", ImageFormat::kWebp, 40, 30},
               {"lossless.webp", ImageFormat::kWebp, 21, 17},
               {"beyond_screen.gif", ImageFormat::kGif, 14, 11}};
  for (const auto& c : cases) {
    SCOPED_TRACE(c.file);
    const ImageInfo info = probe_image(bytes_of(fixture(c.file)), c.file);
    EXPECT_EQ(info.format, c.format);
    EXPECT_EQ(info.width, c.width);
    EXPECT_EQ(info.height, c.height);
  }
}

TEST(Decode, EmptyFile) {
  const std::string message = input_error([] { decode(""); });
  EXPECT_THAT(message, AllOf(HasSubstr("image: "), HasSubstr("got 0 bytes"),
                             HasSubstr("downloaded to the end")));
}

TEST(Decode, ForeignFormatsAreNamed) {
  using namespace std::string_literals;
  const std::string heic = "\0\0\0\x18"s + "ftypheic\0\0\0\0mif1heic"s;
  const std::string mif1 = "\0\0\0\x18"s + "ftypmif1\0\0\0\0mif1heic"s;
  const std::string avif = "\0\0\0\x1c"s + "ftypavif\0\0\0\0avifmif1miaf"s;
  const std::string avif_by_brand = "\0\0\0\x1c"s + "ftypmif1\0\0\0\0miafavif"s;
  const std::string mp4 = "\0\0\0\x18"s + "ftypisom\0\0\2\0isomavc1"s;
  const struct {
    std::string content;
    const char* name;
  } cases[] = {{heic, "HEIC"},
               {mif1, "HEIC"},
               {avif, "AVIF"},
               {avif_by_brand, "AVIF"},
               {mp4, "MP4 or QuickTime"},
               {"II*\0\x08\0\0\0"s, "TIFF"},
               {"MM\0*\0\0\0\x08"s, "TIFF"},
               {"BM\x36\0\0\0\0\0"s, "BMP"},
               {"\xff\x0a\xfa\x1f"s, "JPEG XL"},
               {"\0\0\0\x0cJXL \r\n\x87\n"s, "JPEG XL"},
               {"\0\0\0\x0cjP  \r\n\x87\n"s, "JPEG 2000"},
               {"%PDF-1.7\n"s, "PDF"},
               {"8BPS\0\1"s, "Photoshop"},
               {"\0\0\1\0\1\0"s, "ICO"},
               {"<?xml version=\"1.0\"?>\n<svg xmlns=\"a\">"s, "SVG"},
               {"<!DOCTYPE html><HTML><body>Not found"s, "HTML"}};
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const std::string message = input_error([&] { decode(c.content); });
    EXPECT_THAT(message, AllOf(HasSubstr(str("image: ", c.name, " files cannot be read")),
                               HasSubstr("expected JPEG, PNG, WebP or GIF"),
                               HasSubstr("Convert it to JPEG or PNG first.")));
  }
}

TEST(Decode, UnknownBytes) {
  const std::string message = input_error([] { decode("hello, this is a text"); });
  EXPECT_THAT(message, AllOf(HasSubstr("image: is not an image"), HasSubstr("21 bytes"),
                             HasSubstr("Check that it is the right file")));
}

TEST(Decode, MissingFileIsAResourceError) {
  EXPECT_THROW(load_image(fixture_folder() / "absent.jpg"), ResourceError);
  EXPECT_THROW(load_image(fixture_folder()), Error);
}

TEST(Decode, PixelLimitIsInclusive) {
  const std::string file = fixture("rgb8.png");
  EXPECT_EQ(decode(file, {.max_pixels = 21 * 17}).width, 21);
  const std::string message = input_error([&] { decode(file, {.max_pixels = 21 * 17 - 1}); });
  EXPECT_THAT(message, AllOf(HasSubstr("image: the image has too many pixels"),
                             HasSubstr("got 21 x 17 = 357"), HasSubstr("expected at most 356"),
                             HasSubstr("Scale it down first.")));
}

// A small file that claims a huge image. Nothing may be decoded or allocated for it.
class Bomb : public testing::Test {
 protected:
  static void expect_refused(const std::string& content, const char* size) {
    const std::string message = input_error([&] { decode(content); });
    EXPECT_THAT(message, AllOf(HasSubstr(str("got ", size)), HasSubstr("expected at most 89478485"),
                               HasSubstr("Scale it down first.")));
  }
  static std::string patched(std::string content, size_t at, std::initializer_list<int> values) {
    for (const int v : values) content.at(at++) = static_cast<char>(v);
    return content;
  }
};

TEST_F(Bomb, Png) {
  expect_refused(patched(fixture("rgb8.png"), 16, {0, 0, 0xea, 0x60, 0, 0, 0xea, 0x60}),
                 "60000 x 60000 = 3600000000");
}

TEST_F(Bomb, Jpeg) {
  const std::string file = fixture("444.jpg");
  const size_t frame = file.find("\xff\xc0");
  ASSERT_NE(frame, std::string::npos);
  expect_refused(patched(file, frame + 5, {0xff, 0xff, 0xff, 0xff}), "65535 x 65535 = 4294836225");
}

TEST_F(Bomb, Gif) {
  expect_refused(patched(fixture("plain.gif"), 6, {0xff, 0xff, 0xff, 0xff}),
                 "65535 x 65535 = 4294836225");
}

TEST_F(Bomb, GifFrameBeyondItsScreen) {
  const std::string file = fixture("plain.gif");
  const size_t frame = file.find(std::string_view(",\0\0\0\0", 5));
  ASSERT_NE(frame, std::string::npos);
  expect_refused(patched(file, frame + 1, {0xff, 0xff, 0xff, 0xff}), "65556 x 65552 = ");
}

TEST_F(Bomb, Webp) {
  const std::string file = fixture("partial_frame.webp");
  const size_t canvas = file.find("VP8X") + 12;
  expect_refused(patched(file, canvas, {0x5f, 0xea, 0, 0x5f, 0xea, 0}),
                 "60000 x 60000 = 3600000000");
}

}  // namespace
}  // namespace lion::test
