/// Who gets what: stdout, stderr, terminals, pipes that close.

#include <gmock/gmock.h>

#include <csignal>
#include <filesystem>

#include "lion/base/str.h"
#include "program.h"

namespace lion::cli_test {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;
using testing::Not;

const std::string kEscape = "\x1b[";
const std::string kRed = "\x1b[1;31m";

TEST(Output, ColourOnATerminalOnly) {
  const std::vector<std::string> wrong{"tags", "--nonsense"};
  EXPECT_THAT(lion_on_terminal(wrong).out, HasSubstr(kRed + "error:"));
  EXPECT_THAT(lion(wrong).err, Not(HasSubstr(kEscape)));
}

TEST(Output, NoColorIsHonoured) {
  const Outcome run =
      lion_on_terminal({"tags", "--nonsense"}, {.environment = {{"NO_COLOR", "1"}}});
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_THAT(run.out, AllOf(HasSubstr("error: lion tags"), Not(HasSubstr(kEscape))));
  const Outcome empty =
      lion_on_terminal({"tags", "--nonsense"}, {.environment = {{"NO_COLOR", ""}}});
  EXPECT_THAT(empty.out, HasSubstr(kRed));  // https://no-color.org: "not an empty string"
}

TEST(Output, ABarOnATerminal) {
  const TempFolder folder;
  std::vector<std::string> arguments = convert_arguments();
  arguments.insert(arguments.end(), {"--out", folder.path("model")});
  const Outcome run = lion_on_terminal(arguments);
  EXPECT_EQ(run.exit_code, 0) << run.out;
  EXPECT_THAT(run.out, AllOf(HasSubstr("\r"), HasSubstr("[####"), HasSubstr("model: ")));
}

TEST(Output, LinesElsewhere) {
  const TempFolder folder;
  std::vector<std::string> arguments = convert_arguments();
  arguments.insert(arguments.end(), {"--out", folder.path("model")});
  const Outcome run = lion(arguments);
  ASSERT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(run.err, Not(HasSubstr("\r")));
  EXPECT_LT(lines(run.err).size(), 40u) << run.err;
  EXPECT_THAT(run.out, MatchesRegex(".*/model: [0-9]+ tensors, .*\n"));
  EXPECT_THAT(names_in(folder.path()), ElementsAre("model"));
}

TEST(Output, AnInterruptedConversionLeavesNothingHalfMade) {
  const TempFolder folder;
  std::vector<std::string> arguments = convert_arguments();
  arguments.insert(arguments.end(), {"--out", folder.path("model")});
  const Outcome run =
      lion_killed(arguments, SIGINT, [&] { return !names_in(folder.path()).empty(); });
  if (run.exit_code == 0) {  // it was faster than the signal
    EXPECT_THAT(names_in(folder.path()), ElementsAre("model"));
  } else {
    EXPECT_EQ(run.exit_code, 128 + SIGINT) << run.err;
    EXPECT_THAT(names_in(folder.path()), IsEmpty());
  }
}

TEST(Output, AClosedStdoutEndsQuietly) {
  const Outcome run =
      lion(with_model({"tags", oracle_image("rgb.png")}), {.stdout_is_closed = true});
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_THAT(run.err, Not(HasSubstr("error")));
}

TEST(Output, AFullDiskIsTold) {
  const Outcome run = lion(with_model({"tags", oracle_image("rgb.png")}), {.out = "/dev/full"});
  EXPECT_EQ(run.exit_code, 3);
  EXPECT_THAT(run.err, AllOf(HasSubstr("error: stdout: "), HasSubstr("Free space")));
}

TEST(Output, AReaderThatGoesAwayEndsQuietly) {
  const TempFolder folder;
  const std::string command =
      str(LION_PROGRAM, " tags ", oracle_image("rgb.png"), " --scores --model ",
          model_folder().string(), " 2>", folder.path("err"), " | true");
  EXPECT_EQ(std::system(command.c_str()), 0);  // nobody reads when the model has been loaded
  EXPECT_THAT(read(folder.path("err")), Not(HasSubstr("error")));
}

TEST(Output, ChatAsksAPersonAndStreams) {
  const Outcome run = lion_on_terminal(
      with_model({"chat", oracle_image("rgb.png"), "--beams", "1", "--max-new-tokens", "4"}),
      {.input = "What is it?\n/help\n/quit\n"});
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_THAT(run.out, AllOf(HasSubstr("> "), HasSubstr("/tags"), HasSubstr("/box")));
  const Outcome plain =
      lion(with_model({"chat", oracle_image("rgb.png"), "--beams", "1", "--max-new-tokens", "4"}),
           {.input = "What is it?\n"});
  EXPECT_THAT(plain.err, Not(HasSubstr("> ")));
  const std::string text = plain.out.substr(0, plain.out.size() - 1);
  EXPECT_THAT(run.out, HasSubstr(text + "\r\n"));  // a terminal writes \r\n
}

}  // namespace
}  // namespace lion::cli_test
