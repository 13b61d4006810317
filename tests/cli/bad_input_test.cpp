/// Each bad input ends with a sentence: where, what, how to fix it; nothing is half-written.

#include <gmock/gmock.h>

#include <csignal>
#include <filesystem>

#include "program.h"

namespace lion::cli_test {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;

/// "error: where: what. How to fix it." on stderr, nothing on stdout.
void expect_error(const Outcome& run, int exit_code, const std::string& where) {
  EXPECT_EQ(run.exit_code, exit_code) << run.err;
  EXPECT_THAT(run.out, IsEmpty());
  EXPECT_THAT(run.err, HasSubstr("error: "));
  EXPECT_THAT(run.err, HasSubstr(where));
  EXPECT_THAT(run.err, MatchesRegex("(.|\n)*: (.|\n)+[.?] (.|\n)+[.?]\n"));
}

Outcome caption(const std::string& path) { return lion(with_model({"caption", path})); }

TEST(BadInput, MissingImage) { expect_error(caption("no/such/image.jpg"), 3, "no/such/image.jpg"); }

TEST(BadInput, ZeroByteImage) {
  const TempFolder folder;
  write(folder.path("empty.jpg"), "");
  expect_error(caption(folder.path("empty.jpg")), 2, "empty.jpg");
}

TEST(BadInput, TruncatedImages) {
  const TempFolder folder;
  for (const std::string name : {"photo.jpg", "rgb.png", "palette.png"}) {
    const std::string whole = read(oracle_image(name));
    write(folder.path(name), whole.substr(0, whole.size() / 2));
    expect_error(caption(folder.path(name)), 2, name);
  }
}

TEST(BadInput, FilesThatAreNoImages) {
  const TempFolder folder;
  write(folder.path("text.jpg"), "This is text and no image at all.");
  expect_error(caption(folder.path("text.jpg")), 2, "text.jpg");
  write(folder.path("tiff.png"), std::string("II*\0\x08\0\0\0", 8) + std::string(100, 'x'));
  expect_error(caption(folder.path("tiff.png")), 2, "tiff.png");
}

TEST(BadInput, AnImageOfTooManyPixels) {
  const Outcome run =
      lion(with_model({"caption", oracle_image("rgb.png"), "--max-pixels", "1000"}));
  expect_error(run, 2, "rgb.png");
  EXPECT_THAT(run.err, HasSubstr("1000"));
}

TEST(BadInput, MissingModelFolder) {
  expect_error(lion({"tags", oracle_image("rgb.png"), "--model", "no/such/model"}), 3,
               "no/such/model");
  expect_error(lion({"info", "no/such/model"}), 3, "no/such/model");
}

TEST(BadInput, ATruncatedModelFile) {
  const TempFolder folder;
  fs::copy(model_folder(), folder.path("model"), fs::copy_options::recursive);
  for (const auto& entry : fs::directory_iterator(folder.path("model"))) {
    if (entry.path().extension() == ".safetensors") {
      fs::resize_file(entry.path(), fs::file_size(entry.path()) / 2);
    }
  }
  expect_error(lion({"caption", oracle_image("rgb.png"), "--model", folder.path("model")}), 3,
               ".safetensors");
}

TEST(BadInput, BoxesThatAreNone) {
  for (const std::string box :
       {"1,2,3", "a,b,c,d", "0.5,0.5,0.5,0.9", "0,0,2,2", "0,0,500,500px", ""}) {
    expect_error(lion(with_model({"describe", oracle_image("rgb.png"), "--box", box})), 2, "box");
  }
}

TEST(BadInput, BlankQuestions) {
  for (const std::string blank : {"", " \n\t\r\n"}) {
    const std::string image = oracle_image("rgb.png");
    expect_error(lion(with_model({"query", image, blank})), 2, "question: is empty");
    expect_error(lion(with_model({"query", image, blank, "--verbatim"})), 2, "question: is empty");
    expect_error(lion(with_model({"query", image, "Why?", "-q", blank})), 2, "question: is empty");
    expect_error(lion(with_model({"ground", image, blank})), 2, "expression: is empty");
    expect_error(lion(with_model({"ground", image, "cat", blank})), 2, "expression: is empty");
    expect_error(lion(with_model({"generate", image, "--prompt", blank})), 2, "--prompt: is empty");
    expect_error(lion(with_model({"rank", image, blank, "-c", "a"})), 2, "question: is empty");
    expect_error(lion(with_model({"rank", image, "Why?", "-c", "a", "-c", blank})), 2,
                 "--candidate: has an empty answer");
    expect_error(lion(with_model({"rank", image, "Why?", "--candidates", "a|" + blank})), 2,
                 "--candidates: has an empty answer");
  }
}

TEST(BadInput, DrawingInAnUnknownFormatIsRefusedAtOnce) {
  const Outcome run = lion({"ground", oracle_image("rgb.png"), "cat", "--draw", "boxes.bmp"});
  expect_error(run, 2, "--draw boxes.bmp");
  EXPECT_THAT(run.err, HasSubstr(".png"));
}

TEST(BadInput, DrawingIntoAMissingFolder) {
  const TempFolder folder;
  expect_error(lion(with_model({"ground", oracle_image("rgb.png"), "cat", "--grammar", "--draw",
                                folder.path("no/boxes.png")})),
               3, "no/boxes.png");
}

TEST(BadInput, AMissingTemplatesFile) {
  expect_error(
      lion(with_model({"caption", oracle_image("rgb.png"), "--templates", "no/such.json"})), 3,
      "no/such.json");
}

/// `lion convert` of the oracle with one file replaced.
Outcome convert_with(const std::string& option, const std::string& path, const std::string& out) {
  std::vector<std::string> arguments = convert_arguments();
  *(std::find(arguments.begin(), arguments.end(), option) + 1) = path;
  arguments.insert(arguments.end(), {"--out", out});
  return lion(arguments);
}

TEST(BadInput, HostilePicklesAreNamedAndNothingIsWritten) {
  const fs::path checkpoints = fs::path(LION_SOURCE_DIR) / "tests" / "fixtures" / "checkpoints";
  for (const std::string name :
       {"hostile_protocol2.pth", "hostile_protocol4.pth", "hostile_legacy.pth"}) {
    const TempFolder folder;
    const Outcome run = convert_with("--vit", (checkpoints / name).string(), folder.path("out"));
    EXPECT_THAT(run.exit_code, testing::AnyOf(2, 3)) << run.err;
    EXPECT_THAT(run.err, HasSubstr(name));
    EXPECT_THAT(run.out, IsEmpty());
    EXPECT_THAT(names_in(folder.path()), IsEmpty());
  }
}

TEST(BadInput, ATruncatedCheckpoint) {
  const TempFolder folder;
  const std::string whole = read(oracle("lion.pth"));
  write(folder.path("lion.pth"), whole.substr(0, whole.size() / 2));
  fs::copy_file(oracle("lion_config.json"), folder.path("lion_config.json"));
  const Outcome run = convert_with("--lion", folder.path("lion.pth"), folder.path("out"));
  expect_error(run, 3, "lion.pth");
  EXPECT_THAT(names_in(folder.path()), ElementsAre("lion.pth", "lion_config.json"));
}

TEST(BadInput, ACheckpointOfAnotherModel) {
  const TempFolder folder;
  const Outcome run =
      convert_with("--ram", oracle("lion_stage1_qformer.pth").string(), folder.path("out"));
  EXPECT_THAT(run.exit_code, testing::AnyOf(2, 3)) << run.err;
  EXPECT_THAT(run.err, AllOf(HasSubstr("missing: ram."), HasSubstr("Use files of one model")));
  EXPECT_THAT(names_in(folder.path()), IsEmpty());
}

TEST(BadInput, ConvertWithoutFilesNamesThemAll) {
  const TempFolder folder;
  const Outcome run = lion({"convert", "--out", folder.path("out")});
  EXPECT_EQ(run.exit_code, 2);
  for (const char* part : {"vit", "llm", "bert", "lion"}) EXPECT_THAT(run.err, HasSubstr(part));
  EXPECT_THAT(names_in(folder.path()), IsEmpty());
}

TEST(BadInput, ConvertDoesNotOverwrite) {
  const TempFolder folder;
  fs::create_directory(folder.path("out"));
  write(folder.path("out/mine.txt"), "mine");
  std::vector<std::string> arguments = convert_arguments();
  arguments.insert(arguments.end(), {"--out", folder.path("out")});
  expect_error(lion(arguments), 2, folder.path("out"));
  EXPECT_THAT(names_in(folder.path("out")), ElementsAre("mine.txt"));
}

TEST(BadInput, AnUnknownShapeIsNamed) {
  const Outcome run = lion({"bench", "--shape", "lion-99b"});
  expect_error(run, 2, "lion-99b");
}

}  // namespace
}  // namespace lion::cli_test
