#include "data_fixtures.h"

namespace lion::data {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class CaptionsTest : public DataTest {};

constexpr const char* kCoco = R"({"info": {}, "annotations": [
  {"id": 1, "image_id": 9, "caption": "A plate of\nfood. "},
  {"id": 2, "image_id": 8, "caption": "Of no image"},
  {"id": 3, "image_id": 9, "caption": "  "},
  {"id": 4, "image_id": 9}, "x"],
  "images": [{"id": 9, "file_name": "COCO_train2014_000000000009.jpg", "height": 480, "width": 640},
             {"file_name": "COCO_train2014_000000000010.jpg"}]})";

TEST_F(CaptionsTest, CocoLayoutInAnyOrder) {
  make_folder("coco/train2014");
  write("coco/annotations/captions_train2014.json", kCoco);
  const OpenDatasets sets = open(R"([{"format": "coco_captions"}])");
  ASSERT_EQ(sets.datasets.size(), 1);
  const Dataset& captions = *sets.datasets[0];
  EXPECT_EQ(captions.task(), Task::kCaption);
  ASSERT_EQ(captions.size(), 1);
  EXPECT_EQ(example_of(captions, 0).answer, "A plate of food.");
  EXPECT_TRUE(example_of(captions, 0).boxes.empty());
  EXPECT_EQ(captions.image_name(0), "coco/train2014/COCO_train2014_000000000009.jpg");
  EXPECT_EQ(captions.describe(0), "captions_train2014.json, annotation 0");
  const Problems& problems = sets.sources[0].problems;
  EXPECT_EQ(problems.counted(ProblemKind::kUnknownImage), 1);
  EXPECT_EQ(problems.counted(ProblemKind::kEmptyText), 1);
  EXPECT_EQ(problems.counted(ProblemKind::kMalformed), 3);
  EXPECT_EQ(problems.kept()[0].where, "captions_train2014.json, image 1");
}

TEST_F(CaptionsTest, LavisRule) {
  make_folder("coco/train2014");
  write("captions_train2014.json", kCoco);
  const OpenDatasets sets = open(R"([{"format": "coco_captions"}])", R"("text": "lavis", )");
  EXPECT_EQ(example_of(*sets.datasets[0], 0).answer, "a plate of food");
}

TEST_F(CaptionsTest, LavisListsOfBothKinds) {
  make_folder("coco/val2014");
  write("train.json", R"([{"caption": "one", "image": "val2014/COCO_val2014_000000522418.jpg",
                           "image_id": "coco_522418"}])");
  write("test.json", R"([{"image": "val2014/COCO_val2014_000000000042.jpg",
                          "caption": ["two", "", "three"]}])");
  const OpenDatasets sets =
      open(R"([{"format": "coco_captions", "annotations": ["train.json", "test.json"]}])");
  const Dataset& captions = *sets.datasets[0];
  ASSERT_EQ(captions.size(), 3);
  EXPECT_EQ(captions.image_name(0), "coco/val2014/COCO_val2014_000000522418.jpg");
  EXPECT_EQ(captions.describe(0), "train.json, record 0");
  EXPECT_EQ(example_of(captions, 2).answer, "three");
  EXPECT_EQ(captions.describe(2), "test.json, record 0, part 3");
  EXPECT_EQ(sets.sources[0].problems.counted(ProblemKind::kEmptyText), 1);
}

TEST_F(CaptionsTest, TextCaps) {
  for (const char* folder : {"train_images", "train"}) {
    std::filesystem::remove_all(root_ / "textcaps");
    make_folder(str("textcaps/", folder));
    write("textcaps/TextCaps_0.1_train.json",
          R"({"dataset_type": "train", "data": [{"image_id": "0a1b2c",
              "image_path": "train/0a1b2c.jpg", "caption_id": 7,
              "caption_str": "A red sign says stop.", "reference_strs": ["a", "b"]}]})");
    const OpenDatasets sets = open(R"([{"format": "textcaps"}])");
    ASSERT_EQ(sets.datasets[0]->size(), 1);
    EXPECT_EQ(sets.datasets[0]->image_name(0), str("textcaps/", folder, "/0a1b2c.jpg"));
    EXPECT_EQ(example_of(*sets.datasets[0], 0).answer, "A red sign says stop.");
  }
}

TEST_F(CaptionsTest, WrongLayoutsAreErrors) {
  make_folder("train2014");
  write("captions_train2014.json", R"({"images": []})");
  EXPECT_THAT(message_of<InputError>([&] { open(R"([{"format": "coco_captions"}])"); }),
              AllOf(HasSubstr("captions_train2014.json"), HasSubstr("\"annotations\"")));
  write("captions_train2014.json", R"({"images": [], "annotations": []})");
  EXPECT_THAT(message_of<InputError>([&] { open(R"([{"format": "coco_captions"}])"); }),
              HasSubstr("none at all"));
  write("captions_train2014.json", R"({"images": [], "annot)");
  EXPECT_THAT(message_of<InputError>([&] { open(R"([{"format": "coco_captions"}])"); }),
              HasSubstr("Download it again"));
  EXPECT_THAT(message_of<ResourceError>([&] { open(R"([{"format": "textcaps"}])"); }),
              HasSubstr("TextCaps_0.1_train.json"));
}

TEST_F(CaptionsTest, BrokenAndMissingImagesNameTheirRecord) {
  make_folder("train2014");
  write("captions_train2014.json", kCoco);
  const OpenDatasets sets = open(R"([{"format": "coco_captions"}])");
  EXPECT_THAT(message_of<ResourceError>([&] { sets.datasets[0]->image(0); }),
              AllOf(HasSubstr("coco_captions: captions_train2014.json, annotation 0"),
                    HasSubstr("000000000009.jpg")));
  write("train2014/COCO_train2014_000000000009.jpg", "no image");
  EXPECT_THAT(message_of<InputError>([&] { sets.datasets[0]->image(0); }),
              HasSubstr("annotation 0"));
  write_image("train2014/COCO_train2014_000000000009.jpg", 40, 30);
  EXPECT_EQ(sets.datasets[0]->image(0).width, 40);
}

}  // namespace
}  // namespace lion::data
