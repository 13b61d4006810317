#include "score_files_fixtures.h"

namespace lion::eval {
namespace {

using testing::AllOf;
using testing::DoubleEq;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class ScoreVqaFiles : public ScoreFilesTest {
 protected:
  /// VQA's layout; three questions: 1 of colours, "two" as a text id, 3 of numbers.
  static constexpr std::string_view kAnnotations = R"({"info": {}, "annotations": [
    {"question_id": 1, "answer_type": "other", "question_type": "what colour",
     "answers": [{"answer": "red", "answer_id": 1}, {"answer": "red"}, {"answer": "red"},
                 {"answer": "red"}, {"answer": "pink"}]},
    {"question_id": "two", "answer_type": "yes/no", "answers": [{"answer": "yes"},
     {"answer": "yes"}, {"answer": "no"}]},
    {"question_id": 3, "answer_type": "other", "answers": [{"answer": "2"}, {"answer": "two"},
     {"answer": "2"}, {"answer": "2"}, {"answer": "2"}]}]})";
};

TEST_F(ScoreVqaFiles, KnownAccuracy) {
  const FileScoreResult result = score(FileScore::kVqa, kAnnotations,
                                       R"([{"question_id": "1", "answer": "The red."},
          {"question_id": "two", "answer": "Yes"}, {"question_id": 3, "answer": "dog"}])");
  // 1; "yes": two of three leave one each, the third leaves two: (1/3 + 1/3 + 2/3) / 3; 0.
  EXPECT_THAT(result.score.values, ElementsAre(1.0, DoubleEq(4.0 / 9), 0.0));
  EXPECT_THAT(result.score.ids, ElementsAre("1", "two", "3"));
  EXPECT_NEAR(result.score.main, 100 * (1 + 4.0 / 9) / 3, 1e-12);
  EXPECT_NEAR(metric(result, "accuracy"), (1 + 4.0 / 9) / 3, 1e-12);
  EXPECT_EQ(result.score.figure, "accuracy");
  EXPECT_EQ(result.score.n, 3);
  EXPECT_THAT(counts(result), ElementsAre(0, 0, 0, 0));
  EXPECT_THAT(result.findings.first, IsEmpty());
  EXPECT_THAT(categories(result),
              ElementsAre("answer_type: other 2 0.5", "answer_type: yes/no 1 0.444444",
                          "question_type: what colour 1 1"));
}

TEST_F(ScoreVqaFiles, TheEvaluatorIsAChoice) {
  constexpr std::string_view kLoud =
      R"([{"question_id": 5, "answers": ["Yes", "Yes", "Yes", "Yes"]}])";
  constexpr std::string_view kSaid = R"([{"question_id": 5, "answer": "Yes"}])";
  EXPECT_EQ(score(FileScore::kVqa, kLoud, kSaid).score.main, 0);
  EXPECT_EQ(score(FileScore::kVqa, kLoud, kSaid, ".json", VqaEvaluator::kOfficial).score.main, 100);
}

TEST_F(ScoreVqaFiles, EverythingThatDoesNotFitIsNamed) {
  const FileScoreResult result = score(FileScore::kVqa,
                                       R"([{"question_id": 1, "answer": ["oak", "oak"]},
          {"question_id": 2, "answer": []}, {"answer": ["elm"]},
          {"question_id": 1, "answer": ["elm"]}, {"question_id": 4, "answer": ["ash"]}])",
                                       R"([{"question_id": 1, "answer": "oak"},
          {"question_id": 1, "answer": "elm"}, {"question_id": 9, "answer": "oak"},
          {"question_id": 4, "answer": null}, {"question_id": 4.5, "answer": "x"}, 17])");
  EXPECT_EQ(result.score.n, 1);
  EXPECT_EQ(result.score.missing, 1);
  EXPECT_NEAR(result.score.main, 100.0 / 3, 1e-12);  // the first of two predictions counts
  EXPECT_THAT(counts(result), ElementsAre(5, 1, 2, 1));
  EXPECT_THAT(
      result.findings.first,
      ElementsAre("refs.json, record 1: \"answer\" is empty",
                  "refs.json, record 2: \"question_id\" is missing",
                  "refs.json, record 3: reference 1 is there twice; the first counts",
                  "preds.json, record 1: prediction for 1 is there twice; the first counts",
                  "preds.json, record 2: no reference is called 9",
                  "preds.json, record 3: \"answer\" is missing",
                  "preds.json, record 4: \"question_id\" is not an id",
                  "preds.json, record 5: is not an object", "refs.json: 4 has no prediction"));
}

