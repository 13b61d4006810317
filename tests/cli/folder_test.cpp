/// Captions of all pictures of a folder.

#include <gmock/gmock.h>

#include <algorithm>
#include <csignal>
#include <filesystem>

#include "lion/base/str.h"
#include "program.h"

namespace lion::cli_test {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::Each;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;
using testing::Not;
using testing::StartsWith;

/// Three good pictures (one without an extension, one with a comma and quotes in its name) and two
/// files that are none.
class FolderTest : public testing::Test {
 protected:
  FolderTest() {
    fs::create_directory(pictures());
    fs::copy_file(picture("rgb.png"), pictures() + "/c.png");
    fs::copy_file(picture("gray.jpg"), pictures() + "/a, \"b\".JPG");
    fs::copy_file(picture("rgba.png"), pictures() + "/b");
    write(pictures() + "/notes.txt", "not a picture");
    write(pictures() + "/.hidden.png", "");
    fs::create_directory(pictures() + "/sub.png");
  }

  std::string pictures() const { return folder_.path("pictures"); }
  std::string out() const { return folder_.path("out"); }

  std::vector<std::string> arguments(std::vector<std::string> more = {}) const {
    std::vector<std::string> all =
        with_model({"caption", pictures(), "--beams", "1", "--max-new-tokens", "4"});
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }

  std::vector<std::string> lines_of(const std::vector<std::string>& more) const {
    const Outcome run = lion(arguments(more));
    EXPECT_EQ(run.exit_code, 0) << run.err;
    return lines(run.out);
  }

