/// Benchmarks from the official files to their results, on the tiny model and on scenes.

#include <gmock/gmock.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <set>

#include "lion/base/str.h"
#include "program.h"

namespace lion::cli_test {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

/// The root of all data sets, made once.
class EvalTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    root_ = new TempFolder;
    const Outcome run = lion({"scenes", "--out", root_->path("scenes"), "--count", "40", "--size",
                              "64", "--seed", "11"});
    ASSERT_EQ(run.exit_code, 0) << run.err;
  }
  static void TearDownTestSuite() {
    delete root_;
    root_ = nullptr;
  }

  static std::string scenes(const std::string& name = "") { return root_->path("scenes/" + name); }
  std::string out(const std::string& name = "") const { return folder_.path("out/" + name); }

  std::vector<std::string> arguments(const std::string& benchmark,
                                     std::vector<std::string> more = {}) const {
    std::vector<std::string> all = {"eval",    benchmark, "--data",  scenes(),
                                    "--out",   out(),     "--model", model_folder().string(),
                                    "--dtype", "fp32"};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }

  Json json_of(const std::vector<std::string>& words) const {
    std::vector<std::string> all = words;
    all.push_back("--json");
    const Outcome run = lion(all);
    EXPECT_EQ(run.exit_code, 0) << run.err;
    return run.exit_code == 0 ? parse_json(run.out, "stdout") : Json();
  }

  static TempFolder* root_;
  TempFolder folder_;
};
TempFolder* EvalTest::root_ = nullptr;

TEST_F(EvalTest, EveryBenchmarkOfThePaperRunsFromItsOfficialFiles) {
  const Json all = json_of(arguments("all", {"--limit", "2", "--max-new-tokens", "4"}));
  std::set<std::string> names;
  for (const Json& one : all["benchmarks"]) {
    const auto name = one["benchmark"].get<std::string>();
    names.insert(name);
    for (const char* key : {"score", "metrics", "n", "prompt", "decoding"}) {
      EXPECT_TRUE(one.contains(key) || name == "mmbench_test") << name << " " << key;
    }
    EXPECT_EQ(one["prompt_sha256"].get<std::string>().size(), 64u) << name;
    EXPECT_EQ(one["unanswered"]["count"], 0) << name << ": " << one["unanswered"];
    EXPECT_EQ(one["problems"]["counts"], Json::object()) << name;
    EXPECT_GE(one["items"], 2) << name;
    EXPECT_TRUE(fs::exists(out(name + "/" + one["submission"].get<std::string>()))) << name;
    if (name != "mmbench_test") {
      EXPECT_GE(one["n"], 2) << name;
    }
  }
  for (const char* name : {"coco",
                           "flickr30k",
                           "textcaps",
                           "okvqa",
                           "aokvqa",
                           "aokvqa_mc",
                           "vqav2",
                           "gqa",
                           "iconqa",
                           "vsr",
                           "vsr_zeroshot",
                           "visdial",
                           "refcoco_val",
                           "refcoco_testA",
                           "refcoco_testB",
                           "refcoco+_val",
                           "refcoco+_testA",
                           "refcoco+_testB",
                           "refcocog_val",
                           "refcocog_test",
                           "reg",
                           "pope_random",
                           "pope_popular",
                           "pope_adversarial",
                           "mmbench",
                           "mmbench_test"}) {
    EXPECT_THAT(names, Contains(name));
  }
  EXPECT_THAT(all["skipped"], IsEmpty()) << all["skipped"];
  for (const char* mean : {"held-in", "held-out", "REC"}) {
    EXPECT_TRUE(all["averages"].contains(mean)) << mean;
  }
  const std::string report = read(out("report.html"));
  // Not HasSubstr: a failure would print the whole report.
  EXPECT_TRUE(report.starts_with("<!doctype html>"));
  EXPECT_NE(report.find("data:image/jpeg;base64,"), std::string::npos);
  for (const char* never : {"http://", "<script", "<link"}) {
    EXPECT_EQ(report.find(never), std::string::npos) << never;
  }
  EXPECT_TRUE(fs::exists(out("summary.json")));
}

