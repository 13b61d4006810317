/// The words of every command on the oracle's tiny model.

#include <gmock/gmock.h>

#include <set>

#include "lion/base/str.h"
#include "lion/image/decode.h"
#include "program.h"

namespace lion::cli_test {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;

/// Below this gap between candidates another correct program may choose differently: manifest.json.
constexpr double kMargin = 1e-3;

std::string output(const std::vector<std::string>& arguments, const Setting& setting = {}) {
  const Outcome run = lion(with_model(arguments), setting);
  EXPECT_EQ(run.exit_code, 0) << run.err;
  return run.out;
}

TEST(Answer, GenerateGivesTheOraclesWords) {
  const Json manifest = read_json_file(oracle("manifest.json"));
  size_t compared = 0;
  for (const auto& [name, sample] : manifest.at("cases").items()) {
    if (sample.value("visual_input", "") != "ALL") continue;  // the model is the ALL one
    const std::string level = sample.at("task") == "image_level" ? "image" : "region";
    for (const auto& [search, beams] : {std::pair("greedy", "1"), std::pair("beam5", "5")}) {
      const Json& expected = sample.at(search);
      for (size_t i = 0; i < sample.at("images").size(); ++i) {
        if (expected.at("margin")[i].get<double>() < kMargin) continue;
        std::vector<std::string> arguments{"generate",         oracle_image(sample.at("images")[i]),
                                           "--prompt",         sample.at("questions")[i],
                                           "--level",          level,
                                           "--max-new-tokens", "16",
                                           "--beams",          beams};
        if (sample.at("enable_semantic_tags") == true) {
          arguments.insert(arguments.end(), {"--tags", sample.at("tags")[i]});
        } else {
          arguments.push_back("--no-tags");
        }
        EXPECT_EQ(output(arguments), expected.at("text")[i].get<std::string>() + "\n")
            << name << " " << search << " " << i;
        ++compared;
      }
    }
  }
  EXPECT_GT(compared, 0u);
}

TEST(Answer, TagsAreTheOracles) {
  const Json ram = read_json_file(oracle("manifest.json")).at("ram");
  for (size_t i = 0; i < ram.at("images").size(); ++i) {
    EXPECT_EQ(output({"tags", oracle_image(ram.at("images")[i])}),
              ram.at("tags")[i].get<std::string>() + "\n");
  }
}

TEST(Answer, TagsWithScores) {
  const Json tags = parse_json(output({"tags", oracle_image("rgb.png"), "--json"}), "tags")["tags"];
  const std::vector<std::string> shown =
      lines(output({"tags", oracle_image("rgb.png"), "--scores"}));
  ASSERT_GT(shown.size(), 0u);
  ASSERT_EQ(shown.size(), tags.size());
  for (size_t i = 0; i < shown.size(); ++i) {
    EXPECT_THAT(shown[i], MatchesRegex("[01]\\.[0-9]{3}  .+"));
    EXPECT_EQ(shown[i].substr(7), tags[i]["name"].get<std::string>());
    EXPECT_NEAR(std::stod(shown[i]), tags[i]["score"].get<double>(), 0.00051);
  }
}

TEST(Answer, CaptionIsGenerateWithThePromptOfThePaper) {
  const std::string image = oracle_image("photo.jpg");
  const std::string caption = output({"caption", image, "--max-new-tokens", "8"});
  EXPECT_EQ(caption, output({"generate", image, "--prompt",
                             "A short image description:", "--max-new-tokens", "8"}));
}

TEST(Answer, QueryUsesTheTemplateUnlessVerbatim) {
  const std::string image = oracle_image("photo.jpg");
  const std::vector<std::string> rest{"--max-new-tokens", "8", "--json"};
  const auto prompt = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), rest.begin(), rest.end());
    return parse_json(output(arguments), "stdout").at("question").get<std::string>();
  };
  EXPECT_EQ(prompt({"query", image, "What is it?"}), "Question: What is it? Short answer:");
  EXPECT_EQ(prompt({"query", image, "What is it?", "--verbatim"}), "What is it?");
}

