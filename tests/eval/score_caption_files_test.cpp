#include <cstdlib>

#include "lion/metrics/caption_scores.h"
#include "score_files_fixtures.h"

namespace lion::eval {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class ScoreCaptionFiles : public ScoreFilesTest {
 protected:
  /// The figures of three images, whose candidates and references are always these.
  static CaptionScores known() {
    const std::vector<CaptionPair> pairs{
        {"a grey heron stands in shallow water", {"A heron in shallow water.", "A grey bird."}},
        {"two bakers hold a tray of rolls",
         {"Two bakers carry a tray of rolls.", "Bakers at work"}},
        {"", {"An empty street at night."}}};
    return score_captions(pairs);
  }

  void expect_known(const FileScoreResult& result) {
    const CaptionScores scores = known();
    EXPECT_EQ(result.score.n, 3);
    EXPECT_NEAR(metric(result, "CIDEr"), scores.cider, 1e-12);
    for (size_t n = 0; n < 4; ++n) {
      EXPECT_NEAR(metric(result, str("BLEU-", n + 1)), scores.bleu[n], 1e-12);
    }
    EXPECT_NEAR(metric(result, "ROUGE-L"), scores.rouge_l, 1e-12);
    EXPECT_THAT(result.findings.first, IsEmpty());
  }

  static constexpr std::string_view kResults =
      R"([{"image_id": 21, "caption": "a grey heron stands in shallow water"},
          {"image_id": "22", "caption": "two bakers hold a tray of rolls"},
          {"image_id": 23, "caption": ""}])";
  static constexpr std::string_view kCoco = R"({"images": [{"id": 21}], "annotations": [
      {"id": 1, "image_id": 21, "caption": "A heron in shallow water."},
      {"id": 2, "image_id": 22, "caption": "Two bakers carry a tray of rolls."},
      {"id": 3, "image_id": 21, "caption": "A grey bird."},
      {"id": 4, "image_id": 23, "caption": "An empty street at night."},
      {"id": 5, "image_id": 22, "caption": "Bakers at work"}]})";
};

TEST_F(ScoreCaptionFiles, CocosLayout) {
  const FileScoreResult result = score(FileScore::kCider, kCoco, kResults);
  expect_known(result);
  EXPECT_EQ(result.score.figure, "CIDEr");
  EXPECT_DOUBLE_EQ(result.score.main, 100 * known().cider);
  EXPECT_EQ(result.score.values, known().cider_each);
  EXPECT_GT(result.score.main, 10);
}

TEST_F(ScoreCaptionFiles, TheMainFigureIsTheOneAskedFor) {
  const FileScoreResult bleu = score(FileScore::kBleu, kCoco, kResults);
  expect_known(bleu);
  EXPECT_EQ(bleu.score.figure, "BLEU-4");
  EXPECT_DOUBLE_EQ(bleu.score.main, 100 * known().bleu[3]);
  EXPECT_DOUBLE_EQ(bleu.score.values[1], known().bleu_each[1][3]);
  const FileScoreResult rouge = score(FileScore::kRouge, kCoco, kResults);
  EXPECT_EQ(rouge.score.figure, "ROUGE-L");
  EXPECT_DOUBLE_EQ(rouge.score.main, 100 * known().rouge_l);
  EXPECT_EQ(rouge.score.values, known().rouge_l_each);
}

TEST_F(ScoreCaptionFiles, LavisLists) {
  expect_known(score(FileScore::kCider,
                     R"([{"image": "val2014/COCO_val2014_000000000021.jpg",
           "caption": ["A heron in shallow water.", "A grey bird."]},
          {"image": "COCO_val2014_000000000022.jpg", "caption": "Two bakers carry a tray of rolls."},
          {"image": "val2014/COCO_val2014_000000000023.jpg", "caption": "An empty street at night."},
          {"image": "COCO_val2014_000000000022.jpg", "caption": "Bakers at work"}])",
                     kResults));
}

TEST_F(ScoreCaptionFiles, TextCapsLayout) {
  expect_known(score(FileScore::kCider,
                     R"({"dataset_name": "textcaps", "data": [
          {"image_id": "21", "caption_str": "A heron in shallow water."},
          {"image_id": "21", "caption_str": "A grey bird."},
          {"image_id": "22", "caption_str": "Two bakers carry a tray of rolls."},
          {"image_id": "22", "caption_str": "Bakers at work"},
          {"image_id": "23", "caption_str": "An empty street at night."}]})",
                     kResults));
}

/// Karpathy's layout; `a`, `b`, `c` go into the three images, `more` behind them.
std::string karpathy(const std::string& a, const std::string& b, const std::string& c,
                     const std::string& more = "") {
  return str(
      R"({"images": [{)", a,
      R"(, "sentences": [{"raw": "A heron in shallow water."}, {"raw": "A grey bird."}]}, {)", b,
      R"(, "sentences": [{"raw": "Two bakers carry a tray of rolls."}, )",
      R"({"raw": "Bakers at work"}]}, {)", c,
      R"(, "sentences": [{"raw": "An empty street at night."}]})", more, R"(], "dataset": "x"})");
}

