// What files say about themselves: which side is up, which kind of JPEG, what is hidden. The files
// are composed here from fixtures.

#include <zlib.h>

#include "fixtures.h"
#include "lion/base/log.h"
#include "lion/image/exif.h"

namespace lion::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using namespace std::string_literals;

std::string be(uint32_t value, int bytes) {
  std::string out;
  while (bytes-- > 0) out += static_cast<char>(value >> (8 * bytes));
  return out;
}

const std::string kXmp6 = "<x:xmpmeta><rdf:Description tiff:Orientation=\"6\"/></x:xmpmeta>";
const std::string kExif8 = "II*\0\x08\0\0\0\1\0\x12\x01\3\0\1\0\0\0\x08\0\0\0\0\0\0\0"s;

/// A JPEG with further segments behind its first marker.
std::string jpeg_with(const std::string& segments, const std::string& file = "420.jpg") {
  return fixture(file).insert(2, segments);
}
std::string app1(const std::string& content) {
  return "\xff\xe1"s + be(static_cast<uint32_t>(content.size() + 2), 2) + content;
}
std::string xmp_segment(const std::string& xmp) {
  return app1("http://ns.adobe.com/xap/1.0/\0"s + xmp);
}

std::string chunk(const std::string& type, const std::string& content) {
  const std::string body = type + content;
  const auto crc = crc32(0, reinterpret_cast<const Bytef*>(body.data()), body.size());
  return be(static_cast<uint32_t>(content.size()), 4) + body + be(static_cast<uint32_t>(crc), 4);
}
std::string deflated(const std::string& text) {
  std::string out(compressBound(text.size()), '\0');
  uLongf size = out.size();
  compress(reinterpret_cast<Bytef*>(out.data()), &size, reinterpret_cast<const Bytef*>(text.data()),
           text.size());
  out.resize(size);
  return out;
}
/// A PNG with a chunk before its pixels (behind the header) or behind them.
std::string png_with(const std::string& added, bool before = true) {
  std::string file = fixture("rgb8.png");
  return file.insert(before ? 33 : file.size() - 12, added);
}

std::string webp_with(const std::string& type, const std::string& content) {
  std::string file = fixture("exif.webp");  // VP8X, pixels, EXIF
  const size_t exif = file.find("EXIF", 12);
  file.resize(exif);
  const uint32_t size = static_cast<uint32_t>(content.size());
  file += type;
  for (int i = 0; i < 4; ++i) file += static_cast<char>(size >> (8 * i));
  file += content + std::string(size % 2, '\0');
  const uint32_t riff = static_cast<uint32_t>(file.size() - 8);
  for (int i = 0; i < 4; ++i) file[4 + i] = static_cast<char>(riff >> (8 * i));
  return file;
}

int orientation_of(const std::string& file) {
  return probe_image(bytes_of(file), "image").orientation;
}

std::string raw_profile(const std::string& exif) {
  std::string text = "\nexif\n      " + std::to_string(exif.size()) + "\n";
  constexpr std::string_view kDigits = "0123456789abcdef";
  for (size_t i = 0; i < exif.size(); ++i) {
    const auto byte = static_cast<unsigned char>(exif[i]);
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
    if (i % 36 == 35) text += '\n';
  }
  return text + "\n";
}

TEST(Xmp, AttributeAndElement) {
  EXPECT_EQ(xmp_orientation(std::string_view(kXmp6)), 6);
  EXPECT_EQ(xmp_orientation("<tiff:Orientation>3</tiff:Orientation>"), 3);
  EXPECT_EQ(xmp_orientation("tiff:Orientation='6' tiff:Orientation=\"5\""), 5);  // as in Pillow
  EXPECT_EQ(xmp_orientation("tiff:Orientation=\"9\""), 1);
  EXPECT_EQ(xmp_orientation("tiff:Orientation=\"0\""), 1);
  EXPECT_EQ(xmp_orientation("tiff:Orientation=\""), 1);
  EXPECT_EQ(xmp_orientation("tiff:Orientation"), 1);
  EXPECT_EQ(xmp_orientation(""), 1);
}

TEST(Orientation, IsReadFromXmp) {
  EXPECT_EQ(orientation_of(jpeg_with(xmp_segment(kXmp6))), 6);
  const std::string itxt = "XML:com.adobe.xmp\0"s;
  EXPECT_EQ(orientation_of(png_with(chunk("iTXt", itxt + "\0\0\0\0"s + kXmp6))), 6);
  EXPECT_EQ(orientation_of(png_with(chunk("iTXt", itxt + "\0\0en\0k\0"s + kXmp6), false)), 6);
  EXPECT_EQ(orientation_of(png_with(chunk("iTXt", itxt + "\1\0\0\0"s + deflated(kXmp6)))), 6);
  EXPECT_EQ(orientation_of(webp_with("XMP ", kXmp6)), 6);
  const Image turned = decode(jpeg_with(xmp_segment(kXmp6)));
  EXPECT_EQ(turned.width, 17);
  EXPECT_EQ(decode(jpeg_with(xmp_segment(kXmp6)), {.exif = Exif::kIgnore}),
            decode(fixture("420.jpg")));
}

