/// Results of many images: folders, lists, files of results that are continued.

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/file.h>
#include <unistd.h>

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
using testing::Each;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;
using testing::Not;
using testing::StartsWith;

/// Three good images (one without an extension, one with a comma and quotes in its name) and two
/// files that are none.
class FolderTest : public testing::Test {
 protected:
  FolderTest() {
    fs::create_directory(images());
    fs::copy_file(oracle_image("rgb.png"), images() + "/c.png");
    fs::copy_file(oracle_image("gray.jpg"), images() + "/a, \"b\".JPG");
    fs::copy_file(oracle_image("rgba.png"), images() + "/b");
    write(images() + "/notes.txt", "not an image");
    write(images() + "/.hidden.png", "");
    fs::create_directory(images() + "/sub.png");
  }

  std::string images() const { return folder_.path("images"); }
  std::string out() const { return folder_.path("out"); }

  std::vector<std::string> arguments(std::vector<std::string> more = {}) const {
    std::vector<std::string> all =
        with_model({"caption", images(), "--beams", "1", "--max-new-tokens", "4"});
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

TEST_F(FolderTest, ALinePerImageSortedByName) {
  const std::vector<std::string> all = lines_of({});
  EXPECT_THAT(all, ElementsAre(StartsWith(images() + "/a, \"b\".JPG\t"),
                               StartsWith(images() + "/b\t"), StartsWith(images() + "/c.png\t")));
  const Outcome alone =
      lion(with_model({"caption", images() + "/c.png", "--beams", "1", "--max-new-tokens", "4"}));
  EXPECT_THAT(all[2] + "\n", EndsWith("\t" + alone.out));
}

TEST_F(FolderTest, CsvIsQuoted) {
  const std::vector<std::string> all = lines_of({"--csv"});
  EXPECT_THAT(
      all,
      ElementsAre("path,caption,score", StartsWith(str("\"", images(), "/a, \"\"b\"\".JPG\",")),
                  StartsWith(images() + "/b,"), MatchesRegex(".*/c\\.png,.*,-[0-9.]+")));
}

TEST_F(FolderTest, JsonLinesAreObjects) {
  for (const std::string option : {"--jsonl", "--json"}) {
    const std::vector<std::string> all = lines_of({option});
    ASSERT_EQ(all.size(), 3u);
    for (const std::string& line : all) {
      const Json object = parse_json(line, option);
      EXPECT_EQ(object.at("command"), "caption");
      EXPECT_THAT(object.at("image").at("path").get<std::string>(), StartsWith(images()));
    }
  }
}

TEST_F(FolderTest, ProgressIsOnStderrOnly) {
  const Outcome run = lion(arguments({"--log-format", "json"}));
  EXPECT_THAT(run.out, Not(HasSubstr("images\"")));
  EXPECT_THAT(run.err, HasSubstr("\"level\":\"progress\",\"task\":\"caption\",\"done\":3,"
                                 "\"total\":3,\"unit\":\"images\""));
}

TEST_F(FolderTest, BrokenImagesAreReportedCountedAndSkipped) {
  write(images() + "/a0.png", "");
  write(images() + "/z.jpg", read(oracle_image("photo.jpg")).substr(0, 900));
  const Outcome run = lion(arguments({"--out", out()}));
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_THAT(run.out, IsEmpty());
  EXPECT_THAT(run.err, AllOf(HasSubstr(str("error: ", images(), "/a0.png: ")),
                             HasSubstr(str("error: ", images(), "/z.jpg: ")),
                             HasSubstr("2 of 5 images could not be read")));
  EXPECT_EQ(lines(read(out())).size(), 3u);

  // Fixed, they are done in the next run; the others are not done again.
  fs::copy_file(oracle_image("photo.jpg"), images() + "/z.jpg",
                fs::copy_options::overwrite_existing);
  fs::remove(images() + "/a0.png");
  const Outcome again = lion(arguments({"--out", out()}));
  EXPECT_EQ(again.exit_code, 0) << again.err;
  EXPECT_THAT(again.err, HasSubstr("3 of 4 images already"));
  EXPECT_EQ(lines(read(out())).size(), 4u);
}

TEST_F(FolderTest, GoesOnAfterAKill) {
  // So many that the kill comes first.
  for (int i = 0; i < 60; ++i) {
    fs::copy_file(oracle_image("rgb.png"), images() + str("/more", i, ".png"));
  }
  for (const std::string format : {"", "--csv", "--jsonl"}) {
    std::vector<std::string> more{"--out", out()};
    if (!format.empty()) more.push_back(format);
    fs::remove(out());
    ASSERT_EQ(lion(arguments(more)).exit_code, 0);
    const std::string complete = read(out());
    fs::remove(out());

    const int header = format == "--csv" ? 1 : 0;
    const Outcome killed = lion_killed(arguments(more), SIGKILL, [&] {
      if (!fs::exists(out())) return false;
      const std::string content = read(out());
      return std::count(content.begin(), content.end(), '\n') > header;
    });
    ASSERT_EQ(killed.exit_code, 128 + SIGKILL) << format;
    const std::string cut = read(out());
    const std::vector<std::string> begun = lines(cut.substr(0, cut.rfind('\n') + 1));
    EXPECT_GE(begun.size(), 1u + header) << format;

    const Outcome rest = lion(arguments(more));
    EXPECT_EQ(rest.exit_code, 0) << rest.err;
    const std::vector<std::string> expected = lines(complete);
    const std::vector<std::string> got = lines(read(out()));
    ASSERT_EQ(got.size(), expected.size()) << format;
    ASSERT_LT(begun.size(), expected.size()) << format;
    for (size_t i = 0; i < got.size(); ++i) {
      if (i < begun.size()) {
        EXPECT_EQ(got[i], begun[i]) << "what was done is kept";
      }
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
  EXPECT_THAT(run.err, HasSubstr("3 of 3 images already"));
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

TEST_F(FolderTest, AFolderWithoutImages) {
  const Outcome run = lion(with_model({"caption", images() + "/sub.png"}));
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_THAT(run.err, AllOf(HasSubstr("sub.png: holds no image"), HasSubstr("Name a folder")));
}

TEST_F(FolderTest, WrongOptionsAreNoBrokenImages) {
  const Outcome run = lion(arguments({"--exif", "maybe", "--out", out()}));
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_THAT(run.err, Not(HasSubstr("could not be read")));
  EXPECT_FALSE(fs::exists(out()));
}

/// Names that trip up programs: each is written so that a reader gets it back exactly.
TEST_F(FolderTest, AnyNameIsDoneOnceAndNamedExactly) {
  const std::vector<std::string> names{"a\nb.png", "a\\nb.png",        " e .png",   "t\tab.png",
                                       "q\"u.png", "e\xcc\x81.png",    "\xe9t.png", "\xe8t.png",
                                       "%E9t.png", "\xef\xbf\xbdt.png"};
  fs::remove_all(images());
  fs::create_directory(images());
  for (const std::string& name : names) {
    fs::copy_file(oracle_image("rgb.png"), fs::path(images()) / name);
  }
  for (const std::string format : {"", "--csv", "--jsonl"}) {
    std::vector<std::string> more{"--out", out()};
    if (!format.empty()) more.push_back(format);
    const Outcome first = lion(arguments(more));
    ASSERT_EQ(first.exit_code, 0) << first.err;
    const std::string content = read(out());
    const Outcome second = lion(arguments(more));
    EXPECT_EQ(second.exit_code, 0) << second.err;
    EXPECT_THAT(second.err, HasSubstr("10 of 10 images already")) << format;
    EXPECT_EQ(read(out()), content) << format;
    EXPECT_NO_THROW(Json(content).dump()) << format;  // it is UTF-8
    if (format == "--jsonl") {
      std::set<std::string> paths;
      for (const std::string& line : lines(content)) {
        paths.insert(parse_json(line, "line").at("image").at("path").get<std::string>());
      }
      EXPECT_EQ(paths.size(), names.size());
      EXPECT_TRUE(paths.contains(images() + "/a\nb.png"));
      EXPECT_TRUE(paths.contains(str("file://", images(), "/%E9t.png")));
      EXPECT_TRUE(paths.contains(images() + "/%E9t.png"));
    } else if (format == "--csv") {
      EXPECT_THAT(content, HasSubstr(str("\n\"", images(), "/a\nb.png\",")));
      EXPECT_THAT(content, HasSubstr(str("\n", images(), "/a\\nb.png,")));
      EXPECT_THAT(content, HasSubstr(str("\nfile://", images(), "/%E9t.png,")));
    }
    fs::remove(out());
  }
}

TEST_F(FolderTest, AFileUrlNamesAFile) {
  fs::copy_file(oracle_image("rgb.png"), fs::path(images()) / "\xe9.png");
  const Outcome run = lion(with_model(
      {"caption", str("file://", images(), "/%E9.png"), "--beams", "1", "--max-new-tokens", "4"}));
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_EQ(lion(with_model({"caption", "file://elsewhere/a.png"})).exit_code, 2);
  EXPECT_EQ(lion(with_model({"caption", "file:///a%E.png"})).exit_code, 2);
}

TEST_F(FolderTest, LinksThatLeadNowhereAreReported) {
  fs::create_symlink("c.png", images() + "/link.png");
  fs::create_symlink("../no/such.png", images() + "/gone.png");
  fs::create_symlink("loop.png", images() + "/loop.png");
  fs::create_symlink("../images", images() + "/back");
  for (const bool recursive : {false, true}) {
    const Outcome run = lion(arguments(recursive ? std::vector<std::string>{"--recursive"}
                                                 : std::vector<std::string>{}));
    EXPECT_EQ(run.exit_code, 2);
    EXPECT_EQ(lines(run.out).size(), 4u) << run.out;
    EXPECT_THAT(run.out, HasSubstr("/link.png\t"));
    EXPECT_THAT(run.err, AllOf(HasSubstr("/gone.png: is a link that leads to no file"),
                               HasSubstr("/loop.png: is a link that leads to no file"),
                               HasSubstr("2 of 6 images could not be read")));
  }
}

TEST_F(FolderTest, SubFoldersAreSearchedWhenAsked) {
  fs::create_directories(images() + "/x/y");
  fs::copy_file(oracle_image("rgb.png"), images() + "/x/y/deep.png");
  const Outcome flat = lion(arguments());
  EXPECT_EQ(lines(flat.out).size(), 3u);
  EXPECT_THAT(flat.err, AllOf(HasSubstr("2 sub-folders"), HasSubstr("--recursive"),
                              HasSubstr("1 hidden file (.hidden.png)"),
                              HasSubstr("1 file that is no image (notes.txt)")));
  const std::vector<std::string> all = lines_of({"--recursive"});
  ASSERT_EQ(all.size(), 4u);
  EXPECT_THAT(all[3], StartsWith(images() + "/x/y/deep.png\t"));
}

TEST_F(FolderTest, AListFromStdinOrAFile) {
  const std::string list = str(images(), "/c.png\r\n\n", images(), "/b\n", images(), "/./c.png\n");
  std::vector<std::string> arguments =
      with_model({"caption", "--files", "-", "--beams", "1", "--max-new-tokens", "4"});
  const Outcome run = lion(arguments, {.input = list});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(lines(run.out),
              ElementsAre(StartsWith(images() + "/c.png\t"), StartsWith(images() + "/b\t")));
  EXPECT_THAT(run.err, HasSubstr("1 image is named more than once"));
  arguments[2] = folder_.path("list");
  write(folder_.path("list"), str(images(), "/c.png", std::string(1, '\0'), images(), "/b"));
  EXPECT_EQ(lion(arguments).out, run.out);
}

TEST_F(FolderTest, AnImageFromStdinAndResultsToStdout) {
  const auto caption = [&](const std::string& name, const Setting& setting) {
    return lion(with_model({"caption", name, "--beams", "1", "--max-new-tokens", "4"}), setting);
  };
  const Setting piped{.input = read(oracle_image("rgb.png"))};
  const Outcome named = caption(oracle_image("rgb.png"), {});
  EXPECT_EQ(caption("-", piped).out, named.out);
  EXPECT_EQ(caption("/dev/stdin", piped).out, named.out);
  const Outcome empty = caption("-", {});
  EXPECT_EQ(empty.exit_code, 2);
  EXPECT_THAT(empty.err, HasSubstr("stdin: "));
  EXPECT_EQ(lines_of({"--csv", "--out", "-"}), lines_of({"--csv"}));
}

TEST_F(FolderTest, AnUnclosedQuoteIsRefusedNotCut) {
  const std::string content = "path,caption,score\na.png,a cat,-1\n\"b.png,a dog,-1\nc.png,x,-1\n";
  write(out(), content);
  const Outcome run = lion(arguments({"--csv", "--out", out()}));
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_THAT(run.err, HasSubstr(str("--out ", out(), ": line 3 has a quote that is not closed")));
  EXPECT_EQ(read(out()), content);
}

TEST_F(FolderTest, TheSameFolderUnderAnotherSpelling) {
  ASSERT_EQ(lion(arguments({"--csv", "--out", out()})).exit_code, 0);
  const std::string content = read(out());
  fs::create_directory_symlink("images", folder_.path("alias"));
  for (const std::string& spelled :
       {images() + "/", images() + "/.", folder_.path("alias"), folder_.path("alias/"),
        images() + "/../images", fs::proximate(images()).string()}) {
    std::vector<std::string> again = arguments({"--csv", "--out", out()});
    again[1] = spelled;
    const Outcome run = lion(again);
    EXPECT_EQ(run.exit_code, 0) << spelled << run.err;
    EXPECT_EQ(read(out()), content) << spelled;
  }
}

TEST_F(FolderTest, OtherSettingsAreRefused) {
  ASSERT_EQ(lion(arguments({"--out", out()})).exit_code, 0);
  const std::string content = read(out());
  for (const std::vector<std::string>& other :
       std::vector<std::vector<std::string>>{{"--beams", "2"},
                                             {"--no-tags"},
                                             {"--tags", "cat"},
                                             {"--max-new-tokens", "5"},
                                             {"--dtype", "bf16"}}) {
    std::vector<std::string> more{"--out", out()};
    more.insert(more.end(), other.begin(), other.end());
    const Outcome run = lion(arguments(more));
    EXPECT_EQ(run.exit_code, 2);
    EXPECT_THAT(run.err, AllOf(HasSubstr("other settings"), HasSubstr(other[0] + ": ")));
    EXPECT_EQ(read(out()), content);
  }
  EXPECT_EQ(lion(with_model({"tags", images(), "--out", out()})).exit_code, 2);
  EXPECT_EQ(read(out()), content);
}

TEST_F(FolderTest, TwoProcessesDoNotWriteOneFile) {
  write(out(), "");
  const int other = ::open(out().c_str(), O_RDWR | O_CLOEXEC);
  ASSERT_EQ(::flock(other, LOCK_EX | LOCK_NB), 0);
  const Outcome run = lion(arguments({"--out", out()}));
  EXPECT_EQ(run.exit_code, 3);
  EXPECT_THAT(run.err, HasSubstr("is being written by another process"));
  ::close(other);
  EXPECT_EQ(lion(arguments({"--out", out()})).exit_code, 0);
}

TEST_F(FolderTest, AnInterruptedRunSaysHowToGoOn) {
  // So many that the signal comes first.
  for (int i = 0; i < 300; ++i) {
    fs::copy_file(oracle_image("rgb.png"), images() + str("/more", i, ".png"));
  }
  const Outcome run = lion_killed(with_model({"caption", images(), "--out", out()}), SIGINT,
                                  [&] { return fs::exists(out()) && !read(out()).empty(); });
  ASSERT_EQ(run.exit_code, 128 + SIGINT);
  EXPECT_LT(lines(read(out())).size(), 300u);
  EXPECT_THAT(run.err, AllOf(HasSubstr("stopped after"), HasSubstr("goes on from there")));
}

TEST_F(FolderTest, SeveralQuestionsOfEveryImage) {
  const auto query = [&](const std::vector<std::string>& more) {
    std::vector<std::string> all{
        "query", images(), "What is it?", "--beams", "1", "--max-new-tokens", "3"};
    all.insert(all.end(), more.begin(), more.end());
    return lion(with_model(all));
  };
  const Outcome one = query({"--csv", "--out", out()});
  EXPECT_EQ(one.exit_code, 0) << one.err;
  EXPECT_EQ(lines(read(out())).size(), 4u);
  // One more question is asked of every image; the first is not asked again.
  const Outcome two = query({"--csv", "--out", out(), "-q", "How\nmany?"});
  EXPECT_EQ(two.exit_code, 0) << two.err;
  const std::vector<std::string> all = lines(read(out()));
  ASSERT_EQ(all.size(), 7u);
  EXPECT_EQ(all[0], "path,question,answer,score");
  EXPECT_THAT(all[6], HasSubstr("/c.png,How many?,"));
  const std::string complete = read(out());
  EXPECT_EQ(query({"--csv", "--out", out(), "-q", "How many?"}).exit_code, 0);
  EXPECT_EQ(read(out()), complete);
  const Outcome json = query({"--jsonl"});
  EXPECT_EQ(parse_json(lines(json.out).at(0), "line").at("asked"), "What is it?");
}

TEST_F(FolderTest, EveryCommandTakesFolders) {
  for (const std::vector<std::string>& command :
       std::vector<std::vector<std::string>>{{"tags"},
                                             {"ground", "the cat", "the dog"},
                                             {"describe", "--box", "0,0,1,1"},
                                             {"rank", "Why?", "-c", "yes", "-c", "no"},
                                             {"generate", "--prompt", "Why?"}}) {
    std::vector<std::string> all = command;
    all.insert(all.begin() + 1, images());
    if (command[0] != "tags" && command[0] != "rank") {
      all.insert(all.end(), {"--beams", "1", "--max-new-tokens", "3"});
    }
    const Outcome run = lion(with_model(all));
    EXPECT_EQ(run.exit_code, 0) << command[0] << run.err;
    EXPECT_EQ(lines(run.out).size(), command[0] == "ground" ? 6u : 3u) << run.out;
    EXPECT_THAT(lines(run.out), Each(StartsWith(images())));
  }
}

}  // namespace
}  // namespace lion::cli_test
