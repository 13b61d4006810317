// POPE, VSR, IconQA and VisDial.
#include "read_fixtures.h"

namespace lion::eval {
namespace {
using testing::AllOf;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;

class ClosedTest : public ReadTest {};

TEST_F(ClosedTest, PopeLines) {
  make_folder("val2014");
  write(
      "pope/coco_pope_popular.json",
      R"({"question_id": 1, "image": "COCO_val2014_000000000005.jpg", "text": "Is there a cup?", "label": "yes"}
{"question_id": 2, "image": "COCO_val2014_000000000005.jpg", "text": "Is there a hat?", "label": "no"}

{"question_id": 2, "image": "COCO_val2014_000000000005.jpg", "text": "Is there a cat?", "label": "no"}
{"question_id": 4, "image": "COCO_val2014_000000000005.jpg", "text": "Is there a bus?", "label": "maybe"}
{"question_id": 5, "image": "COCO_val2014_000000000005.jpg", "label": "no"}
)");
  const Benchmark pope = read("pope_popular");
  ASSERT_EQ(pope.items.size(), 2u);
  EXPECT_EQ(pope.items[1].prompt, "Question: Is there a hat? Short answer:");
  EXPECT_THAT(pope.items[1].truth.texts, ElementsAre("no"));
  EXPECT_EQ(pope.items[1].category, "no");
  EXPECT_EQ(pope.items[1].official.dump(), R"({"question_id":2})");
  EXPECT_EQ(pope.items[0].image.path, root_ / "val2014/COCO_val2014_000000000005.jpg");
  EXPECT_EQ(pope.problems.counted(ProblemKind::kDuplicate), 1);
  EXPECT_EQ(pope.problems.counted(ProblemKind::kMalformed), 2);
  EXPECT_EQ(pope.problems.kept()[0].where, "coco_pope_popular.json, line 4");
  EXPECT_THAT(message_of<ResourceError>([&] { read("pope_random"); }),
              HasSubstr("coco_pope_random.json"));
}

TEST_F(ClosedTest, BrokenLinesAreCountedAndTheOthersRead) {
  make_folder("val2014");
  const std::string good =
      R"({"question_id": 7, "image": "COCO_val2014_000000000005.jpg", "text": "A?", "label": "no"})";
  write("coco_pope_random.json", str("broken\r\n", good, "\r\n{\"question_id\": 8,\r\n"));
  const Benchmark pope = read("pope_random");
  ASSERT_EQ(pope.items.size(), 1u);
  EXPECT_EQ(pope.items[0].id, "7");
  EXPECT_EQ(pope.problems.counted(ProblemKind::kMalformed), 2);
  EXPECT_EQ(pope.problems.kept()[0].where, "coco_pope_random.json, line 1");
  EXPECT_EQ(pope.problems.kept()[1].where, "coco_pope_random.json, line 3");
}

TEST_F(ClosedTest, PopeOfOneLine) {
  make_folder("val2014");
  write(
      "coco_pope_random.json",
      R"({"question_id": 1, "image": "COCO_val2014_000000000005.jpg", "text": "A?", "label": "no"})");
  EXPECT_EQ(read("pope_random").items.size(), 1u);
}

TEST_F(ClosedTest, RealPopeFiles) {
  if (!std::filesystem::exists(shared_data("pope"))) GTEST_SKIP() << "no such folder: pope";
  make_folder("val2014");
  for (const char* set : {"random", "popular", "adversarial"}) {
    const std::string name = str("coco_pope_", set, ".jsonl");
    std::filesystem::create_symlink(shared_data("pope") / name, root_ / name);
    const Benchmark pope = read(str("pope_", set));
    EXPECT_EQ(pope.problems.total(), 0);
    EXPECT_EQ(pope.items.size(), 1800u);
    const auto yes = std::count_if(pope.items.begin(), pope.items.end(),
                                   [](const Item& item) { return item.category == "yes"; });
    EXPECT_EQ(yes, 900);
  }
}

constexpr const char* kStatements =
    R"({"image": "000000000085.jpg", "image_link": "http://x/train2017/000000000085.jpg", "caption": "The cat is on the mat. ", "label": 1, "relation": "on"}
{"image": "000000000086.jpg", "image_link": "http://x/val2017/000000000086.jpg", "caption": "A hat.", "label": 0}
{"image": "000000000086.jpg", "caption": "A hat.", "label": 2}
)";

TEST_F(ClosedTest, VsrAmongCocosImages) {
  make_folder("coco/train2017");
  make_folder("coco/val2017");
  write("vsr/random_dev.jsonl", kStatements);
  Benchmark vsr = read("vsr");
  ASSERT_EQ(vsr.items.size(), 2u);
  EXPECT_EQ(vsr.items[0].id, "vsr: line 1");
  EXPECT_EQ(vsr.items[0].prompt,
            "Based on the image, is this statement true or false? \"The cat is on the mat.\" "
            "Answer:");
  EXPECT_THAT(vsr.items[0].candidates, ElementsAre("true", "false"));
  EXPECT_EQ(vsr.items[0].truth.candidate, 0);
  EXPECT_EQ(vsr.items[1].truth.candidate, 1);
  EXPECT_EQ(vsr.items[0].category, "on");
  EXPECT_EQ(vsr.items[0].image.path, root_ / "coco/train2017/000000000085.jpg");
  EXPECT_EQ(vsr.items[1].image.path, root_ / "coco/val2017/000000000086.jpg");
  EXPECT_EQ(vsr.problems.counted(ProblemKind::kMalformed), 1);
  options_.vsr_yes_no = true;
  EXPECT_THAT(read("vsr").items[0].candidates, ElementsAre("yes", "no"));
  make_folder("vsr/images");
  EXPECT_EQ(read("vsr").items[1].image.path, root_ / "vsr/images/000000000086.jpg");
}

TEST_F(ClosedTest, VsrAsReleased) {
  make_folder("images");
  options_.images = root_ / "images";
  write("splits/zeroshot/dev.jsonl", kStatements);
  write("splits/random/train.jsonl", kStatements);
  EXPECT_EQ(read("vsr_zeroshot").items[0].id, "vsr_zeroshot: line 1");
  EXPECT_THAT(message_of<ResourceError>([&] { read("vsr"); }),
              AllOf(HasSubstr("random_dev.jsonl"), HasSubstr("random/dev.jsonl")));
}

TEST_F(ClosedTest, RealStatements) {
  const auto vsr = shared_data("vsr");
  if (!std::filesystem::exists(vsr)) GTEST_SKIP() << "no such folder: " << vsr;
  options_.images = shared_data("coco_mini/images");
  for (const char* split : {"random", "zeroshot"}) {
    const std::string name = str(split, "_dev.jsonl");
    std::filesystem::create_symlink(vsr / name, root_ / name);
  }
  EXPECT_EQ(read("vsr").items.size(), 731u);
  EXPECT_EQ(read("vsr").problems.total(), 0);
  EXPECT_EQ(read("vsr_zeroshot").items.size(), 226u);
  std::filesystem::remove(root_ / "random_dev.jsonl");
  std::filesystem::create_symlink(vsr / "with_local_image.jsonl", root_ / "random_dev.jsonl");
  const Benchmark local = read("vsr");
  ASSERT_EQ(local.items.size(), 5u);
  for (const Item& item : local.items) {
    EXPECT_TRUE(std::filesystem::exists(item.image.path)) << item.image.path;
  }
}

TEST_F(ClosedTest, IconqaByNumber) {
  const auto add = [&](const std::string& id, std::string_view json) {
    write(str("iconqa/test/choose_txt/", id, "/data.json"), json);
  };
  add("10", R"({"question": "Is it up?", "choices": ["yes", "no"], "answer": 1, "grade": "k"})");
  add("9", R"({"question": "How many?", "choices": ["1", "2", "3"], "answer": 0})");
  add("11", R"({"question": "How many?", "choices": ["1", "2"], "answer": 2})");
  add("12", "{");
  make_folder("iconqa/test/choose_txt/13");
  make_folder("iconqa/train/choose_txt/1");
  const Benchmark iconqa = read("iconqa");
  ASSERT_EQ(iconqa.items.size(), 2u);
  EXPECT_EQ(iconqa.items[0].id, "9");
  EXPECT_EQ(iconqa.items[1].prompt, "Is it up?");
  EXPECT_THAT(iconqa.items[1].candidates, ElementsAre("yes", "no"));
  EXPECT_EQ(iconqa.items[1].truth.candidate, 1);
  EXPECT_EQ(iconqa.items[1].category, "k");
  EXPECT_EQ(iconqa.items[1].image.path, root_ / "iconqa/test/choose_txt/10/image.png");
  EXPECT_EQ(iconqa.problems.counted(ProblemKind::kMalformed), 3);
  std::filesystem::remove_all(root_ / "iconqa/test");
  EXPECT_THAT(message_of<ResourceError>([&] { read("iconqa"); }), HasSubstr("test/choose_txt"));
}

class DialogueTest : public ReadTest {
 protected:
  DialogueTest() {
    make_folder("visdial/VisualDialog_val2018");
    write("visdial/visdial_1.0_val.json", R"({"split": "val", "version": "1.0", "data": {
      "questions": ["is it sunny", "any people?"],
      "answers": ["yes", "no", "two of them", "dogs"],
      "dialogs": [
        {"image_id": 284024, "caption": "a dog on a beach", "dialog": [
          {"question": 0, "answer": 0, "answer_options": [3, 1, 0], "gt_index": 2},
          {"question": 1, "answer": 1, "answer_options": [1, 2], "gt_index": 0},
          {"question": 1, "answer": 2, "answer_options": [1, 2], "gt_index": 1}]},
        {"image_id": 7, "caption": "a cup", "dialog": [
          {"question": 9, "answer": 0, "answer_options": [0], "gt_index": 0},
          {"question": 0, "answer": 0, "answer_options": [0, 1], "gt_index": 2},
          {"question": 0, "answer": 0, "answer_options": [0, 9], "gt_index": 0},
          {"question": 0, "answer": 0, "answer_options": [0, 1]}]},
        {"image_id": 8, "caption": "a hat", "dialog": [
          {"question": 0, "answer": 1, "answer_options": [0, 1], "gt_index": 1}]}]}})");
  }
};

