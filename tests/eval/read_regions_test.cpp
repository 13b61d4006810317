#include "lion/image/encode.h"
#include "read_fixtures.h"

namespace lion::eval {
namespace {
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

class RegionsTest : public ReadTest {
 protected:
  RegionsTest() { make_folder("train2014"); }
};

constexpr const char* kMdetr = R"({
  "annotations": [
    {"id": 0, "image_id": 10, "bbox": [281.625, -25.5, 134.4, 131.089]},
    {"id": 1, "image_id": 11, "bbox": [1, 2, 30, 40]},
    {"id": 2, "image_id": 99, "bbox": [1, 2, 30, 40]},
    {"id": 3, "image_id": 12, "bbox": [1, 2, 30, 0]},
    {"id": 4, "image_id": 13, "bbox": [1, 2, 30]},
    {"id": 5, "image_id": 11, "bbox": [5, 2, 30, 40]}],
  "images": [
    {"id": 10, "file_name": "COCO_train2014_000000000003.jpg", "height": 480, "width": 640,
     "original_id": 3, "caption": "man in red.", "dataset_name": "x"},
    {"id": 11, "file_name": "COCO_train2014_000000000003.jpg", "height": 480, "width": 640,
     "caption": "left cup"},
    {"id": 12, "file_name": "COCO_train2014_000000000003.jpg", "height": 480, "width": 640,
     "caption": "flat"},
    {"id": 13, "file_name": "COCO_train2014_000000000003.jpg", "height": 480, "width": 640,
     "caption": "three numbers"},
    {"id": 14, "file_name": "COCO_train2014_000000000003.jpg", "height": 480, "width": 640,
     "caption": "no box"},
    {"id": 11, "file_name": "COCO_train2014_000000000004.jpg", "caption": "again"}]})";

TEST_F(RegionsTest, MdetrFile) {
  write("refcoco/finetune_refcoco+_testA.json", kMdetr);
  const Benchmark set = read("refcoco+_testA");
  ASSERT_EQ(set.items.size(), 2u);
  const Item& item = set.items[0];
  EXPECT_EQ(item.id, "10");
  EXPECT_EQ(item.question, "man in red.");
  // Neither rounded nor clipped.
  EXPECT_EQ(item.truth.box, (PixelBox{281.625, -25.5, 281.625 + 134.4, -25.5 + 131.089}));
  EXPECT_EQ(item.official.dump(),
            R"({"img_path":"COCO_train2014_000000000003.jpg","expression":"man in red.",)"
            R"("width":640,"height":480})");
  EXPECT_EQ(item.image.path, root_ / "train2014/COCO_train2014_000000000003.jpg");
  EXPECT_EQ(set.problems.counted(ProblemKind::kUnknownImage), 1);
  EXPECT_EQ(set.problems.counted(ProblemKind::kBadBox), 1);
  EXPECT_EQ(set.problems.counted(ProblemKind::kDuplicate), 2);
  EXPECT_EQ(set.problems.counted(ProblemKind::kMalformed), 1);
  EXPECT_EQ(set.problems.counted(ProblemKind::kNoAnnotation), 1);
}

TEST_F(RegionsTest, BoxesInOtherUnitsAreReadAndNamed) {
  const auto lines = [](double by_x, double by_y, bool sizes) {
    std::string all;
    for (int i = 0; i < 12; ++i) {
      const double x0 = 25 * i, y0 = 240 - 20 * i, x1 = x0 + 200 + 10 * i, y1 = y0 + 180 + 5 * i;
      all += str(R"({"img_path": "COCO_train2014_000000000003.jpg", "expression": "hat )", i,
                 R"(", "bbox": [)", x0 * by_x, ",", y0 * by_y, ",", (sizes ? x1 - x0 : x1) * by_x,
                 ",", (sizes ? y1 - y0 : y1) * by_y, R"(], "width": 640, "height": 480})", "\n");
    }
    return all;
  };
  for (const auto& [text, words] :
       {std::pair(lines(1. / 640, 1. / 480, false), "as fractions"),
        std::pair(lines(1000. / 640, 1000. / 480, false), "in thousandths"),
        std::pair(lines(100. / 640, 100. / 480, false), "in percent"),
        std::pair(lines(1, 1, true), "x,y,width,height in pixels")}) {
    write("refcoco_val.jsonl", text);
    const Benchmark set = read("refcoco_val");
    ASSERT_EQ(set.items.size(), 12u) << words;
    const PixelBox& box = *set.items[2].truth.box;
    EXPECT_NEAR(box.x0, 50, 0.01);
    EXPECT_NEAR(box.y1, 390, 0.01);
    EXPECT_THAT(set.notes, ElementsAre(AllOf(HasSubstr("refcoco_val.jsonl"), HasSubstr(words))));
  }
  write("refcoco_val.jsonl", lines(1, 1, false));
  EXPECT_TRUE(read("refcoco_val").notes.empty());
}