/// The tiny model's tagger knows a few words only: scenes have objects that are none of them.
TEST_F(EvalTest, OfObjectsCaptionsRunAndATaggerOfOtherTagsDoesNot) {
  const Json group = json_of(arguments("objects", {"--limit", "4", "--max-new-tokens", "8"}));
  ASSERT_EQ(group["benchmarks"].size(), 1u);
  const Json& objects = group["benchmarks"][0];
  EXPECT_EQ(objects["benchmark"], "coco_objects");
  EXPECT_EQ(objects["figure"], "recall");
  EXPECT_EQ(objects["n"], 4);
  EXPECT_EQ(objects["problems"]["counts"], Json::object());
  for (const char* metric : {"recall", "precision", "CHAIRs", "CHAIRi"}) {
    EXPECT_TRUE(objects["metrics"].contains(metric)) << metric;
  }
  EXPECT_TRUE(fs::exists(out("coco_objects/" + objects["submission"].get<std::string>())));
  ASSERT_EQ(group["skipped"].size(), 1u);
  EXPECT_EQ(group["skipped"][0]["benchmark"], "coco_tags");
  const Outcome alone = lion(arguments("coco_tags", {"--restart"}));
  EXPECT_EQ(alone.exit_code, 2);
  EXPECT_EQ(alone.out, "");
  EXPECT_THAT(alone.err,
              AllOf(HasSubstr("the tagger does not know"), HasSubstr("dog"),
                    HasSubstr("list of tags has these names"), HasSubstr("run coco_objects")));
}

TEST_F(EvalTest, OneBenchmarkForPeople) {
  const Outcome run = lion(arguments("pope_random", {"--limit", "4"}));
  ASSERT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(run.out,
              AllOf(HasSubstr("F1"), HasSubstr("95 %"), HasSubstr("over 4 samples"),
                    HasSubstr("LION-4B 88.33"), HasSubstr("yes_ratio"), HasSubstr("report: ")));
}

/// Each kill comes when the journal has grown by a few lines.
TEST_F(EvalTest, KilledTenTimesItHasTheSameResultFile) {
  const std::vector<std::string> words =
      arguments("pope_random", {"--batch", "1", "--threads", "1"});
  const std::string journal = out("pope_random/journal-0.jsonl");
  int kills = 0;
  for (size_t grown = 2; kills < 10; grown += 1) {
    const Outcome run = lion_killed(words, SIGKILL, [&] {
      if (!fs::exists(journal)) return false;
      const std::string text = read(journal);
      return static_cast<size_t>(std::count(text.begin(), text.end(), '\n')) >= grown;
    });
    if (run.exit_code == 0) break;
    ASSERT_EQ(run.exit_code, 128 + SIGKILL) << run.err;
    ++kills;
  }
  ASSERT_EQ(kills, 10);
  ASSERT_EQ(lion(words).exit_code, 0);
  const std::string resumed = read(out("pope_random/result.json"));
  const std::string samples = read(out("pope_random/samples.jsonl"));
  fs::remove_all(out());
  ASSERT_EQ(lion(words).exit_code, 0);
  EXPECT_EQ(read(out("pope_random/result.json")), resumed);
  EXPECT_EQ(read(out("pope_random/samples.jsonl")), samples);
}

TEST_F(EvalTest, TwoProcessesShareARun) {
  const std::vector<std::string> words =
      arguments("coco", {"--max-new-tokens", "4", "--batch", "1"});
  const auto rank = [](const char* number) {
    return Setting{.environment = {{"RANK", number}, {"WORLD_SIZE", "2"}}};
  };
  const Outcome one = lion(words, rank("1"));
  EXPECT_EQ(one.exit_code, 0) << one.err;
  EXPECT_EQ(one.out, "");
  EXPECT_TRUE(fs::exists(out("coco/journal-1.jsonl")));
  EXPECT_FALSE(fs::exists(out("coco/journal-0.jsonl")));
  EXPECT_FALSE(fs::exists(out("coco/result.json")));
  const Outcome zero = lion(words, rank("0"));
  ASSERT_EQ(zero.exit_code, 0) << zero.err;
  EXPECT_GT(lines(read(out("coco/journal-0.jsonl"))).size(), 1u);  // behind its header: its share
  const std::string shared = read(out("coco/result.json"));
  fs::remove_all(out());
  ASSERT_EQ(lion(words).exit_code, 0);
  EXPECT_EQ(read(out("coco/result.json")), shared);
}

