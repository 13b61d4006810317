/// POPE, VisDial and MMBench from their files.

#include "score_files_fixtures.h"

namespace lion::eval {
namespace {

using testing::AllOf;
using testing::DoubleEq;
using testing::ElementsAre;
using testing::HasSubstr;

class ScorePopeFiles : public ScoreFilesTest {
 protected:
  static constexpr std::string_view kQuestions =
      "{\"question_id\": 1, \"image\": \"a.jpg\", \"text\": \"Is there a hat?\", \"label\": "
      "\"yes\"}\n"
      "{\"question_id\": 2, \"image\": \"a.jpg\", \"text\": \"Is there a cup?\", \"label\": "
      "\"no\"}\n"
      "{\"question_id\": 3, \"image\": \"b.jpg\", \"text\": \"Is there a cow?\", \"label\": "
      "\"yes\"}\n";
};

TEST_F(ScorePopeFiles, ById) {
  const FileScoreResult result = score(FileScore::kPope, kQuestions,
                                       "{\"question_id\": \"3\", \"answer\": \"No, none\"}\n"
                                       "{\"question_id\": 1, \"answer\": \"Yes\"}\n"
                                       "{\"question_id\": 2, \"text\": \"I see it.\"}\n",
                                       ".jsonl");
  EXPECT_THAT(result.score.ids, ElementsAre("1", "2", "3"));
  EXPECT_THAT(result.score.values, ElementsAre(1, 0, 0));
  EXPECT_EQ(result.score.figure, "F1");
  EXPECT_DOUBLE_EQ(result.score.main, 50);
  for (const auto& [name, value] :
       std::vector<std::pair<const char*, double>>{{"F1", 0.5},
                                                   {"accuracy", 1.0 / 3},
                                                   {"precision", 0.5},
                                                   {"recall", 0.5},
                                                   {"yes_ratio", 2.0 / 3},
                                                   {"TP", 1},
                                                   {"FP", 1},
                                                   {"TN", 0},
                                                   {"FN", 1}}) {
    EXPECT_DOUBLE_EQ(metric(result, name), value) << name;
  }
  EXPECT_THAT(categories(result), ElementsAre("no 1 0", "yes 2 0.5"));
}

TEST_F(ScorePopeFiles, ByPlaceWithoutIds) {
  const FileScoreResult result = score(FileScore::kPope, kQuestions,
                                       "{\"question\": \"q\", \"answer\": \"yes\"}\n"
                                       "{\"question\": \"q\", \"answer\": \"no\"}\n",
                                       ".jsonl");
  EXPECT_THAT(result.score.values, ElementsAre(1, 1));
  EXPECT_THAT(counts(result), ElementsAre(0, 0, 0, 1));
  EXPECT_THAT(result.findings.first, ElementsAre("refs.jsonl: question 3 has no prediction"));
}

TEST_F(ScorePopeFiles, EverythingThatDoesNotFitIsNamed) {
  const FileScoreResult result =
      score(FileScore::kPope,
            R"([{"question_id": 1, "label": "Yes"}, {"question_id": 2, "label": "maybe"},
          {"question_id": 1, "label": "no"}, {"question_id": 4, "label": "no"}])",
            R"([{"question_id": 1, "answer": "yes"}, {"question_id": 1, "answer": "no"},
          {"question_id": 2, "answer": "no"}, {"answer": "no"}, {"question_id": 4, "answer": 0}])");
  EXPECT_EQ(result.score.main, 100);
  EXPECT_EQ(result.score.n, 1);
  EXPECT_THAT(counts(result), ElementsAre(3, 1, 2, 1));
  EXPECT_THAT(result.findings.first,
              ElementsAre(HasSubstr("\"label\" is \"maybe\", not yes or no"),
                          HasSubstr("\"answer\" is not a text"), HasSubstr("reference 1 is there"),
                          HasSubstr("prediction for 1 is there twice"),
                          HasSubstr("no reference is called 2"),
                          HasSubstr("record 3: \"question_id\" is missing"),
                          "refs.json: 4 has no prediction"));
}

