// Real photographs of another folder, which are not ours to ship: LION_SHARED_DIR names it.

#include <cmath>

#include "fixtures.h"
#include "lion/image/normalize.h"

namespace lion::test {
namespace {

TEST(Photographs, DecodeAndPreprocess) {
  const char* variable = std::getenv("LION_SHARED_DIR");
  const std::filesystem::path folder =
      std::filesystem::path(variable ? variable : LION_SOURCE_DIR "/../shared") /
      "data/coco_mini/images";
  if (!std::filesystem::is_directory(folder)) GTEST_SKIP() << "no folder " << folder;
  int64_t images = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    SCOPED_TRACE(entry.path().string());
    const Image image = load_image(entry.path());
    EXPECT_GE(std::min(image.width, image.height), 200);
    const auto chw = preprocess(image, 224, Filter::kBicubic, kClipNormalization);
    double sum = 0;
    for (const float v : chw) sum += v;
    EXPECT_LT(std::abs(sum / static_cast<double>(chw.size())), 2.0);  // about 0 for photographs
    ++images;
  }
  EXPECT_GE(images, 1);
}

}  // namespace
}  // namespace lion::test
