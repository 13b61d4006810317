// The training crops of an oracle folder through this component's own path: bit-equal numbers.

#include "../image/golden.h"
#include "lion/data/augment.h"
#include "lion/image/decode.h"
#include "loader_fixtures.h"

namespace lion::data {
namespace {

TEST(DataParity, TrainingCrops) {
  const test::Goldens goldens(oracle_dir() / "goldens/preprocess.safetensors");
  const Json manifest = read_json_file(oracle_dir() / "manifest.json");
  ASSERT_FALSE(manifest.at("train_crops").empty());
  for (const Json& c : manifest.at("train_crops")) {
    const std::string name = c.at("image");
    SCOPED_TRACE(name);
    // The oracle ignores EXIF, as the released code does.
    const Image image = load_image(oracle_dir() / "images" / name, {.exif = Exif::kIgnore});
    const Augmentation augmentation{
        CropBox{c.at("left"), c.at("top"), c.at("width"), c.at("height")}, c.at("flip")};
    const int64_t side = goldens.shape("train/" + name).at(2);
    std::vector<float> got(3 * side * side);
    augment(image, augmentation, side, got);
    EXPECT_EQ(got, goldens.values<float>("train/" + name));
  }
}

}  // namespace
}  // namespace lion::data