class ScoreVisDialFiles : public ScoreFilesTest {
 protected:
  static constexpr std::string_view kDialogues = R"({"version": "1.0", "data": {"questions": ["?"],
    "dialogs": [{"image_id": 5, "caption": "c", "dialog": [
       {"question": 0, "answer_options": [9, 8, 7], "gt_index": 2},
       {"question": 0, "answer_options": [9, 8, 7], "gt_index": 0}]},
     {"image_id": 6, "dialog": [{"question": 0, "answer_options": [1, 2, 3], "gt_index": 1},
       {"question": 0, "answer_options": [1, 2, 3], "gt_index": 3}, {"question": 0}]}]}})";
};

TEST_F(ScoreVisDialFiles, RanksOrLosses) {
  const FileScoreResult result = score(FileScore::kVisDial, kDialogues,
                                       R"([{"image_id": 5, "round_id": 1, "ranks": [2, 3, 1]},
          {"image_id": "5", "round_id": 2, "ranks": [2, 3, 1]},
          {"image_id": 6, "round_id": 1, "losses": [0.5, 0.5, 0.1]}])");
  EXPECT_THAT(result.score.ids,
              ElementsAre("image 5 round 1", "image 5 round 2", "image 6 round 1"));
  EXPECT_THAT(result.score.values, ElementsAre(1, 0.5, DoubleEq(1.0 / 3)));
  EXPECT_NEAR(result.score.main, 100 * (1 + 0.5 + 1.0 / 3) / 3, 1e-12);
  EXPECT_DOUBLE_EQ(metric(result, "R@1"), 1.0 / 3);
  EXPECT_DOUBLE_EQ(metric(result, "R@5"), 1);
  EXPECT_DOUBLE_EQ(metric(result, "mean_rank"), 2);
  EXPECT_THAT(categories(result), ElementsAre("round 01 2 0.666667", "round 02 1 0.5"));
  EXPECT_THAT(counts(result), ElementsAre(2, 0, 0, 0));  // no, or an impossible, gt_index
  EXPECT_THAT(result.findings.first,
              ElementsAre(HasSubstr("refs.json, dialogue 1, round 2: \"gt_index\" is 3"),
                          HasSubstr("dialogue 1, round 3: \"gt_index\" is missing")));
}

TEST_F(ScoreVisDialFiles, EverythingThatDoesNotFitIsNamed) {
  const FileScoreResult result = score(FileScore::kVisDial, kDialogues,
                                       R"([{"image_id": 5, "round_id": 1, "ranks": [1, 1, 2]},
          {"image_id": 5, "round_id": 2, "ranks": [1, 2]},
          {"image_id": 5, "round_id": 11, "ranks": [1, 2, 3]},
          {"image_id": 6, "round_id": 1, "ranks": [1, 2, 3]},
          {"image_id": 6, "round_id": 1, "ranks": [1, 2, 3]},
          {"image_id": 5, "round_id": 1}])");
  EXPECT_EQ(result.score.main, 50);
  EXPECT_THAT(counts(result), ElementsAre(2 + 3, 1, 1, 2));
  EXPECT_THAT(error(FileScore::kVisDial, R"({"data": {}})", "[]"), HasSubstr("\"dialogs\""));
}

class ScoreMmbenchFiles : public ScoreFilesTest {
 protected:
  static std::string table(const std::vector<std::string>& rows) { return join(rows, "\n") + "\n"; }
  const std::string header_ = "index\tquestion\thint\tA\tB\tC\tD\tanswer\tcategory\tl2-category";
};

TEST_F(ScoreMmbenchFiles, RotatedRowsOfTheReferences) {
  const std::string references =
      table({header_, "1\t\"Which\nis \"\"it\"\"?\"\t\tjug\tcup\t\t\tB\tx\tcoarse_perception",
             "1000001\tWhich?\t\tcup\tjug\t\t\tA\tx\tcoarse_perception",
             "2\tWhat?\t\toak\telm\tash\t\tA\tx\tlogic_reasoning",
             "1000002\tWhat?\t\telm\tash\toak\t\tC\tx\tlogic_reasoning",
             "2000002\tWhat?\t\tash\toak\telm\t\tB\tx\tlogic_reasoning"});
  const FileScoreResult result = score(FileScore::kMmbench, references,
                                       table({"index\tprediction", "1\tB", "1000001\tit is a Cup",
                                              "2\tA", "1000002\t(C)", "2000002\tash"}),
                                       ".tsv");
  EXPECT_THAT(result.score.ids, ElementsAre("1", "2"));
  EXPECT_THAT(result.score.values, ElementsAre(1, 0));
  EXPECT_EQ(result.score.main, 50);
  EXPECT_EQ(result.score.figure, "accuracy");
  EXPECT_EQ(metric(result, "single_pass_accuracy"), 1);
  EXPECT_EQ(metric(result, "CP"), 1);
  EXPECT_EQ(metric(result, "LR"), 0);
  EXPECT_THAT(categories(result), ElementsAre("coarse_perception 1 1", "logic_reasoning 1 0"));
  EXPECT_THAT(counts(result), ElementsAre(0, 0, 0, 0));
}

