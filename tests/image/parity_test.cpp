// Images of an oracle folder against the bytes and numbers that its reference got: each step by
// itself, so that a failure names the step. Everything comes from the folder.

#include "fixtures.h"
#include "golden.h"
#include "lion/image/normalize.h"
#include "lion/image/resize.h"
#include "lion/image/transform.h"

namespace lion::test {
namespace {

class ImageParity : public testing::Test {
 protected:
  static std::filesystem::path folder() {
    const char* variable = std::getenv("LION_ORACLE_DIR");
    return variable ? variable : LION_SOURCE_DIR "/tests/fixtures/oracle";
  }

  // The oracle ignores EXIF, as the released code does.
  Image load(const std::string& name) const {
    return load_image(folder() / "images" / name, {.exif = Exif::kIgnore});
  }

  Image golden_image(const std::string& name) const {
    const auto shape = goldens_.shape(name);  // [height,width,3]
    return {shape.at(1), shape.at(0), goldens_.values<uint8_t>(name)};
  }

  // Bit-equal, not merely close.
  void expect_equal(const std::vector<float>& got, const std::string& name) const {
    const auto expected = goldens_.values<float>(name);
    ASSERT_EQ(got.size(), expected.size());
    for (size_t i = 0; i < got.size(); ++i) {
      ASSERT_EQ(got[i], expected[i]) << name << ", element " << i << " of [3,height,width]";
    }
  }

  int64_t side(const std::string& name) const { return goldens_.shape(name).at(2); }

  // A crop of the training goldens, resized to side x side and perhaps mirrored.
  Image train_crop(const Json& c, int64_t side) const {
    const Image part =
        crop(load(c.at("image")), c.at("left"), c.at("top"), c.at("width"), c.at("height"));
    const Image resized = resize(part, side, side, Filter::kBicubic);
    return c.at("flip").get<bool>() ? flip_horizontal(resized) : resized;
  }

  const Goldens goldens_{folder() / "goldens/preprocess.safetensors"};
  const Json manifest_ = read_json_file(folder() / "manifest.json");
  const Json config_ = read_json_file(folder() / "lion_config.json");
};

TEST_F(ImageParity, Decoded) {
  ASSERT_FALSE(manifest_.at("images").empty());
  for (const auto& [name, about] : manifest_.at("images").items()) {
    SCOPED_TRACE(name);
    EXPECT_EQ(difference(load(name), golden_image("rgb/" + name)), "");
  }
}

TEST_F(ImageParity, Resized) {
  for (const auto& [name, about] : manifest_.at("images").items()) {
    SCOPED_TRACE(name);
    const Image eval = golden_image("eval224_u8/" + name);
    EXPECT_EQ(difference(resize(load(name), eval.width, eval.height, Filter::kBicubic), eval), "");
    const Image ram = golden_image("ram384_u8/" + name);
    EXPECT_EQ(difference(resize(load(name), ram.width, ram.height, Filter::kBilinear), ram), "");
  }
}

TEST_F(ImageParity, Normalised) {
  int64_t full_size = 0;
  for (const auto& [name, about] : manifest_.at("images").items()) {
    SCOPED_TRACE(name);
    const Image image = load(name);
    const int64_t vit = config_.at("vit").at("image_size");
    const int64_t ram = config_.at("ram").at("image_size");
    ASSERT_EQ(side("eval/" + name), vit);
    ASSERT_EQ(side("ram/" + name), ram);
    expect_equal(preprocess(image, vit, Filter::kBicubic, kClipNormalization), "eval/" + name);
    expect_equal(preprocess(image, ram, Filter::kBilinear, kImageNetNormalization), "ram/" + name);
    const std::string full = "eval224/" + name;
    if (!goldens_.has(full)) continue;
    expect_equal(preprocess(image, side(full), Filter::kBicubic, kClipNormalization), full);
    ++full_size;
  }
  EXPECT_GE(full_size, 1);
}

TEST_F(ImageParity, TrainingCrops) {
  ASSERT_FALSE(manifest_.at("train_crops").empty());
  for (const Json& c : manifest_.at("train_crops")) {
    const std::string name = c.at("image");
    SCOPED_TRACE(name);
    const Image expected = golden_image("train224_u8/" + name);
    EXPECT_EQ(difference(train_crop(c, expected.width), expected), "");
    const Image small = train_crop(c, side("train/" + name));
    std::vector<float> chw(small.rgb.size());
    normalize(small, kClipNormalization, chw);
    expect_equal(chw, "train/" + name);
  }
}

}  // namespace
}  // namespace lion::test
