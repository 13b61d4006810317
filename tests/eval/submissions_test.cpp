#include "lion/eval/submissions.h"

#include "lion/base/json.h"
#include "read_fixtures.h"

namespace lion::eval {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

Item item(std::string id, Json official, std::vector<std::string> candidates = {}) {
  Item one;
  one.id = std::move(id);
  one.official = std::move(official);
  one.candidates = std::move(candidates);
  one.question = "Which?";
  return one;
}

Benchmark benchmark(std::string_view name, std::vector<Item> items) {
  Benchmark one;
  one.info = &benchmark_info(name);
  one.items = std::move(items);
  return one;
}

Prediction answer(std::string id, std::string text, std::vector<double> losses = {}) {
  return {std::move(id), std::move(text), std::move(losses), ""};
}

Prediction failed(std::string id) { return {std::move(id), "", {}, "the image is broken"}; }

/// Makes a submission, which must pass the check.
Submission make(const Benchmark& benchmark, const std::vector<Prediction>& predictions) {
  Submission submission = make_submission(benchmark, predictions);
  EXPECT_THAT(check_submission(benchmark, submission.content), IsEmpty()) << submission.content;
  return submission;
}

Benchmark captions() {
  return benchmark("coco", {item("42", {{"image_id", 42}}), item("7", {{"image_id", 7}})});
}

TEST(Submissions, Captions) {
  const Submission file = make(captions(), {answer("42", "a \"red\" hat"), failed("7")});
  EXPECT_EQ(file.file_name, "captions_val2014_lion_results.json");
  EXPECT_EQ(file.content,
            R"([{"image_id":42,"caption":"a \"red\" hat"},{"image_id":7,"caption":""}])");
  const Benchmark textcaps = benchmark("textcaps", {item("0a1b", {{"image_id", "0a1b"}})});
  EXPECT_EQ(make(textcaps, {answer("0a1b", "a sign")}).content,
            R"([{"image_id":"0a1b","caption":"a sign"}])");
}

TEST(Submissions, ObjectsNamedAreCaptionsAndTagsGoNowhere) {
  const Benchmark objects = benchmark("coco_objects", {item("42", {{"image_id", 42}}, {"hat"})});
  const Submission file = make(objects, {answer("42", "a hat")});
  EXPECT_EQ(file.file_name, "captions_coco_objects_lion_results.json");
  EXPECT_EQ(file.content, R"([{"image_id":42,"caption":"a hat"}])");
  const Benchmark tags = benchmark("coco_tags", {item("42", {{"image_id", 42}}, {"hat"})});
  EXPECT_TRUE(has_submission(*objects.info));
  EXPECT_FALSE(has_submission(*tags.info));
  EXPECT_THAT(
      message_of<InputError>([&] { make_submission(tags, std::vector{answer("42", "hat")}); }),
      HasSubstr("coco_tags: has no submission format"));
  EXPECT_THAT(check_submission(tags, "[]"), Contains(HasSubstr("no submission format")));
}

TEST(Submissions, BytesThatAreNoTextAreReplaced) {
  EXPECT_THAT(make(captions(), {answer("42", "a \xff"), answer("7", "b")}).content,
              HasSubstr("a \xEF\xBF\xBD"));
}

TEST(Submissions, AnswersToQuestions) {
  const Benchmark vqa = benchmark("vqav2", {item("9", {{"question_id", 9}})});
  const Submission file = make(vqa, {answer("9", "yes")});
  EXPECT_EQ(file.file_name, "v2_OpenEnded_mscoco_val2014_lion_results.json");
  EXPECT_EQ(file.content, R"([{"question_id":9,"answer":"yes"}])");
  const Benchmark gqa = benchmark("gqa", {item("201", {{"questionId", "201"}})});
  EXPECT_EQ(make(gqa, {answer("201", "no")}).content,
            R"([{"questionId":"201","prediction":"no"}])");
}