TEST_F(ScoreMmbenchFiles, PassesThatOnlyThePredictionsHave) {
  const std::string references = table({header_, "7\tQ\t\toak\telm\tash\t\tB\tx\tlogic_reasoning",
                                        "8\tQ\t\tjug\tcup\t\t\tA\tx\tlogic_reasoning"});
  // Right letters of question 7: B, A, C; question 8 lacks its second pass.
  const FileScoreResult result = score(
      FileScore::kMmbench, references,
      table({"index,prediction", "7,B", "1000007,A", "2000007,C", "8,A", "3000007,A"}), ".csv");
  EXPECT_THAT(result.score.ids, ElementsAre("7"));
  EXPECT_EQ(result.score.main, 100);
  EXPECT_EQ(result.score.missing, 1);
  EXPECT_THAT(counts(result), ElementsAre(0, 1, 0, 1));
  EXPECT_THAT(result.findings.first, ElementsAre(HasSubstr("no reference is called 3000007"),
                                                 HasSubstr("1000008 has no prediction")));
}

TEST_F(ScoreMmbenchFiles, OnePassAloneIsCalledSo) {
  const std::string references = table({header_, "7\tQ\t\toak\telm\tash\t\tB\tx\tlogic_reasoning"});
  const FileScoreResult result =
      score(FileScore::kMmbench, references, "index\tprediction\n7\tB\n", ".tsv");
  EXPECT_EQ(result.score.main, 100);
  EXPECT_EQ(result.score.figure, "single-pass accuracy");
}

TEST_F(ScoreMmbenchFiles, EverythingThatDoesNotFitIsNamed) {
  const std::string references =
      table({header_, "1\tQ\t\tjug\tcup\t\t\tC\tx\tl", "x\tQ\t\tjug\tcup\t\t\tA\tx\tl",
             "2\tQ\t\tjug", "1000003\tQ\t\tjug\tcup\t\t\tA\tx\tl", "4\tQ\t\tjug\tcup\t\t\tA\tx\tl",
             "4\tQ\t\tjug\tcup\t\t\tB\tx\tl"});
  const FileScoreResult result = score(FileScore::kMmbench, references,
                                       "index\tprediction\n4\tB\n4\tA\n9\tA\n1\tA\n\t\n", ".tsv");
  EXPECT_EQ(result.score.main, 0);
  EXPECT_THAT(counts(result), ElementsAre(5, 2, 2, 0));
  EXPECT_THAT(result.findings.first,
              ElementsAre(HasSubstr("line 2: \"answer\" is \"C\", the question has 2 options"),
                          HasSubstr("line 3: \"index\" is no number"),
                          HasSubstr("line 4: has 4 cells, the header 10"),
                          HasSubstr("index 4 is there twice"),
                          HasSubstr("preds.tsv, line 6: \"index\" is no number"),
                          HasSubstr("question 3 has no row of its own"),
                          HasSubstr("prediction for 4 is there twice"), HasSubstr("called 9"),
                          HasSubstr("called 1")));
  EXPECT_THAT(error(FileScore::kMmbench, "index\tA\tB\n1\tx\ty\n", "index\tprediction\n1\tA\n"),
              AllOf(HasSubstr("no column \"l2-category\""), HasSubstr("index, A, B")));
  EXPECT_THAT(error(FileScore::kMmbench, references, "index\tanswer\n1\tA\n"),
              HasSubstr("no column \"prediction\""));
  EXPECT_THAT(error(FileScore::kMmbench, references, "\n"), HasSubstr("header"));
}

}  // namespace
}  // namespace lion::eval