TEST_F(RegionsTest, TemplatesAreDrawnByIdAndSeed) {
  std::string lines;
  for (int i = 0; i < 200; ++i) {
    lines += R"({"img_path": "COCO_train2014_000000000003.jpg", "expression": "the hat.", )"
             R"("bbox": [1, 2, 30, 40], "width": 100, "height": 100})";
    lines += '\n';
  }
  write("refcoco_val.jsonl", lines);
  const PromptTemplates templates = PromptTemplates::builtin();
  std::map<std::string, int> drawn;
  const Benchmark all = read("refcoco_val");
  for (const Item& item : all.items) ++drawn[item.prompt];
  // Within a question there is no full stop.
  for (const std::string& one : templates.all(Task::kRec)) {
    EXPECT_GT(drawn[fill(one, {{"expr", "the hat"}})], 10) << one;
  }
  EXPECT_EQ(drawn.size(), templates.all(Task::kRec).size());
  for (const std::string& one : templates.all(Task::kRec)) EXPECT_THAT(all.prompt, HasSubstr(one));
  const auto prompts = [](const Benchmark& benchmark) {
    std::vector<std::string> list;
    for (const Item& item : benchmark.items) list.push_back(item.prompt);
    return list;
  };
  EXPECT_EQ(prompts(read("refcoco_val")), prompts(all));
  options_.seed = 1;
  EXPECT_NE(prompts(read("refcoco_val")), prompts(all));
  // A record that is left out changes no other's.
  options_.seed = 0;
  write("refcoco_val.jsonl", str("{}", lines.substr(lines.find('\n'))));
  const Benchmark fewer = read("refcoco_val");
  ASSERT_EQ(fewer.items.size(), 199u);
  for (size_t i = 0; i < fewer.items.size(); ++i) {
    EXPECT_EQ(fewer.items[i].prompt, all.items[i + 1].prompt) << i;
  }
}

TEST_F(RegionsTest, LinesOfBothKinds) {
  write("images/VG_100K/2.jpg", encode_jpeg(Image::black(200, 100), 80));
  options_.images = root_ / "images";
  write("refcocog_test.jsonl",
        R"({"img_path": "VG_100K/2.jpg", "expression": "the clock", "bbox": [20.25, 10, 250, 60]}

{"image": "VG_100K/2.jpg", "sent": "a hand", "bbox": [0, 0, 50, 50], "width": 90, "height": 80}
{"img_path": "VG_100K/2.jpg", "expression": " . ", "bbox": [1, 2, 3, 4]}
{"img_path": "VG_100K/3.jpg", "expression": "no size, no image", "bbox": [1, 2, 30, 40]}
{"img_path": "VG_100K/2.jpg", "bbox": [1, 2, 3, 4]}
{"img_path": "VG_100K/2.jpg", "expression": "turned", "bbox": [9, 2, 3, 4]}
)");
  const Benchmark set = read("refcocog_test");
  ASSERT_EQ(set.items.size(), 2u);
  EXPECT_EQ(set.items[0].id, "refcocog_test: line 1");
  EXPECT_EQ(set.items[0].truth.box, (PixelBox{20.25, 10, 250, 60}));
  EXPECT_EQ(set.items[0].official.at("width"), 200);  // from the image's header
  EXPECT_EQ(set.items[1].id, "refcocog_test: line 3");
  EXPECT_EQ(set.items[1].official.at("height"), 80);
  EXPECT_EQ(set.problems.counted(ProblemKind::kEmptyText), 1);
  EXPECT_EQ(set.problems.counted(ProblemKind::kMissingImage), 1);
  EXPECT_EQ(set.problems.counted(ProblemKind::kMalformed), 1);
  EXPECT_EQ(set.problems.counted(ProblemKind::kBadBox), 1);
}