TEST(Orientation, IsReadFromARawProfile) {
  const std::string key = "Raw profile type exif\0"s;
  const std::string text = raw_profile(kExif8);
  EXPECT_EQ(orientation_of(png_with(chunk("tEXt", key + text))), 8);
  EXPECT_EQ(orientation_of(png_with(chunk("zTXt", key + "\0"s + deflated(text)))), 8);
  EXPECT_EQ(orientation_of(png_with(chunk("zTXt", key + "\0"s + deflated(text)), false)), 8);
  EXPECT_EQ(orientation_of(png_with(chunk("tEXt", key + raw_profile("Exif\0\0"s + kExif8)))), 8);
  // Damaged ones, and a text that unpacks to more than Pillow allows.
  EXPECT_EQ(orientation_of(png_with(chunk("zTXt", key + "\0garbage"s))), 1);
  EXPECT_EQ(orientation_of(png_with(chunk("tEXt", key))), 1);
  EXPECT_EQ(orientation_of(png_with(chunk("iTXt", key))), 1);
  const std::string bomb = text + std::string(2 << 20, ' ');
  EXPECT_EQ(orientation_of(png_with(chunk("zTXt", key + "\0"s + deflated(bomb)))), 1);
}

TEST(Orientation, ExifGoesBeforeXmp) {
  const std::string exif = app1("Exif\0\0"s + kExif8);
  EXPECT_EQ(orientation_of(jpeg_with(exif + xmp_segment(kXmp6))), 8);
  EXPECT_EQ(orientation_of(jpeg_with(xmp_segment(kXmp6) + exif)), 8);
  const std::string silent = "II*\0\x08\0\0\0\0\0\0\0\0\0"s;  // EXIF that does not say
  EXPECT_EQ(orientation_of(jpeg_with(app1("Exif\0\0"s + silent) + xmp_segment(kXmp6))), 6);
  EXPECT_EQ(orientation_of(png_with(chunk("eXIf", kExif8) +
                                    chunk("iTXt", "XML:com.adobe.xmp\0\0\0\0\0"s + kXmp6))),
            8);
}

TEST(Kinds, SoundJpegsThatCannotBeReadAreToldSo) {
  const std::string file = fixture("444.jpg");
  const size_t frame = file.find("\xff\xc0");
  const auto kind = [&](size_t at, char value) {
    std::string changed = file;
    changed[frame + at] = value;
    const std::string message = input_error([&] { decode(changed); });
    EXPECT_THAT(message, AllOf(HasSubstr("cannot be read"), HasSubstr("convert it")));
    EXPECT_THAT(message, testing::Not(HasSubstr("damaged")));
    return message;
  };
  EXPECT_THAT(kind(1, '\xc3'), HasSubstr("image: a lossless JPEG"));
  EXPECT_THAT(kind(1, '\xcb'), HasSubstr("a lossless JPEG"));
  EXPECT_THAT(kind(1, '\xc5'), HasSubstr("a hierarchical JPEG"));
  EXPECT_THAT(kind(1, '\xf7'), HasSubstr("a JPEG-LS image"));
  EXPECT_THAT(kind(4, 12), HasSubstr("a JPEG of 12 bits a sample"));
  EXPECT_THAT(kind(9, 2), HasSubstr("a JPEG of 2 colour components"));
  std::string late = file;  // the height stands behind the pixels
  late[frame + 5] = late[frame + 6] = 0;
  late.insert(late.size() - 2, "\xff\xdc\0\4\0\x11"s);
  EXPECT_THAT(input_error([&] { decode(late); }), HasSubstr("says its height behind its pixels"));
}

TEST(Kinds, ApplesPngsAndOtherFormatsAreNamed) {
  EXPECT_THAT(input_error([] { decode(png_with("").insert(8, chunk("CgBI", "\x50\0\x20\6"s))); }),
              AllOf(HasSubstr("a PNG in Apple's own form"), HasSubstr("convert it")));
  EXPECT_THAT(input_error([] { decode("P6\n1 1\n255\nabc"); }), HasSubstr("PPM files"));
  EXPECT_THAT(input_error([] { decode("\xff\x4f\xff\x51\0"s); }), HasSubstr("JPEG 2000 files"));
  EXPECT_THAT(input_error([] { decode(std::string(128, '\0') + "DICM"); }), HasSubstr("DICOM"));
}

