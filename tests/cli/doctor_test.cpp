/// The self-check of a model.

#include <gmock/gmock.h>

#include <cstring>
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
using testing::Not;

/// A copy of the tiny model with an image and a case of each kind, without answers.
class DoctorTest : public testing::Test {
 protected:
  DoctorTest() {
    fs::copy(model_folder(), model(), fs::copy_options::recursive);
    fs::create_directory(model() + "/doctor");
    fs::copy_file(oracle_image("rgb.png"), model() + "/doctor/scene.png");
  }

  std::string model() const { return folder_.path("model"); }
  std::string known() const { return model() + "/doctor.json"; }

  Outcome doctor(std::vector<std::string> more = {}) const {
    std::vector<std::string> arguments{"doctor", "--model", model(), "--dtype", "fp32"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return lion(arguments);
  }

  void write_cases() const {
    write(known(), R"({"cases": [
        {"image": "doctor/scene.png", "ask": "caption"},
        {"image": "doctor/scene.png", "ask": "query", "text": "What is it?"},
        {"image": "doctor/scene.png", "ask": "ground", "text": "the cat"},
        {"image": "doctor/scene.png", "ask": "describe", "text": "0.1,0.2,0.5,0.9"},
        {"image": "doctor/scene.png", "ask": "tags"}]})");
  }

  void record() const {
    write_cases();
    const Outcome run = doctor({"--record"});
    ASSERT_EQ(run.exit_code, 0) << run.err;
    EXPECT_THAT(run.out, HasSubstr(model() + ": 5 answers recorded in doctor.json."));
  }

  /// Puts another answer in the place of the recorded one, which it returns.
  std::string replace_answer(size_t index, const std::string& answer) const {
    Json json = read_json_file(known());
    std::string before = json["cases"][index]["answer"];
    json["cases"][index]["answer"] = answer;
    write(known(), json.dump());
    return before;
  }

  TempFolder folder_;
};

/// What a command prints about the image, greedily.
std::string answer_of(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin() + 1, oracle_image("rgb.png"));
  const Outcome run = lion(with_model(arguments));
  EXPECT_EQ(run.exit_code, 0) << run.err;
  return run.out;
}

/// Overwrites all numbers of a tensor with NaN.
void damage(const fs::path& path, const std::string& tensor) {
  std::string bytes = read(path);
  uint64_t header = 0;
  std::memcpy(&header, bytes.data(), sizeof(header));
  const Json spec = parse_json(bytes.substr(sizeof(header), header), "header").at(tensor);
  const auto begin = spec.at("data_offsets")[0].get<size_t>();
  const auto end = spec.at("data_offsets")[1].get<size_t>();
  bytes.replace(sizeof(header) + header + begin, end - begin, end - begin, '\xff');
  write(path, bytes);
}

TEST_F(DoctorTest, RecordsWhatTheCommandsAnswer) {
  record();
  const Json cases = read_json_file(known()).at("cases");
  ASSERT_EQ(cases.size(), 5u);
  const auto recorded = [&](size_t index) {
    return cases[index].at("answer").get<std::string>() + "\n";
  };
  EXPECT_EQ(recorded(0), answer_of({"caption", "--beams", "1"}));
  EXPECT_EQ(recorded(1), answer_of({"query", "What is it?", "--beams", "1"}));
  EXPECT_THAT(answer_of({"ground", "the cat", "--beams", "1"}), testing::StartsWith(recorded(2)));
  EXPECT_EQ(recorded(3), answer_of({"describe", "--box", "0.1,0.2,0.5,0.9", "--beams", "1"}));
  EXPECT_EQ(recorded(4), answer_of({"tags"}));
}

TEST_F(DoctorTest, FindsNothingWrongWithASoundModel) {
  record();
  const Outcome run = doctor();
  EXPECT_EQ(run.exit_code, 0) << run.err;
  for (const char* check : {"fingerprint", "files", "weights", "memory", "loading", "computing"}) {
    EXPECT_THAT(run.out, HasSubstr(str("ok       ", check, ": ")));
  }
  EXPECT_THAT(run.out, AllOf(HasSubstr("ok       query doctor/scene.png \"What is it?\": "),
                             HasSubstr("fp32 on cpu"),
                             HasSubstr(model() + ": all well: 6 checks, 5 golden answers.")));
  EXPECT_THAT(run.err, Not(HasSubstr("error")));
}

TEST_F(DoctorTest, ShowsBothTextsOfAnAnswerThatDiffers) {
  record();
  const std::string before = replace_answer(1, "a horse");
  const Outcome run = doctor();
  EXPECT_EQ(run.exit_code, 3);
  EXPECT_THAT(run.out,
              HasSubstr(str("differs  query doctor/scene.png \"What is it?\"\n",
                            "         expected  a horse\n", "         got       ", before, "\n")));
  EXPECT_THAT(run.err, AllOf(HasSubstr(model() + ": 1 of 5 golden answers differ"),
                             HasSubstr("convert again"), Not(HasSubstr("--dtype"))));
  EXPECT_THAT(lion({"doctor", model()}).err, HasSubstr("try --dtype fp32"));  // bf16
}

TEST_F(DoctorTest, NamesTheTensorThatIsDamaged) {
  record();
  damage(model() + "/model.safetensors", "t5_proj.weight");
  const Outcome run = doctor();
  EXPECT_EQ(run.exit_code, 3);
  EXPECT_THAT(
      run.out,
      AllOf(HasSubstr(str("broken   weights: ", model(), ": tensor \"t5_proj.weight\" has")),
            HasSubstr("convert again"), Not(HasSubstr("caption"))));
  EXPECT_THAT(run.err, HasSubstr("1 of 3 checks found something broken"));
  const std::string content = read(known());
  EXPECT_EQ(doctor({"--record"}).exit_code, 3);  // the answers of a broken model are worth nothing
  EXPECT_EQ(read(known()), content);
}

