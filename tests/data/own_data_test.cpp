// A person's own data, from its lines to data sets.
#include "data_fixtures.h"
#include "lion/annotations/read_own.h"
#include "lion/data/data_check.h"
#include "lion/scenes/scene_dataset.h"

namespace lion::data {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

class OwnData : public DataTest {
 protected:
  OpenDatasets open_own(std::string_view lines, std::string_view more = "") {
    write("own.jsonl", lines);
    return open(str(R"([{"format": "own", "annotations": ["own.jsonl"])", more, "}]"));
  }

  /// What is wrong with the only problem of a file that has one sound line besides `line`.
  std::string fault_of(std::string_view line, std::string_view more = "") {
    write_image("a.jpg", 100, 50);
    const OpenDatasets sets =
        open_own(str(R"({"image": "a.jpg", "caption": "fine"})", "\n", line, "\n"), more);
    const Problems& problems = sets.sources.at(0).problems;
    EXPECT_EQ(problems.total(), 1) << line;
    if (problems.kept().empty()) return "";
    EXPECT_THAT(problems.kept()[0].where, HasSubstr("own.jsonl, line 2"));
    return problems.kept()[0].what;
  }
};

TEST_F(OwnData, OneFileGivesEveryTask) {
  write_image("images/a.jpg", 100, 50);
  const OpenDatasets sets = open_own(R"(
{"image": "images/a.jpg", "caption": "A dog.", "id": 7, "_source": "phone"}
{"image": "images/a.jpg", "captions": ["One.", "Two."]}
{"image": "images/a.jpg", "question": "What is it?", "answer": "a dog"}
{"image": "images/a.jpg", "questions": [{"question": "How many?", "answers": ["1", "1", "one"]}]}
{"image": "images/a.jpg", "turns": [{"question": "Hi?", "answer": "Yes."}, {"question": "And?", "answer": "No."}]}
{"image": "images/a.jpg", "phrase": "the dog", "box": [10, 10, 60, 40]}
{"image": "images/a.jpg", "box_format": "xywh_percent", "boxes": [{"phrase": ["it", "that"], "box": [10, 20, 50, 60]}]}
)");
  std::vector<std::string> names;
  for (const auto& set : sets.datasets) names.push_back(set->name());
  EXPECT_THAT(names, ElementsAre("caption_own", "vqa_own", "dialogue_own", "rec_own", "reg_own"));
  EXPECT_EQ(sets.sources.at(0).problems.total(), 0);
  EXPECT_EQ(sets.datasets[0]->size(), 3);
  EXPECT_EQ(example_of(*sets.datasets[0], 2).answer, "Two.");
  EXPECT_EQ(sets.datasets[1]->size(), 2);
  EXPECT_THAT(example_of(*sets.datasets[1], 0).instruction, HasSubstr("What is it?"));
  EXPECT_EQ(answers_of(*sets.datasets[1], 1).size(), 2u);
  EXPECT_THAT(example_of(*sets.datasets[2], 1).instruction, HasSubstr("Hi? Yes. And?"));
  EXPECT_EQ(example_of(*sets.datasets[2], 1).answer, "No.");
  EXPECT_EQ(sets.datasets[3]->size(), 3);
  EXPECT_EQ(example_of(*sets.datasets[3], 0).answer, "Answer: [0.100,0.200,0.600,0.800]");
  EXPECT_EQ(example_of(*sets.datasets[3], 2).answer, "Answer: [0.100,0.200,0.600,0.800]");
  EXPECT_EQ(sets.datasets[0]->image(0).width, 100);
  EXPECT_EQ(check_datasets(sets).findings(), 0);
}

TEST_F(OwnData, TasksThatAreAskedForMustBeThere) {
  write_image("a.jpg");
  const char* line = R"({"image": "a.jpg", "question": "What?", "answer": "it"})";
  const OpenDatasets sets = open_own(line, R"(, "tasks": ["vqg"])");
  EXPECT_EQ(sets.datasets.at(0)->task(), Task::kVqg);
  EXPECT_THAT(message_of<InputError>([&] { open_own(line, R"(, "tasks": ["rec"])"); }),
              AllOf(HasSubstr("no line is of use to the task rec"), HasSubstr("\"tasks\"")));
}

TEST_F(OwnData, UnknownKeysAreNamed) {
  EXPECT_THAT(fault_of(R"({"image": "a.jpg", "captoin": "x"})"),
              AllOf(HasSubstr("unknown key \"captoin\""), HasSubstr("caption, captions")));
}

TEST_F(OwnData, EveryFaultSaysWhatToDo) {
  EXPECT_THAT(fault_of("{'image': 'a.jpg'}"), HasSubstr("is not JSON"));
  EXPECT_THAT(fault_of(R"({"image": "a.jpg", "caption": "x", "score": NaN})"),
              HasSubstr("is not JSON"));
  EXPECT_THAT(fault_of(R"(["a.jpg", "x"])"), HasSubstr("is not an object"));
  EXPECT_THAT(fault_of(R"({"caption": "x"})"), HasSubstr("\"image\" is missing"));
  EXPECT_THAT(fault_of(R"({"image": "a.jpg"})"), HasSubstr("says nothing about its image"));
  EXPECT_THAT(fault_of(R"({"image": "a.jpg", "caption": " "})"), HasSubstr("\"caption\" is empty"));
  EXPECT_THAT(fault_of(R"({"image": "a.jpg", "caption": "x", "captions": ["y"]})"),
              HasSubstr("keep one of them"));
  EXPECT_THAT(fault_of(R"({"image": "a.jpg", "question": "x"})"),
              HasSubstr("\"answer\" is missing"));
  EXPECT_THAT(fault_of(R"({"image": "a.jpg", "turns": [{"question": "x"}]})"),
              HasSubstr("\"answer\" is missing"));
  EXPECT_THAT(fault_of(R"({"image": "a.jpg", "phrase": "x", "box": [1, 2, 3]})"),
              HasSubstr("four numbers"));
  EXPECT_THAT(fault_of(R"({"image": "no.jpg", "phrase": "x", "box": [1, 2, 30, 40]})"),
              HasSubstr("no.jpg"));
  EXPECT_THAT(
      fault_of(R"({"image": "a.jpg", "phrase": "x", "box": [1, 2, 30, 40], "box_format": "yolo"})"),
      HasSubstr("expected xyxy_pixels"));
}

TEST_F(OwnData, BoxesOfAnotherFormatAreToldWhichTheyLookLike) {
  const auto box = [](const char* numbers, const char* format) {
    return str(R"({"image": "a.jpg", "phrase": "x", "box": )", numbers, R"(, "box_format": ")",
               format, "\"}");
  };
  // The image is 100 x 50.
  EXPECT_THAT(fault_of(box("[60, 20, 30, 20]", "xyxy_pixels")),
              AllOf(HasSubstr("x1 <= x0: is this x,y,width,height?"), HasSubstr("xywh_pixels")));
  EXPECT_THAT(fault_of(box("[0.1, 0.2, 0.5, 0.9]", "xyxy")),
              AllOf(HasSubstr("are these fractions?"), HasSubstr("xyxy_fractions")));
  EXPECT_THAT(
      fault_of(box("[100, 200, 500, 900]", "xyxy_pixels")),
      AllOf(HasSubstr("reaches out of the image of 100 x 50"), HasSubstr("xyxy_thousandths")));
  EXPECT_THAT(fault_of(box("[10, 20, 60, 40]", "xyxy_fractions")), HasSubstr("xyxy_pixels"));
  EXPECT_THAT(fault_of(box("[10, 20, 0, 10]", "xywh_pixels")), HasSubstr("not above 0"));
}

