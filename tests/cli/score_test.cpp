/// `lion score`: every kind once, both forms of output, bad input. The numbers are those of
/// tests/eval.

#include <gmock/gmock.h>

#include "lion/base/str.h"
#include "program.h"

namespace lion::cli_test {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;
using testing::StartsWith;

struct Files {
  std::string kind;
  std::string references;
  std::string predictions;
  std::string extension = ".json";
};

/// Runs `lion score` on files of this content.
Outcome score(const Files& files, const std::vector<std::string>& more = {}) {
  const TempFolder folder;
  write(folder.path("refs" + files.extension), files.references);
  write(folder.path("preds" + files.extension), files.predictions);
  std::vector<std::string> arguments{"score",   files.kind,
                                     "--refs",  folder.path("refs" + files.extension),
                                     "--preds", folder.path("preds" + files.extension)};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return lion(arguments);
}

Json score_json(const Files& files, std::vector<std::string> more = {}) {
  more.push_back("--json");
  const Outcome run = score(files, more);
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_EQ(lines(run.out).size(), 1u);
  return parse_json(run.out, "stdout");
}

const Files kVqa{"vqa",
                 R"([{"question_id": 1, "answers": ["Oak", "Oak", "Oak", "Oak"]},
                     {"question_id": 2, "answers": ["elm", "elm", "elm", "elm"]},
                     {"question_id": 3, "answers": ["ash"]}])",
                 R"([{"question_id": 1, "answer": "Oak"}, {"question_id": 2, "answer": "elm"},
                     {"question_id": 9, "answer": "elm"}, {"question_id": 2, "answer": "x"}, {}])"};

TEST(Score, AnObjectOfJson) {
  const Json result = score_json(kVqa);
  std::vector<std::string> keys;
  for (const auto& item : result.items()) keys.push_back(item.key());
  EXPECT_THAT(keys, ElementsAre("command", "kind", "score", "figure", "metrics", "categories", "n",
                                "notes", "findings"));
  EXPECT_EQ(result.at("command"), "score");
  EXPECT_EQ(result.at("kind"), "vqa");
  EXPECT_EQ(result.at("score"), 50.0);
  EXPECT_EQ(result.at("figure"), "accuracy");
  EXPECT_EQ(result.at("metrics"), Json({{"accuracy", 0.5}}));
  EXPECT_EQ(result.at("n"), 2);
  const Json& findings = result.at("findings");
  for (const char* kind : {"malformed", "unknown", "duplicate", "missing"}) {
    EXPECT_EQ(findings.at(kind), 1) << kind;
  }
  EXPECT_EQ(findings.at("first").size(), 4u);
}

TEST(Score, AsPeopleReadIt) {
  const Outcome run = score(kVqa);
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_THAT(run.out, StartsWith("accuracy 50.00 over 2 (1 more have no prediction)\n"));
  EXPECT_THAT(run.out, HasSubstr("\n  accuracy  0.5000\n"));
  EXPECT_THAT(run.err, AllOf(HasSubstr("warning: preds.json, record 2: no reference is called 9"),
                             HasSubstr("warning: not scored: 1 malformed, 1 unknown, 1 duplicate, "
                                       "1 missing\n")));
}

TEST(Score, VqaEvaluators) {
  EXPECT_EQ(score_json(kVqa, {"--vqa-eval", "official"}).at("score"), 100.0);
  const Outcome run = score(kVqa, {"--vqa-eval", "loose"});
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_THAT(run.err, HasSubstr("\"loose\""));
}

TEST(Score, Captions) {
  Files files{"cider",
              R"({"annotations": [{"image_id": 1, "caption": "A heron in the water."},
                  {"image_id": 2, "caption": "Two bakers with a tray of rolls."}]})",
              R"([{"image_id": 1, "caption": "a heron in the water"},
                  {"image_id": 2, "caption": "two bakers with a tray of rolls"}])"};
  EXPECT_NEAR(score_json(files).at("score").get<double>(), 1000, 1e-6);
  for (const char* kind : {"bleu", "rouge"}) {
    files.kind = kind;
    const Json result = score_json(files);
    EXPECT_NEAR(result.at("score").get<double>(), 100, 1e-6) << kind;
    EXPECT_EQ(result.at("metrics").size(), 6u);
  }
}