TEST(Answer, TheNBestAreNumbered) {
  const std::vector<std::string> answers = lines(
      output({"caption", oracle_image("rgb.png"), "--num-answers", "3", "--max-new-tokens", "6"}));
  EXPECT_THAT(answers, ElementsAre(MatchesRegex("1\\. .*  \\(score -[0-9.]+\\)"),
                                   MatchesRegex("2\\. .*"), MatchesRegex("3\\. .*")));
}

TEST(Answer, TheSameSeedDrawsTheSame) {
  const std::vector<std::string> arguments{
      "caption", oracle_image("rgb.png"), "--sample", "--seed",
      "7",       "--temperature",         "3",        "--top-p",
      "1",       "--max-new-tokens",      "12"};
  std::vector<std::string> other = arguments;
  other[4] = "8";
  EXPECT_EQ(output(arguments), output(arguments));
  EXPECT_NE(output(arguments), output(other));
}

TEST(Answer, GroundWithGrammarGivesABoxInFractionsAndPixels) {
  EXPECT_THAT(
      lines(output({"ground", oracle_image("photo.jpg"), "the cat", "--grammar"})),
      ElementsAre(HasSubstr("["), MatchesRegex("box \\[[0-9.,]+\\]  [0-9]+,[0-9]+,[0-9]+,[0-9]+px  "
                                               "confidence [01]\\.[0-9]{2}")));
}

TEST(Answer, GroundDrawsADecodableImage) {
  const TempFolder folder;
  for (const std::string name : {"boxes.png", "boxes.jpg"}) {
    output(
        {"ground", oracle_image("photo.jpg"), "the cat", "--grammar", "--draw", folder.path(name)});
    const Image drawn = load_image(folder.path(name));
    const Image before = load_image(oracle_image("photo.jpg"));
    EXPECT_EQ(drawn.width, before.width);
    EXPECT_EQ(drawn.height, before.height);
    EXPECT_NE(drawn.rgb, before.rgb);
  }
  EXPECT_THAT(names_in(folder.path()), ElementsAre("boxes.jpg", "boxes.png"));
}

TEST(Answer, GroundWithoutABoxSaysSoAndSucceeds) {
  const TempFolder folder;
  const Outcome run =
      lion(with_model({"ground", oracle_image("photo.jpg"), "the cat", "--max-new-tokens", "3",
                       "--draw", folder.path("boxes.png")}));
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_EQ(lines(run.out).size(), 1u) << run.out;
  EXPECT_THAT(run.err, AllOf(HasSubstr("boxes.png: was not written"), HasSubstr("--grammar")));
  EXPECT_THAT(names_in(folder.path()), IsEmpty());
}

TEST(Answer, DescribeTakesFractionsAndPixels) {
  const std::string image = oracle_image("rgb.png");  // 160 x 120
  const std::string fractions =
      output({"describe", image, "--box", "0.25,0.5,0.75,1", "--max-new-tokens", "8"});
  EXPECT_EQ(fractions,
            output({"describe", image, "--box", "40,60,120,120px", "--max-new-tokens", "8"}));
}

TEST(Answer, RankOrdersAllCandidates) {
  const TempFolder folder;
  write(folder.path("list.txt"), "maybe\n\n  green  \n");
  const std::vector<std::string> ranked =
      lines(output({"rank", oracle_image("rgb.png"), "Is it raining?", "--candidates", "yes|no",
                    "-c", "a | b", "--candidates-file", folder.path("list.txt")}));
  std::vector<std::string> names;
  double last = 0;
  for (const std::string& line : ranked) {
    const size_t value = line.find("  (log-likelihood ");
    ASSERT_NE(value, std::string::npos) << line;
    names.push_back(line.substr(3, value - 3));
    const double likelihood = std::stod(line.substr(value + 18));
    EXPECT_LE(likelihood, last);
    last = likelihood;
  }
  EXPECT_THAT(names, testing::UnorderedElementsAre("yes", "no", "a | b", "maybe", "green"));
}

