#include "data_fixtures.h"

namespace lion::data {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;
using testing::UnorderedElementsAre;

class VqaTest : public DataTest {
 protected:
  VqaTest() { make_folder("coco/train2014"); }

  void write_vqav2(std::string_view questions, std::string_view annotations) {
    write("vqav2/v2_OpenEnded_mscoco_train2014_questions.json",
          str(R"({"info": {}, "task_type": "Open-Ended", "questions": )", questions, "}"));
    write("vqav2/v2_mscoco_train2014_annotations.json",
          str(R"({"info": {}, "annotations": )", annotations, R"(, "license": {}})"));
  }
};

constexpr const char* kQuestions = R"([
  {"image_id": 123, "question": " What does the dog\nhold? ", "question_id": 123000, "extra": []},
  {"image_id": 124, "question": "How many?", "question_id": 124000}])";

constexpr const char* kAnnotations = R"([
  {"question_id": 124000, "image_id": 124, "answers": [{"answer": "2"}, {"answer": "two"},
   {"answer": "2"}, {"answer": "2"}]},
  {"question_id": 123000, "image_id": 123, "question_type": "what",
   "answers": [{"answer_id": 1, "answer": "ball", "answer_confidence": "yes"}]}])";

TEST_F(VqaTest, TwoFilesGiveVqaAndVqg) {
  write_vqav2(kQuestions, kAnnotations);
  const OpenDatasets open_sets = open(R"([{"format": "vqav2", "weight": 2}])");
  ASSERT_EQ(open_sets.datasets.size(), 2);
  const Dataset& vqa = *open_sets.datasets[0];
  const Dataset& vqg = *open_sets.datasets[1];
  EXPECT_EQ(vqa.name(), "vqav2");
  EXPECT_EQ(vqg.name(), "vqg_vqav2");
  EXPECT_EQ(vqg.task(), Task::kVqg);
  EXPECT_THAT(open_sets.weights, ElementsAre(2, 2));
  ASSERT_EQ(vqa.size(), 2);
  EXPECT_EQ(vqa.image_name(1), "coco/train2014/COCO_train2014_000000000123.jpg");
  EXPECT_EQ(vqa.describe(1), "v2_mscoco_train2014_annotations.json, annotation 1");
  EXPECT_THAT(example_of(vqa, 1).instruction, HasSubstr("What does the dog hold?"));
  EXPECT_EQ(example_of(vqa, 1).answer, "ball");
  EXPECT_THAT(example_of(vqg, 1).instruction, HasSubstr("ball"));
  EXPECT_EQ(example_of(vqg, 1).answer, "What does the dog hold?");
  EXPECT_EQ(open_sets.sources[0].problems.total(), 0);
}

TEST_F(VqaTest, AnswersAreDrawnByTheRule) {
  write_vqav2(kQuestions, kAnnotations);
  const auto draw = [&](const char* rule) {
    const OpenDatasets sets =
        open(R"([{"format": "vqav2", "tasks": ["vqa"]}])", str(R"("answer": ")", rule, "\", "));
    return answers_of(*sets.datasets[0], 0, 4000);
  };
  EXPECT_THAT(draw("distinct"),
              UnorderedElementsAre(Pair("2", testing::AllOf(testing::Gt(1850), testing::Lt(2150))),
                                   Pair("two", testing::_)));
  EXPECT_THAT(draw("weighted"),
              UnorderedElementsAre(Pair("2", testing::AllOf(testing::Gt(2850), testing::Lt(3150))),
                                   Pair("two", testing::_)));
  EXPECT_THAT(draw("majority"), UnorderedElementsAre(Pair("2", 4000)));
}

TEST_F(VqaTest, EveryTemplateIsDrawn) {
  write_vqav2(kQuestions, kAnnotations);
  const OpenDatasets sets = open(R"([{"format": "vqav2"}])");
  std::set<std::string> seen;
  Random random(3);
  for (int i = 0; i < 500; ++i) seen.insert(sets.datasets[0]->example(0, random).instruction);
  EXPECT_EQ(seen.size(), PromptTemplates::builtin().all(Task::kVqa).size());
}

