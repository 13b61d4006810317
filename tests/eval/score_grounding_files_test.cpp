#include <functional>

#include "score_files_fixtures.h"

namespace lion::eval {
namespace {

using testing::AllOf;
using testing::DoubleEq;
using testing::ElementsAre;
using testing::HasSubstr;

class ScoreGroundingFiles : public ScoreFilesTest {
 protected:
  static constexpr std::string_view kLines =
      R"({"img_path": "a/1.jpg", "expression": "the hat", "bbox": [0, 0, 50, 100], "width": 100, "height": 200}
{"img_path": "a/1.jpg", "expression": "the cup", "bbox": [50, 0, 100, 100], "width": 100, "height": 200}
{"img_path": "a/2.jpg", "expression": "the hat", "bbox": [10.5, 0, 20.5, 10], "width": 40, "height": 40}
)";
};

TEST_F(ScoreGroundingFiles, TextsInTheOrderOfTheReferences) {
  const FileScoreResult result = score(FileScore::kRec, kLines,
                                       "{\"answer\": \"Answer: [0.000,0.000,0.500,0.500]\"}\n"
                                       "{\"answer\": \"[0.5,0,0.75,0.5]\"}\n"
                                       "{\"answer\": \"no idea\"}\n",
                                       ".jsonl");
  EXPECT_THAT(result.score.values, ElementsAre(1, 1, 0));
  EXPECT_DOUBLE_EQ(result.score.main, 200.0 / 3);
  EXPECT_DOUBLE_EQ(metric(result, "mean_iou"), 0.5);
  EXPECT_DOUBLE_EQ(metric(result, "parsed"), 2.0 / 3);
  EXPECT_EQ(metric(result, "iou_0.0"), 1);
  EXPECT_EQ(metric(result, "iou_0.5"), 1);
  EXPECT_EQ(metric(result, "iou_0.9"), 1);
  EXPECT_THAT(counts(result), ElementsAre(0, 0, 0, 0));
}

TEST_F(ScoreGroundingFiles, PlacesCountUnreadableRecords) {
  const FileScoreResult result = score(
      FileScore::kRec, kLines,
      "{\"prediction\": \"[0,0,0.5,0.5]\"}\nnot json\n\n{\"text\": \"[0.2625,0,0.5125,0.25]\"}\n"
      "{\"answer\": \"\"}\n",
      ".jsonl");
  EXPECT_THAT(result.score.ids, ElementsAre("expression 1", "expression 3"));
  EXPECT_THAT(result.score.values, ElementsAre(1, 1));
  EXPECT_THAT(counts(result), ElementsAre(1, 1, 0, 1));
  EXPECT_THAT(result.findings.first,
              ElementsAre(HasSubstr("preds.jsonl, line 2: is not JSON"),
                          "preds.jsonl, line 5: no reference is called expression 4",
                          "refs.jsonl: expression 2 has no prediction"));
}

TEST_F(ScoreGroundingFiles, ByImageAndExpressionInAnyOrder) {
  const FileScoreResult result =
      score(FileScore::kRec, kLines,
            R"([{"img_path": "2.jpg", "expression": "the hat", "bbox": [10.5, 0, 20.5, 10]},
          {"image": "1.jpg", "sent": "the cup", "box": [50, 0, 100, 50]},
          {"img_path": "1.jpg", "expression": "the dog", "bbox": [0, 0, 1, 1]},
          {"img_path": "1.jpg", "expression": "the hat", "bbox": [0, 0, 50, 49]},
          {"bbox": [0, 0, 1, 1]}])");
  EXPECT_THAT(result.score.ids, ElementsAre("\"the hat\" in image 1", "\"the cup\" in image 1",
                                            "\"the hat\" in image 2"));
  EXPECT_THAT(result.score.values, ElementsAre(0, 1, 1));
  EXPECT_DOUBLE_EQ(metric(result, "mean_iou"), (0.49 + 0.5 + 1) / 3);
  EXPECT_THAT(counts(result), ElementsAre(1, 1, 0, 0));
}

TEST_F(ScoreGroundingFiles, TheSameExpressionTwiceMeansTwoObjects) {
  const FileScoreResult result =
      score(FileScore::kRec,
            R"([{"image": "1.jpg", "sent": "a cat", "bbox": [0, 0, 10, 10]},
          {"image": "1.jpg", "sent": "a cat", "bbox": [10, 0, 20, 10]}])",
            R"([{"image": "1.jpg", "sent": "a cat", "bbox": [0, 0, 10, 10]},
          {"image": "1.jpg", "sent": "a cat", "bbox": [10, 0, 20, 10]},
          {"image": "1.jpg", "sent": "a cat", "bbox": [10, 0, 20, 10]}])");
  EXPECT_EQ(result.score.main, 100);
  EXPECT_THAT(counts(result), ElementsAre(0, 1, 0, 0));
}