TEST_F(EvalTest, MissingImagesMalformedLinesAndIdsTwiceAreNamedAndCounted) {
  const std::string data = folder_.path("data");
  fs::create_directories(data + "/val2014");
  fs::copy_file(oracle_image("rgb.png"), data + "/val2014/COCO_val2014_000000000001.jpg");
  const auto line = [](int id, int image) {
    return str(R"({"question_id": )", id, R"(, "image": "COCO_val2014_00000000000)", image,
               R"(.jpg", "text": "Is there a dog in the image?", "label": "no"})", "\n");
  };
  write(data + "/coco_pope_random.json",
        line(1, 1) + line(2, 1) + "{\"question_id\": 3}\nbroken\n" + line(2, 1) + line(4, 7));
  const std::vector<std::string> words = {
      "eval",    "pope_random",           "--data",  data,  "--out", out(),
      "--model", model_folder().string(), "--dtype", "fp32"};
  const Json json = json_of(words);
  EXPECT_EQ(json["n"], 2);
  EXPECT_EQ(json["missing"], 1);
  EXPECT_EQ(json["problems"]["counts"]["malformed"], 2);
  EXPECT_EQ(json["problems"]["counts"]["duplicate"], 1);
  EXPECT_EQ(json["unanswered"]["count"], 1);
  EXPECT_THAT(json["unanswered"]["first"][0]["what"].get<std::string>(),
              HasSubstr("COCO_val2014_000000000007.jpg"));
  const Outcome people = lion(words);
  EXPECT_THAT(people.out, HasSubstr("over 2 samples, 1 without an answer"));
  EXPECT_THAT(people.err, AllOf(HasSubstr("2 malformed"), HasSubstr("1 duplicate"),
                                HasSubstr("line 3"), HasSubstr("1 items were not answered")));
}

TEST_F(EvalTest, OfAGroupABenchmarkWithoutImagesIsSkipped) {
  const std::string data = folder_.path("data");
  fs::create_directories(data + "/val2014");
  fs::copy_file(oracle_image("rgb.png"), data + "/val2014/COCO_val2014_000000000001.jpg");
  const auto line = [](int image) {
    return str(R"({"question_id": 1, "image": "COCO_val2014_00000000000)", image,
               R"(.jpg", "text": "Is there a dog in the image?", "label": "no"})", "\n");
  };
  write(data + "/coco_pope_random.json", line(7));
  write(data + "/coco_pope_popular.json", line(1));
  const auto run = [&](const std::string& benchmark) {
    return lion({"eval", benchmark, "--data", data, "--out", out(), "--model",
                 model_folder().string(), "--dtype", "fp32", "--json"});
  };
  const Outcome group = run("pope");
  ASSERT_EQ(group.exit_code, 0) << group.err;
  const Json json = parse_json(group.out, "stdout");
  EXPECT_EQ(json["benchmarks"].size(), 1u);
  ASSERT_EQ(json["skipped"].size(), 2u);  // the adversarial file is not there at all
  EXPECT_EQ(json["skipped"][1]["benchmark"], "pope_random");
  EXPECT_THAT(json["skipped"][1]["what"].get<std::string>(), HasSubstr("none answered"));
  const Outcome alone = run("pope_random");
  EXPECT_EQ(alone.exit_code, 2);
  EXPECT_THAT(alone.err,
              HasSubstr("there is no answer to score (1 items, none answered; the first: "));
  EXPECT_EQ(alone.out, "");
}

TEST_F(EvalTest, OwnDataIsScoredByWhatItsLinesHold) {
  const std::string file = folder_.path("own.jsonl");
  std::filesystem::copy_file(oracle_image("rgb.png"), folder_.path("rgb.png"));
  write(file, R"({"image": "rgb.png", "caption": "A dog.", "split": "val"}
{"image": "rgb.png", "question": "What is it?", "answer": "a dog", "split": "val"}
{"image": "rgb.png", "phrase": "the dog", "box": [1, 1, 4, 4], "split": "val"}
{"image": "rgb.png", "caption": "Not asked about.", "split": "train"}
)");
  const Outcome run = lion({"eval", "--own", file, "--out", out(), "--model",
                            model_folder().string(), "--dtype", "fp32", "--json"});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  const Json json = parse_json(run.out, "stdout");
  ASSERT_EQ(json["benchmarks"].size(), 3u) << run.out;
  for (const Json& one : json["benchmarks"]) EXPECT_EQ(one["n"], 1) << one["benchmark"];
}