TEST(Submissions, Aokvqa) {
  const Benchmark direct = benchmark("aokvqa", {item("2aB", {{"question_id", "2aB"}})});
  EXPECT_EQ(make(direct, {answer("2aB", "cab")}).content, R"({"2aB":{"direct_answer":"cab"}})");
  const Benchmark choices =
      benchmark("aokvqa_mc", {item("2aB", {{"question_id", "2aB"}}, {"bus", "cab"}),
                              item("3aB", {{"question_id", "3aB"}}, {"bus", "cab"})});
  const Submission file = make(choices, {answer("2aB", "cab", {2.5, 1.5}), failed("3aB")});
  EXPECT_EQ(file.content, R"({"2aB":{"multiple_choice":"cab"},"3aB":{"multiple_choice":""}})");
  EXPECT_THAT(check_submission(choices, R"({"2aB":{"multiple_choice":"taxi"},"3aB":3})"),
              ElementsAre(HasSubstr("\"taxi\" is none of the choices"), HasSubstr("question 3aB")));
}

Benchmark dialogue() {
  std::vector<Item> rounds;
  for (int round = 1; round <= 3; ++round) {
    rounds.push_back(
        item(str("5-", round), {{"image_id", 5}, {"round_id", round}}, {"a", "b", "c", "d"}));
  }
  return benchmark("visdial", std::move(rounds));
}

TEST(Submissions, RanksOfVisdial) {
  const Submission file = make(dialogue(), {answer("5-1", "b", {2.0, 0.5, 2.0, 1.0}), failed("5-2"),
                                            answer("5-3", "c", {NAN, 3.0, 1.0, 3.0})});
  EXPECT_EQ(file.content, R"([{"image_id":5,"round_id":1,"ranks":[3,1,4,2]},)"
                          R"({"image_id":5,"round_id":2,"ranks":[1,2,3,4]},)"
                          R"({"image_id":5,"round_id":3,"ranks":[4,2,1,3]}])");
  EXPECT_EQ(file.file_name, "visdial_1.0_val_lion_ranks.json");
  EXPECT_THAT(
      check_submission(dialogue(),
                       R"([{"image_id":5,"round_id":1,"ranks":[1,2,3,3]},
                                   {"image_id":5,"round_id":2,"ranks":[1,2,3]},
                                   {"image_id":5,"round_id":3,"ranks":[1,2,3,4.5]}])"),
      ElementsAre(HasSubstr("1 to 4 once"), HasSubstr("1 to 4 once"), HasSubstr("whole numbers")));
}

TEST(Submissions, RanksWithoutLossesBeginWithTheAnswer) {
  const Submission file =
      make(dialogue(), {answer("5-1", "c"), answer("5-2", "a"), answer("5-3", "d")});
  EXPECT_THAT(file.content,
              AllOf(HasSubstr("[2,3,1,4]"), HasSubstr("[1,2,3,4]"), HasSubstr("[2,3,4,1]")));
}

/// An empty answer would count as "yes".
TEST(Submissions, PopeLinesLeaveOutWhatWasNotAnswered) {
  const Benchmark pope =
      benchmark("pope_random", {item("1", {{"question_id", 1}}), item("2", {{"question_id", 2}})});
  const Submission file = make(pope, {answer("1", "Yes, there is."), failed("2")});
  EXPECT_EQ(file.content, "{\"question_id\":1,\"answer\":\"Yes, there is.\"}\n");
  EXPECT_THAT(check_submission(pope, file.content), IsEmpty());
  EXPECT_THAT(check_submission(pope, "{\"question_id\":3,\"answer\":\"a\"}\n"),
              ElementsAre(HasSubstr("3 is unknown")));
}