TEST(Score, Boxes) {
  const Json result = score_json(
      {"rec",
       R"({"img_path": "1.jpg", "expression": "hat", "bbox": [0, 0, 5, 10], "width": 10, "height": 10})",
       R"({"answer": "Answer: [0.000,0.000,0.500,0.500]"})", ".jsonl"});
  EXPECT_EQ(result.at("score"), 100.0);
  EXPECT_EQ(result.at("metrics").at("mean_iou"), 0.5);
}

TEST(Score, Pope) {
  const Json result = score_json({"pope", R"([{"question_id": 1, "label": "yes"}])",
                                  R"([{"question_id": 1, "answer": "Yes."}])"});
  EXPECT_EQ(result.at("score"), 100.0);
  EXPECT_EQ(result.at("metrics").at("TP"), 1.0);
}

TEST(Score, VisDial) {
  const Json result = score_json(
      {"visdial", R"({"data": {"dialogs": [{"image_id": 1, "dialog": [{"gt_index": 1}]}]}})",
       R"([{"image_id": 1, "round_id": 1, "ranks": [3, 2, 1]}])"});
  EXPECT_EQ(result.at("score"), 50.0);
  EXPECT_EQ(result.at("figure"), "MRR");
}

TEST(Score, Mmbench) {
  const Json result = score_json(
      {"mmbench", "index\tA\tB\tanswer\tl2-category\n1\tjug\tcup\tB\tcoarse_perception\n",
       "index\tprediction\n1\tB\n1000001\tA\n", ".tsv"});
  EXPECT_EQ(result.at("score"), 100.0);
  EXPECT_EQ(result.at("categories"),
            Json::array({{{"name", "coarse_perception"}, {"n", 1}, {"value", 1.0}}}));
}

TEST(Score, TokensOfLines) {
  const Outcome run = lion({"score", "ptb"}, {.input = "A heron's nest, high up.\n\nRolls!"});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_EQ(run.out, "a heron 's nest high up\n\nrolls\n");
  const Outcome json = lion({"score", "ptb", "--json"}, {.input = "A heron."});
  EXPECT_EQ(parse_json(json.out, "stdout").at("lines"), Json::array({"a heron"}));
}

/// "error: where: what. How to fix it." on stderr, nothing on stdout.
void expect_error(const Outcome& run, int exit_code, const std::string& where) {
  EXPECT_EQ(run.exit_code, exit_code) << run.err;
  EXPECT_THAT(run.out, IsEmpty());
  EXPECT_THAT(run.err, HasSubstr(where));
  EXPECT_THAT(run.err, MatchesRegex("error: (.|\n)*: (.|\n)+[.?] (.|\n)+[.?]\n"));
}

TEST(Score, BadInput) {
  expect_error(lion({"score", "spice", "--refs", "a", "--preds", "b"}), 2, "\"spice\"");
  expect_error(lion({"score", "vqa", "--preds", "b"}), 2, "--refs");
  expect_error(lion({"score", "vqa", "--refs", "b"}), 2, "--preds");
  expect_error(lion({"score", "vqa", "--refs", "no/such.json", "--preds", "b"}), 3, "no/such.json");
  expect_error(score({"vqa", "[]", "[]"}), 2, "preds.json");
  expect_error(score({"vqa", "[{", "[]"}), 2, "refs.json");
  expect_error(score({"pope", "", "[]"}), 2, "refs.json");
  expect_error(score({"mmbench", "index\tA\n", "index\n", ".tsv"}), 2, "preds.tsv");
}

}  // namespace
}  // namespace lion::cli_test