TEST_F(RegionsTest, ReferencesWithInstances) {
  write("refcoco/refs(unc).json", R"([
    {"ref_id": 1, "ann_id": 2, "image_id": 3, "split": "testA",
     "file_name": "COCO_train2014_000000000003_1.jpg",
     "sentences": [{"sent_id": 9, "raw": "Man in RED", "sent": "man in red"},
                   {"sent_id": 10, "sent": "left man"}, {"sent_id": 10, "sent": "again"}]},
    {"ref_id": 2, "ann_id": 2, "image_id": 3, "split": "testB",
     "sentences": [{"sent_id": 11, "sent": "b"}]},
    {"ref_id": 3, "ann_id": 77, "image_id": 3, "split": "testA",
     "sentences": [{"sent_id": 12, "sent": "no"}]}])");
  EXPECT_THAT(message_of<ResourceError>([&] { read("refcoco_testA"); }),
              HasSubstr("instances.json"));
  write("refcoco/instances.json", R"({"images": [{"id": 3, "width": 100, "height": 200}],
    "annotations": [{"id": 2, "image_id": 3, "bbox": [10, 20, 30.5, 40]}]})");
  const Benchmark a = read("refcoco_testA");
  ASSERT_EQ(a.items.size(), 2u);
  EXPECT_EQ(a.items[0].id, "9");
  EXPECT_EQ(a.items[0].question, "man in red");
  EXPECT_EQ(a.items[1].truth.box, (PixelBox{10, 20, 40.5, 60}));
  EXPECT_EQ(a.items[1].official.at("img_path"), "COCO_train2014_000000000003.jpg");
  EXPECT_EQ(a.problems.counted(ProblemKind::kDuplicate), 1);
  EXPECT_EQ(a.problems.counted(ProblemKind::kNoAnnotation), 1);
  EXPECT_EQ(read("refcoco_testB").items.size(), 1u);
  EXPECT_THAT(message_of<ResourceError>([&] { read("refcocog_val"); }),
              AllOf(HasSubstr("finetune_refcocog_val.json"), HasSubstr("refcocog/refs(umd).json")));
}

TEST_F(RegionsTest, ABoxIsDescribedOnceWithAllItsSentences) {
  write(
      "refcocog_val.jsonl",
      R"({"image": "COCO_train2014_000000000003.jpg", "sent": "the red hat", "bbox": [-5, 20, 50, 80], "width": 100, "height": 200}
{"image": "COCO_train2014_000000000003.jpg", "sent": "a cup", "bbox": [1, 2, 3, 4], "width": 100, "height": 200}
{"image": "COCO_train2014_000000000003.jpg", "sent": "hat on the left", "bbox": [-5, 20, 50, 80], "width": 100, "height": 200}
{"image": "COCO_train2014_000000000004.jpg", "sent": "another's", "bbox": [-5, 20, 50, 80], "width": 100, "height": 200}
)");
  const Benchmark reg = read("reg");
  ASSERT_EQ(reg.items.size(), 3u);
  EXPECT_THAT(reg.items[0].truth.texts, ElementsAre("the red hat", "hat on the left"));
  EXPECT_EQ(reg.items[0].question, "[0.000,0.100,0.500,0.400]");
  EXPECT_EQ(reg.items[0].truth.box, (PixelBox{-5, 20, 50, 80}));
  const PromptTemplates templates = PromptTemplates::builtin();
  std::vector<std::string> possible;
  for (const std::string& one : templates.all(Task::kReg)) {
    possible.push_back(fill(one, {{"bbox", reg.items[0].question}}));
  }
  EXPECT_THAT(possible, Contains(reg.items[0].prompt));
  EXPECT_EQ(reg.items[0].official.at("image_id"), "reg: line 1");
  EXPECT_EQ(reg.items[2].truth.texts.size(), 1u);
}

TEST_F(RegionsTest, RealGroundingLines) {
  const auto mini = shared_data("coco_mini");
  if (!std::filesystem::exists(mini)) GTEST_SKIP() << "no such folder: " << mini;
  options_.images = mini / "images";
  std::filesystem::create_symlink(mini / "derived_rec.jsonl", root_ / "refcoco_val.jsonl");
  const Benchmark set = read("refcoco_val");
  EXPECT_EQ(set.problems.total(), 0);
  ASSERT_EQ(set.items.size(), 40u);
  for (const Item& item : set.items) {
    EXPECT_TRUE(std::filesystem::exists(item.image.path)) << item.image.path;
  }
}

}  // namespace
}  // namespace lion::eval