TEST(Submissions, BoxesInPixels) {
  const Json official = {
      {"img_path", "a.jpg"}, {"expression", "the hat"}, {"width", 200}, {"height", 100}};
  const Benchmark rec =
      benchmark("refcoco_val", {item("l1", official), item("l2", official), item("l3", official)});
  const Submission file = make(
      rec, {answer("l1", "Answer: [0.25,0.5,0.75,1.0]"), answer("l2", "nowhere"), failed("l3")});
  EXPECT_EQ(file.file_name, "refcoco_val_lion_boxes.jsonl");
  EXPECT_EQ(
      file.content,
      "{\"id\":\"l1\",\"img_path\":\"a.jpg\",\"expression\":\"the hat\","
      "\"answer\":\"Answer: [0.25,0.5,0.75,1.0]\",\"bbox\":[50.0,50.0,150.0,100.0]}\n"
      "{\"id\":\"l2\",\"img_path\":\"a.jpg\",\"expression\":\"the hat\",\"answer\":\"nowhere\","
      "\"bbox\":null}\n");
  EXPECT_THAT(
      check_submission(rec, R"({"id":"l1","img_path":"b.jpg","expression":"the hat","answer":""})"
                            "\n"
                            R"({"id":"l2","img_path":"a.jpg","expression":"the hat","answer":"",)"
                            R"("bbox":[1,2,3]})"),
      ElementsAre(HasSubstr("img_path"), HasSubstr("four numbers")));
}

TEST(Submissions, TheTableOfMmbench) {
  const Benchmark mmbench =
      benchmark("mmbench_test", {item("7", {{"index", 7}}, {"a \"b\"", "c\td", "e"}),
                                 item("1000007", {{"index", 1000007}}, {"c\td", "e", "a \"b\""}),
                                 item("2000007", {{"index", 2000007}}, {"e", "a \"b\"", "c\td"})});
  const Submission file = make(
      mmbench, {answer("7", "e", {3, 2, 1}), answer("1000007", "e", {3, 1, 2}), failed("2000007")});
  EXPECT_EQ(file.file_name, "mmbench_test_lion.tsv");
  EXPECT_EQ(file.content,
            "index\tquestion\tA\tB\tC\tD\tprediction\n"
            "7\tWhich?\t\"a \"\"b\"\"\"\t\"c\td\"\te\t\tC\n"
            "1000007\tWhich?\t\"c\td\"\te\t\"a \"\"b\"\"\"\t\tB\n"
            "2000007\tWhich?\te\t\"a \"\"b\"\"\"\t\"c\td\"\t\t\n");
  const std::string head = "index\tquestion\tA\tB\tC\tD\tprediction\n";
  EXPECT_THAT(check_submission(mmbench, head + "7\tQ\ta\tb\tc\t\tD\n1000007\tQ\tA\n"
                                               "2000007\tQ\ta\tb\tc\t\tAB\n"),
              AllOf(Contains(HasSubstr("\"D\" is no letter")),
                    Contains(HasSubstr("line 3: has 3 cells")), Contains(HasSubstr("\"AB\""))));
  EXPECT_THAT(check_submission(mmbench, "index\tprediction\n7\tA\n"),
              Contains(HasSubstr("columns are not")));
  EXPECT_THAT(check_submission(mmbench, "index,question,A,B,C,D,prediction\n7,Q,a,b,c,,A\n"),
              Contains(HasSubstr("tabs between them")));
  EXPECT_THAT(check_submission(mmbench, head + "7\t\"Q\ta\n"),
              Contains(HasSubstr("line 2: has a quote")));
}

TEST(Submissions, ChoicesAsLines) {
  const Benchmark vsr = benchmark(
      "vsr", {item("vsr: line 1", {{"image", "a.jpg"}, {"caption", "Up."}}, {"true", "false"}),
              item("vsr: line 2", {{"image", "b.jpg"}, {"caption", "Down."}}, {"true", "false"})});
  const Submission file =
      make(vsr, {answer("vsr: line 1", "false", {2, 1}), failed("vsr: line 2")});
  EXPECT_EQ(file.file_name, "vsr_lion_predictions.jsonl");
  EXPECT_EQ(file.content,
            "{\"id\":\"vsr: line 1\",\"image\":\"a.jpg\",\"caption\":\"Up.\",\"prediction\":"
            "\"false\"}\n");
  EXPECT_THAT(check_submission(vsr, "{\"id\":\"vsr: line 1\",\"prediction\":\"maybe\"}\nx\n"),
              ElementsAre(HasSubstr("\"maybe\" is none"), HasSubstr("line 2: is not JSON")));
}

