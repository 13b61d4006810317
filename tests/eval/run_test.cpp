#include "lion/eval/run.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <array>
#include <cmath>
#include <fstream>
#include <stdexcept>
#include <thread>

#include "lion/base/error.h"
#include "lion/base/file.h"
#include "lion/base/str.h"
#include "lion/eval/journal.h"
#include "lion/image/encode.h"

namespace lion::eval {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

struct Killed : std::runtime_error {
  Killed() : std::runtime_error("killed") {}
};

class RunTest : public ::testing::Test {
 protected:
  RunTest() : folder_(fs::temp_directory_path() / str("lion-run-test-", ::getpid())) {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    info_.name = "made_up";
    info_.title = "Made up";
    benchmark_.info = &info_;
    benchmark_.prompt = "Question: {question} Short answer:";
    Image image = Image::black(4, 4);
    for (int64_t i = 0; i < 24; ++i) {
      image.rgb[0] = static_cast<uint8_t>(10 * i);
      Item item;
      item.id = str("q", i);
      item.image.path = folder_ / str("image", i / 2, ".png");  // two items an image
      if (i % 2 == 0) save_image(item.image.path, image);
      benchmark_.items.push_back(item);
    }
    options_.folder = folder_ / "run";
    answerer_.settings = {{"model", "m"}};
    answerer_.answer = [this](const BenchmarkInfo&, std::span<const ItemRequest> items) {
      std::vector<Prediction> predictions;
      for (const ItemRequest& asked : items) {
        if (asked_.size() == kill_at_) throw Killed();
        asked_.push_back(asked.item->id);
        predictions.emplace_back().text =
            str("red ", static_cast<int>(asked.image->rgb[0]), " for ", asked.item->id);
      }
      return predictions;
    };
  }
  ~RunTest() override { fs::remove_all(folder_); }

  std::vector<std::string> texts(const RunResult& result) const {
    std::vector<std::string> all;
    for (const Prediction& one : result.predictions) all.push_back(one.text + one.error);
    return all;
  }

  fs::path folder_;
  BenchmarkInfo info_;
  Benchmark benchmark_;
  RunOptions options_;
  Answerer answerer_;
  std::vector<std::string> asked_;
  size_t kill_at_ = SIZE_MAX;
};

TEST_F(RunTest, AsksEveryItemOnceInOrder) {
  const RunResult result = run_benchmark(benchmark_, answerer_, options_);
  EXPECT_TRUE(result.finished);
  EXPECT_EQ(result.resumed, 0);
  ASSERT_EQ(asked_.size(), 24u);
  ASSERT_EQ(result.predictions.size(), 24u);
  EXPECT_EQ(result.predictions[5].id, "q5");
  EXPECT_EQ(result.predictions[5].text, "red 40 for q5");  // the image of items 4 and 5
}

TEST_F(RunTest, KilledTenTimesAsksNothingTwiceAndEndsTheSame) {
  answerer_.batch = 2;
  const std::vector<std::string> whole = texts(run_benchmark(benchmark_, answerer_, options_));
  asked_.clear();
  options_.folder = folder_ / "killed";
  for (int kill = 1; kill <= 10; ++kill) {
    kill_at_ = asked_.size() + 2;  // dies while it asks the second batch
    EXPECT_THROW(run_benchmark(benchmark_, answerer_, options_), Killed);
    // What a kill in the middle of a write leaves behind.
    std::ofstream(options_.folder / "journal-0.jsonl", std::ios::app) << "{\"id\":\"q9\",\"te";
  }
  kill_at_ = SIZE_MAX;
  const RunResult result = run_benchmark(benchmark_, answerer_, options_);
  EXPECT_EQ(result.resumed, 20);
  EXPECT_EQ(texts(result), whole);
  EXPECT_EQ(asked_.size(), 24u);  // no question was asked twice
}

TEST_F(RunTest, MissingAndBrokenImagesAreErrorsOfTheirItems) {
  fs::remove(folder_ / "image3.png");
  std::ofstream(folder_ / "image4.png") << "no image";
  const RunResult result = run_benchmark(benchmark_, answerer_, options_);
  EXPECT_TRUE(result.finished);
  EXPECT_EQ(asked_.size(), 20u);
  for (const size_t i : {6u, 7u, 8u, 9u}) {
    EXPECT_THAT(result.predictions[i].error, HasSubstr(str("image", i / 2, ".png"))) << i;
  }
  // Fixed images are asked by the next run.
  save_image(folder_ / "image3.png", Image::black(2, 2));
  const RunResult again = run_benchmark(benchmark_, answerer_, options_);
  EXPECT_EQ(asked_.size(), 22u);
  EXPECT_EQ(again.predictions[6].error, "");
}

TEST_F(RunTest, AFaultOfAllQuestionsStopsEarly) {
  int64_t asked = 0;
  bool refuses = true;
  answerer_.batch = 4;
  answerer_.answer = [&](const BenchmarkInfo&, std::span<const ItemRequest> items) {
    std::vector<Prediction> predictions(items.size());
    for (Prediction& one : predictions) {
      ++asked;
      if (refuses) one.error = "http://x: HTTP 400: no such parameter";
    }
    return predictions;
  };
  try {
    run_benchmark(benchmark_, answerer_, options_);
    FAIL();
  } catch (const RunRefused& error) {
    EXPECT_THAT(error.what(), HasSubstr("made_up: the first 8 questions were refused"));
    EXPECT_THAT(error.what(), HasSubstr("HTTP 400: no such parameter"));
    EXPECT_THAT(error.what(), HasSubstr("run the same command again"));
  }
  EXPECT_EQ(asked, 8);
  // The same command goes on when the fault is gone.
  refuses = false;
  EXPECT_TRUE(run_benchmark(benchmark_, answerer_, options_).finished);
}

TEST_F(RunTest, RefusedQuestionsOfARunWithAnswersAreTheirOwnFault) {
  answerer_.batch = 1;
  answerer_.answer = [&](const BenchmarkInfo&, std::span<const ItemRequest> items) {
    Prediction one;
    (items[0].item->id == "q0" ? one.text : one.error) = "what it is";
    return std::vector<Prediction>{one};
  };
  for (int run = 0; run < 2; ++run) {  // the second has no question left that is answered
    EXPECT_TRUE(run_benchmark(benchmark_, answerer_, options_).finished);
  }
}

TEST_F(RunTest, OtherSettingsAreRefusedAndNamed) {
  run_benchmark(benchmark_, answerer_, options_);
  answerer_.settings["model"] = "other";
  try {
    run_benchmark(benchmark_, answerer_, options_);
    FAIL();
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), HasSubstr("model: \"m\" then, \"other\" now"));
    EXPECT_THAT(error.what(), HasSubstr("--restart"));
  }
  benchmark_.prompt = "Another: {question}";
  answerer_.settings["model"] = "m";
  EXPECT_THROW(run_benchmark(benchmark_, answerer_, options_), InputError);
  Journal::clear(options_.folder);
  EXPECT_EQ(run_benchmark(benchmark_, answerer_, options_).resumed, 0);
}