TEST_F(ScoreGroundingFiles, ByIdWhereBothHaveOne) {
  const FileScoreResult result =
      score(FileScore::kRec,
            R"([{"id": 7, "image": "1.jpg", "sent": "a cat", "bbox": [0, 0, 10, 10]},
          {"id": "x", "image": "1.jpg", "sent": "a dog", "bbox": [10, 0, 20, 10]},
          {"id": 7, "image": "1.jpg", "sent": "a cow", "bbox": [10, 0, 20, 10]}])",
            R"([{"question_id": "x", "bbox": [10, 0, 20, 10]}, {"id": "7", "bbox": null},
          {"id": "x", "bbox": [0, 0, 1, 1]}, {"bbox": [0, 0, 1, 1]}])");
  EXPECT_THAT(result.score.ids, ElementsAre("7", "x"));
  EXPECT_THAT(result.score.values, ElementsAre(0, 1));
  EXPECT_DOUBLE_EQ(metric(result, "parsed"), 0.5);
  EXPECT_THAT(counts(result), ElementsAre(1, 0, 2, 0));
}

TEST_F(ScoreGroundingFiles, TheAnswerCountsNotTheBoxBesideIt) {
  // Lines that repeat the reference, its box included.
  const FileScoreResult result = score(FileScore::kRec, kLines.substr(0, kLines.find('\n')),
                                       R"({"img_path": "a/1.jpg", "expression": "the hat",)"
                                       R"( "bbox": [0, 0, 50, 100], "answer": "nothing"})",
                                       ".jsonl");
  EXPECT_EQ(result.score.main, 0);
}

TEST_F(ScoreGroundingFiles, MdetrsLayout) {
  const FileScoreResult result =
      score(FileScore::kRec,
            R"({"info": {}, "annotations": [{"image_id": 4, "bbox": [10, 0, 10, 10]},
            {"image_id": 3, "bbox": [0, 0, 10, 10]}, {"image_id": 3, "bbox": [5, 0, 10, 10]}],
          "images": [{"id": 3, "file_name": "COCO_train2014_000000000009.jpg", "width": 20, "height": 10, "caption": "left"},
            {"id": 4, "file_name": "COCO_train2014_000000000009.jpg", "width": 20, "height": 10, "caption": "right"},
            {"id": 5, "file_name": "COCO_train2014_000000000009.jpg", "width": 20, "height": 10, "caption": "top"}]})",
            R"([{"img_path": "train2014/COCO_train2014_000000000009.jpg", "expression": "right",
           "answer": "[0.5,0.0,1.0,1.0]"},
          {"img_path": "9", "expression": "left", "answer": "[0.0,0.0,0.25,1.0]"}])");
  EXPECT_THAT(result.score.values, ElementsAre(1, 1));
  EXPECT_DOUBLE_EQ(metric(result, "mean_iou"), 0.75);
  EXPECT_THAT(counts(result), ElementsAre(1, 0, 1, 0));
}

/// Twelve expressions with boxes all over their images, as references or as predictions: `line`
/// writes the box [x0, y0, x1, y1] of an image of 640 x 480.
template <typename Line>
std::string many(Line line) {
  std::string all;
  for (int i = 0; i < 12; ++i) {
    const double x0 = 25 * i, y0 = 240 - 20 * i, x1 = x0 + 200 + 10 * i, y1 = y0 + 180 + 5 * i;
    all += str(line(i, x0, y0, x1, y1), "\n");
  }
  return all;
}
std::string reference(int id, double a, double b, double c, double d) {
  return str(R"({"id": )", id, R"(, "img_path": "1.jpg", "expression": "x", "bbox": [)", a, ",", b,
             ",", c, ",", d, R"(], "width": 640, "height": 480})");
}
std::string references() { return many(reference); }
std::string prediction(int id, double a, double b, double c, double d) {
  return str(R"({"id": )", id, R"(, "bbox": [)", a, ",", b, ",", c, ",", d, "]}");
}
std::string text_answer(int id, double a, double b, double c, double d) {
  return str(R"({"id": )", id, R"(, "answer": "[)", a, ",", b, ",", c, ",", d, R"(]"})");
}

TEST_F(ScoreGroundingFiles, PredictionsInOtherUnitsAreReadAndNamed) {
  using Line = std::function<std::string(int, double, double, double, double)>;
  const std::vector<std::pair<std::string, Line>> cases = {
      {"in thousandths",
       [](int i, double a, double b, double c, double d) {
         return text_answer(i, a / .64, b / .48, c / .64, d / .48);
       }},
      {"y0,x0,y1,x1 in thousandths",
       [](int i, double a, double b, double c, double d) {
         return text_answer(i, b / .48, a / .64, d / .48, c / .64);
       }},
      {"in percent", [](int i, double a, double b, double c,
                        double d) { return text_answer(i, a / 6.4, b / 4.8, c / 6.4, d / 4.8); }},
      {"in pixels", text_answer},
      {"as fractions", [](int i, double a, double b, double c,
                          double d) { return prediction(i, a / 640, b / 480, c / 640, d / 480); }},
      {"in percent", [](int i, double a, double b, double c,
                        double d) { return prediction(i, a / 6.4, b / 4.8, c / 6.4, d / 4.8); }},
      {"x,y,width,height in pixels", [](int i, double a, double b, double c, double d) {
         return prediction(i, a, b, c - a, d - b);
       }}};
  for (const auto& [words, line] : cases) {
    const FileScoreResult result = score(FileScore::kRec, references(), many(line), ".jsonl");
    EXPECT_EQ(result.score.main, 100) << words;
    ASSERT_EQ(result.score.notes.size(), 1u) << words;
    EXPECT_THAT(result.score.notes[0], AllOf(HasSubstr("preds.jsonl: the boxes are read as"),
                                             HasSubstr(words), HasSubstr("--box-format")));
  }
  const FileScoreResult plain = score(FileScore::kRec, references(), many(prediction), ".jsonl");
  EXPECT_EQ(plain.score.main, 100);
  EXPECT_THAT(plain.score.notes, ElementsAre());
}

