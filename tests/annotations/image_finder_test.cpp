#include "lion/annotations/image_finder.h"

#include "lion/annotations/coco_name.h"
#include "tests/data/data_fixtures.h"

namespace lion::data {
namespace {

using testing::AllOf;
using testing::HasSubstr;

TEST(CocoNames, AreReadAndWritten) {
  EXPECT_EQ(parse_coco_name("val2014/COCO_val2014_000000522418.jpg"),
            (CocoName{"val2014", 522418}));
  EXPECT_EQ(parse_coco_name("COCO_train2014_000000000009.jpg"), (CocoName{"train2014", 9}));
  EXPECT_EQ(parse_coco_name("COCO_train2014_000000000003_1.jpg"), (CocoName{"train2014", 3}));
  EXPECT_EQ(parse_coco_name("coco/train2017/000000033471.jpg"), (CocoName{"train2017", 33471}));
  EXPECT_EQ(parse_coco_name("000000033471.jpg"), (CocoName{"", 33471}));
  for (const char* other : {"0a1b2c.jpg", "2.jpg", "VG_100K/2.jpg", "COCO_other_000000000009.jpg",
                            "COCO_train2014", "", "000000033471.png"}) {
    EXPECT_EQ(parse_coco_name(other), std::nullopt) << other;
  }
  EXPECT_EQ(coco_file_name("train2014", 9), "COCO_train2014_000000000009.jpg");
  EXPECT_EQ(coco_file_name("val2017", 123456789012), "123456789012.jpg");
}

class ImageFinderTest : public DataTest {
 protected:
  std::string coco(const std::string& split, int64_t id, const std::string& images = "") {
    const OfficialFiles files(root_);
    ImageFinder finder(files, images.empty() ? std::nullopt : std::optional(root_ / images));
    return finder.coco(split, id).lexically_relative(root_).string();
  }
  std::string named(const std::string& name, const std::string& images = "") {
    const OfficialFiles files(root_);
    ImageFinder finder(files, images.empty() ? std::nullopt : std::optional(root_ / images));
    return finder.named(name).lexically_relative(root_).string();
  }
};

TEST_F(ImageFinderTest, OfficialFolderIsTakenWithoutLookingForTheFile) {
  make_folder("coco/train2014");
  make_folder("coco/train2017");
  EXPECT_EQ(coco("train2014", 9), "coco/train2014/COCO_train2014_000000000009.jpg");
  EXPECT_EQ(coco("train2017", 9), "coco/train2017/000000000009.jpg");
}

// "é" composed, as annotations have it, and decomposed, as archives from macOS have it.
constexpr const char* kComposed = "caf\xC3\xA9";
constexpr const char* kDecomposed = "cafe\xCC\x81";

TEST_F(ImageFinderTest, AccentsMayBeWrittenOtherwiseOnTheDisk) {
  write_image(str("mine/", kDecomposed, "/", kDecomposed, ".png"));
  write_image(str(kComposed, "2.png"));
  const std::string there = str(kDecomposed, "/", kDecomposed, ".png");
  EXPECT_EQ(named(str(kComposed, "/", kComposed, ".png"), "mine"), str("mine/", there));
  EXPECT_EQ(named(str(kDecomposed, "/", kComposed, ".png"), "mine"), str("mine/", there));
  EXPECT_EQ(named(str("mine/", there)), str("mine/", there));
  EXPECT_EQ(named(str(kDecomposed, "2.png")), str(kComposed, "2.png"));
  // Where both are there, the name as written counts; where none is, it stays as it is.
  write_image(str("mine/", kDecomposed, "/", kComposed, ".png"));
  EXPECT_EQ(named(str(kDecomposed, "/", kComposed, ".png"), "mine"),
            str("mine/", kDecomposed, "/", kComposed, ".png"));
  EXPECT_EQ(named(str(kComposed, "3.png")), str(kComposed, "3.png"));
}

TEST_F(ImageFinderTest, OtherYearsAreAccepted) {
  make_folder("a/b/train2014");
  EXPECT_EQ(coco("train2017", 9), "a/b/train2014/COCO_train2014_000000000009.jpg");
  // An image of train2017 may come from val2014: then the file decides.
  write_image("a/b/val2014/COCO_val2014_000000000010.jpg");
  EXPECT_EQ(coco("train2017", 10), "a/b/val2014/COCO_val2014_000000000010.jpg");
}

TEST_F(ImageFinderTest, GivenFolderWithOrWithoutParts) {
  make_folder("mine/train2014");
  EXPECT_EQ(coco("train2014", 9, "mine"), "mine/train2014/COCO_train2014_000000000009.jpg");
  write_image("flat/000000000009.jpg");
  EXPECT_EQ(coco("train2014", 9, "flat"), "flat/000000000009.jpg");
  EXPECT_EQ(named("val2014/COCO_val2014_000000000009.jpg", "flat"), "flat/000000000009.jpg");
}

TEST_F(ImageFinderTest, OtherNames) {
  make_folder("vg/VG_100K_2");
  EXPECT_EQ(named("VG_100K_2/7.jpg"), "vg/VG_100K_2/7.jpg");
  write_image("x/VG_100K/7.jpg");
  EXPECT_EQ(named("VG_100K/7.jpg", "x"), "x/VG_100K/7.jpg");
  write_image("flat/7.jpg");
  EXPECT_EQ(named("VG_100K/7.jpg", "flat"), "flat/7.jpg");
}

TEST_F(ImageFinderTest, MissingFoldersAreNamed) {
  EXPECT_THAT(message_of<ResourceError>([&] { coco("val2014", 1); }),
              AllOf(HasSubstr("val2014, train2017"), HasSubstr("\"images\"")));
  EXPECT_THAT(message_of<ResourceError>([&] { coco("val2014", 1, "none"); }),
              AllOf(HasSubstr("none"), HasSubstr("Fix \"images\"")));
}

class OfficialFilesTest : public DataTest {};

TEST_F(OfficialFilesTest, TheLeastDeepThenTheFirstByAlphabet) {
  write("b/a.json", "[]");
  write("a/deep/a.json", "[]");
  write("c/a.json", "[]");
  write("1/2/3/deep.json", "[]");
  write("1/2/3/4/deeper.json", "[]");
  const OfficialFiles files(root_);
  EXPECT_EQ(files.find_file(std::array<std::string, 1>{"a.json"}), root_ / "b/a.json");
  EXPECT_EQ(files.find_file(std::array<std::string, 2>{"none.json", "deep.json"}),
            root_ / "1/2/3/deep.json");
  EXPECT_EQ(files.find_file(std::array<std::string, 1>{"deeper.json"}), std::nullopt);
}

TEST_F(OfficialFilesTest, FoldersBesideTheFileComeFirst) {
  make_folder("images");
  make_folder("ocr/images");
  const OfficialFiles files(root_);
  const std::array<std::string, 1> names = {"images"};
  EXPECT_EQ(files.find_folder(names), root_ / "images");
  EXPECT_EQ(files.find_folder(names, root_ / "ocr/dataset.json"), root_ / "ocr/images");
}

TEST_F(OfficialFilesTest, ErrorsListWhatWasLookedFor) {
  const OfficialFiles files(root_);
  const std::array<std::string, 2> names = {"one.json", "two.json"};
  EXPECT_THAT(message_of<ResourceError>([&] { files.file(names, "questions of vqav2"); }),
              AllOf(HasSubstr("questions of vqav2"), HasSubstr("one.json, two.json"),
                    HasSubstr("give its path")));
  EXPECT_THAT(message_of<ResourceError>([&] { OfficialFiles(root_ / "none"); }),
              AllOf(HasSubstr("none"), HasSubstr("\"root\"")));
}

}  // namespace
}  // namespace lion::data
