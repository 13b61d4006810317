#include "lion/data/data_check.h"

#include "data_fixtures.h"
#include "lion/data/contact_sheet.h"

namespace lion::data {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class DataCheckTest : public DataTest {
 protected:
  /// Two good lines, then one for each way in which an image can be wrong.
  OpenDatasets open_lines() {
    write_image("good.jpg", 40, 30);
    write_image("small.jpg", 20, 15);
    const std::string whole = encode_jpeg(Image::black(64, 64), 90);
    write("cut.jpg", whole.substr(0, whole.size() - 40));
    write("noise.jpg", "this is no image");
    std::string lines;
    for (const char* name : {"good", "good", "small", "cut", "noise", "missing", "missing"}) {
      lines += str(R"({"img_path": ")", name, R"(.jpg", "expression": "object", )",
                   R"("bbox": [1, 2, 20, 14], "width": 40, "height": )",
                   std::string_view(name) == "cut" ? 40 : 30, "}\n");
    }
    write("lines.jsonl", lines);
    return open(R"([{"format": "grounding", "annotations": ["lines.jsonl"]}])");
  }
};

TEST_F(DataCheckTest, EveryRecordIsLookedAt) {
  const OpenDatasets sets = open_lines();
  int64_t done = 0;
  const CheckResult result =
      check_datasets(sets, {}, [&](const Progress& progress) { done = progress.done; });
  EXPECT_EQ(done, 7);
  ASSERT_EQ(result.datasets.size(), 2);
  const DatasetCheck& rec = result.datasets[0];
  EXPECT_EQ(rec.name, "rec_grounding");
  EXPECT_EQ(rec.records, 7);
  EXPECT_EQ(rec.images, 5);
  EXPECT_EQ(rec.problems.counted(ProblemKind::kMissingImage), 2);
  EXPECT_EQ(rec.problems.counted(ProblemKind::kBrokenImage), 1);
  EXPECT_EQ(rec.problems.counted(ProblemKind::kImageSize), 2);
  EXPECT_EQ(rec.problems.total(), 5);
  EXPECT_EQ(rec.problems.kept()[0].where, "lines.jsonl, line 3");
  EXPECT_THAT(rec.problems.kept()[0].what, HasSubstr("is 20 x 15, the annotations say 40 x 30"));
  EXPECT_EQ(result.findings(), 10);
}

TEST_F(DataCheckTest, DecodingFindsTruncatedImages) {
  const OpenDatasets sets = open_lines();
  const CheckResult result = check_datasets(sets, {.decode = true});
  EXPECT_EQ(result.datasets[0].problems.counted(ProblemKind::kBrokenImage), 2);
}

TEST_F(DataCheckTest, JsonHasCountsAndTheFirstFindings) {
  const OpenDatasets sets = open_lines();
  const Json json = check_datasets(sets, {.keep = 1}).to_json();
  EXPECT_EQ(json["findings"], 10);
  const Json& rec = json["datasets"][0];
  EXPECT_EQ(rec["task"], "rec");
  EXPECT_EQ(rec["problems"]["counts"]["missing_image"], 2);
  EXPECT_EQ(rec["problems"]["first"].size(), 3);  // one of each kind
  EXPECT_THAT(json["sources"][0]["files"][0].get<std::string>(), HasSubstr("lines.jsonl"));
}

TEST_F(DataCheckTest, WhatReadersLeftOutCounts) {
  write_image("good.jpg");
  write("lines.jsonl", R"({"img_path": "good.jpg", "expression": "", "bbox": [1, 2, 20, 14]}
{"img_path": "good.jpg", "expression": "object", "bbox": [1, 2, 20, 14]})");
  const OpenDatasets sets = open(R"([{"format": "grounding", "annotations": ["lines.jsonl"]}])");
  const CheckResult result = check_datasets(sets);
  EXPECT_EQ(result.findings(), 1);
  EXPECT_EQ(result.sources[0].problems.counted(ProblemKind::kEmptyText), 1);
}

TEST_F(DataCheckTest, ProblemsKeepTheFirstOfEachKind) {
  Problems a(1);
  a.add(ProblemKind::kBadBox, "r0", "x");
  a.add(ProblemKind::kBadBox, "r1", "x");
  Problems b(1);
  b.add(ProblemKind::kBadBox, "r2", "x");
  b.add(ProblemKind::kEmptyText, "r3", "x");
  b.count(ProblemKind::kExcluded, 5);
  a.merge(b);
  EXPECT_EQ(a.total(), 4);
  EXPECT_EQ(a.counted(ProblemKind::kExcluded), 5);
  ASSERT_EQ(a.kept().size(), 2);
  EXPECT_EQ(a.kept()[1].where, "r3");
  EXPECT_EQ(a.summary(), "1 empty_text, 3 bad_box, 5 excluded");
}

class ContactSheetTest : public DataCheckTest {};

TEST_F(ContactSheetTest, CardsInRowsThatTheSeedDecides) {
  const OpenDatasets sets = open_lines();
  const ContactSheetOptions options{.samples = 6, .columns = 3, .cell_width = 200, .seed = 5};
  const Image sheet = contact_sheet(sets.datasets, options);
  EXPECT_EQ(sheet.width, 3 * 200 + 4 * 18);
  EXPECT_GT(sheet.height, 2 * 150);
  EXPECT_EQ(sheet, contact_sheet(sets.datasets, options));
  ContactSheetOptions other = options;
  other.seed = 6;
  EXPECT_NE(sheet, contact_sheet(sets.datasets, other));
}

TEST_F(ContactSheetTest, NoRecordIsShownTwice) {
  write_image("a.jpg");
  write("own.jsonl", R"({"image": "a.jpg", "captions": ["one", "two", "three"]})");
  const OpenDatasets sets = open(R"([{"format": "own", "annotations": ["own.jsonl"]}])");
  const Image sheet =
      contact_sheet(sets.datasets, {.samples = 24, .columns = 1, .cell_width = 200});
  const Image three = contact_sheet(sets.datasets, {.samples = 3, .columns = 1, .cell_width = 200});
  EXPECT_EQ(sheet.height, three.height);
}

TEST_F(ContactSheetTest, OneSampleIsOneColumn) {
  const OpenDatasets sets = open_lines();
  EXPECT_EQ(contact_sheet(sets.datasets, {.samples = 1, .cell_width = 200}).width, 236);
}

TEST_F(ContactSheetTest, ImpossibleOptions) {
  const OpenDatasets sets = open_lines();
  EXPECT_THAT(message_of<InputError>([&] { contact_sheet(sets.datasets, {.samples = 0}); }),
              HasSubstr("0 samples"));
  EXPECT_THAT(message_of<InputError>([&] { contact_sheet({}); }), HasSubstr("no record"));
}

}  // namespace
}  // namespace lion::data