TEST_F(ScoreVqaFiles, TwentyFindingsAreNamedAllAreCounted) {
  std::string predictions = R"([{"question_id": 1, "answer": "red"})";
  for (int i = 100; i < 150; ++i) {
    predictions += str(R"(, {"question_id": )", i, R"(, "answer": "x"})");
  }
  const FileScoreResult result = score(FileScore::kVqa, kAnnotations, predictions + "]");
  EXPECT_THAT(counts(result), ElementsAre(0, 50, 0, 2));
  EXPECT_EQ(result.findings.first.size(), 20u);
}

TEST_F(ScoreVqaFiles, AokvqaHasItsOwnFigureBesides) {
  constexpr std::string_view kReferences =
      R"([{"question_id": "q1", "direct_answers": ["oak", "oak", "oak", "elm"]},
          {"question_id": "q2", "direct_answers": ["ash", "elm", "elm"]}])";
  const FileScoreResult result = score(
      FileScore::kVqa, kReferences,
      R"({"q1": {"direct_answer": "oak", "multiple_choice": ""}, "q2": {"direct_answer": "ash"}})");
  EXPECT_DOUBLE_EQ(metric(result, "direct_answer_accuracy"), (1.0 + 1.0 / 3) / 2);
  EXPECT_DOUBLE_EQ(metric(result, "accuracy"), ((2.0 / 3 * 3 + 1) / 4 + (0 + 2.0 / 3) / 3) / 2);
}

TEST_F(ScoreVqaFiles, LinesAndEmptyAnswers) {
  const FileScoreResult result =
      score(FileScore::kVqa, "{\"question_id\": 1, \"answers\": [\"\", \"\", \"\", \"\"]}\n",
            "\n{\"question_id\": 1, \"answer\": \" \\n\"}\n{\"question_id\": 2,\n", ".jsonl");
  EXPECT_EQ(result.score.main, 100);
  EXPECT_EQ(result.findings.malformed, 1);
  EXPECT_THAT(result.findings.first, ElementsAre(HasSubstr("preds.jsonl, line 3: is not JSON")));
}

TEST_F(ScoreVqaFiles, WhatCannotBeScoredIsAnError) {
  EXPECT_THAT(error(FileScore::kVqa, kAnnotations, R"([{"question_id": 8, "answer": "x"}])"),
              AllOf(HasSubstr("preds.json"), HasSubstr("refs.json"), HasSubstr("called 8")));
  EXPECT_THAT(error(FileScore::kVqa, kAnnotations, "[]"), HasSubstr("preds.json"));
  EXPECT_THAT(error(FileScore::kVqa, kAnnotations, " \n"), HasSubstr("is empty"));
  EXPECT_THAT(error(FileScore::kVqa, R"({"questions": []})", "[]"), HasSubstr("\"annotations\""));
  EXPECT_THAT(error(FileScore::kVqa, kAnnotations, R"([{"question_id": 1)"),
              AllOf(HasSubstr("preds.json"), HasSubstr("ends within")));
  EXPECT_THROW(score_files(FileScore::kVqa, {folder_ / "none.json", folder_ / "none.json"}),
               ResourceError);
}

TEST(ParseFileScore, KnowsEightNames) {
  for (const char* name : {"cider", "bleu", "rouge", "vqa", "rec", "pope", "visdial", "mmbench"}) {
    EXPECT_NO_THROW(parse_file_score(name)) << name;
  }
  EXPECT_EQ(parse_file_score("visdial"), FileScore::kVisDial);
  try {
    parse_file_score("spice");
    ADD_FAILURE();
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), AllOf(HasSubstr("spice"), HasSubstr("cider, bleu")));
  }
}

}  // namespace
}  // namespace lion::eval
