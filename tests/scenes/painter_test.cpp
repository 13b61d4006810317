#include "lion/scenes/painter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

#include "lion/base/error.h"
#include "lion/scenes/background.h"
#include "lion/scenes/contact_sheet.h"
#include "lion/scenes/cover.h"

namespace lion::scenes {
namespace {

SceneConfig small(uint64_t seed = 1) {
  SceneConfig config;
  config.kinds = 40;
  config.seed = seed;
  return config;
}

const Painter& painter() {
  static const Painter shared(small());
  return shared;
}

TEST(Painter, SameSeedAndIndexGiveTheSameBytesWhateverCameBefore) {
  const Image alone = Painter(small()).paint(Painter(small()).plan(17));
  for (uint64_t i = 0; i < 30; ++i) painter().paint(painter().plan(i));
  EXPECT_EQ(painter().paint(painter().plan(17)), alone);
}

TEST(Painter, ThreadsPaintTheSame) {
  constexpr uint64_t kImages = 60;
  const Painter untouched(small(9));
  std::vector<Image> one(kImages), two(kImages);
  const auto work = [&](std::vector<Image>& out) {
    for (uint64_t i = 0; i < kImages; ++i) out[i] = untouched.paint(untouched.plan(i));
  };
  {
    const std::jthread helper(work, std::ref(two));
    work(one);
  }
  EXPECT_EQ(one, two);
}

TEST(Painter, SeedsSplitsAndIndicesDiffer) {
  const Image first = painter().paint(painter().plan(3));
  EXPECT_NE(painter().paint(painter().plan(4)), first);
  const Painter val = painter().with_split(Split::kVal);
  EXPECT_NE(val.paint(val.plan(3)), first);
  const Painter other(small(2));
  EXPECT_NE(other.paint(other.plan(3)), first);
}

TEST(Painter, ObjectsLieInsideAndOverlapByThreePixelsAtMost) {
  for (uint64_t i = 0; i < 400; ++i) {
    const Scene scene = painter().plan(i);
    ASSERT_FALSE(scene.objects.empty());
    ASSERT_LE(scene.objects.size(), 5u);
    for (size_t a = 0; a < scene.objects.size(); ++a) {
      const Object& one = scene.objects[a];
      EXPECT_GE(one.left, 0);
      EXPECT_GE(one.top, 0);
      EXPECT_LE(one.left + one.width, scene.size);
      EXPECT_LE(one.top + one.height, scene.size);
      for (size_t b = 0; b < a; ++b) {
        if (scene.link && scene.link->object == a && scene.link->other == b) continue;
        const Object& two = scene.objects[b];
        const int64_t x =
            std::min(one.left + one.width, two.left + two.width) - std::max(one.left, two.left);
        const int64_t y =
            std::min(one.top + one.height, two.top + two.height) - std::max(one.top, two.top);
        EXPECT_LE(std::min(x, y), 3) << i;
      }
    }
  }
}

TEST(Painter, BoxesAreWhereThePixelsChange) {
  SceneConfig config = small();
  config.max_objects = 1;
  const Painter single(config);
  int checked = 0;
  for (uint64_t i = 0; i < 60; ++i) {
    const Scene scene = single.plan(i);
    if (scene.background.place < Setting::kPlain) continue;  // shadows fall outside the box
    const Image image = single.paint(scene);
    Image empty = Image::black(scene.size, scene.size);
    paint_background(empty, scene.background);
    int64_t x0 = scene.size, y0 = scene.size, x1 = 0, y1 = 0;
    for (int64_t y = 0; y < scene.size; ++y) {
      for (int64_t x = 0; x < scene.size; ++x) {
        if (std::equal(image.row(y) + x * 3, image.row(y) + x * 3 + 3, empty.row(y) + x * 3))
          continue;
        x0 = std::min(x0, x), x1 = std::max(x1, x + 1);
        y0 = std::min(y0, y), y1 = std::max(y1, y + 1);
      }
    }
    const PixelBox box = scene.objects[0].box();
    EXPECT_EQ((PixelBox{double(x0), double(y0), double(x1), double(y1)}), box) << i;
    ++checked;
  }
  EXPECT_GT(checked, 10);
}

TEST(Painter, LinkedObjectsAreInsideOrOn) {
  SceneConfig config = small();
  config.link_share = 1.0;
  config.min_objects = 2;
  const Painter linked(config);
  int inside = 0, on = 0;
  for (uint64_t i = 0; i < 200; ++i) {
    const Scene scene = linked.plan(i);
    if (!scene.link) continue;
    const PixelBox above = scene.objects[scene.link->object].box();
    const PixelBox below = scene.objects[scene.link->other].box();
    if (scene.link->relation == Relation::kInside) {
      ++inside;
      EXPECT_TRUE(above.x0 > below.x0 && above.x1 < below.x1 && above.y0 > below.y0 &&
                  above.y1 < below.y1);
    } else {
      ++on;
      EXPECT_NEAR(above.y1, below.y0, 2);
    }
  }
  EXPECT_GT(inside, 20);
  EXPECT_GT(on, 20);
}

TEST(Painter, PaintsOtherSizes) {
  for (const int64_t size : {48, 224}) {
    SceneConfig config = small();
    config.size = size;
    const Painter sized(config);
    const Image image = sized.paint(sized.plan(0));
    EXPECT_EQ(image.width, size);
    EXPECT_EQ(image.height, size);
  }
}

TEST(Painter, SmallCanvasCanShowOneObjectInFullSize) {
  SceneConfig config = small();
  config.size = 48;
  config.scale = 1.0;
  config.max_objects = 1;
  config.sign_share = 0;
  const Painter crops(config);
  for (uint64_t i = 0; i < 100; ++i) {
    const Scene scene = crops.plan(i);
    ASSERT_EQ(scene.objects.size(), 1u);
    EXPECT_GE(std::max(scene.objects[0].width, scene.objects[0].height), 26);
  }
}

TEST(Painter, SignsComeWhenAskedFor) {
  const Painter signs = painter().with_sign_share(1.0);
  int found = 0;
  for (uint64_t i = 0; i < 50; ++i) {
    const Scene scene = signs.plan(i);
    for (const Object& object : scene.objects) found += object.form == Form::kSign;
  }
  EXPECT_GT(found, 40);
  EXPECT_THROW(painter().with_sign_share(1.5), InputError);
}

TEST(Cover, ShowsTitleAndAuthor) {
  const CoverPainter covers(painter());
  const Cover cover = covers.plan(3);
  EXPECT_TRUE(cover.title.starts_with("The "));
  EXPECT_NE(cover.author.find(' '), std::string::npos);
  EXPECT_THAT(CoverPainter::genres(), testing::Contains(cover.genre));
  EXPECT_EQ(covers.paint(cover), covers.paint(covers.plan(3)));
  Cover other = cover;
  other.title = "The Brave Dog";
  EXPECT_NE(covers.paint(other), covers.paint(cover));
}

TEST(ContactSheet, IsAsLargeAsItsCells) {
  const Image sheet =
      contact_sheet(painter(), {.first = 0, .columns = 3, .rows = 2, .cell = 64, .boxes = true});
  EXPECT_EQ(sheet.width, 192);
  EXPECT_EQ(sheet.height, 128);
  EXPECT_THROW(contact_sheet(painter(), {.columns = 0}), InputError);
}

}  // namespace
}  // namespace lion::scenes
