#include "read_fixtures.h"

namespace lion::eval {
namespace {
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

class CaptionsTest : public ReadTest {};

TEST_F(CaptionsTest, LavisListOfTheKarpathySplit) {
  make_folder("coco/val2014");
  write("coco_karpathy_test.json", R"([
    {"image": "val2014/COCO_val2014_000000000042.jpg", "caption": ["A hat. ", "Red\nhat"]},
    {"image": "val2014/COCO_val2014_000000000007.jpg", "caption": ["A cup."]},
    {"image": "val2014/COCO_val2014_000000000042.jpg", "caption": ["Again."]},
    {"image": "val2014/COCO_val2014_000000000008.jpg", "caption": [3]},
    {"image": "val2014/COCO_val2014_000000000009.jpg"},
    {"image": "", "caption": ["x"]}])");
  const Benchmark coco = read("coco");
  ASSERT_EQ(coco.items.size(), 2u);
  EXPECT_EQ(coco.questions, 2);
  const Item& item = coco.items[0];
  EXPECT_EQ(item.id, "42");
  EXPECT_EQ(item.official.dump(), R"({"image_id":42})");
  EXPECT_EQ(item.prompt, "A short image description:");
  EXPECT_EQ(coco.prompt, item.prompt);
  // References are the metric's business: they stay as they are.
  EXPECT_THAT(item.truth.texts, ElementsAre("A hat. ", "Red\nhat"));
  EXPECT_EQ(item.image.path, root_ / "coco/val2014/COCO_val2014_000000000042.jpg");
  EXPECT_EQ(coco.problems.counted(ProblemKind::kDuplicate), 1);
  EXPECT_EQ(coco.problems.counted(ProblemKind::kMalformed), 3);
  EXPECT_EQ(coco.problems.kept()[0].where, "coco_karpathy_test.json, record 2");
}

TEST_F(CaptionsTest, ARecordPerCaptionIsGathered) {
  make_folder("val2014");
  write("coco_karpathy_test.json", R"([
    {"image": "COCO_val2014_000000000042.jpg", "caption": "One.", "image_id": "coco_42"},
    {"image": "COCO_val2014_000000000007.jpg", "caption": "Other."},
    {"image": "COCO_val2014_000000000042.jpg", "caption": "Two."}])");
  const Benchmark coco = read("coco");
  ASSERT_EQ(coco.items.size(), 2u);
  EXPECT_THAT(coco.items[0].truth.texts, ElementsAre("One.", "Two."));
  EXPECT_EQ(coco.problems.total(), 0);
}

TEST_F(CaptionsTest, KarpathysListOfAllSplits) {
  make_folder("val2014");
  write("dataset_coco.json", R"({"images": [
    {"filepath": "val2014", "filename": "COCO_val2014_000000000042.jpg", "split": "test",
     "cocoid": 42, "sentences": [{"raw": "One."}, {"raw": " "}, {"raw": "Two."}]},
    {"filepath": "train2014", "filename": "COCO_train2014_000000000001.jpg", "split": "restval",
     "cocoid": 1, "sentences": [{"raw": "No."}]},
    {"filepath": "val2014", "filename": "COCO_val2014_000000000043.jpg", "split": "test",
     "cocoid": 43, "sentences": []}], "dataset": "coco"})");
  const Benchmark coco = read("coco");
  ASSERT_EQ(coco.items.size(), 1u);
  EXPECT_EQ(coco.items[0].id, "42");
  EXPECT_THAT(coco.items[0].truth.texts, ElementsAre("One.", "Two."));
  EXPECT_EQ(coco.problems.counted(ProblemKind::kEmptyText), 1);
  EXPECT_EQ(coco.problems.counted(ProblemKind::kNoAnnotation), 1);
}