TEST_F(DoctorTest, TellsWhatIsBrokenInTheFolder) {
  fs::remove(model() + "/bert/vocab.txt");
  const Outcome incomplete = doctor();
  EXPECT_EQ(incomplete.exit_code, 3);
  EXPECT_THAT(incomplete.out, AllOf(HasSubstr("ok       weights"), HasSubstr("broken   loading: "),
                                    HasSubstr("vocab.txt")));
  write(model() + "/config.json", "{}");
  const Outcome wrong = doctor();
  EXPECT_EQ(wrong.exit_code, 3);
  EXPECT_THAT(wrong.out, AllOf(HasSubstr("broken   files: "), HasSubstr("format_version")));
  const Outcome missing = lion({"doctor", "no/such/model"});
  EXPECT_EQ(missing.exit_code, 3);
  EXPECT_THAT(missing.out, IsEmpty());
  EXPECT_THAT(missing.err, HasSubstr("no/such/model"));
}

TEST_F(DoctorTest, SkipsImagesThatAreNotAtHand) {
  record();
  fs::rename(model() + "/doctor", folder_.path("doctor"));
  const Outcome run = doctor();
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(run.out, AllOf(HasSubstr(str("skipped  caption doctor/scene.png: ", model(),
                                           "/doctor/scene.png: is not there. Put the image there")),
                             HasSubstr("--images"), HasSubstr("0 golden answers; 5 skipped.")));
  const Outcome found = doctor({"--images", folder_.path()});
  EXPECT_EQ(found.exit_code, 0) << found.err;
  EXPECT_THAT(found.out, HasSubstr("5 golden answers."));
  EXPECT_EQ(doctor({"--record"}).exit_code, 3);
}

TEST_F(DoctorTest, ABrokenImageIsNoDifferentAnswer) {
  record();
  write(model() + "/doctor/scene.png", "");
  const Outcome run = doctor();
  EXPECT_EQ(run.exit_code, 3);
  EXPECT_THAT(run.out,
              AllOf(HasSubstr("broken   caption doctor/scene.png: "), Not(HasSubstr("differs"))));
}

TEST_F(DoctorTest, AModelWithoutKnownAnswersIsLookedAtOnly) {
  const Outcome run = doctor();
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(run.out, AllOf(HasSubstr("ok       loading: "),
                             HasSubstr("this model has no golden answers"), HasSubstr("--record")));
}

TEST_F(DoctorTest, RefusesAFileThatIsWrong) {
  const auto refused = [&](const std::string& more, const testing::Matcher<std::string>& message) {
    const Outcome run = more.empty() ? doctor() : doctor({more});
    EXPECT_EQ(run.exit_code, 2) << run.err;
    EXPECT_THAT(run.out, IsEmpty());
    EXPECT_THAT(run.err, AllOf(HasSubstr(known()), message));
  };
  refused("--record", HasSubstr("does not exist"));
  write_cases();
  refused("", AllOf(HasSubstr("cases[0]: key \"answer\" is missing"), HasSubstr("--record")));
  write(known(), R"({"cases": [{"image": "doctor/scene.png", "ask": "caption", "say": "a"}]})");
  refused("", AllOf(HasSubstr("cases[0]: unknown key \"say\""), HasSubstr("Remove it")));
  write(known(), "{");
  refused("", HasSubstr("not valid JSON"));
}

std::vector<std::string> keys(const Json& object) {
  std::vector<std::string> names;
  for (const auto& item : object.items()) names.push_back(item.key());
  return names;
}

TEST_F(DoctorTest, OneObjectForProgramsAlsoWhenAnswersDiffer) {
  record();
  const std::string before = replace_answer(0, "a horse");
  const Outcome run = doctor({"--json"});
  EXPECT_EQ(run.exit_code, 3);
  ASSERT_EQ(lines(run.out).size(), 1u);
  const Json json = parse_json(run.out, "stdout");
  EXPECT_THAT(keys(json),
              ElementsAre("command", "model", "checks", "cases", "counts", "recorded", "summary"));
  EXPECT_THAT(keys(json.at("checks")[0]), ElementsAre("name", "verdict", "detail"));
  EXPECT_THAT(keys(json.at("cases")[0]),
              ElementsAre("image", "ask", "text", "verdict", "expected", "got", "detail"));
  EXPECT_EQ(json.at("checks")[0].at("name"), "fingerprint");
  EXPECT_EQ(json.at("cases")[0].at("verdict"), "differs");
  EXPECT_EQ(json.at("cases")[0].at("expected"), "a horse");
  EXPECT_EQ(json.at("cases")[0].at("got"), before);
  EXPECT_EQ(json.at("counts"), Json({{"ok", 10}, {"differs", 1}, {"broken", 0}, {"skipped", 0}}));
  EXPECT_THAT(run.err, HasSubstr(json.at("summary").get<std::string>()));

  const Outcome again = doctor({"--record", "--json"});
  EXPECT_EQ(again.exit_code, 0) << again.err;
  EXPECT_EQ(parse_json(again.out, "stdout").at("recorded"), true);
  EXPECT_EQ(doctor().exit_code, 0);
}

}  // namespace
}  // namespace lion::cli_test