TEST_F(DialogueTest, RoundsWithTheirHistory) {
  const Benchmark visdial = read("visdial");
  ASSERT_EQ(visdial.items.size(), 4u);
  EXPECT_EQ(visdial.items[0].id, "284024-1");
  EXPECT_EQ(visdial.items[0].prompt, "Question: is it sunny? Short answer:");
  EXPECT_THAT(visdial.items[0].candidates, ElementsAre("dogs", "no", "yes"));
  EXPECT_EQ(visdial.items[0].truth.candidate, 2);
  EXPECT_EQ(visdial.items[1].prompt,
            "Dialog history: q: is it sunny? a: yes\nQuestion: any people? Short answer:");
  EXPECT_EQ(visdial.items[2].prompt,
            "Dialog history: q: is it sunny? a: yes  q: any people? a: no\n"
            "Question: any people? Short answer:");
  EXPECT_EQ(visdial.items[2].category, "round 03");
  EXPECT_EQ(visdial.items[2].official.dump(), R"({"image_id":284024,"round_id":3})");
  EXPECT_EQ(visdial.items[2].image.path,
            root_ / "visdial/VisualDialog_val2018/VisualDialog_val2018_000000284024.jpg");
  EXPECT_EQ(visdial.items[3].id, "8-1");
  EXPECT_EQ(visdial.problems.counted(ProblemKind::kMalformed), 4);
  EXPECT_EQ(visdial.problems.kept()[0].where, "visdial_1.0_val.json, 7-1");
}

TEST_F(DialogueTest, TheCaptionInFront) {
  options_.visdial_caption = true;
  EXPECT_EQ(read("visdial").items[0].prompt,
            "This image has the caption \"a dog on a beach\". Question: is it sunny? Short "
            "answer:");
  EXPECT_THAT(read("visdial").items[1].prompt,
              testing::StartsWith("This image has the caption \"a dog on a beach\". Dialog "));
}

TEST_F(DialogueTest, TheLimitCountsDialogues) {
  options_.limit = 1;
  EXPECT_EQ(read("visdial").items.size(), 3u);
  options_.limit = 2;  // the second usable one is the third of the file
  EXPECT_EQ(read("visdial").items.size(), 4u);
}

TEST_F(DialogueTest, AnotherFileIsToldApart) {
  write("visdial/visdial_1.0_val.json", R"({"split": "val"})");
  EXPECT_THAT(message_of<InputError>([&] { read("visdial"); }), HasSubstr("no \"data\""));
}

}  // namespace
}  // namespace lion::eval