/// The real files of ../shared/data, under their official names.
class RealFilesTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!fs::exists(shared_)) GTEST_SKIP() << "no real files in " << shared_;
    fs::create_directories(folder_.path("data"));
  }

  Json run(const std::string& benchmark, const std::string& file, const std::string& official,
           const std::string& images = "") const {
    fs::copy_file(shared_ / file, folder_.path("data/" + official));
    std::vector<std::string> words = {"eval",
                                      benchmark,
                                      "--data",
                                      folder_.path("data"),
                                      "--out",
                                      folder_.path("out"),
                                      "--model",
                                      model_folder().string(),
                                      "--dtype",
                                      "fp32",
                                      "--max-new-tokens",
                                      "8",
                                      "--json"};
    if (!images.empty()) words.insert(words.end(), {"--images", (shared_ / images).string()});
    const Outcome outcome = lion(words);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    return outcome.exit_code == 0 ? parse_json(outcome.out, "stdout") : Json();
  }

  fs::path shared_ = fs::path(LION_SOURCE_DIR) / ".." / "shared" / "data";
  TempFolder folder_;
};

TEST_F(RealFilesTest, CocoCaptionsOfPhotographs) {
  const Json json = run("coco", "coco_mini/captions_lavis_eval_style.json",
                        "coco_karpathy_test.json", "coco_mini/images");
  EXPECT_EQ(json["n"], 32);
  EXPECT_EQ(json["missing"], 0);
  EXPECT_EQ(json["problems"]["counts"], Json::object());
}

TEST_F(RealFilesTest, GroundingOfPhotographs) {
  const Json json =
      run("refcoco_val", "coco_mini/derived_rec.jsonl", "refcoco_val.jsonl", "coco_mini/images");
  EXPECT_EQ(json["n"], 40);
  EXPECT_EQ(json["problems"]["counts"], Json::object());
}

TEST_F(RealFilesTest, Vsr) {
  const Json json =
      run("vsr", "vsr/with_local_image.jsonl", "random_dev.jsonl", "coco_mini/images");
  EXPECT_EQ(json["n"], 5);
  EXPECT_EQ(json["decoding"]["mode"], "rank");
}

TEST_F(RealFilesTest, PopeWhoseImagesAreNotHereButOne) {
  fs::create_directories(folder_.path("data/val2014"));
  fs::copy_file(oracle_image("rgb.png"),
                folder_.path("data/val2014/COCO_val2014_000000310196.jpg"));
  const Json json = run("pope_random", "pope/coco_pope_random.jsonl", "coco_pope_random.json");
  EXPECT_EQ(json["items"], 1800);
  EXPECT_EQ(json["n"], 6);  // the questions about one image
  EXPECT_EQ(json["missing"], 1794);
  EXPECT_EQ(json["unanswered"]["count"], 1794);
  EXPECT_EQ(json["unanswered"]["first"].size(), 20u);
}

TEST_F(RealFilesTest, MmbenchWithImagesWithin) {
  const Json json =
      run("mmbench", "mmbench_samples/mmbench_samples.tsv", "mmbench_dev_20230712.tsv");
  EXPECT_EQ(json["n"], 12);
  EXPECT_EQ(json["missing"], 0);
  EXPECT_TRUE(json["metrics"].contains("single_pass_accuracy"));
}

TEST_F(EvalTest, OtherSettingsNeedAnotherFolderOrRestart) {
  ASSERT_EQ(lion(arguments("pope_random", {"--limit", "2"})).exit_code, 0);
  const Outcome other = lion(arguments("pope_random", {"--limit", "2", "--no-tags"}));
  EXPECT_EQ(other.exit_code, 2);
  EXPECT_THAT(other.err,
              AllOf(HasSubstr("tags: \"tagger\" then, \"none\" now"), HasSubstr("--restart")));
  EXPECT_EQ(lion(arguments("pope_random", {"--limit", "2", "--no-tags", "--restart"})).exit_code,
            0);
  const Outcome rank = lion(arguments("pope_random", {"--restart"}),
                            {.environment = {{"RANK", "1"}, {"WORLD_SIZE", "2"}}});
  EXPECT_EQ(rank.exit_code, 2);
  EXPECT_THAT(rank.err, HasSubstr("--restart: several processes"));
}