TEST_F(ScoreCaptionFiles, KarpathysLayout) {
  const std::string train =
      R"(, {"cocoid": 30, "split": "train", "sentences": [{"raw": "A heron in water."}]})";
  expect_known(score(FileScore::kCider,
                     karpathy(R"("cocoid": 21, "imgid": 0, "split": "test")",
                              R"("cocoid": 22, "imgid": 21, "split": "test")",
                              R"("cocoid": 23, "imgid": 22, "split": "test")", train),
                     kResults));
  // Without other splits there is nothing to choose.
  expect_known(score(FileScore::kCider,
                     karpathy(R"("cocoid": 21, "split": "val")", R"("cocoid": 22, "split": "val")",
                              R"("cocoid": 23, "split": "val")"),
                     kResults));
}

TEST_F(ScoreCaptionFiles, KarpathysImagesByNameOrByNumber) {
  const std::string references = karpathy(R"("filename": "21.jpg", "imgid": 5, "split": "test")",
                                          R"("filename": "22.jpg", "imgid": 6, "split": "test")",
                                          R"("filename": "23.jpg", "imgid": 21, "split": "test")");
  expect_known(score(FileScore::kCider, references, kResults));
  expect_known(score(FileScore::kCider, references,
                     R"([{"image_id": "22.jpg", "caption": "two bakers hold a tray of rolls"},
          {"image_id": "flickr/21.jpg", "caption": "a grey heron stands in shallow water"},
          {"image_id": 23, "caption": ""}])"));
  // No name occurs: then these are numbers, 9 an unknown one.
  const FileScoreResult result = score(FileScore::kCider, references,
                                       R"([{"image_id": 6, "caption": "two bakers"},
          {"image_id": 9, "caption": "x"}, {"image_id": 5, "caption": "a heron"}])");
  EXPECT_THAT(result.score.ids, ElementsAre("21", "22"));
  EXPECT_THAT(counts(result), ElementsAre(0, 1, 0, 1));
}

TEST_F(ScoreCaptionFiles, ImagesOfOneNameInTwoFolders) {
  const FileScoreResult result = score(
      FileScore::kCider,
      R"([{"image": "a/1.jpg", "caption": "a kite"}, {"image": "b/1.jpg", "caption": "a boat"}])",
      R"([{"image_id": "b/1.jpg", "caption": "a boat"}, {"image_id": "a/1.jpg", "caption": "a kite"}])");
  EXPECT_THAT(result.score.ids, ElementsAre("1", "b/1.jpg"));
  EXPECT_NEAR(metric(result, "BLEU-2"), 1, 1e-6);
}

TEST_F(ScoreCaptionFiles, OnlyImagesWithBothCount) {
  const std::string more = replace_all(
      std::string(kCoco), "{\"id\": 1,",
      R"({"image_id": 40, "caption": "a heron"}, {"image_id": 41}, {"caption": "x"}, {"id": 1,)");
  const std::string results(kResults.substr(0, kResults.rfind(']')));
  const FileScoreResult result =
      score(FileScore::kCider, more,
            results +
                R"(, {"image_id": 21, "caption": "again"}, {"image_id": 50, "caption": "x"},
                    {"image_id": 40, "caption": null}, {"caption": "x"}])");
  EXPECT_NEAR(metric(result, "CIDEr"), known().cider, 1e-12);
  EXPECT_THAT(counts(result), ElementsAre(4, 1, 1, 1));
  EXPECT_THAT(
      result.findings.first,
      ElementsAre(HasSubstr("refs.json, \"annotations\" record 1: \"caption\" is missing"),
                  HasSubstr("\"image_id\" is missing"), HasSubstr("preds.json, record 5"),
                  HasSubstr("preds.json, record 6: \"image_id\" is missing"),
                  "preds.json, record 3: prediction for 21 is there twice; the first counts",
                  "preds.json, record 4: no reference is called 50",
                  "refs.json: 40 has no prediction"));
}

TEST_F(ScoreCaptionFiles, WhatCannotBeScoredIsAnError) {
  EXPECT_THAT(error(FileScore::kCider, R"({"questions": []})", kResults),
              AllOf(HasSubstr("refs.json"), HasSubstr("questions"), HasSubstr("annotations")));
  EXPECT_THAT(error(FileScore::kBleu, kCoco, R"([{"image_id": 1, "caption": "x"}])"),
              HasSubstr("no reference is called 1"));
}

/// The captions that come with COCO's tools, against themselves.
TEST_F(ScoreCaptionFiles, RealResultFile) {
  const char* variable = std::getenv("LION_SHARED_DIR");
  const std::filesystem::path path =
      std::filesystem::path(variable ? variable : LION_SOURCE_DIR "/../shared") /
      "data/coco_results/captions_val2014_fakecap_results.json";
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "no such file: " << path;
  const FileScoreResult result = score_files(FileScore::kCider, {path, path});
  EXPECT_GE(result.score.n, 500);
  EXPECT_NEAR(metric(result, "BLEU-4"), 1, 1e-6);
  EXPECT_NEAR(metric(result, "ROUGE-L"), 1, 1e-9);
  EXPECT_NEAR(metric(result, "CIDEr"), 10, 0.2);
  EXPECT_EQ(result.findings.malformed + result.findings.unknown + result.findings.missing, 0);
}

}  // namespace
}  // namespace lion::eval
