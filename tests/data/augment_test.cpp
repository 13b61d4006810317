#include "lion/data/augment.h"

#include <cmath>

#include "lion/image/normalize.h"
#include "lion/image/resize.h"
#include "lion/image/transform.h"
#include "loader_fixtures.h"

namespace lion::data {

void PrintTo(const CropBox& box, std::ostream* out) {
  *out << box.width << "x" << box.height << " at (" << box.left << "," << box.top << ")";
}

namespace {

using testing::AllOf;
using testing::HasSubstr;

// What the Python reference's sample_crop gives with the same uniform numbers, and the number that
// comes next.
TEST(SampleCrop, IsTorchvisions) {
  struct Known {
    int64_t width, height;
    uint64_t seed;
    CropBox box;
    double next;
  };
  const Known known[] = {
      {640, 480, 1, {51, 23, 526, 457}, 0.44426470082635805},
      {640, 480, 2, {84, 12, 531, 460}, 0.3115886871811141},
      {480, 640, 3, {3, 153, 438, 390}, 0.21643910878148487},
      {1, 1, 4, {0, 0, 1, 1}, 0.39458048917319666},
      {37, 500, 5, {0, 225, 37, 49}, 0.11486454666934587},  // ten tries fail: too tall
      {500, 37, 6, {225, 0, 49, 37}, 0.9960536333562658},   // too wide
      {224, 224, 7, {36, 9, 162, 215}, 0.45244189501146836},
      {3000, 2, 8, {1498, 0, 3, 2}, 0.8453579900468766},
  };
  for (const Known& k : known) {
    Random random(k.seed);
    EXPECT_EQ(sample_crop(k.width, k.height, {}, random), k.box) << "seed " << k.seed;
    EXPECT_EQ(random.uniform(), k.next) << "seed " << k.seed;
  }
}

TEST(SampleCrop, KeepsToItsRanges) {
  Random random(1);
  const CropOptions options{.min_area = 0.9, .max_area = 1.0, .min_aspect = 1.2, .max_aspect = 1.4};
  for (int i = 0; i < 500; ++i) {
    const CropBox box = sample_crop(640, 480, options, random);
    ASSERT_TRUE(box.left >= 0 && box.top >= 0 && box.left + box.width <= 640 &&
                box.top + box.height <= 480);
    const double area = static_cast<double>(box.width * box.height) / (640.0 * 480.0);
    const double aspect = static_cast<double>(box.width) / static_cast<double>(box.height);
    ASSERT_TRUE(area > 0.895 && area <= 1.0) << area;
    ASSERT_TRUE(aspect > 1.19 && aspect < 1.41) << aspect;
  }
}

TEST(SampleCrop, AThinImageKeepsOnePixel) {
  Random random(1);
  const CropBox box = sample_crop(50, 1, {.min_aspect = 0.1, .max_aspect = 0.2}, random);
  EXPECT_EQ(box.width, 1);
  EXPECT_EQ(box.height, 1);
}

Augmentation drawn(Task task, const std::string& answer, const AugmentOptions& options,
                   uint64_t seed = 1) {
  Random random(seed);
  return draw_augmentation(task, {"What is it?", answer, {}}, 64, 48, options, random);
}

TEST(DrawAugmentation, RegionSamplesAreOnlyResized) {
  for (uint64_t seed = 0; seed < 50; ++seed) {
    const Augmentation a = drawn(Task::kRec, "Answer: [0.1,0.1,0.2,0.2]", {}, seed);
    EXPECT_FALSE(a.crop);
    EXPECT_FALSE(a.flip);
  }
}

TEST(DrawAugmentation, HalfOfTheImageSamplesAreMirrored) {
  int flips = 0;
  for (uint64_t seed = 0; seed < 2000; ++seed) {
    const Augmentation a = drawn(Task::kCaption, "A dog.", {}, seed);
    ASSERT_TRUE(a.crop);
    flips += a.flip ? 1 : 0;
  }
  EXPECT_NEAR(flips, 1000, 110);
}

TEST(DrawAugmentation, LeftAndRightAreSpared) {
  const AugmentOptions released{.image_flip = 1.0, .region_flip = 1.0};
  EXPECT_TRUE(drawn(Task::kCaption, "A dog to the left.", released).flip);
  EXPECT_TRUE(drawn(Task::kReg, "the brightest dog", released).flip);
  EXPECT_FALSE(drawn(Task::kReg, "the dog on the Left", released).flip);
  AugmentOptions careful = released;
  careful.flip_sided_text = false;
  EXPECT_FALSE(drawn(Task::kCaption, "A dog to the left.", careful).flip);
  EXPECT_TRUE(drawn(Task::kCaption, "A dog.", careful).flip);
}

TEST(DrawAugmentation, CropsCanBeSwitchedOff) {
  EXPECT_FALSE(drawn(Task::kCaption, "A dog.", {.crop = std::nullopt}).crop);
}

TEST(AugmentOptions, NamesWhatIsWrong) {
  const auto error = [](const AugmentOptions& options) {
    return error_of<InputError>([&] { options.validate(); });
  };
  EXPECT_NO_THROW(AugmentOptions{}.validate());
  EXPECT_THAT(error({.image_flip = 1.5}),
              AllOf(HasSubstr("image_flip is 1.5"), HasSubstr("expected 0 to 1")));
  EXPECT_THAT(error({.region_flip = -0.1}), HasSubstr("region_flip"));
  EXPECT_THAT(error({.crop = CropOptions{.min_area = 0.0}}), HasSubstr("area"));
  EXPECT_THAT(error({.crop = CropOptions{.max_area = 1.1}}), HasSubstr("area"));
  EXPECT_THAT(error({.crop = CropOptions{.min_aspect = 2.0}}),
              AllOf(HasSubstr("aspect goes from 2"), HasSubstr("Correct it")));
}

TEST(Augment, IsCropResizeMirrorNormalize) {
  const Image image = ToyDataset("toy", Task::kCaption, 1).image(3);
  std::vector<float> got(3 * 8 * 8), expected(3 * 8 * 8);
  augment(image, {CropBox{2, 1, 15, 12}, true}, 8, got);
  normalize(flip_horizontal(resize(crop(image, 2, 1, 15, 12), 8, 8, Filter::kBicubic)),
            kClipNormalization, expected);
  EXPECT_EQ(got, expected);
  augment(image, {}, 8, got);
  EXPECT_EQ(got, preprocess(image, 8, Filter::kBicubic, kClipNormalization));
  EXPECT_THROW(augment(image, {CropBox{10, 0, 15, 12}, false}, 8, got), InputError);
}

TEST(SaysLeftOrRight, LooksForWords) {
  for (const char* text :
       {"left", "the right one", "LEFT", "on the left.", "right-hand", "(left)"}) {
    EXPECT_TRUE(says_left_or_right(text)) << text;
  }
  for (const char* text :
       {"", "bright", "lefty", "leftover rights", "left_1", "upright", "le ft"}) {
    EXPECT_FALSE(says_left_or_right(text)) << text;
  }
}

TEST(Mirror, BoxesInTexts) {
  EXPECT_EQ(mirror_boxes("Answer: [0.440,0.060,0.650,0.367]"), "Answer: [0.350,0.060,0.560,0.367]");
  EXPECT_EQ(mirror_boxes("[0.000,0.000,1.000,1.000] and [0.1, 0.2, 0.3, 0.4]!"),
            "[0.000,0.000,1.000,1.000] and [0.700,0.200,0.900,0.400]!");
  EXPECT_EQ(mirror_boxes("no box [1, 2]"), "no box [1, 2]");
  EXPECT_EQ(mirror_boxes(""), "");
}

TEST(Mirror, TwiceIsTheExampleAgain) {
  const Example example{
      "What is in [0.125,0.250,0.500,0.750]?", "a cat", {{0.125, 0.25, 0.5, 0.75}}};
  const Example once = mirror(example);
  EXPECT_EQ(once.instruction, "What is in [0.500,0.250,0.875,0.750]?");
  EXPECT_EQ(once.answer, "a cat");
  EXPECT_EQ(once.boxes.at(0), (Box{0.5, 0.25, 0.875, 0.75}));
  const Example twice = mirror(once);
  EXPECT_EQ(twice.instruction, example.instruction);
  EXPECT_EQ(twice.boxes, example.boxes);
}

// The box must still lie on the object: paint it, mirror both, compare.
TEST(Mirror, FollowsTheImage) {
  Image image = Image::black(40, 20);
  const auto paint = [](Image& target, int64_t x0, int64_t x1) {
    for (int64_t y = 5; y < 10; ++y) std::fill(target.row(y) + x0 * 3, target.row(y) + x1 * 3, 255);
  };
  paint(image, 4, 14);
  const Box box = mirror(Box{4 / 40.0, 5 / 20.0, 14 / 40.0, 10 / 20.0});
  Image expected = Image::black(40, 20);
  paint(expected, std::lround(box.x0 * 40), std::lround(box.x1 * 40));
  EXPECT_EQ(flip_horizontal(image), expected);
}

}  // namespace
}  // namespace lion::data
