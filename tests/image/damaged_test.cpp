// Damaged images of every kind: an InputError that says so, or an image, but never a crash.

#include <random>

#include "fixtures.h"

namespace lion::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;

bool is_animated(const std::string& file) { return file.starts_with("animated"); }

TEST(Damaged, TruncatedAnywhereIsAnError) {
  for (const auto& [file, expected] : expected_images()) {
    if (is_animated(file)) continue;  // later frames are not read
    SCOPED_TRACE(file);
    const std::string content = fixture(file);
    // What follows the pixels may be missing: the end chunk of a PNG, the trailer of a GIF.
    const size_t tail = file == "exif_after.png" ? 64 : 16;
    for (size_t size = 1; size < content.size(); ++size) {
      try {
        const Image image = decode(std::string_view(content).substr(0, size));
        EXPECT_GT(size + tail, content.size()) << "accepted with " << size << " bytes";
        EXPECT_EQ(image.rgb.size(), expected.rgb.size());
      } catch (const InputError& e) {
        ASSERT_THAT(e.what(), HasSubstr("image: "));
      }
    }
  }
}

TEST(Damaged, MessageSaysWhatAndHowToMend) {
  const struct {
    const char* file;
    const char* format;
  } cases[] = {
      {"420.jpg", "JPEG"}, {"rgb8.png", "PNG"}, {"lossy.webp", "WebP"}, {"plain.gif", "GIF"}};
  for (const auto& c : cases) {
    SCOPED_TRACE(c.file);
    const std::string content = fixture(c.file);
    const std::string message =
        input_error([&] { decode(std::string_view(content).substr(0, content.size() / 2)); });
    EXPECT_THAT(message,
                AllOf(HasSubstr(str("image: the ", c.format, " image is truncated or damaged (")),
                      HasSubstr("Copy, download or save it again.")));
  }
}

TEST(Damaged, JpegWithoutEndMarker) {
  const std::string content = fixture("420.jpg");
  EXPECT_THAT(input_error([&] { decode(content.substr(0, content.size() - 2)); }),
              HasSubstr("it has no end marker"));
}

TEST(Damaged, NoSizeAtAll) {
  using namespace std::string_literals;
  EXPECT_THAT(input_error([] { decode("\xff\xd8\xff\xd9"s); }),
              HasSubstr("ends before the header with its size"));
  EXPECT_THAT(input_error([] { decode("\xff\xd8\xff\xc0\0\x08\x08\0\0\0\0\x01"s); }),
              HasSubstr("a side has 0 pixels"));
  EXPECT_THAT(input_error([] { decode("\xff\xd8\xff\xe0\0\1"s); }), HasSubstr("impossible length"));
  EXPECT_THAT(input_error([] { decode("\x89PNG\r\n\x1a\n"s); }), HasSubstr("no header chunk"));
  EXPECT_THAT(input_error([] { decode("RIFF\4\0\0\0WEBP"s); }), HasSubstr("ends in the header"));
  EXPECT_THAT(input_error([] { decode("GIF89a\1\0\1\0\0\0\0;"s); }), HasSubstr("it has no frame"));
}

TEST(Damaged, WebpFrameBeyondTheCanvas) {
  std::string content = fixture("partial_frame.webp");
  const size_t frame = content.find("ANMF") + 8;
  content.at(frame) = 12;  // twice that is the left side: 24 + 21 > 40
  EXPECT_THAT(input_error([&] { decode(content); }), HasSubstr("reaches beyond the image"));
}

TEST(Damaged, FlippedBytesNeverCrash) {
  std::minstd_rand random(1);
  int refused = 0, shown = 0;
  for (const auto& [file, expected] : expected_images()) {
    SCOPED_TRACE(file);
    const std::string content = fixture(file);
    for (int round = 0; round < 60; ++round) {
      std::string damaged = content;
      for (int i = 0; i < 3; ++i) {
        damaged[random() % damaged.size()] = static_cast<char>(random() % 256);
      }
      try {
        const Image image = decode(damaged, {.max_pixels = 1 << 20});
        EXPECT_EQ(std::ssize(image.rgb), image.width * image.height * 3);
        ++shown;
      } catch (const InputError&) {
        ++refused;
      }
    }
  }
  EXPECT_GT(refused, 100);
  EXPECT_GT(shown, 100);
}

}  // namespace
}  // namespace lion::test
