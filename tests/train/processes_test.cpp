// The program in processes of its own: killed and resumed, several at once, one of them dying.

#include <gmock/gmock.h>

#include <chrono>
#include <cstdlib>
#include <random>
#include <thread>

#include "lion/base/random.h"
#include "process.h"
#include "run_files.h"
#include "tiny_model.h"

namespace lion::train {
namespace {

using namespace std::chrono_literals;
using testing::free_port;
using ::testing::HasSubstr;
using testing::log_of;
using testing::Process;
using testing::rank_environment;
using testing::TempFolder;
using testing::tensors_in;

class Processes : public ::testing::Test {
 protected:
  Processes() {
    json_ = testing::tiny_settings(folder_ / "unset");
    testing::set_stage(json_, 1);
    json_["export_model"] = false;
    json_["threads"] = 1;
  }

  /// The command that trains into `out` with the settings as they are now.
  std::vector<std::string> command(const char* out) {
    Json json = json_;
    json["out"] = (folder_ / out).string();
    const auto file = folder_ / str(out, ".json").c_str();
    write_file(file, json.dump());
    return {LION_PROGRAM, "train", file.string(), "--resume"};
  }

  /// All ranks of a run, to their end.
  void run_ranks(const char* out, int world) {
    const auto words = command(out);
    const int port = free_port();
    std::vector<std::unique_ptr<Process>> ranks;
    for (int rank = 0; rank < world; ++rank) {
      ranks.push_back(std::make_unique<Process>(words, folder_ / str(out, rank, ".log").c_str(),
                                                rank_environment(rank, world, port)));
    }
    for (auto& rank : ranks) EXPECT_EQ(rank->wait(), 0) << rank->output();
  }

  /// Largest difference of weights, but for biases of attention keys: their gradient is zero in
  /// exact arithmetic, and AdamW makes steps of the rounding noise.
  double difference(const char* a, const char* b) {
    const auto first = tensors_in(folder_ / a / "export/trained.safetensors");
    const auto second = tensors_in(folder_ / b / "export/trained.safetensors");
    EXPECT_EQ(first.size(), second.size());
    double largest = 0;
    for (const auto& [name, tensor] : first) {
      if (name.ends_with("key.bias")) continue;
      largest = std::max(largest, (tensor - second.at(name)).abs().max().item<double>());
    }
    return largest;
  }

  struct Folder : TempFolder {
    std::filesystem::path operator/(const std::string& name) const {
      return TempFolder::operator/(name.c_str());
    }
  } folder_;
  Json json_;
};

TEST_F(Processes, ARunKilledAtTwentyMomentsEndsAsOneThatRanThrough) {
  json_["steps"] = 120;
  json_["dropout"] = json_["t5_dropout"] = 0.1;
  json_["precision"] = "bf16";
  json_["log"] = {{"every", 3}, {"save_every", 4}, {"keep", 2}};
  ASSERT_EQ(Process(command("whole"), folder_ / "whole.log").wait(), 0);

  const auto words = command("killed");
  std::random_device entropy;
  Random random(entropy());
  int kills = 0;
  int starts = 0;
  while (true) {
    ASSERT_LT(++starts, 200);
    Process process(words, folder_ / "killed.log");
    if (kills < 20) {
      // From before the first step to a few steps on: start-up alone takes some tenths of a second.
      std::this_thread::sleep_for(std::chrono::milliseconds(100 + random.below(900)));
      process.signal(SIGKILL);
    }
    const int code = process.wait();
    if (code == 128 + SIGKILL) {
      ++kills;
      continue;
    }
    ASSERT_EQ(code, 0) << process.output();
    break;
  }
  RecordProperty("kills", kills);
  EXPECT_GE(kills, 3) << "the run ended too early to be killed";
  EXPECT_EQ(log_of(folder_ / "killed"), log_of(folder_ / "whole"));
  const auto whole = tensors_in(folder_ / "whole/export/trained.safetensors");
  const auto killed = tensors_in(folder_ / "killed/export/trained.safetensors");
  for (const auto& [name, tensor] : whole) {
    EXPECT_TRUE(at::equal(tensor, killed.at(name))) << name;
  }
}

TEST_F(Processes, SigtermSavesAndExitsWithZero) {
  json_["steps"] = 100000;
  json_["log"]["save_every"] = 100000;
  Process process(command("run"), folder_ / "run.log");
  while (!std::filesystem::exists(folder_ / "run/log.jsonl") ||
         std::filesystem::file_size(folder_ / "run/log.jsonl") == 0) {
    std::this_thread::sleep_for(20ms);
  }
  process.signal(SIGTERM);
  EXPECT_EQ(process.wait(), 0);
  EXPECT_THAT(process.output(), HasSubstr("--resume goes on"));
  EXPECT_FALSE(std::filesystem::is_empty(folder_ / "run/checkpoints"));
}

TEST_F(Processes, TwoAndFourProcessesGiveTheWeightsOfOne) {
  json_["micro_batch"] = 2;
  json_["steps"] = 8;
  json_["optimizer"]["lr"] = 1e-3;
  run_ranks("one", 1);
  run_ranks("two", 2);
  run_ranks("four", 4);
  EXPECT_LE(difference("one", "two"), 1e-5);
  EXPECT_LE(difference("one", "four"), 1e-5);
  // One process that takes the joined batch in one pass.
  json_["micro_batch"] = 8;
  run_ranks("joined", 1);
  EXPECT_LE(difference("joined", "four"), 1e-5);
}

/// Two ranks, each with a folder of its own: steps begun by one process, then gone on with.
class FoldersOfTheirOwn : public Processes {
 protected:
  FoldersOfTheirOwn() {
    json_["steps"] = 8;
    json_["optimizer"] = {{"lr", 1e-3}, {"decay", "constant"}};
    json_["log"]["save_every"] = 2;
    json_["dropout"] = json_["t5_dropout"] = 0.1;
  }

