#include "read_fixtures.h"

namespace lion::eval {
namespace {
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

class VqaTest : public ReadTest {
 protected:
  VqaTest() {
    make_folder("val2014");
    make_folder("val2017");
  }
};

TEST_F(VqaTest, OkvqaFromTwoFiles) {
  write("OpenEnded_mscoco_val2014_questions.json", R"({"questions": [
    {"image_id": 9, "question": " What is it?\n", "question_id": 95},
    {"image_id": 9, "question": "Which sport?", "question_id": 97},
    {"image_id": 9, "question": "Twice?", "question_id": 95},
    {"image_id": 9, "question": "Nobody knows?", "question_id": 98},
    {"image_id": 9, "question": " ", "question_id": 99},
    {"image_id": "nine", "question": "Where?", "question_id": 100}]})");
  write("mscoco_val2014_annotations.json", R"({"annotations": [
    {"question_id": 97, "answer_type": "other", "question_type": "four",
     "answers": [{"answer": "ski ", "raw_answer": "skiing"}, {"answer": "ski"}]},
    {"question_id": 95, "answer_type": "number", "question_type": "other",
     "answers": [{"answer": "1"}]},
    {"question_id": 95, "answers": [{"answer": "2"}]},
    {"question_id": 1, "answers": [{"answer": "x"}]},
    {"answers": [{"answer": "x"}]}]})");
  const Benchmark okvqa = read("okvqa");
  ASSERT_EQ(okvqa.items.size(), 2u);
  EXPECT_EQ(okvqa.items[0].id, "95");
  EXPECT_EQ(okvqa.items[0].prompt, "Question: What is it? Short answer:");
  EXPECT_EQ(okvqa.items[0].question, "What is it?");
  EXPECT_EQ(okvqa.items[0].category, "number");
  EXPECT_EQ(okvqa.items[0].official.dump(), R"({"question_id":95})");
  EXPECT_EQ(okvqa.items[0].image.path, root_ / "val2014/COCO_val2014_000000000009.jpg");
  EXPECT_THAT(okvqa.items[1].truth.texts, ElementsAre("ski ", "ski"));
  EXPECT_EQ(okvqa.items[1].category, "four");
  EXPECT_EQ(okvqa.problems.counted(ProblemKind::kDuplicate), 2);
  EXPECT_EQ(okvqa.problems.counted(ProblemKind::kNoQuestion), 1);
  EXPECT_EQ(okvqa.problems.counted(ProblemKind::kNoAnnotation), 1);
  EXPECT_EQ(okvqa.problems.counted(ProblemKind::kEmptyText), 1);
  EXPECT_EQ(okvqa.problems.counted(ProblemKind::kMalformed), 2);
  EXPECT_EQ(okvqa.files.size(), 2u);
}

TEST_F(VqaTest, AnUnusableAnnotationIsCountedOnce) {
  write("v2_OpenEnded_mscoco_val2014_questions.json", R"({"questions": [
    {"image_id": 1, "question": "A?", "question_id": 1},
    {"image_id": 1, "question": "B?", "question_id": 2}]})");
  write("v2_mscoco_val2014_annotations.json", R"({"annotations": [
    {"question_id": 1, "answers": []},
    {"question_id": 2, "question_type": "is", "answers": [{"answer": "yes"}]}]})");
  const Benchmark vqa = read("vqav2");
  ASSERT_EQ(vqa.items.size(), 1u);
  EXPECT_EQ(vqa.items[0].category, "is");
  EXPECT_EQ(vqa.problems.total(), 1);
  EXPECT_EQ(vqa.problems.counted(ProblemKind::kEmptyText), 1);
}

TEST_F(VqaTest, QuestionsWithoutTheirAnnotationsFileAreAnError) {
  write("OpenEnded_mscoco_val2014_questions.json", R"({"questions": []})");
  EXPECT_THAT(message_of<ResourceError>([&] { read("okvqa"); }),
              HasSubstr("mscoco_val2014_annotations.json"));
  EXPECT_THAT(message_of<ResourceError>([&] { read("vqav2"); }),
              AllOf(HasSubstr("v2_OpenEnded_mscoco_val2014_questions.json"),
                    HasSubstr("vqa_val_eval.json")));
}

TEST_F(VqaTest, LavisLists) {
  write("vqa_val_eval.json", R"([
    {"question_id": 3, "question": "Who?", "answer": ["a", "b"], "dataset": "vqa",
     "image": "val2014/COCO_val2014_000000000003.jpg"},
    {"question_id": 3, "question": "Who?", "answer": ["a"],
     "image": "val2014/COCO_val2014_000000000003.jpg"}])");
  const Benchmark vqa = read("vqav2");
  ASSERT_EQ(vqa.items.size(), 1u);
  EXPECT_THAT(vqa.items[0].truth.texts, ElementsAre("a", "b"));
  EXPECT_EQ(vqa.problems.counted(ProblemKind::kDuplicate), 1);
}

