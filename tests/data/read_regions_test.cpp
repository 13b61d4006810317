#include "data_fixtures.h"
#include "lion/data/record_dataset.h"

namespace lion::data {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

class VisualGenomeTest : public DataTest {
 protected:
  VisualGenomeTest() {
    make_folder("vg/VG_100K");
    make_folder("vg/VG_100K_2");
    write("vg/image_data.json", R"([
      {"image_id": 1, "width": 800, "height": 600, "coco_id": null,
       "url": "https://host/a/VG_100K_2/1.jpg"},
      {"image_id": 2, "width": 100, "height": 100, "coco_id": 522418,
       "url": "https://host/a/VG_100K/2.jpg"}])");
  }

  void write_regions(std::string_view first, std::string_view second = "") {
    write("vg/region_descriptions.json",
          str(R"([{"id": 1, "regions": [)", first, R"(]}, {"id": 2, "regions": [)", second, "]}]"));
  }
};

constexpr const char* kClock =
    R"({"region_id": 1382, "image_id": 1, "phrase": " the Clock is green. ",
        "x": 421, "y": 57, "width": 82, "height": 139})";
constexpr const char* kWall =
    R"({"region_id": 7, "phrase": "a wall", "x": -10, "y": 50, "width": 60, "height": 100})";

TEST_F(VisualGenomeTest, RecAndRegShareOneTable) {
  write_regions(kClock, kWall);
  const OpenDatasets sets = open(R"([{"format": "visual_genome"}])");
  ASSERT_EQ(sets.datasets.size(), 2);
  const Dataset& rec = *sets.datasets[0];
  const Dataset& reg = *sets.datasets[1];
  EXPECT_EQ(rec.name(), "rec_vg");
  EXPECT_EQ(reg.name(), "reg_vg");
  EXPECT_EQ(&dynamic_cast<const RecordDataset&>(rec).table(),
            &dynamic_cast<const RecordDataset&>(reg).table());
  ASSERT_EQ(rec.size(), 2);
  const Example where = example_of(rec, 0);
  EXPECT_THAT(where.instruction,
              AllOf(HasSubstr("the Clock is green"), testing::Not(HasSubstr("green. "))));
  EXPECT_EQ(where.answer, "Answer: [0.526,0.095,0.629,0.327]");
  ASSERT_EQ(where.boxes.size(), 1);
  EXPECT_DOUBLE_EQ(where.boxes[0].x1, 503.0 / 800);
  const Example what = example_of(reg, 0);
  EXPECT_THAT(what.instruction, HasSubstr("[0.526,0.095,0.629,0.327]"));
  EXPECT_EQ(what.answer, "the Clock is green.");
  EXPECT_EQ(rec.image_name(0), "vg/VG_100K_2/1.jpg");
  EXPECT_EQ(rec.image_name(1), "vg/VG_100K/2.jpg");
  EXPECT_EQ(rec.describe(0), "region_descriptions.json, region 1382");
  // The part of the box that is in the image.
  EXPECT_EQ(example_of(rec, 1).answer, "Answer: [0.000,0.500,0.500,1.000]");
}