TEST_F(VqaTest, BadRecordsAreCountedAndNamed) {
  write_vqav2(R"([{"image_id": 1, "question": "A?", "question_id": 1},
                  {"image_id": 1, "question": "A again?", "question_id": 1},
                  {"image_id": 2, "question": "Unanswered?", "question_id": 2},
                  {"image_id": 3, "question": " ", "question_id": 3},
                  {"image_id": "x", "question": "B?", "question_id": 4}, 7])",
              R"([{"question_id": 1, "answers": [{"answer": "yes"}]},
                  {"question_id": 1, "answers": [{"answer": "no"}]},
                  {"question_id": 9, "answers": [{"answer": "yes"}]},
                  {"answers": []}])");
  const OpenDatasets sets = open(R"([{"format": "vqav2"}])");
  EXPECT_EQ(sets.datasets[0]->size(), 1);
  const Problems& problems = sets.sources[0].problems;
  EXPECT_EQ(problems.counted(ProblemKind::kDuplicate), 2);
  EXPECT_EQ(problems.counted(ProblemKind::kNoAnnotation), 1);
  EXPECT_EQ(problems.counted(ProblemKind::kNoQuestion), 1);
  EXPECT_EQ(problems.counted(ProblemKind::kEmptyText), 1);
  EXPECT_EQ(problems.counted(ProblemKind::kMalformed), 3);
  EXPECT_EQ(problems.kept()[0].where, "v2_OpenEnded_mscoco_train2014_questions.json, question 1");
  EXPECT_THAT(problems.kept()[2].what, HasSubstr("\"image_id\" is not a whole number"));
}

TEST_F(VqaTest, NoUsableRecordIsAnError) {
  write_vqav2(kQuestions, R"([{"question_id": 9, "answers": [{"answer": "yes"}]}])");
  EXPECT_THAT(message_of<InputError>([&] { open(R"([{"format": "vqav2"}])"); }),
              AllOf(HasSubstr("v2_mscoco_train2014_annotations.json"),
                    HasSubstr("no usable record"), HasSubstr("question_id 9 has no question")));
}

TEST_F(VqaTest, MissingQuestionsFileIsNamed) {
  write("vqav2/v2_mscoco_train2014_annotations.json", R"({"annotations": []})");
  EXPECT_THAT(message_of<ResourceError>([&] { open(R"([{"format": "vqav2"}])"); }),
              AllOf(HasSubstr("questions of vqav2"),
                    HasSubstr("v2_OpenEnded_mscoco_train2014_questions.json")));
}

TEST_F(VqaTest, OkvqaTakesRawAnswers) {
  write("okvqa/OpenEnded_mscoco_train2014_questions.json",
        R"({"questions": [{"image_id": 5, "question": "Q?", "question_id": 50}]})");
  write("okvqa/mscoco_train2014_annotations.json",
        R"({"annotations": [{"question_id": 50, "answers":
            [{"answer": "run", "raw_answer": "running"},
             {"answer": "walk", "raw_answer": ""}]}]})");
  const OpenDatasets sets = open(R"([{"format": "okvqa", "tasks": ["vqa"]}])");
  EXPECT_THAT(answers_of(*sets.datasets[0], 0),
              UnorderedElementsAre(Pair("running", testing::_), Pair("walk", testing::_)));
}

TEST_F(VqaTest, LavisListHasAnswersAsListOrText) {
  write("vqa_train.json",
        R"([{"question_id": 1, "question": "A?", "answer": ["x", "y", "x"],
             "image": "train2014/COCO_train2014_000000000007.jpg", "dataset": "vqa"},
            {"question_id": 2, "question": "B?", "answer": "z", "image_id": 8}])");
  const OpenDatasets sets = open(R"([{"format": "vqav2", "tasks": ["vqa"]}])");
  const Dataset& vqa = *sets.datasets[0];
  ASSERT_EQ(vqa.size(), 2);
  EXPECT_EQ(vqa.image_name(0), "coco/train2014/COCO_train2014_000000000007.jpg");
  EXPECT_EQ(vqa.image_name(1), "coco/train2014/COCO_train2014_000000000008.jpg");
  EXPECT_EQ(answers_of(vqa, 0).size(), 2);
  EXPECT_EQ(example_of(vqa, 1).answer, "z");
}