TEST(Submissions, WhatAServerWouldRefuse) {
  const Benchmark coco = captions();
  const auto faults = [&](std::string_view content) { return check_submission(coco, content); };
  const std::string good = R"({"image_id":42,"caption":"a"})";
  EXPECT_THAT(faults(""), ElementsAre(HasSubstr("empty")));
  EXPECT_THAT(faults("[]"), Contains(HasSubstr("no record")));
  EXPECT_THAT(faults("[{"), Contains(HasSubstr("not JSON")));
  EXPECT_THAT(faults("{}"), Contains(HasSubstr("not a list")));
  EXPECT_THAT(faults("[{\"image_id\":42,\"caption\":\"\xff\"}]"), ElementsAre(HasSubstr("UTF-8")));
  EXPECT_THAT(faults(str("[", good, "]")), ElementsAre(HasSubstr("7 is missing")));
  EXPECT_THAT(faults(str("[", good, ",", good, R"(,{"image_id":7,"caption":"b"}])")),
              ElementsAre(HasSubstr("42 is there twice")));
  EXPECT_THAT(faults(str("[", good, R"(,{"image_id":8,"caption":"b"}])")),
              ElementsAre(HasSubstr("8 is unknown"), HasSubstr("7 is missing")));
  EXPECT_THAT(faults(str("[", good, R"(,{"image_id":"7","caption":"b"}])")),
              Contains(HasSubstr("\"image_id\" is not a whole number")));
  EXPECT_THAT(faults(str("[", good, R"(,{"image_id":7,"caption":3}])")),
              ElementsAre(HasSubstr("\"caption\" is not a text")));
  EXPECT_THAT(faults(str("[", good, R"(,{"image_id":7}])")),
              ElementsAre(HasSubstr("\"caption\" is missing")));
}

TEST(Submissions, ManyFaultsAreCounted) {
  std::vector<Item> items;
  for (int i = 0; i < 70; ++i) items.push_back(item(str(i), {{"image_id", i}}));
  const auto faults =
      check_submission(benchmark("coco", std::move(items)), R"([{"image_id":0,"caption":"a"}])");
  EXPECT_THAT(faults, SizeIs(51));
  EXPECT_EQ(faults.back(), "and 19 more");
}

TEST(Submissions, PredictionsMustFitTheItems) {
  EXPECT_THAT(
      message_of<InputError>([] { make_submission(captions(), std::vector{answer("42", "a")}); }),
      AllOf(HasSubstr("1 predictions"), HasSubstr("expected 2")));
  EXPECT_THAT(message_of<InputError>([] {
                make_submission(captions(), std::vector{answer("7", "a"), answer("42", "b")});
              }),
              AllOf(HasSubstr("\"7\""), HasSubstr("\"42\"")));
}

class WriteSubmissionTest : public ReadTest {};

TEST_F(WriteSubmissionTest, TheFileIsWritten) {
  const std::vector predictions = {answer("42", "a"), answer("7", "b")};
  const auto path =
      write_submission(root_ / "new", captions(), make_submission(captions(), predictions));
  EXPECT_EQ(path, root_ / "new/captions_val2014_lion_results.json");
  EXPECT_EQ(read_file(path), make_submission(captions(), predictions).content);
  write("file", "x");
  EXPECT_THAT(message_of<ResourceError>([&] {
                write_submission(root_ / "file", captions(),
                                 make_submission(captions(), predictions));
              }),
              HasSubstr("file"));
}

TEST_F(WriteSubmissionTest, FaultsStopIt) {
  Benchmark twice = captions();
  twice.items[1] = twice.items[0];
  EXPECT_THAT(message_of<InternalError>([&] {
                write_submission(
                    root_ / "new", twice,
                    make_submission(twice, std::vector{answer("42", "a"), answer("42", "b")}));
              }),
              HasSubstr("there twice"));
  EXPECT_FALSE(std::filesystem::exists(root_ / "new"));
}

}  // namespace
}  // namespace lion::eval
