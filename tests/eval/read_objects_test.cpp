#include "read_fixtures.h"

namespace lion::eval {
namespace {
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* kFile = R"({
  "images": [{"id": 42, "file_name": "COCO_val2014_000000000042.jpg"},
             {"id": 7, "file_name": "COCO_val2014_000000000007.jpg"},
             {"id": 9, "file_name": "COCO_val2014_000000000009.jpg"}],
  "annotations": [{"id": 1, "image_id": 42, "category_id": 90, "iscrowd": 0},
                  {"id": 2, "image_id": 42, "category_id": 1, "iscrowd": 1},
                  {"id": 3, "image_id": 42, "category_id": 90, "iscrowd": 0},
                  {"id": 4, "image_id": 9, "category_id": 18, "iscrowd": 0}],
  "categories": [{"id": 90, "name": "toothbrush"}, {"id": 1, "name": "person"},
                 {"id": 18, "name": "dog"}]})";

class ObjectsTest : public ReadTest {
 protected:
  ObjectsTest() { make_folder("val2014"); }
};

TEST_F(ObjectsTest, CategoriesInTheOrderOfTheirIdsAndEachOnceAImage) {
  write("annotations/instances_val2014.json", kFile);
  const Benchmark tags = read("coco_tags");
  EXPECT_EQ(tags.problems.total(), 0);
  ASSERT_EQ(tags.items.size(), 3u);
  const Item& item = tags.items[0];
  EXPECT_EQ(item.id, "42");
  EXPECT_EQ(item.image.path, root_ / "val2014/COCO_val2014_000000000042.jpg");
  EXPECT_THAT(item.candidates, ElementsAre("person", "dog", "toothbrush"));
  EXPECT_THAT(item.truth.present.value(), ElementsAre(0, 2));
  EXPECT_THAT(present_names(item), ElementsAre("person", "toothbrush"));
  EXPECT_EQ(item.official.dump(), R"({"image_id":42})");
  EXPECT_EQ(item.prompt, "");  // the tagger reads no prompt
  EXPECT_EQ(tags.prompt, "");
  // An image without any is one of the benchmark.
  EXPECT_THAT(tags.items[1].truth.present.value(), IsEmpty());
}

TEST_F(ObjectsTest, CaptionsAreAskedAsThoseOfCoco) {
  write("instances_val2014.json", kFile);
  const Benchmark objects = read("coco_objects");
  ASSERT_EQ(objects.items.size(), 3u);
  EXPECT_EQ(objects.items[2].prompt, "A short image description:");
  EXPECT_EQ(objects.prompt, "A short image description:");
  EXPECT_THAT(objects.items[2].truth.present.value(), ElementsAre(1));
  EXPECT_EQ(objects.items[2].candidates, objects.items[0].candidates);
}

TEST_F(ObjectsTest, TheImagesOfTheKarpathyTestWhereItsListIsThere) {
  write("instances_val2014.json", kFile);
  write("dataset_coco.json", R"({"images": [
    {"filepath": "val2014", "filename": "COCO_val2014_000000000009.jpg", "split": "test",
     "cocoid": 9, "sentences": [{"raw": "One."}]},
    {"filepath": "val2014", "filename": "COCO_val2014_000000000042.jpg", "split": "val",
     "cocoid": 42, "sentences": [{"raw": "Two."}]},
    {"filepath": "val2014", "filename": "COCO_val2014_000000000077.jpg", "split": "test",
     "cocoid": 77, "sentences": [{"raw": "Three."}]}]})");
  const Benchmark tags = read("coco_tags");
  ASSERT_EQ(tags.items.size(), 1u);
  EXPECT_EQ(tags.items[0].id, "9");
  EXPECT_EQ(tags.files.size(), 2u);
  EXPECT_EQ(tags.problems.counted(ProblemKind::kNoAnnotation), 1);
  EXPECT_THAT(tags.problems.kept()[0].what, HasSubstr("image 77"));
  // LAVIS's list comes first, as it does for captions.
  write("coco_karpathy_test.json",
        R"([{"image": "val2014/COCO_val2014_000000000042.jpg", "caption": ["Two."]}])");
  const Benchmark lavis = read("coco_tags");
  ASSERT_EQ(lavis.items.size(), 1u);
  EXPECT_EQ(lavis.items[0].id, "42");
}