  TempFolder folder_;
};

TEST_F(FolderTest, ALinePerPictureSortedByName) {
  const std::vector<std::string> all = lines_of({});
  EXPECT_THAT(
      all, ElementsAre(StartsWith(pictures() + "/a, \"b\".JPG\t"), StartsWith(pictures() + "/b\t"),
                       StartsWith(pictures() + "/c.png\t")));
  const Outcome alone =
      lion(with_model({"caption", pictures() + "/c.png", "--beams", "1", "--max-new-tokens", "4"}));
  EXPECT_THAT(all[2] + "\n", EndsWith("\t" + alone.out));
}

TEST_F(FolderTest, CsvIsQuoted) {
  const std::vector<std::string> all = lines_of({"--csv"});
  EXPECT_THAT(
      all,
      ElementsAre("path,caption,score", StartsWith(str("\"", pictures(), "/a, \"\"b\"\".JPG\",")),
                  StartsWith(pictures() + "/b,"), MatchesRegex(".*/c\\.png,.*,-[0-9.]+")));
}

TEST_F(FolderTest, JsonLinesAreObjects) {
  for (const std::string option : {"--jsonl", "--json"}) {
    const std::vector<std::string> all = lines_of({option});
    ASSERT_EQ(all.size(), 3u);
    for (const std::string& line : all) {
      const Json object = parse_json(line, option);
      EXPECT_EQ(object.at("command"), "caption");
      EXPECT_THAT(object.at("image").at("path").get<std::string>(), StartsWith(pictures()));
    }
  }
}

TEST_F(FolderTest, ProgressIsOnStderrOnly) {
  const Outcome run = lion(arguments({"--log-format", "json"}));
  EXPECT_THAT(run.out, Not(HasSubstr("pictures\"")));
  EXPECT_THAT(run.err, HasSubstr("\"level\":\"progress\",\"task\":\"caption\",\"done\":3,"
                                 "\"total\":3,\"unit\":\"pictures\""));
}

TEST_F(FolderTest, BrokenPicturesAreReportedCountedAndPassedOver) {
  write(pictures() + "/a0.png", "");
  write(pictures() + "/z.jpg", read(picture("photo.jpg")).substr(0, 900));
  const Outcome run = lion(arguments({"--out", out()}));
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_THAT(run.out, IsEmpty());
  EXPECT_THAT(run.err, AllOf(HasSubstr(str("error: ", pictures(), "/a0.png: ")),
                             HasSubstr(str("error: ", pictures(), "/z.jpg: ")),
                             HasSubstr("2 of 5 pictures could not be read")));
  EXPECT_EQ(lines(read(out())).size(), 3u);

  // Mended, they are done in the next run; the others are not done again.
  fs::copy_file(picture("photo.jpg"), pictures() + "/z.jpg", fs::copy_options::overwrite_existing);
  fs::remove(pictures() + "/a0.png");
  const Outcome again = lion(arguments({"--out", out()}));
  EXPECT_EQ(again.exit_code, 0) << again.err;
  EXPECT_THAT(again.err, HasSubstr("3 of 4 pictures already"));
  EXPECT_EQ(lines(read(out())).size(), 4u);
}

TEST_F(FolderTest, GoesOnAfterAKill) {
  for (const std::string format : {"", "--csv", "--jsonl"}) {
    std::vector<std::string> more{"--out", out()};
    if (!format.empty()) more.push_back(format);
    fs::remove(out());
    ASSERT_EQ(lion(arguments(more)).exit_code, 0);
    const std::string complete = read(out());
    fs::remove(out());

    const int header = format == "--csv" ? 1 : 0;
    lion_killed(arguments(more), SIGKILL, [&] {
      if (!fs::exists(out())) return false;
      const std::string content = read(out());
      return std::count(content.begin(), content.end(), '\n') > header;
    });
    const std::vector<std::string> begun = lines(read(out()));
    EXPECT_GE(begun.size(), 1u + header) << format;

    const Outcome rest = lion(arguments(more));
    EXPECT_EQ(rest.exit_code, 0) << rest.err;
    const std::vector<std::string> expected = lines(complete);
    const std::vector<std::string> got = lines(read(out()));
    ASSERT_EQ(got.size(), expected.size()) << format;
    for (size_t i = 0; i < got.size(); ++i) {
      if (format != "--jsonl") {
        EXPECT_EQ(got[i], expected[i]);
      } else {  // timings differ
        EXPECT_EQ(parse_json(got[i], "got").at("text"), parse_json(expected[i], "old").at("text"));
      }
    }
  }
}

TEST_F(FolderTest, ABrokenLastLineIsDoneAgain) {
  for (const std::string format : {"", "--csv"}) {
    std::vector<std::string> more{"--out", out()};
    if (!format.empty()) more.push_back(format);
    fs::remove(out());
    ASSERT_EQ(lion(arguments(more)).exit_code, 0);
    const std::string complete = read(out());
    for (const size_t cut : {size_t{1}, size_t{5}, complete.size() / 2, complete.size() - 3}) {
      fs::resize_file(out(), complete.size() - cut);
      const Outcome run = lion(arguments(more));
      EXPECT_EQ(run.exit_code, 0) << run.err;
      EXPECT_EQ(read(out()), complete) << format << " cut by " << cut;
    }
  }
}

TEST_F(FolderTest, NothingIsLeftToDo) {
  ASSERT_EQ(lion(arguments({"--out", out()})).exit_code, 0);
  const std::string complete = read(out());
  const Outcome run = lion(arguments({"--out", out()}));
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_THAT(run.err, HasSubstr("3 of 3 pictures already"));
  EXPECT_EQ(read(out()), complete);
}

TEST_F(FolderTest, AFileOfAnotherKindIsLeftAlone) {
  for (const std::string content :
       {"dear diary\n", "path,caption,score\na.png,a cat,1\n", "{}\n"}) {
    write(out(), content);
    const Outcome run = lion(arguments({"--out", out()}));
    EXPECT_EQ(run.exit_code, 2);
    EXPECT_THAT(run.err,
                AllOf(HasSubstr(str("--out ", out(), ": line 1")), HasSubstr("another file")));
    EXPECT_EQ(read(out()), content);
  }
  write(out(), "a.png,a cat,1\n");
  EXPECT_EQ(lion(arguments({"--csv", "--out", out()})).exit_code, 2);
  EXPECT_EQ(lion(arguments({"--jsonl", "--out", out()})).exit_code, 2);
}

TEST_F(FolderTest, AnOutFileThatCannotBeMade) {
  const Outcome run = lion(arguments({"--out", folder_.path("no/such/folder/out")}));
  EXPECT_EQ(run.exit_code, 3);
  EXPECT_THAT(run.err, AllOf(HasSubstr("--out "), HasSubstr("cannot be written")));
}

TEST_F(FolderTest, AFolderWithoutPictures) {
  const Outcome run = lion(with_model({"caption", pictures() + "/sub.png"}));
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_THAT(run.err, AllOf(HasSubstr("sub.png: holds no picture"), HasSubstr("Name a folder")));
}

TEST_F(FolderTest, WrongOptionsAreNoBrokenPictures) {
  const Outcome run = lion(arguments({"--exif", "maybe", "--out", out()}));
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_THAT(run.err, Not(HasSubstr("could not be read")));
  EXPECT_FALSE(fs::exists(out()));
}

}  // namespace
}  // namespace lion::cli_test