TEST_F(VisualGenomeTest, TheFilterDropsAndCounts) {
  write_regions(str(kClock, R"(, {"region_id": 1383, "phrase": "the Clock is green.", "x": 421,
                             "y": 57, "width": 82, "height": 139},
      {"region_id": 2, "phrase": "outside", "x": 900, "y": 5, "width": 10, "height": 10},
      {"region_id": 3, "phrase": "thin", "x": 5, "y": 5, "width": 10, "height": 0},
      {"region_id": 4, "phrase": " . ", "x": 5, "y": 5, "width": 10, "height": 10},
      {"region_id": 5, "phrase": "no x", "y": 5, "width": 10, "height": 10},
      {"region_id": 6, "phrase": "infinite", "x": 5, "y": 5, "width": 1e400, "height": 10},
      {"phrase": "no id"})"));
  EXPECT_THAT(message_of<InputError>([&] { open(R"([{"format": "visual_genome"}])"); }),
              HasSubstr("is not JSON"));  // 1e400 is no number
  write_regions(str(kClock, R"(, {"region_id": 1383, "phrase": "the Clock is green.", "x": 421,
                             "y": 57, "width": 82, "height": 139},
      {"region_id": 2, "phrase": "outside", "x": 900, "y": 5, "width": 10, "height": 10},
      {"region_id": 3, "phrase": "thin", "x": 5, "y": 5, "width": 10, "height": 0},
      {"region_id": 4, "phrase": " . ", "x": 5, "y": 5, "width": 10, "height": 10},
      {"region_id": 5, "phrase": "no x", "y": 5, "width": 10, "height": 10},
      {"phrase": "no id"})"));
  const OpenDatasets sets = open(R"([{"format": "visual_genome"}])");
  EXPECT_EQ(sets.datasets[0]->size(), 1);
  const Problems& problems = sets.sources[0].problems;
  EXPECT_EQ(problems.counted(ProblemKind::kDuplicate), 1);
  EXPECT_EQ(problems.counted(ProblemKind::kBadBox), 2);
  EXPECT_EQ(problems.counted(ProblemKind::kEmptyText), 1);
  EXPECT_EQ(problems.counted(ProblemKind::kMalformed), 2);
  EXPECT_THAT(problems.kept()[0].where, HasSubstr("region_descriptions.json, region 1383"));
}

TEST_F(VisualGenomeTest, ExcludedImages) {
  write_regions(kClock, kWall);
  write("test_ids.txt", "COCO_val2014_000000522418.jpg\n");
  OpenDatasets sets = open(R"([{"format": "visual_genome", "exclude_coco": ["test_ids.txt"]}])");
  EXPECT_EQ(sets.datasets[0]->size(), 1);
  EXPECT_EQ(sets.sources[0].problems.counted(ProblemKind::kExcluded), 1);
  EXPECT_EQ(sets.sources[0].problems.total(), 0);
  write("vg_ids.json", "[1]");
  sets = open(R"([{"format": "visual_genome", "exclude_images": ["vg_ids.json"]}])");
  ASSERT_EQ(sets.datasets[0]->size(), 1);
  EXPECT_EQ(sets.datasets[0]->image_name(0), "vg/VG_100K/2.jpg");
}

TEST_F(VisualGenomeTest, MaxRegionsIsADrawBySeed) {
  std::string many;
  for (int i = 0; i < 1000; ++i) {
    many += str(i ? "," : "", R"({"region_id": )", i, R"(, "phrase": "object )", i,
                R"(", "x": 1, "y": 1, "width": 9, "height": )", i % 90 + 2, "}");
  }
  write_regions(many);
  const auto drawn = [&](int seed) {
    const OpenDatasets sets =
        open(str(R"([{"format": "visual_genome", "max_regions": 300, "seed": )", seed, "}]"));
    const Dataset& reg = *sets.datasets[1];
    EXPECT_EQ(reg.size(), 300);
    EXPECT_EQ(sets.sources[0].problems.counted(ProblemKind::kNotSampled), 700);
    std::vector<std::string> phrases;
    for (int64_t i = 0; i < reg.size(); ++i) {
      const Example example = example_of(reg, i);
      phrases.push_back(example.answer);
      // Boxes stay with their phrases.
      EXPECT_EQ(std::lround(example.boxes[0].y1 * 600 - 3),
                std::stoi(example.answer.substr(6)) % 90);
    }
    return phrases;
  };
  EXPECT_EQ(drawn(1), drawn(1));
  EXPECT_NE(drawn(1), drawn(2));
}

TEST_F(VisualGenomeTest, UnknownImagesAreCounted) {
  write("vg/region_descriptions.json",
        str(R"([{"id": 99, "regions": []}, {"id": 1, "regions": [)", kClock, "]}]"));
  const OpenDatasets sets = open(R"([{"format": "visual_genome"}])");
  EXPECT_EQ(sets.sources[0].problems.counted(ProblemKind::kUnknownImage), 1);
}

class ExpressionsTest : public DataTest {};