TEST_F(CaptionsTest, CocosLayoutInAnyOrder) {
  make_folder("val2014");
  write("captions_val2014.json", R"({
    "annotations": [{"id": 1, "image_id": 5, "caption": "Five."},
                    {"id": 2, "image_id": 99, "caption": "Nobody's."},
                    {"id": 3, "image_id": 4, "caption": "Four."}],
    "images": [{"id": 4, "file_name": "COCO_val2014_000000000004.jpg"}, {"id": 5},
               {"id": 6}, {"id": 4}]})");
  const Benchmark coco = read("coco");
  ASSERT_EQ(coco.items.size(), 2u);
  EXPECT_EQ(coco.items[0].id, "4");
  EXPECT_EQ(coco.items[1].image.path, root_ / "val2014/COCO_val2014_000000000005.jpg");
  EXPECT_THAT(coco.items[1].truth.texts, ElementsAre("Five."));
  EXPECT_EQ(coco.problems.counted(ProblemKind::kUnknownImage), 1);
  EXPECT_EQ(coco.problems.counted(ProblemKind::kNoAnnotation), 1);
  EXPECT_EQ(coco.problems.counted(ProblemKind::kDuplicate), 1);
}

TEST_F(CaptionsTest, Flickr30kHasNoFolderInItsNames) {
  make_folder("flickr30k/flickr30k-images");
  write("flickr30k/dataset_flickr30k.json", R"({"images": [
    {"sentids": [0], "imgid": 0, "sentences": [{"raw": "A dog.", "imgid": 0, "sentid": 0}],
     "split": "test", "filename": "1007.jpg"},
    {"imgid": 1, "sentences": [{"raw": "No."}], "split": "val", "filename": "8.jpg"}]})");
  const Benchmark flickr = read("flickr30k");
  ASSERT_EQ(flickr.items.size(), 1u);
  EXPECT_EQ(flickr.items[0].id, "1007");
  EXPECT_EQ(flickr.items[0].image.path, root_ / "flickr30k/flickr30k-images/1007.jpg");
}

TEST_F(CaptionsTest, TextcapsAreGroupedByImage) {
  make_folder("textcaps/train_images");
  write("textcaps/TextCaps_0.1_val.json", R"({"dataset_type": "val", "data": [
    {"image_id": "0a1b", "caption_id": 1, "caption_str": "A sign says go."},
    {"image_id": "0012", "caption_id": 2, "caption_str": "A label."},
    {"image_id": "0a1b", "caption_id": 3, "caption_str": "A green sign."},
    {"caption_id": 4, "caption_str": "Whose?"}]})");
  const Benchmark textcaps = read("textcaps");
  ASSERT_EQ(textcaps.items.size(), 2u);
  EXPECT_THAT(textcaps.items[0].truth.texts, ElementsAre("A sign says go.", "A green sign."));
  EXPECT_EQ(textcaps.items[0].image.path, root_ / "textcaps/train_images/0a1b.jpg");
  // A name is a number only when nothing is lost.
  EXPECT_EQ(textcaps.items[1].official.dump(), R"({"image_id":"0012"})");
  EXPECT_EQ(textcaps.problems.counted(ProblemKind::kMalformed), 1);
}

TEST_F(CaptionsTest, AccentsMayBeWrittenOtherwiseOnTheDisk) {
  const std::string composed = "caf\xC3\xA9", decomposed = "cafe\xCC\x81";
  write(str("textcaps/train_images/", decomposed, ".jpg"), "");
  write("textcaps/TextCaps_0.1_val.json",
        str(R"({"data": [{"image_id": ")", composed, R"(", "caption_str": "One."}]})"));
  const Benchmark textcaps = read("textcaps");
  EXPECT_EQ(textcaps.items[0].image.path,
            root_ / "textcaps/train_images" / str(decomposed, ".jpg"));
  EXPECT_EQ(textcaps.items[0].id, composed);
}

TEST_F(CaptionsTest, NaNAndBrokenRecordsDoNotHideTheOthers) {
  make_folder("textcaps/train_images");
  write("textcaps/TextCaps_0.1_val.json", R"({"data": [
    {"image_id": "a", "caption_str": "One.", "width": NaN}, {"image_id": "b", "caption_str": NaN},
    {"image_id": nan}, {"image_id": "d", "caption_str": "Two.", "area": -Infinity}]})");
  const Benchmark textcaps = read("textcaps");
  ASSERT_EQ(textcaps.items.size(), 2u);
  EXPECT_EQ(textcaps.problems.counted(ProblemKind::kMalformed), 2);
}