TEST(Palette, IndicesBeyondItAreBlack) {
  // 2 x 1 pixels of 8 bits with the indices 1 and 200, over a palette of 2.
  const auto png = [](const std::string& palette) {
    return "\x89PNG\r\n\x1a\n"s + chunk("IHDR", be(2, 4) + be(1, 4) + "\x08\3\0\0\0"s) +
           chunk("PLTE", palette) + chunk("IDAT", deflated("\0\1\xc8"s)) + chunk("IEND", "");
  };
  EXPECT_EQ(decode(png("\1\2\3\4\5\6")).rgb, (std::vector<uint8_t>{4, 5, 6, 0, 0, 0}));
}

/// A GIF of 4 x 1 pixels over a palette of 4 with 3-bit indices; `codes` are bytes of LZW.
std::string gif_with(const std::string& codes) {
  return "GIF89a\4\0\1\0\x81\0\0\xff\0\0\0\xff\0\0\0\xff\xff\xff\xff"s + ",\0\0\0\0\4\0\1\0\0\3"s +
         be(static_cast<uint32_t>(codes.size()), 1) + codes + "\0;"s;
}
/// 4-bit codes, the first in the lower half.
std::string gif_codes(std::initializer_list<int> codes) {
  std::string out;
  int count = 0;
  for (const int code : codes) {
    if (count++ % 2 == 0) {
      out += static_cast<char>(code);
    } else {
      out.back() = static_cast<char>(out.back() | code << 4);
    }
  }
  return out;
}

TEST(Gif, ImpossibleCodesAreDamage) {
  const auto pixels = [](std::initializer_list<int> codes) {
    return decode(gif_with(gif_codes(codes))).rgb;
  };
  const std::vector<uint8_t> red_white = {255, 0, 0, 255, 255, 255, 0, 0, 0, 0, 0, 0};
  EXPECT_EQ(pixels({8, 0, 3, 5, 7, 9}), red_white);  // indices 5 and 7 lie beyond the palette
  EXPECT_EQ(pixels({0, 3, 5, 7}), red_white);        // neither clear nor end code is needed
  EXPECT_EQ(pixels({8, 0, 10, 0, 9}), (std::vector<uint8_t>{255, 0, 0, 255, 0, 0,  //
                                                            255, 0, 0, 255, 0, 0}));
  const auto refused = [](std::initializer_list<int> codes, std::string_view what) {
    EXPECT_THAT(input_error([&] { decode(gif_with(gif_codes(codes))); }),
                AllOf(HasSubstr("GIF image is truncated or damaged"), HasSubstr(what)));
  };
  refused({8, 0, 11, 0, 0, 9}, "an impossible code behind 1 pixels");  // 10 would be the next
  refused({8, 10, 0, 0, 9}, "an impossible code behind 0 pixels");     // nothing to refer to
  refused({8, 0, 3, 9}, "behind 2 pixels");                            // the end comes early
  refused({8, 0, 3}, "got 3 pixels, expected 4");
}

TEST(Gif, NoFlippedBitPassesForAnotherImage) {
  // What a bit in the codes does is either a refusal or other pixels; never an early end.
  const std::string file = fixture("compressed.gif");
  int refused = 0;
  for (size_t i = file.size() / 2; i + 2 < file.size(); ++i) {
    std::string bent = file;
    bent[i] = static_cast<char>(bent[i] ^ 4);
    try {
      decode(bent);
    } catch (const InputError&) {
      ++refused;
    }
  }
  EXPECT_GT(refused, 130);  // 138 when this was written
}

/// What is said while a file is decoded with notices.
std::string said(const std::string& file, bool notices = true) {
  std::string text;
  set_log_sink([&text](LogLevel, std::string_view line) { text += line; });
  decode(file, {.notices = notices});
  set_log_sink({});
  return text;
}

TEST(Notices, HiddenPixelsAndWhiteGrey) {
  const std::string rgba = "\x89PNG\r\n\x1a\n"s +
                           chunk("IHDR", be(2, 4) + be(1, 4) + "\x08\6\0\0\0"s) +
                           chunk("IDAT", deflated("\0\1\2\3\xff\4\5\6\0"s)) + chunk("IEND", "");
  EXPECT_EQ(decode(rgba).rgb, (std::vector<uint8_t>{1, 2, 3, 4, 5, 6}));
  EXPECT_THAT(said(rgba), HasSubstr("image: 50 % of the image is transparent"));
  EXPECT_EQ(said(rgba, false), "");
  EXPECT_THAT(said(fixture("transparent.gif")), HasSubstr("is transparent"));
  EXPECT_THAT(said(fixture("palette_transparent.png")), HasSubstr("is transparent"));
  EXPECT_THAT(said(fixture("grey16.png")),
              HasSubstr("16-bit grey above 255, which comes out white"));
  for (const char* file :
       {"rgb8.png", "420.jpg", "plain.gif", "lossless.webp", "grey8.png", "grey16_dark.png"}) {
    EXPECT_EQ(said(fixture(file)), "") << file;
  }
}

}  // namespace
}  // namespace lion::test