TEST_F(ObjectsTest, TheImagesOf2017AreNotSplit) {
  make_folder("val2017");
  std::string of_2017 = replace_all(kFile, "COCO_val2014_", "");
  write("instances_val2017.json", of_2017);
  write("coco_karpathy_test.json",
        R"([{"image": "val2014/COCO_val2014_000000000042.jpg", "caption": ["Two."]}])");
  const Benchmark tags = read("coco_tags");
  ASSERT_EQ(tags.items.size(), 3u);
  EXPECT_EQ(tags.items[0].image.path, root_ / "val2017/000000000042.jpg");
}

TEST_F(ObjectsTest, BadRecordsAreCountedAndNamed) {
  write("instances_val2014.json", R"({
    "images": [{"id": 42, "file_name": "COCO_val2014_000000000042.jpg"}, {"id": 43},
               {"id": 42, "file_name": "COCO_val2014_000000000042.jpg"}],
    "annotations": [{"image_id": 42, "category_id": 1}, {"image_id": 42, "category_id": 99},
                    {"image_id": 5, "category_id": 1}, {"image_id": 42}],
    "categories": [{"id": 1, "name": "person"}, {"id": 1, "name": "dog"},
                   {"id": 2, "name": "person"}, {"id": 3, "name": " "}, {"id": 4},
                   {"id": 5, "name": "fork, knife"}]})");
  const Benchmark tags = read("coco_tags");
  ASSERT_EQ(tags.items.size(), 1u);
  EXPECT_THAT(tags.items[0].candidates, ElementsAre("person"));
  EXPECT_THAT(tags.items[0].truth.present.value(), ElementsAre(0));
  // The image without name, category 4 and 5, and two annotations.
  EXPECT_EQ(tags.problems.counted(ProblemKind::kMalformed), 5);
  EXPECT_EQ(tags.problems.counted(ProblemKind::kDuplicate), 3);
  EXPECT_EQ(tags.problems.counted(ProblemKind::kEmptyText), 1);
  EXPECT_EQ(tags.problems.counted(ProblemKind::kUnknownImage), 1);
  EXPECT_THAT(tags.problems.to_json().dump(),
              AllOf(HasSubstr("instances_val2014.json, annotation 1"),
                    HasSubstr(R"(category_id 99 is not in \"categories\")"),
                    HasSubstr(R"(image_id 5 is not in \"images\")")));
}

TEST_F(ObjectsTest, ALimitTakesTheFirst) {
  write("instances_val2014.json", kFile);
  options_.limit = 2;
  EXPECT_EQ(read("coco_objects").items.size(), 2u);
}

TEST_F(ObjectsTest, MissingEmptyAndOtherFilesAreErrors) {
  EXPECT_THAT(message_of<ResourceError>([&] { read("coco_tags"); }),
              AllOf(HasSubstr("instances_val2014.json"), HasSubstr("instances_val2017.json")));
  write("instances_val2014.json", "");
  EXPECT_THAT(message_of<InputError>([&] { read("coco_tags"); }),
              HasSubstr("instances_val2014.json"));
  write("instances_val2014.json", R"({"images": [], "annotations": []})");
  EXPECT_THAT(message_of<InputError>([&] { read("coco_tags"); }), HasSubstr("\"categories\""));
  // Images in which nothing is: the file of another kind, or of another split.
  write("instances_val2014.json", R"({
    "images": [{"id": 42, "file_name": "COCO_val2014_000000000042.jpg"}],
    "annotations": [{"image_id": 42, "category_id": 3}],
    "categories": [{"id": 1, "name": "person"}]})");
  EXPECT_THAT(message_of<InputError>([&] { read("coco_objects"); }),
              AllOf(HasSubstr("no usable record for coco_objects (got 1 malformed"),
                    HasSubstr("category_id 3"), HasSubstr("this benchmark and split?")));
}

TEST_F(ObjectsTest, RealInstances) {
  const auto mini = shared_data("coco_mini");
  if (!std::filesystem::exists(mini)) GTEST_SKIP() << "no such folder: " << mini;
  options_.images = mini / "images";
  std::filesystem::create_symlink(mini / "instances.json", root_ / "instances_val2017.json");
  const Benchmark tags = read("coco_tags");
  EXPECT_EQ(tags.problems.total(), 0);
  EXPECT_EQ(tags.items.size(), 32u);
  size_t objects = 0;
  for (const Item& item : tags.items) {
    EXPECT_EQ(item.candidates.size(), 80u);
    EXPECT_TRUE(std::filesystem::exists(item.image.path)) << item.image.path;
    objects += item.truth.present->size();
  }
  EXPECT_EQ(objects, 141u);
}

}  // namespace
}  // namespace lion::eval