TEST_F(OwnData, SplitsShareAFile) {
  write_image("a.jpg");
  const std::string lines = R"({"image": "a.jpg", "caption": "train", "split": "train"}
{"image": "a.jpg", "caption": "val", "split": "val"}
{"image": "a.jpg", "caption": "both"})";
  EXPECT_EQ(open_own(lines).datasets.at(0)->size(), 2);
  const OpenDatasets val = open_own(lines, R"(, "split": "val")");
  EXPECT_EQ(example_of(*val.datasets.at(0), 0).answer, "val");
  EXPECT_EQ(check_datasets(val).findings(), 0);
}

TEST_F(OwnData, AListAndAByteOrderMarkAreRead) {
  write_image("a.jpg");
  EXPECT_EQ(open_own("\xEF\xBB\xBF{\"image\": \"a.jpg\", \"caption\": \"x\"}\r\n").datasets.size(),
            1u);
  EXPECT_EQ(open_own(R"([{"image": "a.jpg", "caption": "x"}, {"image": "a.jpg", "caption": "y"}])")
                .datasets.at(0)
                ->size(),
            2);
}

/// A JPEG of 40 x 30 stored pixels that is to be turned by a quarter.
std::string turned_jpeg() {
  const std::string jpeg = encode_jpeg(Image::black(40, 30), 80);
  constexpr std::string_view kExif(
      "\xFF\xE1\x00\x22"
      "Exif\0\0MM\0\x2A\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0",
      36);
  return str(jpeg.substr(0, 2), kExif, jpeg.substr(2));
}