constexpr const char* kAokvqa = R"([
  {"split": "val", "image_id": 299, "question_id": "2aB", "question": "What is near?",
   "choices": ["bus", "train", "cab", "plane"], "correct_choice_idx": 2,
   "direct_answers": ["cab", "taxi"], "difficult_direct_answer": false},
  {"image_id": 300, "question_id": "9zZ", "question": "Why?", "choices": ["a", "b"],
   "correct_choice_idx": 0, "direct_answers": ["so"], "difficult_direct_answer": true},
  {"image_id": 301, "question_id": "bad", "question": "Why?", "choices": ["a", "b"],
   "correct_choice_idx": 2, "direct_answers": []}])";

TEST_F(VqaTest, AokvqaAsksForWordsOrChoices) {
  write("aokvqa_v1p0_val.json", kAokvqa);
  const Benchmark direct = read("aokvqa");
  ASSERT_EQ(direct.items.size(), 2u);
  EXPECT_EQ(direct.items[0].image.path, root_ / "val2017/000000000299.jpg");
  EXPECT_THAT(direct.items[0].truth.texts, ElementsAre("cab", "taxi"));
  EXPECT_TRUE(direct.items[0].candidates.empty());
  EXPECT_EQ(direct.items[1].category, "difficult");
  EXPECT_EQ(direct.problems.counted(ProblemKind::kEmptyText), 1);
  const Benchmark choices = read("aokvqa_mc");
  ASSERT_EQ(choices.items.size(), 2u);
  EXPECT_THAT(choices.items[0].candidates, ElementsAre("bus", "train", "cab", "plane"));
  EXPECT_EQ(choices.items[0].truth.candidate, 2);
  EXPECT_EQ(choices.items[0].prompt, "Question: What is near? Short answer:");
  EXPECT_THAT(choices.problems.kept()[0].what, HasSubstr("expected 0 to 1"));
}

TEST_F(VqaTest, DifficultQuestionsMayBeLeftOut) {
  write("aokvqa_v1p0_val.json", kAokvqa);
  options_.aokvqa_skip_difficult = true;
  const Benchmark direct = read("aokvqa");
  EXPECT_EQ(direct.items.size(), 1u);
  EXPECT_EQ(direct.problems.counted(ProblemKind::kExcluded), 1);
  EXPECT_EQ(read("aokvqa_mc").items.size(), 2u);
}

TEST_F(VqaTest, ATemplateMayListTheOptions) {
  write("aokvqa_v1p0_val.json", kAokvqa);
  const auto path = write("templates.json", R"({"evaluation": {"not_in_paper": {
    "aokvqa_mc": "{question} Options: {options} Short answer:"}}})");
  EXPECT_EQ(read("aokvqa_mc", PromptTemplates::load(path)).items[0].prompt,
            "What is near? Options: (a) bus (b) train (c) cab (d) plane Short answer:");
}

TEST_F(VqaTest, GqaAsMapAndAsList) {
  make_folder("gqa/images");
  write("gqa/testdev_balanced_questions.json", R"({
    "201": {"imageId": "n16", "question": "Is it overcast?", "answer": "no", "isBalanced": true,
            "types": {"structural": "verify", "semantic": "global"}},
    "202": {"imageId": "n17", "question": "What?", "answer": "tree", "types": {}},
    "203": {"imageId": "n17", "question": "What?"},
    "204": 3})");
  const Benchmark map = read("gqa");
  ASSERT_EQ(map.items.size(), 2u);
  EXPECT_EQ(map.items[0].id, "201");
  EXPECT_EQ(map.items[0].category, "verify");
  EXPECT_EQ(map.items[1].category, "");
  EXPECT_EQ(map.items[0].image.path, root_ / "gqa/images/n16.jpg");
  EXPECT_EQ(map.items[0].official.dump(), R"({"questionId":"201"})");
  EXPECT_EQ(map.problems.counted(ProblemKind::kMalformed), 2);
  EXPECT_EQ(map.problems.kept()[0].where, "testdev_balanced_questions.json, question 203");
  write("gqa/testdev_balanced_questions.json",
        R"([{"question_id": "201", "image": "n16.jpg", "question": "Is it?", "answer": "no"}])");
  const Benchmark list = read("gqa");
  EXPECT_EQ(list.items[0].id, "201");
  EXPECT_EQ(list.items[0].image.path, root_ / "gqa/images/n16.jpg");
}

}  // namespace
}  // namespace lion::eval
