#include "lion/convert/golden_answers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lion/base/error.h"
#include "lion/base/file.h"
#include "lion/model_folder/model_folder.h"
#include "tests/engine/oracle_model.h"

namespace lion::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

/// What reading a doctor.json with this content throws.
std::string refusal(const std::string& content) {
  const TempFolder temp;
  write_file(temp / "doctor.json", content);
  return message_of<InputError>([&] { read_golden_answers(temp / ""); });
}

TEST(GoldenAnswers, AreReadAndWritten) {
  const TempFolder temp;
  EXPECT_FALSE(read_golden_answers(temp / "").has_value());
  write_file(temp / "doctor.json", R"({"cases": [
      {"image": "doctor/a.png", "ask": "caption"},
      {"image": "doctor/b.png", "ask": "describe", "text": "0.1,0.2,0.5,0.9", "answer": ""}]})");
  const auto known = read_golden_answers(temp / "");
  ASSERT_TRUE(known.has_value());
  ASSERT_THAT(*known, SizeIs(2));
  EXPECT_EQ(known->at(0).ask, GoldenTask::kCaption);
  EXPECT_FALSE(known->at(0).answer.has_value());
  EXPECT_EQ(known->at(1).text, "0.1,0.2,0.5,0.9");
  EXPECT_EQ(known->at(1).answer, "");  // an answer as well

  write_golden_answers(temp / "", *known);
  const std::string written = read_file(temp / "doctor.json");
  write_golden_answers(temp / "", *read_golden_answers(temp / ""));
  EXPECT_EQ(read_file(temp / "doctor.json"), written);
  EXPECT_EQ(read_golden_answers(temp / "")->at(1).answer, "");
  EXPECT_THAT(written, HasSubstr("doctor/b.png"));
}

TEST(GoldenAnswers, WrongFilesAreRefusedWithThePlace) {
  const auto one = [](const std::string& content) {
    return refusal(str("{\"cases\": [", content, "]}"));
  };
  EXPECT_THAT(refusal("{\"cases\": []}"), AllOf(HasSubstr("doctor.json"), HasSubstr("Add one")));
  EXPECT_THAT(refusal("{\"cases\": [{}], \"model\": 1}"), HasSubstr("unknown key \"model\""));
  EXPECT_THAT(one(R"({"ask": "caption"})"),
              HasSubstr("doctor.json: cases[0]: key \"image\" is missing"));
  EXPECT_THAT(one(R"({"image": "a.png", "ask": "sing"})"),
              HasSubstr("expected caption, query, ground, describe or tags"));
  EXPECT_THAT(one(R"({"image": "a.png", "ask": "query"})"), HasSubstr("key \"text\" is missing"));
  EXPECT_THAT(one(R"({"image": "a.png", "ask": "tags", "text": "Why?"})"),
              HasSubstr("unknown key \"text\""));
  EXPECT_THAT(one(R"({"image": "a.png", "ask": "caption", "answer": 7})"),
              HasSubstr("key \"answer\" is 7, expected a text"));
  for (const std::string outside : {"", "/a.png", "../a.png", "doctor/../../a.png"}) {
    EXPECT_THAT(one(str(R"({"ask": "caption", "image": ")", outside, "\"}")),
                HasSubstr("Put the image into the folder"));
  }
}

TEST(GoldenAnswers, OfTheReleasedWeightsBelongToTheirSizes) {
  const TempFolder temp;
  const auto of = [&](const models::LionConfig& config) {
    ModelFolder{temp / ""}.write_config(config);
    return released_answers(temp / "");
  };
  models::LionConfig config = models::lion_4b();
  config.ram.reset();
  EXPECT_THAT(of(config), SizeIs(2));
  EXPECT_THAT(of(models::lion_12b()), IsEmpty());
  const std::vector<GoldenAnswer> known = of(models::lion_4b());
  ASSERT_THAT(known, SizeIs(2));
  EXPECT_EQ(known[0].answer, "A woman standing next to a luggage carousel with a dog.");
  EXPECT_EQ(known[1].answer, "Answer: [0.440,0.060,0.650,0.367]");
  const Question& question = known[1].literal.value();
  EXPECT_EQ(question.level, TaskLevel::kRegion);
  EXPECT_EQ(question.generate.num_beams, 5);
  const std::string sentence = PromptTemplates::builtin().tag_sentence(question.tags);
  EXPECT_THAT(sentence, HasSubstr("tags: [['beer, beverage, "));
  EXPECT_THAT(sentence, HasSubstr(", woman']]. "));
}

}  // namespace
}  // namespace lion::testing
