#include "lion/text/prompt.h"

#include "text_fixtures.h"

namespace lion {
namespace {

TEST(Fill, PutsValuesInAndLeavesTheirBraces) {
  EXPECT_EQ(fill("Question: {question} Short answer:", {{"question", "What {is} {question}?"}}),
            "Question: What {is} {question}? Short answer:");
  EXPECT_EQ(fill("{a}{b}{a}", {{"b", "2"}, {"a", "1"}}), "121");
  EXPECT_EQ(fill("plain", {}), "plain");
  EXPECT_EQ(fill("", {}), "");
}

TEST(Fill, NamesWhatIsMissingOrLeftOver) {
  expect_error<InputError>([] { fill("a {question}", {}); },
                           {"template \"a {question}\"", "no value for {question}", "Give one"});
  expect_error<InputError>(
      [] {
        fill("a {question}", {{"question", ""}, {"expr", "x"}});
      },
      {"there is no {expr}", "Remove the value"});
  for (const char* bad : {"{", "a {", "{}", "{A}", "{question", "{a b}"}) {
    expect_error<InputError>(
        [&] {
          fill(bad, {{"question", "x"}});
        },
        {"brace", "Remove the brace"});
  }
}

TEST(PromptTemplates, BuiltinOnesAreThePapers) {
  const PromptTemplates t = PromptTemplates::builtin();
  EXPECT_EQ(t.evaluation(Task::kCaption), "A short image description:");
  EXPECT_EQ(t.evaluation(Task::kVqa), "Question: {question} Short answer:");
  EXPECT_EQ(t.evaluation(Task::kRec),
            "How can I locate {expr} in the image? Please provide the coordinates.");
  EXPECT_EQ(t.evaluation(Task::kReg),
            "What are the unique characteristics of the rectangular section {bbox} in image?");
  EXPECT_EQ(t.evaluation(Task::kVsr),
            "Based on the image, is this statement true or false? \"{question}\" Answer:");
  EXPECT_EQ(t.evaluation(Task::kVisDial),
            "Dialog history: {history}\nQuestion: {question} Short answer:");
  EXPECT_EQ(t.benchmark("gqa"), t.evaluation(Task::kVqa));
  for (const char* name : {"vqav2", "aokvqa_mc", "pope"}) {
    EXPECT_EQ(t.benchmark(name), "Question: {question} Short answer:") << name;
  }
  EXPECT_EQ(t.benchmark("mmbench"), "Question: {question} Options: {options} Short answer:");
  EXPECT_EQ(t.benchmark("mmbench_hint"),
            "Context: {hint} Question: {question} Options: {options} Short answer:");
  EXPECT_EQ(t.benchmark("reg"), t.evaluation(Task::kReg));
  EXPECT_EQ(t.all(Task::kRec).size(), 7u);
  for (size_t task = 0; task < kTaskCount; ++task) {
    const auto& list = t.all(static_cast<Task>(task));
    ASSERT_FALSE(list.empty());
    EXPECT_THAT(list, testing::Contains(t.evaluation(static_cast<Task>(task))));
  }
  expect_error<InputError>([&] { t.benchmark("nocaps"); }, {"\"nocaps\"", "okvqa", "add it"});
}

TEST(PromptTemplates, TagSentence) {
  const PromptTemplates t = PromptTemplates::builtin();
  EXPECT_EQ(t.tag_sentence("dog, man"),
            "According to <extra_id_0>, you are allowed to use or partially use the following "
            "tags: [dog, man]. ");
  EXPECT_EQ(t.tag_sentence(""),
            "According to <extra_id_0>, you are allowed to use or partially use the following "
            "tags: []. ");
}

PromptTemplates load(const std::string& text) {
  return PromptTemplates::load(write_text(test_folder() / "t.json", text));
}

TEST(PromptTemplates, AFileReplacesWhatItMentions) {
  const PromptTemplates t = load(R"json({
    "about": "mine",
    "captioning": {"source": "x", "templates": ["Tell:", "Say:"]},
    "rec": {"released": ["Where is {expr} <image>?"], "paper": ["Where is {expr} image?"],
            "paper_rule": "r", "answer": "Answer: {bbox}"},
    "evaluation": {"source": "s", "coco_caption": "Caption:", "vsr": "True? {question}",
                   "rec": "a random element of rec (released list)",
                   "not_in_paper": {"pope": "{question} yes or no?",
                                    "mmbench": "{question} {options}", "note": "n"}},
    "tags": {"template": "Tags: {tags}. ", "hard_template": "Words: {tags}. ", "note": "n"}
  })json");
  EXPECT_EQ(t.evaluation(Task::kCaption), "Caption:");
  EXPECT_THAT(t.all(Task::kCaption), testing::ElementsAre("Tell:", "Say:"));
  EXPECT_EQ(t.evaluation(Task::kRec), "Where is {expr} <image>?");
  EXPECT_EQ(t.evaluation(Task::kVsr), "True? {question}");
  EXPECT_THAT(t.all(Task::kVsr), testing::ElementsAre("True? {question}"));
  EXPECT_EQ(t.benchmark("pope"), "{question} yes or no?");
  EXPECT_EQ(t.benchmark("okvqa"), "Question: {question} Short answer:");
  EXPECT_EQ(t.tag_sentence("a"), "Tags: a. ");
  EXPECT_EQ(t.hard_tag_sentence("a"), "Words: a. ");
  EXPECT_EQ(t.evaluation(Task::kVqa), PromptTemplates::builtin().evaluation(Task::kVqa));
}

TEST(PromptTemplates, NamesFileAndKey) {
  const auto wrong = [](const std::string& text, std::vector<std::string> parts) {
    parts.push_back("t.json");
    expect_error<InputError>([&] { load(text); }, parts);
  };
  wrong("[]", {"got array", "JSON object"});
  wrong(R"({"captions": {}})", {"unknown key \"captions\"", "captioning"});
  wrong(R"({"vqa": []})", {"vqa", "got array"});
  wrong(R"({"vqa": {}})", {"vqa", "no template", "Add one"});
  wrong(R"({"vqa": {"templates": []}})", {"vqa", "no template"});
  wrong(R"({"vqa": {"templates": "{question}"}})", {"vqa", "\"templates\"", "a list"});
  wrong(R"({"vqa": {"templates": [3]}})", {"vqa", "\"templates\"", "a text"});
  wrong(R"({"vqa": {"template": ["{question}"]}})", {"vqa", "unknown key \"template\""});
  wrong(R"({"vqa": {"templates": ["What?"]}})", {"vqa", "\"What?\"", "no {question}"});
  wrong(R"({"vqa": {"templates": ["{question} {expr}"]}})", {"vqa", "{expr}", "one of question"});
  wrong(R"({"captioning": {"templates": ["{question}"]}})", {"captioning", "expected none"});
  wrong(R"({"vqa": {"templates": ["{question} {"]}})", {"vqa", "brace"});
  wrong(R"({"evaluation": []})", {"evaluation", "got array"});
  wrong(R"({"evaluation": {"okvqa": "Answer!"}})", {"evaluation: okvqa", "no {question}"});
  wrong(R"({"evaluation": {"gqa": "{word}"}})", {"evaluation: gqa", "{word}"});
  wrong(R"({"evaluation": {"gqa": 3}})", {"evaluation", "\"gqa\" is 3", "a text"});
  wrong(R"({"evaluation": {"not_in_paper": 3}})", {"evaluation: not_in_paper", "got number"});
  wrong(R"({"tags": {}})", {"tags", "\"template\" is missing"});
  wrong(R"({"tags": {"template": "none"}})", {"tags", "no {tags}"});
  wrong(R"({"tags": {"template": "{tags}", "hard_template": "none"}})", {"tags", "no {tags}"});
  expect_error<ResourceError>([] { PromptTemplates::load("/nowhere/t.json"); },
                              {"/nowhere/t.json"});
}

TEST(PromptTemplates, TheListsOfTheReleasesLoad) {
  const auto path = shared_dir() / "spec/templates.json";
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "no such file: " << path;
  const PromptTemplates t = PromptTemplates::load(path);
  EXPECT_EQ(t.all(Task::kCaption).size(), 13u);
  EXPECT_EQ(t.all(Task::kReg).size(), 125u);
  EXPECT_EQ(t.evaluation(Task::kCaption), "A short image description:");
  EXPECT_EQ(t.tag_sentence("a"), PromptTemplates::builtin().tag_sentence("a"));
}

TEST(PromptTemplates, HardTagsHaveNoPlaceForTheSoftPrompt) {
  const std::string sentence = PromptTemplates::builtin().hard_tag_sentence("dog, man");
  EXPECT_THAT(sentence, testing::HasSubstr("[dog, man]"));
  EXPECT_THAT(sentence, testing::EndsWith(" "));
  EXPECT_THAT(sentence, testing::Not(testing::HasSubstr("<")));
}

}  // namespace
}  // namespace lion