TEST_F(ExpressionsTest, GroundingLinesOfBothKinds) {
  write_image("images/VG_100K/2.jpg", 200, 100);
  write("a.jsonl",
        R"({"img_path": "VG_100K/2.jpg", "expression": "the clock", "bbox": [20.0, 10, 100, 60]}
{"image": "VG_100K/2.jpg", "sent": "a hand.", "bbox": [0, 0, 50, 50], "width": 100, "height": 100}

{"img_path": "VG_100K/2.jpg", "expression": "three numbers", "bbox": [1, 2, 3]}
{"img_path": "VG_100K/3.jpg", "expression": "no size, no image", "bbox": [1, 2, 30, 40]}
)");
  const OpenDatasets sets =
      open(R"([{"format": "grounding", "annotations": ["a.jsonl"], "images": "images"}])");
  ASSERT_EQ(sets.datasets.size(), 2);
  const Dataset& rec = *sets.datasets[0];
  ASSERT_EQ(rec.size(), 2);
  EXPECT_EQ(example_of(rec, 0).answer, "Answer: [0.100,0.100,0.500,0.600]");
  EXPECT_EQ(example_of(rec, 1).answer, "Answer: [0.000,0.000,0.500,0.500]");
  EXPECT_EQ(example_of(*sets.datasets[1], 1).answer, "a hand.");
  EXPECT_EQ(rec.describe(1), "a.jsonl, line 2");
  const Problems& problems = sets.sources[0].problems;
  ASSERT_EQ(problems.total(), 2);
  EXPECT_EQ(problems.kept()[0].where, "a.jsonl, line 4");
  EXPECT_THAT(problems.kept()[0].what, HasSubstr("four numbers"));
  EXPECT_EQ(problems.kept()[1].kind, ProblemKind::kMissingImage);
}

TEST_F(ExpressionsTest, BoxesInOtherUnitsAreNamed) {
  make_folder("coco/train2014");
  const auto lines = [](double by_x, double by_y) {
    std::string all;
    for (int i = 0; i < 12; ++i) {
      const double x0 = 25 * i, y0 = 240 - 20 * i, x1 = x0 + 200 + 10 * i, y1 = y0 + 180 + 5 * i;
      all += str(R"({"img_path": "COCO_train2014_000000000003.jpg", "expression": "hat )", i,
                 R"(", "bbox": [)", x0 * by_x, ",", y0 * by_y, ",", x1 * by_x, ",", y1 * by_y,
                 R"(], "width": 640, "height": 480})", "\n");
    }
    return all;
  };
  constexpr const char* kConfig = R"([{"format": "grounding", "annotations": ["a.jsonl"]}])";
  write("a.jsonl", lines(1, 1));
  EXPECT_EQ(open(kConfig).sources[0].problems.total(), 0);
  write("a.jsonl", lines(100. / 640, 100. / 480));
  const OpenDatasets percent = open(kConfig);
  EXPECT_EQ(percent.sources[0].problems.counted(ProblemKind::kBoxFormat), 1);
  EXPECT_THAT(percent.sources[0].problems.main()->what,
              HasSubstr("look like x0,y0,x1,y1 in percent (0 to 100)"));
  // Not one box is left of fractions: the message says why.
  write("a.jsonl", lines(1. / 640, 1. / 480));
  EXPECT_THAT(message_of<InputError>([&] { open(kConfig); }),
              HasSubstr("look like x0,y0,x1,y1 as fractions (0 to 1)"));
  write("a.jsonl",
        str(lines(1, 1), R"({"img_path": "COCO_train2014_000000000003.jpg",)",
            R"("expression": "x", "bbox": [80, 80, 40, 40], "width": 640, "height": 480})"));
  EXPECT_THAT(open(kConfig).sources[0].problems.main()->what,
              HasSubstr("x1 < x0: is this x,y,width,height?"));
}