TEST(Answer, TheModelMayComeFromTheEnvironment) {
  const Outcome run = lion({"tags", oracle_image("rgb.png"), "--dtype", "fp32"},
                           {.environment = {{"LION_MODEL", model_folder().string()}}});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(run.out, HasSubstr("basket"));
}

TEST(Answer, AQuestionOfTenThousandWords) {
  std::string question;
  for (int i = 0; i < 10000; ++i) question += "zebra ";
  const Outcome run = lion(with_model(
      {"query", oracle_image("rgb.png"), question, "--beams", "1", "--max-new-tokens", "2"}));
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_THAT(run.err, MatchesRegex("error: [^\n]+: [^\n]+\\.\n"));
  EXPECT_THAT(run.err, HasSubstr("expected at most 2048"));
  EXPECT_THAT(run.out, IsEmpty());
}

TEST(Answer, ChatAnswersLineByLine) {
  const std::string image = oracle_image("rgb.png");
  const std::string answers =
      output({"chat", image, "--max-new-tokens", "6"},
             {.input = "What is it?\n\n/tags\n/box 0,0,1,1\nAnd now?\n/quit\nnot read\n"});
  const std::vector<std::string> all = lines(answers);
  ASSERT_EQ(all.size(), 4u) << answers;
  EXPECT_EQ(all[0] + "\n", output({"query", image, "What is it?", "--max-new-tokens", "6"}));
  EXPECT_EQ(all[1] + "\n", output({"tags", image}));
  EXPECT_EQ(all[2] + "\n",
            output({"describe", image, "--box", "0,0,1,1", "--max-new-tokens", "6"}));
}

TEST(Answer, ChatRemembersTheDialogue) {
  const std::string answers =
      output({"chat", oracle_image("rgb.png"), "--max-new-tokens", "6", "--json"},
             {.input = "What is it?\nAnd now?\n"});
  const std::vector<std::string> all = lines(answers);
  ASSERT_EQ(all.size(), 2u) << answers;
  const Json first = parse_json(all[0], "first");
  const std::string second = parse_json(all[1], "second").at("question");
  EXPECT_THAT(second, AllOf(HasSubstr("What is it?"), HasSubstr("And now?"),
                            HasSubstr(first.at("text").get<std::string>())));
}

TEST(Answer, ChatGoesOnAfterAWrongLine) {
  const Outcome run = lion(with_model({"chat", oracle_image("rgb.png"), "--max-new-tokens", "3"}),
                           {.input = "/dance\n/box 1,2\n/tags\n"});
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_THAT(run.err, AllOf(HasSubstr("/dance: is no command"), HasSubstr("/help"),
                             HasSubstr("2 lines of the input")));
  EXPECT_EQ(lines(run.out).size(), 1u);
}

TEST(Answer, SeveralQuestionsAboutOneImage) {
  const std::string image = oracle_image("rgb.png");
  const auto answer = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--beams", "1", "--max-new-tokens", "4"});
    return output(arguments);
  };
  const std::string one = answer({"query", image, "What is it?"});
  const std::string two = answer({"query", image, "And where?"});
  EXPECT_EQ(answer({"query", image, "-q", "What is it?", "-q", "And where?"}),
            str("What is it?\t", one, "And where?\t", two));
  EXPECT_EQ(answer({"query", image, "What\n is\tit?\r\n"}), one);
  const std::string json =
      answer({"query", image, "-q", "What is it?", "-q", "And where?", "--json"});
  ASSERT_EQ(lines(json).size(), 2u);
  const Json second = parse_json(lines(json)[1], "second");
  EXPECT_EQ(second.at("asked"), "And where?");
  EXPECT_EQ(second.at("timings").at("vit_s"), 0.0);  // the image is encoded once
  EXPECT_EQ(lines(answer({"describe", image, "--box", "0,0,1,1", "--box", "0,0,80,60px"})).size(),
            2u);
}

