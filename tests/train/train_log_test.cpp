#include "lion/train/train_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <limits>

#include "lion/base/file.h"

namespace lion::train {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

class TrainLogTest : public testing::Test {
 protected:
  TrainLogTest() {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    folder_ = fs::path(testing::TempDir()) / str("lion-train-log-", ::getpid(), "-", test->name());
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    path_ = folder_ / "log.jsonl";
  }
  ~TrainLogTest() override { fs::remove_all(folder_); }

  void run(int64_t first, int64_t last) const {
    TrainLog log(path_, first);
    for (int64_t step = first; step < last; ++step) {
      log.write({{"step", step}, {"loss", 1.0 / static_cast<double>(step + 1)}, {"lr", 1e-5}});
    }
  }

  std::string error_with(std::string_view content) const {
    write_file(path_, content);
    try {
      TrainLog log(path_, 5);
    } catch (const InputError& error) {
      EXPECT_EQ(read_file(path_), content) << "a file that is not understood is left alone";
      return error.what();
    }
    ADD_FAILURE() << "nothing was thrown";
    return "";
  }

  fs::path folder_, path_;
};

TEST_F(TrainLogTest, ALinePerStep) {
  run(0, 2);
  EXPECT_EQ(read_file(path_),
            "{\"step\":0,\"loss\":1.0,\"lr\":1e-05}\n{\"step\":1,\"loss\":0.5,\"lr\":1e-05}\n");
  const std::vector<Json> lines = read_train_log(path_);
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[1]["loss"], 0.5);
}

TEST_F(TrainLogTest, AResumedRunsLogIsThatOfOneThatRanThrough) {
  run(0, 20);
  const std::string expected = read_file(path_);
  fs::remove(path_);
  run(0, 13);  // killed after step 12; the last checkpoint was before step 10
  const std::string torn = read_file(path_) + "{\"step\":13,\"lo";
  write_file(path_, torn);
  run(10, 20);
  EXPECT_EQ(read_file(path_), expected);
}

TEST_F(TrainLogTest, BeginningAgainDropsAll) {
  run(0, 5);
  run(0, 1);
  EXPECT_EQ(read_train_log(path_).size(), 1u);
}

TEST_F(TrainLogTest, ATornLineIsNotRead) {
  run(0, 3);
  write_file(path_, read_file(path_) + "{\"step\":3,");
  EXPECT_EQ(read_train_log(path_).size(), 3u);
}

TEST_F(TrainLogTest, NumbersThatAreNotFinite) {
  {
    TrainLog log(path_, 0);
    log.write({{"step", 0}, {"loss", std::numeric_limits<double>::quiet_NaN()}});
  }
  EXPECT_TRUE(read_train_log(path_).at(0)["loss"].is_null());
}

TEST_F(TrainLogTest, ALineWithoutStepIsOurMistake) {
  TrainLog log(path_, 0);
  EXPECT_THROW(log.write({{"loss", 1.0}}), InternalError);
  EXPECT_THROW(log.write({{"step", "one"}}), InternalError);
}

TEST_F(TrainLogTest, NamesTheLineThatIsWrong) {
  EXPECT_THAT(error_with("{\"step\":1}\nnot json\n"), HasSubstr("log.jsonl:2"));
  EXPECT_THAT(error_with("{\"loss\":1}\n"),
              AllOf(HasSubstr("log.jsonl:1"), HasSubstr("\"step\""), HasSubstr("Remove the line")));
  EXPECT_THAT(error_with("[1]\n"), HasSubstr("log.jsonl:1"));
  EXPECT_THROW(read_train_log(folder_ / "none"), ResourceError);
  EXPECT_THROW(TrainLog(folder_ / "none" / "log.jsonl", 0), ResourceError);
}

}  // namespace
}  // namespace lion::train