TEST_F(CaptionsTest, IdsOfTextcapsAreTextsEvenWhenAllDigits) {
  make_folder("textcaps/train_images");
  write("textcaps/TextCaps_0.1_val.json", R"({"data": [
    {"image_id": "0a1b", "caption_str": "One."}, {"image_id": "1234", "caption_str": "Two."}]})");
  const Benchmark textcaps = read("textcaps");
  EXPECT_EQ(textcaps.items[1].official.dump(), R"({"image_id":"1234"})");
}

TEST_F(CaptionsTest, IdsOfOneFileAreOfOneType) {
  make_folder("flickr30k-images");
  write("dataset_flickr30k.json", R"({"images": [
    {"filename": "12.jpg", "split": "test", "sentences": [{"raw": "A dog."}]},
    {"filename": "x3.jpg", "split": "test", "sentences": [{"raw": "A cat."}]}]})");
  const Benchmark flickr = read("flickr30k");
  EXPECT_EQ(flickr.items[0].official.dump(), R"({"image_id":"12"})");
  EXPECT_EQ(flickr.items[1].official.dump(), R"({"image_id":"x3"})");
}

TEST_F(CaptionsTest, MissingFilesAndFoldersAreNamed) {
  EXPECT_THAT(message_of<ResourceError>([&] { read("coco"); }),
              AllOf(HasSubstr("coco_karpathy_test.json"), HasSubstr("dataset_coco.json")));
  write("dataset_flickr30k.json", R"({"images": []})");
  EXPECT_THAT(message_of<ResourceError>([&] { read("flickr30k"); }), HasSubstr("flickr30k-images"));
  make_folder("flickr30k-images");
  EXPECT_THAT(message_of<InputError>([&] { read("flickr30k"); }),
              AllOf(HasSubstr("dataset_flickr30k.json"), HasSubstr("no usable record")));
  options_.root = root_ / "nowhere";
  EXPECT_THAT(message_of<ResourceError>([&] { read("coco"); }), HasSubstr("nowhere"));
}

TEST_F(CaptionsTest, ImagesFromAGivenFolder) {
  options_.images = root_ / "images";
  make_folder("images");
  write("coco_karpathy_test.json",
        R"([{"image": "val2014/COCO_val2014_000000000042.jpg", "caption": ["x"]}])");
  EXPECT_EQ(read("coco").items[0].image.path.parent_path(), root_ / "images");
}

TEST_F(CaptionsTest, RealCaptionsAreTheSameInTwoLayouts) {
  const auto mini = shared_data("coco_mini");
  if (!std::filesystem::exists(mini)) GTEST_SKIP() << "no such folder: " << mini;
  options_.images = mini / "images";
  std::filesystem::create_symlink(mini / "captions.json", root_ / "captions_val2017.json");
  const Benchmark official = read("coco");
  EXPECT_EQ(official.problems.total(), 0);
  EXPECT_EQ(official.items.size(), 32u);
  std::filesystem::create_symlink(mini / "captions_lavis_eval_style.json",
                                  root_ / "coco_karpathy_test.json");
  const Benchmark lavis = read("coco");
  ASSERT_EQ(lavis.items.size(), official.items.size());
  std::map<std::string, std::multiset<std::string>> captions;
  for (const Item& item : official.items) {
    captions[item.id] = {item.truth.texts.begin(), item.truth.texts.end()};
    EXPECT_TRUE(std::filesystem::exists(item.image.path)) << item.image.path;
  }
  for (const Item& item : lavis.items) {
    const std::multiset<std::string> texts(item.truth.texts.begin(), item.truth.texts.end());
    EXPECT_EQ(captions.at(item.id), texts);
  }
}

}  // namespace
}  // namespace lion::eval