TEST_F(ScoreGroundingFiles, ReferencesInOtherUnitsAreReadAndNamed) {
  const std::string fractions = many([](int i, double a, double b, double c, double d) {
    return reference(i, a / 640, b / 480, c / 640, d / 480);
  });
  const std::string sizes = many([](int i, double a, double b, double c, double d) {
    return reference(i, a, b, c - a, d - b);
  });
  for (const std::string& refs : {fractions, sizes}) {
    const FileScoreResult result = score(FileScore::kRec, refs, many(prediction), ".jsonl");
    EXPECT_EQ(result.score.main, 100);
    ASSERT_EQ(result.score.notes.size(), 1u);
    EXPECT_THAT(result.score.notes[0], HasSubstr("refs.jsonl: the boxes are read as"));
  }
}

TEST_F(ScoreGroundingFiles, CornersInTheWrongOrderAreQuestioned) {
  const FileScoreResult result =
      score(FileScore::kRec,
            R"([{"image": "1.jpg", "sent": "a", "bbox": [80, 80, 40, 40]},
          {"image": "1.jpg", "sent": "b", "bbox": [0, 0, 40, 40]}])",
            R"([{"image": "1.jpg", "sent": "b", "bbox": [90, 90, 30, 30]}])");
  EXPECT_EQ(result.score.n, 1);
  EXPECT_THAT(result.findings.first,
              ElementsAre("refs.json, record 0: the box [80,80,40,40]: x1 < x0: is this "
                          "x,y,width,height?"));
  EXPECT_THAT(result.score.notes,
              testing::Contains(HasSubstr("x1 < x0: is this x,y,width,height?")));
}

TEST_F(ScoreGroundingFiles, NaNIsAFindingOfItsRecord) {
  const FileScoreResult result = score(
      FileScore::kRec,
      R"([{"image": "1.jpg", "sent": "a", "bbox": [NaN, 0, 40, 40], "width": NaN},
          {"image": "1.jpg", "sent": "b", "bbox": [0, 0, 40, 40], "area": Infinity}])",
      R"([{"image": "1.jpg", "sent": "b", "bbox": [0, 0, 40, 40], "score": NaN}, {"image": nan}])");
  EXPECT_EQ(result.score.main, 100);
  EXPECT_THAT(result.findings.first,
              ElementsAre(HasSubstr("refs.json, record 0: \"bbox\" is not a number"),
                          HasSubstr("preds.json, record 1: is not JSON")));
}

TEST_F(ScoreGroundingFiles, BadRecordsAreNamed) {
  const FileScoreResult result = score(
      FileScore::kRec,
      R"([{"image": "1.jpg", "sent": "a cat", "bbox": [0, 0, 10]}, {"sent": "x", "bbox": [0, 0, 1, 1]},
          {"image": "1.jpg", "sent": "b", "bbox": [0, 0, 10, 10]}, {"image": "1.jpg", "sent": "c", "bbox": [0, 0, 10, 10]}])",
      R"([{"image": "1.jpg", "sent": "b", "answer": "[0,0,1,1]"}, {"image": "1.jpg", "sent": "c", "bbox": [0, 0, "1", 1]},
          {"image": "1.jpg", "sent": "c"}, {"image": "1.jpg", "sent": "c", "bbox": []}])");
  EXPECT_THAT(result.score.ids, ElementsAre("\"c\" in image 1"));
  EXPECT_THAT(counts(result), ElementsAre(5, 0, 0, 1));
  EXPECT_THAT(result.findings.first,
              ElementsAre(HasSubstr("refs.json, record 0: \"bbox\" is not a list of four numbers"),
                          HasSubstr("\"image\" is missing"), HasSubstr("preds.json, record 1"),
                          HasSubstr("neither \"answer\" nor \"bbox\""),
                          HasSubstr("has no width and height"), HasSubstr("no prediction")));
  EXPECT_THAT(error(FileScore::kRec, kLines, "[]", ".jsonl"), HasSubstr("preds.jsonl"));
}

}  // namespace
}  // namespace lion::eval
