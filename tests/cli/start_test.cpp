/// What is loaded when: LibTorch costs a quarter of a second, and most command lines need none.

#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>

#include "program.h"

namespace lion::cli_test {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;

/// The program alone, without the library that computes.
class Alone : public testing::Test {
 protected:
  Alone() {
    fs::create_directory(folder_.path("bin"));
    fs::copy_file(LION_PROGRAM, folder_.path("bin/lion"));
  }
  Outcome run(const std::vector<std::string>& arguments) const {
    return lion(arguments, {.program = folder_.path("bin/lion")});
  }

  TempFolder folder_;
};

TEST_F(Alone, TellsVersionHelpAndWrongCommandLines) {
  EXPECT_EQ(run({"--version"}).out, "lion " LION_VERSION "\n");
  EXPECT_THAT(run({"--help"}).out, HasSubstr("caption"));
  for (const std::string command :
       {"caption", "query", "ground", "describe", "tags", "rank", "generate", "chat", "convert",
        "info", "doctor", "bench", "data", "train", "scenes", "new", "eval", "score"}) {
    const Outcome help = run({command, "--help"});
    EXPECT_EQ(help.exit_code, 0) << help.err;
    EXPECT_THAT(help.out, HasSubstr("Usage: lion " + command));
  }
  EXPECT_EQ(run({"query", "a.jpg", "Why?", "--beems", "3"}).exit_code, 2);
  EXPECT_EQ(run({"caption", "a.jpg", "--device", "tpu", "--model", "m"}).exit_code, 3);  // a.jpg
  EXPECT_EQ(run({"caption", oracle_image("rgb.png")}).exit_code, 2);  // no model is named
  EXPECT_EQ(run({"caption", oracle_image("rgb.png"), "--device", "tpu", "--model", "m"}).exit_code,
            2);
}

TEST_F(Alone, PaintsAndScoresWithoutAModel) {
  const Outcome scenes = run({"scenes", "--out", folder_.path("scenes"), "--count", "20"});
  EXPECT_EQ(scenes.exit_code, 0) << scenes.err;
  write(
      folder_.path("truth.json"),
      R"({"images": [{"id": 1}], "annotations": [{"image_id": 1, "id": 1, "caption": "a dog"}]})");
  write(folder_.path("answers.json"), R"([{"image_id": 1, "caption": "a dog"}])");
  const Outcome score = run({"score", "cider", "--preds", folder_.path("answers.json"), "--refs",
                             folder_.path("truth.json")});
  EXPECT_EQ(score.exit_code, 0) << score.err;
}

TEST_F(Alone, SaysWhatIsMissingWhenAModelIsNeeded) {
  const Outcome run = this->run(with_model({"caption", oracle_image("rgb.png")}));
  EXPECT_EQ(run.exit_code, 3);
  EXPECT_THAT(run.err, AllOf(HasSubstr("liblion_compute"), HasSubstr("cannot be loaded"),
                             HasSubstr("Build or install LION again.")));
  EXPECT_THAT(run.out, IsEmpty());
}

TEST(Start, MoreThreadsThanProcessorsAreCutWithOneLine) {
  const Outcome few = lion(with_model({"tags", oracle_image("rgb.png")}));
  const Outcome many = lion(with_model({"tags", oracle_image("rgb.png"), "--threads", "100000"}));
  EXPECT_EQ(many.exit_code, 0) << many.err;
  EXPECT_EQ(many.out, few.out);
  EXPECT_THAT(many.err, HasSubstr("threads: got 100000, and this process may use "));
  EXPECT_EQ(std::count(many.err.begin(), many.err.end(), '\n'), 1) << many.err;
}

TEST(Start, AModelThatDoesNotFitIsRefusedUnlessTheMemoryPlanIsIgnored) {
  const TempFolder folder;
  std::filesystem::copy(model_folder(), folder.path("large"),
                        std::filesystem::copy_options::recursive);
  Json config = read_json_file(folder.path("large/config.json"));
  config["t5"]["d_ff"] = 262144;
  config["t5"]["num_layers"] = 512;
  write(folder.path("large/config.json"), config.dump());
  const std::vector<std::string> words = {"caption", oracle_image("rgb.png"), "--model",
                                          folder.path("large")};
  const Outcome refused = lion(words);
  EXPECT_EQ(refused.exit_code, 3);
  EXPECT_THAT(refused.err,
              AllOf(HasSubstr("needs more memory"), HasSubstr("--ignore-memory-plan")));
  // Then its weights are what does not fit.
  std::vector<std::string> ignoring = words;
  ignoring.push_back("--ignore-memory-plan");
  for (const Outcome& tried :
       {lion(ignoring), lion(words, {.environment = {{"LION_IGNORE_MEMORY_PLAN", "1"}}})}) {
    EXPECT_EQ(tried.exit_code, 3);
    EXPECT_THAT(tried.err,
                AllOf(Not(HasSubstr("needs more memory")), HasSubstr("expected [262144,64]")));
  }
}

}  // namespace
}  // namespace lion::cli_test
