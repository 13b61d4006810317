// From official files to results, with an answerer that knows a little.
#include <cmath>

#include "lion/base/json.h"
#include "lion/eval/evaluate.h"
#include "lion/eval/tag_answers.h"
#include "lion/image/encode.h"
#include "read_fixtures.h"

namespace lion::eval {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kFile = R"({
  "images": [{"id": 1, "file_name": "COCO_val2014_000000000001.jpg"},
             {"id": 2, "file_name": "COCO_val2014_000000000002.jpg"},
             {"id": 3, "file_name": "COCO_val2014_000000000003.jpg"}],
  "annotations": [{"id": 1, "image_id": 1, "category_id": 17},
                  {"id": 2, "image_id": 2, "category_id": 18},
                  {"id": 3, "image_id": 2, "category_id": 17}],
  "categories": [{"id": 17, "name": "cat"}, {"id": 18, "name": "dog"}]})";

class EvaluateObjects : public ReadTest {
 protected:
  EvaluateObjects() {
    write("instances_val2014.json", kFile);
    make_folder("val2014");
    for (int i = 1; i <= 3; ++i) {
      save_image(root_ / str("val2014/COCO_val2014_00000000000", i, ".jpg"), Image::black(8, 8));
    }
    evaluate_.read.root = root_;
    evaluate_.run.folder = root_ / "out";
    answerer_.settings = {{"model", "m"}};
    answerer_.answer = [this](const BenchmarkInfo& info, std::span<const ItemRequest> items) {
      std::vector<Prediction> predictions;
      for (const ItemRequest& asked : items) {
        ++asked_;
        if (info.mode == Mode::kTag) {
          const std::vector<float> cat_and_dog = {asked.item->id == "3" ? 0.25F : 0.75F, 0.5F,
                                                  0.4F};
          predictions.push_back(TagAnswers(tags_).answer(*asked.item, cat_and_dog));
        } else {
          predictions.emplace_back().text = "a cat with two dogs";
        }
      }
      return predictions;
    };
  }

  Evaluation run(std::string_view name) {
    return evaluate(benchmark_info(name), PromptTemplates::builtin(), answerer_, evaluate_).value();
  }

  std::vector<Json> samples() const {
    std::vector<Json> all;
    for (const std::string& line : lines(read_file(root_ / "out/samples.jsonl"))) {
      all.push_back(parse_json(line, "sample"));
    }
    return all;
  }

  TagList tags_ = {{"cat", "dog", "red"}, {0.5F, 0.6F, 0.5F}};
  EvaluateOptions evaluate_;
  Answerer answerer_;
  int asked_ = 0;
};

TEST_F(EvaluateObjects, ATaggerHasAResultAndNoSubmission) {
  const Evaluation evaluation = run("coco_tags");
  // Cats come first; three images are as likely to have a dog.
  EXPECT_NEAR(evaluation.score->main, 100 * (1.0 + 1.0 / 3) / 2, 1e-9);
  EXPECT_LE(evaluation.interval->low, evaluation.score->main);
  EXPECT_EQ(evaluation.result["figure"], "mAP");
  EXPECT_EQ(evaluation.result["decoding"]["mode"], "tag");
  EXPECT_EQ(evaluation.result["prompt"], "");
  EXPECT_TRUE(evaluation.result["submission"].is_null());
  const Json scores = parse_json(read_file(root_ / "out/scores.json"), "scores.json");
  EXPECT_EQ(scores["figure"], "F1");  // mAP is no figure of one image
  const std::vector<Json> lines = samples();
  EXPECT_EQ(lines[1]["answer"], "cat");
  EXPECT_EQ(lines[1]["truth"].dump(), R"(["cat","dog"])");
  EXPECT_FALSE(lines[1].contains("chosen"));
  EXPECT_NEAR(lines[1]["value"].get<double>(), 2.0 / 3, 1e-12);
  // The same from the journal alone.
  EXPECT_EQ(run("coco_tags").result, evaluation.result);
  EXPECT_EQ(asked_, 3);
}

TEST_F(EvaluateObjects, ATaggerOfOtherTagsEndsTheRun) {
  tags_.names[1] = "hound";
  EXPECT_THAT(message_of<InputError>([&] { run("coco_tags"); }),
              HasSubstr("does not know 1 of 2 categories (dog)"));
  EXPECT_EQ(asked_, 1);
}

TEST_F(EvaluateObjects, CaptionsHaveAResultAndASubmission) {
  const Evaluation evaluation = run("coco_objects");
  EXPECT_EQ(evaluation.score->main, 100);
  EXPECT_NEAR(evaluation.result["metrics"]["CHAIRi"].get<double>(), 3.0 / 6, 1e-12);
  EXPECT_NEAR(evaluation.result["metrics"]["CHAIRs"].get<double>(), 2.0 / 3, 1e-12);
  EXPECT_EQ(evaluation.result["decoding"]["max_new_tokens"], 80);
  const auto submission = evaluation.result["submission"].get<std::string>();
  EXPECT_EQ(submission, "captions_coco_objects_lion_results.json");
  EXPECT_THAT(read_file(root_ / "out" / submission),
              HasSubstr(R"({"image_id":2,"caption":"a cat with two dogs"})"));
  EXPECT_EQ(samples()[0]["truth"].dump(), R"(["cat"])");
  EXPECT_FALSE(samples()[2].contains("value"));  // nothing is in the image
}

}  // namespace
}  // namespace lion::eval