TEST_F(OwnData, ImagesAreTurnedAsAnsweringTurnsThem) {
  write("a.jpg", turned_jpeg());
  const std::string line = R"({"image": "a.jpg", "phrase": "x", "box": [0, 0, 15, 20]})";
  write("own.jsonl", line);
  const char* entry = R"([{"format": "own", "annotations": ["own.jsonl"]}])";
  const OpenDatasets turned = open(entry);
  EXPECT_EQ(turned.datasets[0]->image(0).width, 30);
  EXPECT_EQ(example_of(*turned.datasets[0], 0).answer, "Answer: [0.000,0.000,0.500,0.500]");
  EXPECT_EQ(check_datasets(turned).findings(), 0);
  const OpenDatasets stored = open(entry, R"("exif": "ignore", )");
  EXPECT_EQ(stored.datasets[0]->image(0).width, 40);
  EXPECT_EQ(example_of(*stored.datasets[0], 0).answer, "Answer: [0.000,0.000,0.375,0.667]");
  EXPECT_THAT(message_of<InputError>([&] { open(entry, R"("exif": "turn", )"); }),
              AllOf(HasSubstr("\"exif\""), HasSubstr("auto"), HasSubstr("ignore")));
}

TEST_F(OwnData, AnAnnotatedSizeThatIsNotTheOneSeenIsTold) {
  write("a.jpg", turned_jpeg());
  const char* entry = R"([{"format": "own", "annotations": ["own.jsonl"]}])";
  for (const bool upright : {true, false}) {
    write("own.jsonl", str(R"({"image": "a.jpg", "caption": "x", "width": )", upright ? 30 : 40,
                           R"(, "height": )", upright ? 40 : 30, "}"));
    for (const bool ignore : {true, false}) {
      const OpenDatasets sets = open(entry, ignore ? R"("exif": "ignore", )" : "");
      const CheckResult result = check_datasets(sets);
      std::vector<std::string> warnings;
      set_log_sink([&](LogLevel, std::string_view text) { warnings.emplace_back(text); });
      sets.datasets[0]->image(0);
      sets.datasets[0]->image(0);
      set_log_sink({});
      if (upright != ignore) {
        EXPECT_EQ(result.findings(), 0);
        EXPECT_TRUE(warnings.empty());
        continue;
      }
      ASSERT_EQ(result.findings(), 1);
      EXPECT_THAT(result.datasets[0].problems.kept()[0].what,
                  AllOf(HasSubstr("the annotations say"), HasSubstr("EXIF"),
                        HasSubstr(ignore ? "\"auto\"" : "\"ignore\"")));
      ASSERT_EQ(warnings.size(), 1u) << "once a data set";
      EXPECT_THAT(warnings[0], HasSubstr("the annotations say"));
    }
  }
}

TEST_F(OwnData, FilesThatAreMissingAreAllNamed) {
  const std::string message = message_of<ResourceError>([&] {
    open(R"([{"format": "own", "annotations": ["one.jsonl"]},
             {"format": "own", "name": "b", "annotations": ["two.jsonl"]}])");
  });
  EXPECT_THAT(message,
              AllOf(HasSubstr("2 errors"), HasSubstr("one.jsonl"), HasSubstr("two.jsonl")));
}

TEST(DataConfigJson, SeveralErrorsAreReportedTogether) {
  const std::string message = message_of<InputError>([] {
    DataConfig::from_json(parse_json(R"({"root": 7, "answer": "most", "datasets": [
        {"format": "coco"}, {"format": "scenes", "count": -1}, {"format": "own"}], "datsets": []})",
                                     "c.json"),
                          "c.json", scenes::read_scene_data);
  });
  EXPECT_THAT(message, AllOf(HasSubstr("6 errors"), HasSubstr("\"root\""), HasSubstr("most"),
                             HasSubstr("datasets[0]"), HasSubstr("\"count\" is -1"),
                             HasSubstr("\"own\" needs \"annotations\""), HasSubstr("\"datsets\"")));
}

}  // namespace
}  // namespace lion::data