TEST_F(EvalTest, AnswersToOtherFilesOfTheSameIdsAreNotUsed) {
  ASSERT_EQ(lion(arguments("vsr", {"--limit", "3"})).exit_code, 0);
  const Outcome other = lion(arguments("vsr", {"--limit", "3", "--vsr-yes-no"}));
  ASSERT_EQ(other.exit_code, 0) << other.err;
  EXPECT_THAT(other.err, HasSubstr("3 answers of the journal were to other questions"));
  const std::vector<std::string> samples = lines(read(out("vsr/samples.jsonl")));
  ASSERT_EQ(samples.size(), 3u);
  for (const std::string& line : samples) {
    const auto answer = parse_json(line, "sample")["answer"].get<std::string>();
    EXPECT_TRUE(answer == "yes" || answer == "no") << answer;
  }
}

TEST_F(EvalTest, EachBenchmarkKeepsItsReport) {
  ASSERT_EQ(lion(arguments("coco", {"--limit", "2", "--max-new-tokens", "2"})).exit_code, 0);
  ASSERT_EQ(lion(arguments("pope_random", {"--limit", "2"})).exit_code, 0);
  EXPECT_NE(read(out("coco/report.html")).find("COCO captions"), std::string::npos);
  EXPECT_TRUE(fs::exists(out("pope_random/report.html")));
}

TEST_F(EvalTest, CompareTellsTestAndFlips) {
  ASSERT_EQ(lion(arguments("pope_random", {})).exit_code, 0);
  std::vector<std::string> words = arguments("pope_random", {"--no-tags"});
  words[5] = folder_.path("other");
  ASSERT_EQ(lion(words).exit_code, 0);
  const Json json = json_of({"eval", "compare", out(), folder_.path("other")});
  const Json& one = json["benchmarks"][0];
  EXPECT_EQ(one["benchmark"], "pope_random");
  EXPECT_EQ(one["test"], "McNemar, exact");
  EXPECT_EQ(one["figure"], "accuracy");  // F1 is no figure of one sample
  EXPECT_GT(one["n"], 2);
  EXPECT_LE(one["p_value"], 1.0);
  const Outcome people = lion({"eval", "compare", out(), folder_.path("other")});
  EXPECT_THAT(people.out, HasSubstr("McNemar"));
  const Outcome nothing = lion({"eval", "compare", scenes(), out()});
  EXPECT_EQ(nothing.exit_code, 2);
  EXPECT_THAT(nothing.err, HasSubstr("no finished run"));
}

TEST_F(EvalTest, MistakesAreToldBeforeTheModelIsLoaded) {
  const auto fails = [&](const std::vector<std::string>& words, int code, const std::string& what) {
    const Outcome run = lion(words);
    EXPECT_EQ(run.exit_code, code) << run.err;
    EXPECT_THAT(run.err, HasSubstr(what));
    EXPECT_EQ(run.out, "");
  };
  fails({"eval"}, 2, "no benchmark was named");
  fails({"eval", "coco"}, 2, "--data");
  fails({"eval", "cocoo", "--data", scenes(), "--model", "nowhere"}, 2, "cocoo");
  fails({"eval", "coco", "--data", folder_.path("no"), "--model", "nowhere"}, 3,
        folder_.path("no"));
  fails({"eval", "coco", "--data", folder_.path(), "--model", "nowhere"}, 3,
        "coco_karpathy_test.json");
  fails({"eval", "coco", "--data", scenes()}, 2, "--model");
  fails({"eval", "visdial", "--data", scenes(), "--api", "http://localhost:1", "--api-model", "m"},
        2, "likelihood");
  fails(
      {"eval", "coco_tags", "--data", scenes(), "--api", "http://localhost:1", "--api-model", "m"},
      2, "likelihood");
  fails({"eval", "coco_tags", "--data", scenes(), "--model", "m", "--free-answers"}, 2,
        "likelihood");
  fails({"eval", "coco", "--data", scenes(), "--api", "http://localhost:1"}, 2, "--api-model");
  fails({"eval", "coco", "--data", scenes(), "--model", "m", "--vqa-eval", "strict"}, 2, "strict");
}

}  // namespace
}  // namespace lion::cli_test
