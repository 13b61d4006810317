/// Help, version and wrong command lines.

#include <gmock/gmock.h>

#include "lion/base/str.h"
#include "program.h"

namespace lion::cli_test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

const std::vector<std::string> kCommands{
    "caption", "query",  "ground", "describe", "tags",  "rank",   "generate", "chat", "convert",
    "info",    "doctor", "bench",  "data",     "train", "scenes", "new",      "eval", "score"};

/// A wrong command line: exit code 2, one error line on stderr, nothing on stdout.
void expect_usage_error(const std::vector<std::string>& arguments,
                        const testing::Matcher<std::string>& message) {
  const Outcome run = lion(arguments);
  EXPECT_EQ(run.exit_code, 2) << run.err;
  EXPECT_THAT(run.out, IsEmpty());
  EXPECT_THAT(run.err, StartsWith("error: "));
  EXPECT_THAT(run.err, message);
  EXPECT_EQ(std::count(run.err.begin(), run.err.end(), '\n'), 1) << run.err;
}

TEST(Usage, TellsItsVersion) {
  const Outcome run = lion({"--version"});
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_EQ(run.out, "lion " LION_VERSION "\n");
  EXPECT_THAT(run.err, IsEmpty());
}

TEST(Usage, HelpNamesEveryCommand) {
  const Outcome run = lion({"--help"});
  EXPECT_EQ(run.exit_code, 0);
  for (const std::string& command : kCommands) EXPECT_THAT(run.out, HasSubstr("\n  " + command));
  EXPECT_THAT(run.err, IsEmpty());
}

TEST(Usage, EveryCommandHasHelpWithAnExample) {
  for (const std::string& command : kCommands) {
    const Outcome run = lion({command, "--help"});
    EXPECT_EQ(run.exit_code, 0) << command;
    EXPECT_THAT(run.out, AllOf(HasSubstr("Usage: lion " + command),
                               HasSubstr("Example:\n  lion " + command + " ")));
    if (command != "data") {
      EXPECT_THAT(run.out, HasSubstr("--json")) << command;
    }
    for (const std::string& line : lines(run.out)) EXPECT_LE(line.size(), 100u) << line;
  }
}

TEST(Usage, AnUnknownOptionNamesTheClosest) {
  expect_usage_error({"query", "a.jpg", "Why?", "--beems", "3"},
                     AllOf(HasSubstr("lion query: there is no option --beems."),
                           HasSubstr("Did you mean --beams?"), HasSubstr("lion query --help")));
  expect_usage_error({"caption", "a.jpg", "--jsn=1"}, HasSubstr("Did you mean --json?"));
}

TEST(Usage, AnUnknownOptionIsToldBeforeMissingArguments) {
  expect_usage_error({"describe", "--bax", "1,2,3,4"}, HasSubstr("no option --bax"));
}

TEST(Usage, AnOptionThatResemblesNoneGetsNoSuggestion) {
  expect_usage_error({"tags", "a.jpg", "--quantum-entanglement"},
                     AllOf(HasSubstr("--quantum-entanglement"), Not(HasSubstr("Did you mean"))));
}

TEST(Usage, AnUnknownCommandNamesTheClosest) {
  expect_usage_error({"capton", "a.jpg"},
                     AllOf(HasSubstr("no command \"capton\""), HasSubstr("Did you mean caption?"),
                           HasSubstr("lion --help")));
}

TEST(Usage, NoCommandAtAll) {
  expect_usage_error({}, AllOf(HasSubstr("no command was given"), HasSubstr("caption, query")));
}

TEST(Usage, AQuestionWithoutQuotes) {
  expect_usage_error({"query", "a.jpg", "What", "is", "this?"},
                     AllOf(HasSubstr("(got \"is\")"), HasSubstr("quotes")));
}

TEST(Usage, MissingArgumentsAreNamed) {
  expect_usage_error({"query", "a.jpg"}, HasSubstr("lion query: QUESTION is required"));
  expect_usage_error({"ground", "a.jpg"}, HasSubstr("lion ground: EXPRESSION is required"));
  expect_usage_error({"rank", "a.jpg"}, HasSubstr("lion rank: QUESTION is required"));
  for (const char* command : {"caption", "tags"}) {
    expect_usage_error({command}, HasSubstr(str("lion ", command, ": IMG is required")));
  }
  expect_usage_error({"describe", "a.jpg"}, HasSubstr("--box is required"));
  expect_usage_error({"generate", "a.jpg"}, HasSubstr("--prompt is required"));
  expect_usage_error({"convert"}, HasSubstr("--out is required"));
}

