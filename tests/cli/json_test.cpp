/// The objects of docs/json.md.

#include <gmock/gmock.h>

#include <filesystem>

#include "lion/base/str.h"
#include "program.h"

namespace lion::cli_test {
namespace {

using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::IsEmpty;

std::vector<std::string> keys(const Json& object) {
  std::vector<std::string> names;
  for (const auto& item : object.items()) names.push_back(item.key());
  return names;
}

/// The one object that a command writes.
Json object_of(std::vector<std::string> arguments) {
  arguments.push_back("--json");
  const Outcome run = lion(with_model(arguments));
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_EQ(lines(run.out).size(), 1u);
  return parse_json(run.out, "stdout");
}

const std::vector<std::string> kAnswerKeys{
    "command",  "model",  "image",          "prompt", "question",     "level", "text",   "score",
    "finished", "tokens", "token_logprobs", "boxes",  "alternatives", "tags",  "timings"};

TEST(JsonResult, AnAnswer) {
  const Json answer =
      object_of({"generate", oracle_image("rgb.png"), "--prompt", "Why?", "--level", "region",
                 "--tags", "cat, dog", "--beams", "1", "--max-new-tokens", "4"});
  EXPECT_THAT(keys(answer), ElementsAreArray(kAnswerKeys));
  EXPECT_EQ(answer.at("command"), "generate");
  EXPECT_EQ(answer.at("model"), model_folder().string());
  EXPECT_EQ(answer.at("image"),
            Json({{"path", oracle_image("rgb.png")}, {"width", 160}, {"height", 120}}));
  EXPECT_EQ(answer.at("prompt"),
            "According to <extra_id_0>, you are allowed to use or partially use the following "
            "tags: [cat, dog]. Why?");
  EXPECT_EQ(answer.at("question"), "Why?");
  EXPECT_EQ(answer.at("level"), "region");
  EXPECT_EQ(answer.at("tokens").size(), answer.at("token_logprobs").size());
  EXPECT_LE(answer.at("tokens").size(), 4u);
  EXPECT_TRUE(answer.at("finished").is_boolean());
  double sum = 0;
  for (const Json& logprob : answer.at("token_logprobs")) sum += logprob.get<double>();
  EXPECT_NEAR(answer.at("score").get<double>(), sum, 1e-6);  // greedy
  EXPECT_THAT(answer.at("alternatives"), IsEmpty());
}

TEST(JsonResult, TheFoundTagsHaveScores) {
  const Json answer = object_of({"caption", oracle_image("rgb.png"), "--max-new-tokens", "2"});
  ASSERT_FALSE(answer.at("tags").empty());
  for (const Json& tag : answer.at("tags")) {
    EXPECT_THAT(keys(tag), ElementsAre("name", "score"));
    EXPECT_GT(tag.at("score").get<double>(), 0);
  }
}

TEST(JsonResult, Timings) {
  const Json timings =
      object_of({"caption", oracle_image("rgb.png"), "--max-new-tokens", "2"}).at("timings");
  EXPECT_THAT(keys(timings),
              ElementsAre("load_s", "decode_image_s", "vit_s", "aggregator_s", "tagger_s",
                          "qformer_s", "encoder_s", "decoder_s", "total_s"));
  double sum = 0;
  for (const auto& [name, seconds] : timings.items()) {
    EXPECT_GT(seconds.get<double>(), 0) << name;
    if (name != "total_s") sum += seconds.get<double>();
  }
  EXPECT_NEAR(timings.at("total_s").get<double>(), sum, 1e-6);
}

TEST(JsonResult, TheNBest) {
  const Json answer = object_of(
      {"query", oracle_image("rgb.png"), "Why?", "--num-answers", "3", "--max-new-tokens", "4"});
  ASSERT_EQ(answer.at("alternatives").size(), 2u);
  double last = answer.at("score").get<double>();
  for (const Json& alternative : answer.at("alternatives")) {
    EXPECT_THAT(keys(alternative),
                ElementsAre("text", "score", "finished", "tokens", "token_logprobs", "boxes"));
    EXPECT_LE(alternative.at("score").get<double>(), last);
    last = alternative.at("score").get<double>();
  }
}

TEST(JsonResult, ABox) {
  const Json answer = object_of({"ground", oracle_image("photo.jpg"), "the cat", "--grammar"});
  std::vector<std::string> expected = kAnswerKeys;
  expected.insert(expected.end(), {"valid", "raw"});
  EXPECT_THAT(keys(answer), ElementsAreArray(expected));
  EXPECT_EQ(answer.at("valid"), true);
  EXPECT_EQ(answer.at("raw"), answer.at("text"));
  ASSERT_EQ(answer.at("boxes").size(), 1u);
  const Json& box = answer.at("boxes")[0];
  EXPECT_THAT(keys(box),
              ElementsAre("x0", "y0", "x1", "y1", "pixels", "confidence", "valid", "adjusted"));
  EXPECT_EQ(box.at("valid"), true);
  EXPECT_NEAR(box.at("pixels").at("x1").get<double>(),
              box.at("x1").get<double>() * answer.at("image").at("width").get<double>(), 1e-9);
  EXPECT_NEAR(box.at("pixels").at("y1").get<double>(),
              box.at("y1").get<double>() * answer.at("image").at("height").get<double>(), 1e-9);
  EXPECT_GT(box.at("confidence").get<double>(), 0);
  EXPECT_LE(box.at("confidence").get<double>(), 1);
}

TEST(JsonResult, NoBoxIsNoFailure) {
  const Json answer =
      object_of({"ground", oracle_image("photo.jpg"), "the cat", "--max-new-tokens", "3"});
  EXPECT_EQ(answer.at("valid"), false);
  EXPECT_THAT(answer.at("boxes"), IsEmpty());
  EXPECT_EQ(answer.at("raw"), answer.at("text"));
}

TEST(JsonResult, ExifTurnsTheImage) {
  const std::vector<std::string> common{"tags", oracle_image("exif_rotated.jpg"), "--json",
                                        "--model", model_folder().string()};
  const auto size = [&](const std::string& mode) {
    std::vector<std::string> arguments = common;
    arguments.insert(arguments.end(), {"--exif", mode});
    const Json image = parse_json(lion(arguments).out, mode).at("image");
    return std::pair(image.at("width").get<int>(), image.at("height").get<int>());
  };
  EXPECT_EQ(size("ignore"), std::pair(150, 64));
  EXPECT_EQ(size("auto"), std::pair(64, 150));
}

TEST(JsonResult, Rank) {
  const Json ranked =
      object_of({"rank", oracle_image("rgb.png"), "Is it?", "--candidates", "yes|no"});
  EXPECT_THAT(keys(ranked), ElementsAre("command", "model", "image", "prompt", "question", "level",
                                        "candidates", "tags", "timings"));
  ASSERT_EQ(ranked.at("candidates").size(), 2u);
  for (const Json& candidate : ranked.at("candidates")) {
    EXPECT_THAT(keys(candidate), ElementsAre("index", "text", "log_likelihood", "token_logprobs"));
    EXPECT_EQ(candidate.at("text"), candidate.at("index") == 0 ? "yes" : "no");
  }
}

TEST(JsonResult, Tags) {
  const Json tags = object_of({"tags", oracle_image("rgb.png")});
  EXPECT_THAT(keys(tags), ElementsAre("command", "model", "image", "tags", "timings"));
  EXPECT_EQ(tags.at("tags")[0].at("name"), "basket");
}

TEST(JsonResult, Info) {
  const Outcome run = lion({"info", model_folder().string(), "--json", "--tensors"});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  const Json info = parse_json(run.out, "stdout");
  EXPECT_THAT(keys(info), ElementsAre("command", "model", "config", "parts", "tensors", "memory"));
  int64_t tensors = 0;
  for (const Json& part : info.at("parts")) {
    EXPECT_THAT(keys(part),
                ElementsAre("name", "tensors", "parameters", "stored_bytes", "stored_types"));
    tensors += part.at("tensors").get<int64_t>();
  }
  EXPECT_EQ(tensors, static_cast<int64_t>(info.at("tensors").size()));
  EXPECT_THAT(keys(info.at("tensors")[0]), ElementsAre("name", "shape", "dtype", "bytes"));
  EXPECT_THAT(keys(info.at("memory")),
              ElementsAre("weights_bytes", "mapped_bytes", "workspace_bytes", "total_bytes",
                          "available_bytes", "fits"));
  EXPECT_EQ(info.at("memory").at("fits"), true);
}

TEST(JsonResult, Bench) {
  const Outcome run = lion({"bench", "--shape", "tiny", "--random", "--repeats", "1",
                            "--encoder-tokens", "20", "--decode-tokens", "4", "--json"});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  const Json bench = parse_json(run.out, "stdout");
  EXPECT_EQ(bench.at("shape"), "tiny");
  EXPECT_EQ(bench.at("dtype"), "bf16");
  for (const char* phase : {"decode_image", "vit", "tagger", "qformer", "aggregator", "encoder"}) {
    EXPECT_GT(bench.at("phases").at(phase).at("median_s").get<double>(), 0) << phase;
  }
  for (const char* search : {"greedy", "beam5"}) {
    EXPECT_GT(bench.at(search).at("tokens_per_s").get<double>(), 0) << search;
    EXPECT_TRUE(bench.at(search).contains("before_first_step")) << search;
  }
  EXPECT_GT(bench.at("peak_rss_bytes").get<int64_t>(), 0);
}

const std::vector<std::string> kResultKeys{
    "benchmark",  "title",    "score",   "figure",         "interval", "metrics",
    "categories", "n",        "missing", "notes",          "items",    "unanswered",
    "problems",   "limit",    "prompt",  "prompt_sha256",  "decoding", "level",
    "model",      "answerer", "paper",   "not_comparable", "files",    "submission"};

TEST(JsonResult, AnEvaluation) {
  const TempFolder folder;
  write(folder.path("coco_pope_random.json"),
        R"({"question_id": 1, "image": "rgb.png", "text": "Is there a dog?", "label": "no"})");
  std::filesystem::copy_file(oracle_image("rgb.png"), folder.path("rgb.png"));
  const Outcome run =
      lion({"eval", "pope_random", "--data", folder.path(), "--out", folder.path("out"), "--model",
            model_folder().string(), "--dtype", "fp32", "--json"});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  EXPECT_EQ(lines(run.out).size(), 1u);
  std::vector<std::string> expected = kResultKeys;
  expected.insert(expected.begin(), "command");
  expected.push_back("report");
  EXPECT_THAT(keys(parse_json(run.out, "stdout")), ElementsAreArray(expected));
  EXPECT_THAT(keys(parse_json(read(folder.path("out/pope_random/result.json")), "result.json")),
              ElementsAreArray(kResultKeys));
  const Outcome compared =
      lion({"eval", "compare", folder.path("out"), folder.path("out"), "--json"});
  ASSERT_EQ(compared.exit_code, 0) << compared.err;
  const Json comparison = parse_json(compared.out, "stdout");
  EXPECT_THAT(keys(comparison), ElementsAre("command", "a", "b", "benchmarks"));
  EXPECT_THAT(
      keys(comparison["benchmarks"][0]),
      ElementsAre("benchmark", "figure", "n", "mean_a", "mean_b", "difference", "interval", "test",
                  "p_value", "better", "worse", "only_a", "only_b", "first_better", "first_worse"));
}

TEST(JsonResult, AGroupOfEvaluations) {
  const TempFolder folder;
  write(folder.path("coco_pope_random.json"),
        R"({"question_id": 1, "image": "rgb.png", "text": "Is there a dog?", "label": "no"})");
  std::filesystem::copy_file(oracle_image("rgb.png"), folder.path("rgb.png"));
  const Outcome run = lion({"eval", "pope", "--data", folder.path(), "--out", folder.path("out"),
                            "--model", model_folder().string(), "--dtype", "fp32", "--json"});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  const Json json = parse_json(run.out, "stdout");
  EXPECT_THAT(keys(json), ElementsAre("command", "benchmarks", "averages", "skipped"));
  EXPECT_EQ(json["benchmarks"].size(), 1u);
  EXPECT_EQ(json["skipped"].size(), 2u);
  EXPECT_THAT(keys(json["skipped"][0]), ElementsAre("benchmark", "what"));
}

TEST(JsonResult, ANewModel) {
  const TempFolder folder;
  const Outcome run = lion({"new", "--out", folder.path("new"), "--kinds", "6", "--json"});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  const Json json = parse_json(run.out, "stdout");
  EXPECT_THAT(keys(json), ElementsAre("command", "out", "shape", "words", "t5_vocabulary",
                                      "bert_vocabulary", "tags"));
  EXPECT_GT(json["words"], 100);
  // It is whole: it answers, though with noise.
  const Outcome answer = lion({"caption", oracle_image("rgb.png"), "--model", folder.path("new"),
                               "--dtype", "fp32", "--beams", "1", "--max-new-tokens", "3"});
  EXPECT_EQ(answer.exit_code, 0) << answer.err;
  EXPECT_EQ(lion({"new", "--out", folder.path("new")}).exit_code, 2);  // is there already
}

TEST(JsonResult, AScoreOfFiles) {
  const TempFolder folder;
  write(
      folder.path("refs.json"),
      R"([{"image": "1.jpg", "caption": ["a red dog"]}, {"image": "2.jpg", "caption": ["a cat"]}])");
  write(folder.path("preds.json"),
        R"([{"image_id": "1", "caption": "a red dog"}, {"image_id": "2", "caption": "a hat"}])");
  const Outcome run = lion({"score", "cider", "--refs", folder.path("refs.json"), "--preds",
                            folder.path("preds.json"), "--json"});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  const Json json = parse_json(run.out, "stdout");
  EXPECT_THAT(keys(json), ElementsAre("command", "kind", "score", "figure", "metrics", "categories",
                                      "n", "notes", "findings"));
  EXPECT_THAT(keys(json["findings"]),
              ElementsAre("malformed", "unknown", "duplicate", "missing", "first"));
}

}  // namespace
}  // namespace lion::cli_test