  /// The first half of a run in the folder `out`.
  void begin(const char* out) {
    Json whole = json_;
    json_["steps"] = 4;
    run_ranks(out, 1);
    json_ = whole;
  }

  /// Goes on with two ranks; their exit codes.
  std::vector<int> go_on(const char* first, const char* second) {
    const int port = free_port();
    Process one(command(first), folder_ / "rank0.log", rank_environment(0, 2, port));
    Process two(command(second), folder_ / "rank1.log", rank_environment(1, 2, port));
    const std::vector<int> codes = {one.wait(), two.wait()};
    output_ = one.output();
    second_output_ = two.output();
    return codes;
  }

  std::filesystem::path checkpoint(const char* out, int step) const {
    return folder_ / out / "checkpoints" / str("step-0000000", step, ".safetensors").c_str();
  }

  static void damage(const std::filesystem::path& file) {
    std::filesystem::resize_file(file, std::filesystem::file_size(file) / 2);
  }

  void copy(const char* from, const char* to) const {
    std::filesystem::copy(folder_ / from, folder_ / to, std::filesystem::copy_options::recursive);
  }

  std::string output_, second_output_;
};

TEST_F(FoldersOfTheirOwn, ResumeAsOneFolderDoes) {
  json_["micro_batch"] = 4;
  begin("shared");
  copy("shared", "first");
  EXPECT_EQ(go_on("shared", "shared"), (std::vector{0, 0})) << output_ << second_output_;
  EXPECT_EQ(go_on("first", "second"), (std::vector{0, 0})) << output_ << second_output_;
  EXPECT_EQ(difference("shared", "first"), 0);
}

TEST_F(FoldersOfTheirOwn, AFileThatOneRankCannotReadEndsWell) {
  json_["micro_batch"] = 4;
  begin("first");
  copy("first", "whole");
  copy("first", "second");
  EXPECT_EQ(go_on("whole", "whole"), (std::vector{0, 0})) << output_ << second_output_;
  damage(checkpoint("second", 4));
  copy("first", "again");
  EXPECT_EQ(go_on("first", "second"), (std::vector{0, 0})) << output_ << second_output_;
  EXPECT_EQ(difference("whole", "first"), 0);
  damage(checkpoint("again", 4));
  EXPECT_EQ(go_on("again", "second"), (std::vector{0, 0})) << output_ << second_output_;
  EXPECT_THAT(output_, HasSubstr("going on after step 2"));
  EXPECT_LE(difference("whole", "again"), 1e-3);
}

TEST_F(FoldersOfTheirOwn, ANewerCheckpointElsewhereIsNamed) {
  json_["micro_batch"] = 4;
  begin("first");
  copy("first", "second");
  std::filesystem::remove(checkpoint("first", 4));
  EXPECT_EQ(go_on("first", "second"), (std::vector{3, 2})) << output_ << second_output_;
  for (const std::string& said : {output_, second_output_}) {
    EXPECT_THAT(said, HasSubstr(checkpoint("second", 4).string()));
    EXPECT_THAT(said, HasSubstr(checkpoint("first", 2).string()));
  }
}

TEST_F(FoldersOfTheirOwn, OtherSettingsOrDataAreRefused) {
  json_["micro_batch"] = 4;
  const int port = free_port();
  Process first(command("first"), folder_ / "rank0.log", rank_environment(0, 2, port));
  json_["data"]["datasets"][0]["count"] = 300;
  Process second(command("second"), folder_ / "rank1.log", rank_environment(1, 2, port));
  EXPECT_EQ(second.wait(), 2);
  EXPECT_EQ(first.wait(), 3);
  EXPECT_THAT(second.output(), HasSubstr("are not those of rank 0"));
  EXPECT_THAT(second.output(), HasSubstr("/data sets/caption_scenes"));
}

TEST_F(Processes, RegionAndImageLevelShareABatchAcrossProcesses) {
  testing::set_stage(json_, 3);
  json_["reinitialize"] = json_["train"];
  json_["micro_batch"] = 4;
  json_["steps"] = 4;
  json_["optimizer"]["lr"] = 1e-3;
  run_ranks("one", 1);
  run_ranks("two", 2);
  EXPECT_LE(difference("one", "two"), 1e-5);
}

TEST_F(Processes, TorchrunStartsTheProgram) {
  const char* torchrun = std::getenv("LION_TEST_TORCHRUN");
  if (!torchrun) GTEST_SKIP() << "LION_TEST_TORCHRUN does not name a torchrun";
  json_["micro_batch"] = 2;
  json_["steps"] = 4;
  run_ranks("one", 1);
  std::vector<std::string> words = {torchrun, "--no-python",   "--nproc-per-node",
                                    "2",      "--master-port", std::to_string(free_port())};
  for (const std::string& word : command("two")) words.push_back(word);
  Process process(words, folder_ / "torchrun.log");
  EXPECT_EQ(process.wait(), 0) << process.output();
  EXPECT_LE(difference("one", "two"), 1e-5);
}

TEST_F(Processes, ARankThatDiesEndsTheOthersWithItsNumber) {
  json_["steps"] = 100000;
  json_["micro_batch"] = 4;
  json_["batch"] = 12;
  json_["timeout_s"] = 20;
  const auto words = command("run");
  for (const int dying : {1, 0}) {
    std::filesystem::remove_all(folder_ / "run");
    const int port = free_port();
    std::vector<std::unique_ptr<Process>> ranks;
    for (int rank = 0; rank < 3; ++rank) {
      ranks.push_back(std::make_unique<Process>(words, folder_ / str("rank", rank, ".log"),
                                                rank_environment(rank, 3, port)));
    }
    const auto log = folder_ / "run/log.jsonl";
    while (!std::filesystem::exists(log) || std::filesystem::file_size(log) == 0) {
      std::this_thread::sleep_for(20ms);
    }
    ranks[static_cast<size_t>(dying)]->signal(SIGKILL);
    const auto begin = std::chrono::steady_clock::now();
    for (int rank = 0; rank < 3; ++rank) {
      Process& process = *ranks[static_cast<size_t>(rank)];
      const int code = process.wait();
      if (rank == dying) continue;
      EXPECT_EQ(code, 3);
      EXPECT_THAT(process.output(), HasSubstr(str("rank ", dying)));
      EXPECT_THAT(process.output(), HasSubstr("no heartbeat"));
    }
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 20s + 10s);
  }
}

TEST_F(Processes, ARankThatFailsTellsTheOthersWhy) {
  json_["micro_batch"] = 4;
  const auto words = command("run");
  const int port = free_port();
  Process first(words, folder_ / "rank0.log", rank_environment(0, 2, port));
  json_["train"].push_back("no_such_part.");
  Process second(command("other"), folder_ / "rank1.log", rank_environment(1, 2, port));
  EXPECT_EQ(second.wait(), 2);
  EXPECT_EQ(first.wait(), 3);
  EXPECT_THAT(first.output(), HasSubstr("rank 1 stopped"));
  EXPECT_THAT(first.output(), HasSubstr("no_such_part."));
}

TEST_F(Processes, AWrongEnvironmentIsNamed) {
  auto environment = rank_environment(0, 2, free_port());
  environment.insert_or_assign("RANK", std::string("2"));
  Process process(command("run"), folder_ / "run.log", environment);
  EXPECT_EQ(process.wait(), 2);
  EXPECT_THAT(process.output(), HasSubstr("RANK is \"2\", expected a number from 0 to 1"));
}

}  // namespace
}  // namespace lion::train