TEST_F(RunTest, AnswersToOtherQuestionsOfTheSameIdsAreNotUsed) {
  run_benchmark(benchmark_, answerer_, options_);
  asked_.clear();
  benchmark_.items[0].prompt = "Another question";
  benchmark_.items[1].candidates = {"yes", "no"};
  save_image(benchmark_.items[2].image.path, Image::black(40, 40));  // and so of item 3
  const RunResult result = run_benchmark(benchmark_, answerer_, options_);
  EXPECT_THAT(asked_, ElementsAre("q0", "q1", "q2", "q3"));
  EXPECT_EQ(result.resumed, 20);
  EXPECT_EQ(result.outdated, 4);
  asked_.clear();
  EXPECT_EQ(run_benchmark(benchmark_, answerer_, options_).outdated, 0);
  EXPECT_TRUE(asked_.empty());
}

TEST_F(RunTest, FailuresOfOtherRanksReachRankZero) {
  options_.world = 2;
  options_.rank = 1;
  Answerer failing = answerer_;
  failing.answer = [](const BenchmarkInfo&, std::span<const ItemRequest> items) {
    std::vector<Prediction> predictions(items.size());
    for (size_t i = 0; i < items.size(); ++i) {
      // Refusing all of them would end the run.
      (items[i].item->id == "q12" ? predictions[i].text : predictions[i].error) = "refused";
    }
    return predictions;
  };
  run_benchmark(benchmark_, failing, options_);
  options_.rank = 0;
  const RunResult result = run_benchmark(benchmark_, answerer_, options_);
  EXPECT_TRUE(result.finished);
  EXPECT_EQ(result.predictions[11].error, "");
  EXPECT_EQ(result.predictions[12].error, "");
  EXPECT_EQ(result.predictions[13].error, "refused");
  // A later run tries them again.
  options_.world = 1;
  EXPECT_EQ(run_benchmark(benchmark_, answerer_, options_).predictions[13].error, "");
}

TEST_F(RunTest, AJournalThatIsBeingWrittenIsNotCleared) {
  {
    const Journal journal(options_.folder, 0, {{"model", "m"}});
    const std::string before = read_file(options_.folder / "journal-0.jsonl");
    EXPECT_THROW(Journal::clear(options_.folder), ResourceError);
    EXPECT_EQ(read_file(options_.folder / "journal-0.jsonl"), before);
  }
  Journal::clear(options_.folder);
  EXPECT_EQ(fs::file_size(options_.folder / "journal-0.jsonl"), 0u);
  const Journal other(options_.folder, 0, {{"model", "another"}});  // nothing to disagree with
}