TEST_F(ExpressionsTest, NaNIsAProblemOfItsRecord) {
  make_folder("coco/train2014");
  write(
      "a.jsonl",
      R"({"img_path": "COCO_train2014_000000000003.jpg", "expression": "a", "bbox": [1, 2, 30, 40], "width": 64, "height": 48, "area": NaN}
{"img_path": "COCO_train2014_000000000003.jpg", "expression": "b", "bbox": [NaN, 2, 30, 40], "width": 64, "height": 48}
{"img_path": "COCO_train2014_0
)");
  const OpenDatasets sets = open(R"([{"format": "grounding", "annotations": ["a.jsonl"]}])");
  EXPECT_EQ(sets.datasets[0]->size(), 1);
  EXPECT_EQ(sets.sources[0].problems.counted(ProblemKind::kMalformed), 2);
}

TEST_F(ExpressionsTest, MdetrFile) {
  make_folder("coco/train2014");
  write("refcoco/finetune_refcoco+_train.json", R"({
    "images": [{"id": 0, "file_name": "COCO_train2014_000000000003.jpg", "height": 480,
                "width": 640, "original_id": 3, "caption": "man in red", "dataset_name": "x"}],
    "annotations": [{"id": 0, "image_id": 0, "bbox": [281.6, 25.62, 134.4, 131.089],
                     "area": 1.0, "iscrowd": 0, "category_id": 1},
                    {"id": 1, "image_id": 5, "bbox": [1, 2, 3, 4]}]})");
  const OpenDatasets sets = open(R"([{"format": "refcoco+"}])");
  ASSERT_EQ(sets.datasets.size(), 1);  // the paper fine-tunes on places alone
  EXPECT_EQ(sets.datasets[0]->name(), "rec_refcoco+");
  ASSERT_EQ(sets.datasets[0]->size(), 1);
  EXPECT_EQ(example_of(*sets.datasets[0], 0).answer, "Answer: [0.440,0.053,0.650,0.326]");
  EXPECT_THAT(example_of(*sets.datasets[0], 0).instruction, HasSubstr("man in red"));
  EXPECT_EQ(sets.datasets[0]->image_name(0), "coco/train2014/COCO_train2014_000000000003.jpg");
  EXPECT_EQ(sets.sources[0].problems.counted(ProblemKind::kUnknownImage), 1);
}

TEST_F(ExpressionsTest, ReferencesWithInstances) {
  make_folder("coco/train2014");
  write("refs.json", R"([
    {"ref_id": 1, "ann_id": 2, "image_id": 3, "category_id": 1, "split": "train",
     "file_name": "COCO_train2014_000000000003_1.jpg", "sent_ids": [9, 10],
     "sentences": [{"sent_id": 9, "raw": "Man in RED", "sent": "man in red"},
                   {"sent_id": 10, "sent": "left man"}]},
    {"ref_id": 2, "ann_id": 2, "image_id": 3, "split": "testA", "sentences": [{"sent": "no"}]},
    {"ref_id": 3, "ann_id": 77, "image_id": 3, "split": "train", "sentences": [{"sent": "no"}]}])");
  write("instances.json", R"({"images": [{"id": 3, "width": 100, "height": 200}],
    "annotations": [{"id": 2, "image_id": 3, "bbox": [10, 20, 30, 40], "category_id": 1}]})");
  const OpenDatasets sets = open(
      R"([{"format": "refcoco", "annotations": ["refs.json"], "instances": "instances.json",
           "tasks": ["rec", "reg"]}])");
  ASSERT_EQ(sets.datasets[1]->size(), 2);
  EXPECT_EQ(example_of(*sets.datasets[1], 1).answer, "left man");
  EXPECT_EQ(example_of(*sets.datasets[0], 1).answer, "Answer: [0.100,0.100,0.400,0.300]");
  EXPECT_EQ(sets.datasets[0]->describe(1), "refs.json, record 0, part 2");
  EXPECT_EQ(sets.datasets[0]->image_name(0), "coco/train2014/COCO_train2014_000000000003.jpg");
  EXPECT_EQ(sets.sources[0].problems.counted(ProblemKind::kNoAnnotation), 1);
  EXPECT_THAT(message_of<InputError>(
                  [&] { open(R"([{"format": "refcoco", "annotations": ["refs.json"]}])"); }),
              AllOf(HasSubstr("refs.json"), HasSubstr("\"instances\"")));
}

}  // namespace
}  // namespace lion::data