TEST(Answer, WhatGroundPrintsIsABox) {
  const std::string image = oracle_image("rgb.png");
  const std::vector<std::string> ground{"ground", image, "the cat", "--grammar", "--beams", "1"};
  const std::string printed = output(ground);
  const std::vector<std::string> all = lines(printed);
  ASSERT_EQ(all.size(), 2u) << printed;
  std::vector<std::string> with_json = ground;
  with_json.push_back("--json");
  const Json box = parse_json(output(with_json), "ground").at("boxes").at(0);
  std::set<std::string> described;
  for (const std::string& form : {all[0], all[1], printed, box.dump()}) {
    described.insert(output({"describe", image, "--box", form, "--max-new-tokens", "4"}));
  }
  EXPECT_EQ(described.size(), 1u);
}

TEST(Answer, TheNBestAreBestFirstWhenDrawnToo) {
  const std::string json = output({"caption", oracle_image("rgb.png"), "--sample", "--num-answers",
                                   "6", "--temperature", "2", "--max-new-tokens", "4", "--json"});
  const Json answer = parse_json(json, "answer");
  double last = answer.at("score");
  ASSERT_EQ(answer.at("alternatives").size(), 5u);
  for (const Json& other : answer.at("alternatives")) {
    EXPECT_LE(other.at("score").get<double>(), last);
    last = other.at("score");
  }
}

TEST(Answer, ChatForgetsAndChangesTheImage) {
  const std::vector<std::string> arguments =
      with_model({"chat", oracle_image("rgb.png"), "--max-new-tokens", "4", "--json"});
  const Outcome run =
      lion(arguments, {.input = str("What is it?\n/reset\nAnd now?\n/image ",
                                    oracle_image("gray.jpg"), "\nAnd now?\nexit\nno\n")});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  const std::vector<std::string> all = lines(run.out);
  ASSERT_EQ(all.size(), 3u);
  EXPECT_THAT(parse_json(all[1], "second").at("question").get<std::string>(),
              testing::Not(HasSubstr("What is it?")));
  EXPECT_EQ(parse_json(all[2], "third").at("image").at("path"), oracle_image("gray.jpg"));
  const Outcome wrong = lion(arguments, {.input = "/image no/such.jpg\n/image\n/tags\n"});
  EXPECT_EQ(wrong.exit_code, 2);
  EXPECT_EQ(lines(wrong.out).size(), 1u);
}

TEST(Answer, ALongChatDropsItsOldestTurns) {
  std::string input;
  for (int i = 0; i < 70; ++i) {
    input += str("Question ", i);
    for (int word = 0; word < 30; ++word) input += " zebra";
    input += "?\n";
  }
  const Outcome run = lion(with_model({"chat", oracle_image("rgb.png"), "--beams", "1",
                                       "--max-new-tokens", "2", "--json"}),
                           {.input = input});
  EXPECT_EQ(run.exit_code, 0) << run.err.substr(0, 2000);
  const std::vector<std::string> all = lines(run.out);
  ASSERT_EQ(all.size(), 70u);
  EXPECT_THAT(run.err, HasSubstr("are forgotten"));
  EXPECT_THAT(parse_json(all[69], "last").at("question").get<std::string>(),
              AllOf(HasSubstr("Question 69"), HasSubstr("Question 68"),
                    testing::Not(HasSubstr("Question 0 "))));
}

/// lion-mini never learned histories: its config says that each question is asked alone.
TEST(Answer, LionMiniAnswersEveryLineOfALongChat) {
  const std::string mini = str(LION_SOURCE_DIR, "/models/lion-mini");
  const std::vector<std::string> asked{"What color is the square?", "Is there a dog?",
                                       "where is the dog?"};
  std::string input;
  for (size_t i = 0; i < 66; ++i) input += asked[i % 3] + "\n";
  const Outcome run =
      lion({"chat", mini + "/doctor/sea.jpg", "--model", mini, "--beams", "1"}, {.input = input});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  const std::vector<std::string> all = lines(run.out);
  ASSERT_EQ(all.size(), 66u);
  EXPECT_EQ(all[0], "yellow");
  EXPECT_EQ(all[1], "yes");
  EXPECT_EQ(all[2], "dog");
  for (size_t i = 3; i < all.size(); ++i) EXPECT_EQ(all[i], all[i % 3]) << i;
}

}  // namespace
}  // namespace lion::cli_test