TEST(Usage, ValuesThatAreNoNumbersOrOutOfRange) {
  const std::string image = oracle_image("rgb.png");
  expect_usage_error({"caption", image, "--beams", "many"}, HasSubstr("--beams"));
  expect_usage_error({"caption", image, "--beams", "0"}, HasSubstr("error: --beams is out of"));
  expect_usage_error({"caption", image, "--threads", "-1"}, HasSubstr("--threads"));
  expect_usage_error({"caption", image, "--max-pixels", "0"}, HasSubstr("--max-pixels"));
  expect_usage_error(
      {"caption", image, "--num-answers", "6"},
      AllOf(HasSubstr("--num-answers"), HasSubstr("at most --beams = 5"), Not(HasSubstr("num_"))));
  expect_usage_error({"caption", image, "--sample", "--temperature", "nan"},
                     HasSubstr("--temperature"));
  expect_usage_error({"caption", image, "--sample", "--top-p", "2"}, HasSubstr("--top-p"));
  expect_usage_error({"caption", image, "--sample", "--top-k", "-1"}, HasSubstr("--top-k"));
  expect_usage_error({"caption", image, "--max-new-tokens", "0"}, HasSubstr("--max-new-tokens"));
  expect_usage_error({"caption", image, "--min-length", "-1"}, HasSubstr("--min-length"));
  expect_usage_error({"caption", image, "--repetition-penalty", "0"},
                     HasSubstr("--repetition-penalty"));
}

TEST(Usage, ValuesThatAreNoNames) {
  const std::string image = oracle_image("rgb.png");
  expect_usage_error({"caption", image, "--exif", "maybe"},
                     AllOf(HasSubstr("--exif"), HasSubstr("auto or ignore")));
  expect_usage_error({"caption", image, "--device", "tpu", "--model", "x"},
                     HasSubstr("cpu or cuda"));
  expect_usage_error({"caption", image, "--dtype", "int3", "--model", "x"},
                     HasSubstr("bf16 or fp32"));
  expect_usage_error({"generate", image, "--prompt", "p", "--level", "pixel"},
                     HasSubstr("image or region"));
  expect_usage_error({"caption", image, "--log-format", "xml"},
                     AllOf(HasSubstr("--log-format"), HasSubstr("text or json")));
}

TEST(Usage, OptionsThatContradictOrNeedEachOther) {
  const std::string image = oracle_image("rgb.png");
  expect_usage_error({"caption", image, "--tags", "a", "--no-tags"}, HasSubstr("--no-tags"));
  expect_usage_error({"caption", image, "--csv", "--jsonl"}, HasSubstr("--csv"));
  expect_usage_error({"caption", image, "--temperature", "2"},
                     AllOf(HasSubstr("--temperature"), HasSubstr("--sample")));
  expect_usage_error({"rank", image, "Why?"}, HasSubstr("--candidates"));
}

TEST(Usage, AMissingModelSaysHowToMakeOne) {
  for (const auto& arguments : std::vector<std::vector<std::string>>{
           {"caption", oracle_image("rgb.png")}, {"tags", oracle_image("rgb.png")}, {"info"}}) {
    expect_usage_error(arguments, AllOf(HasSubstr("--model"), HasSubstr("lion convert")));
  }
}

TEST(Usage, WithJsonAnErrorLeavesStdoutEmpty) {
  expect_usage_error({"query", oracle_image("rgb.png"), "Why?", "--json"}, HasSubstr("--model"));
}

TEST(Usage, ErrorsFollowTheLogFormat) {
  for (const auto& arguments : std::vector<std::vector<std::string>>{
           {"query", "--log-format=json"},
           {"tags", "a.jpg", "--nonsense", "--log-format", "json"}}) {
    const Outcome run = lion(arguments);
    EXPECT_EQ(run.exit_code, 2);
    const Json message = parse_json(run.err, "stderr");
    EXPECT_EQ(message.at("level"), "error");
    EXPECT_THAT(message.at("message").get<std::string>(), StartsWith("lion "));
  }
}

}  // namespace
}  // namespace lion::cli_test