TEST_F(VqaTest, AokvqaUsesTheFoldersOf2014WhereThoseOf2017AreMissing) {
  write("aokvqa/aokvqa_v1p0_train.json",
        R"([{"split": "train", "image_id": 299, "question_id": "2aBcD", "question": "Why?",
             "choices": ["a", "b", "c", "d"], "correct_choice_idx": 2,
             "direct_answers": ["c", "cc"], "rationales": []},
            {"image_id": 300, "question_id": "e", "question": "No answers?"}])");
  const OpenDatasets sets = open(R"([{"format": "aokvqa"}])");
  ASSERT_EQ(sets.datasets[0]->size(), 1);
  EXPECT_EQ(sets.datasets[0]->image_name(0), "coco/train2014/COCO_train2014_000000000299.jpg");
  EXPECT_THAT(answers_of(*sets.datasets[0], 0),
              UnorderedElementsAre(Pair("c", testing::_), Pair("cc", testing::_)));
  EXPECT_EQ(sets.sources[0].problems.counted(ProblemKind::kMalformed), 1);
}

class OcrVqaTest : public DataTest {};

TEST_F(OcrVqaTest, QuestionsOfTheSplitWithTheirSingleAnswers) {
  write_image("ocrvqa/images/111.jpg");
  write_image("ocrvqa/images/222.png");
  write("ocrvqa/dataset.json",
        R"({"111": {"imageURL": "http://x/111.jpg", "questions": ["Who wrote it?", "Type?"],
             "answers": ["Jane Roe", "Travel"], "split": 1},
            "222": {"questions": ["A?", "B?"], "answers": ["a", ""], "split": 1},
            "333": {"questions": ["No image?"], "answers": ["yes"], "split": 1},
            "444": {"questions": ["Other split?"], "answers": ["yes"], "split": 2},
            "111b": {"questions": ["One?"], "answers": [], "split": 3}})");
  const OpenDatasets sets = open(R"([{"format": "ocrvqa"}])");
  const Dataset& vqa = *sets.datasets[0];
  ASSERT_EQ(sets.datasets.size(), 1);
  ASSERT_EQ(vqa.size(), 3);
  EXPECT_EQ(vqa.name(), "ocrvqa");
  EXPECT_EQ(vqa.image_name(2), "ocrvqa/images/222.png");
  EXPECT_EQ(example_of(vqa, 1).answer, "Travel");
  EXPECT_EQ(vqa.describe(1), "dataset.json, cover 0, part 2");
  EXPECT_EQ(sets.sources[0].problems.counted(ProblemKind::kMissingImage), 1);
  EXPECT_EQ(sets.sources[0].problems.counted(ProblemKind::kEmptyText), 1);
  EXPECT_EQ(sets.sources[0].problems.total(), 2);
}

TEST_F(OcrVqaTest, ListWithSampleIds) {
  write_image("images/111.gif");
  write("dataset.json", R"([{"sample_id": "111", "questions": ["A?"], "answers": ["a"]}])");
  const OpenDatasets sets = open(R"([{"format": "ocrvqa", "tasks": ["vqg"]}])");
  EXPECT_EQ(sets.datasets[0]->name(), "vqg_ocrvqa");
  EXPECT_EQ(sets.datasets[0]->image_name(0), "images/111.gif");
  EXPECT_EQ(example_of(*sets.datasets[0], 0).answer, "A?");
}

TEST_F(OcrVqaTest, MismatchAndUnknownSplit) {
  write_image("images/1.jpg");
  write("dataset.json", R"({"1": {"questions": ["A?", "B?"], "answers": ["a"], "split": 1}})");
  EXPECT_THAT(message_of<InputError>([&] { open(R"([{"format": "ocrvqa"}])"); }),
              HasSubstr("has 2 questions and 1 answers"));
  EXPECT_THAT(message_of<InputError>([&] { open(R"([{"format": "ocrvqa", "split": "dev"}])"); }),
              HasSubstr("train, val, test"));
}

}  // namespace
}  // namespace lion::data