TEST_F(RunTest, RanksShareTheItemsAndRankZeroHasTheWhole) {
  const std::vector<std::string> whole = texts(run_benchmark(benchmark_, answerer_, options_));
  asked_.clear();
  options_.folder = folder_ / "shared";
  options_.world = 3;
  answerer_.batch = 4;
  for (const int64_t rank : {2, 1}) {
    options_.rank = rank;
    EXPECT_FALSE(run_benchmark(benchmark_, answerer_, options_).finished);
  }
  EXPECT_EQ(asked_.size(), 16u);
  options_.rank = 0;
  const RunResult result = run_benchmark(benchmark_, answerer_, options_);
  EXPECT_TRUE(result.finished);
  EXPECT_EQ(texts(result), whole);
  EXPECT_EQ(asked_.size(), 24u);
  EXPECT_TRUE(fs::exists(options_.folder / "journal-2.jsonl"));
}

TEST_F(RunTest, RankZeroWaitsForAnswersButNotForBrokenImages) {
  fs::remove(folder_ / "image11.png");
  options_.world = 2;
  std::thread other([&] {
    RunOptions options = options_;
    options.rank = 1;
    Answerer answerer = answerer_;
    answerer.answer = [](const BenchmarkInfo&, std::span<const ItemRequest> items) {
      std::vector<Prediction> predictions(items.size());
      for (Prediction& one : predictions) one.text = "from rank 1";
      return predictions;
    };
    run_benchmark(benchmark_, answerer, options);
  });
  const RunResult result = run_benchmark(benchmark_, answerer_, options_);
  other.join();
  EXPECT_TRUE(result.finished);
  EXPECT_EQ(result.predictions[12].text, "from rank 1");
  EXPECT_THAT(result.predictions[23].error, HasSubstr("image11.png"));
}

TEST_F(RunTest, RankZeroGivesUpOnSilentRanks) {
  options_.world = 2;
  options_.patience = 0;
  try {
    run_benchmark(benchmark_, answerer_, options_);
    FAIL();
  } catch (const ResourceError& error) {
    EXPECT_THAT(error.what(), HasSubstr("have not answered 12 of 24 items"));
  }
  options_.world = 1;
  EXPECT_EQ(run_benchmark(benchmark_, answerer_, options_).resumed, 12);
}

TEST_F(RunTest, StopsBetweenBatchesWhenAsked) {
  options_.stop_requested = [this] { return asked_.size() >= 5; };
  const RunResult result = run_benchmark(benchmark_, answerer_, options_);
  EXPECT_FALSE(result.finished);
  EXPECT_EQ(asked_.size(), 5u);
}

TEST_F(RunTest, AJournalInUseOrOfAnotherKindIsRefused) {
  {
    const Journal journal(options_.folder, 0, {{"model", "m"}});
    EXPECT_THROW(Journal(options_.folder, 0, {{"model", "m"}}), ResourceError);
  }
  fs::remove_all(options_.folder);
  fs::create_directories(options_.folder);
  std::ofstream(options_.folder / "journal-0.jsonl") << "{\"id\": \"a\", \"text\": \"b\"}\n";
  try {
    const Journal journal(options_.folder, 0, {{"model", "m"}});
    FAIL();
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), HasSubstr("journal-0.jsonl: is no journal"));
  }
  std::ofstream(options_.folder / "journal-0.jsonl")
      << "{\"settings\":{\"model\":\"m\"}}\n{\"id\": 7}\n";
  EXPECT_THROW(Journal(options_.folder, 0, {{"model", "m"}}), InputError);
}

TEST_F(RunTest, JournalKeepsOddTextsAndLosses) {
  Prediction odd;
  odd.id = "x";
  odd.text = "a\"b\n\xff";
  odd.losses = {0.1, 1e300, std::nan("")};
  { Journal(options_.folder, 0, {}).add(std::array{odd}, std::array{std::string("key")}); }
  const Journal journal(options_.folder, 0, {});
  EXPECT_EQ(journal.find("x", "another key"), nullptr);
  ASSERT_NE(journal.find("x", "key"), nullptr);
  const Prediction& read = *journal.find("x", "key");
  EXPECT_EQ(read.text, "a\"b\n\xef\xbf\xbd");
  EXPECT_EQ(read.losses[0], 0.1);
  EXPECT_EQ(read.losses[1], 1e300);
  EXPECT_TRUE(std::isnan(read.losses[2]));
}

}  // namespace
}  // namespace lion::eval
