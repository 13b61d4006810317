#include "lion/eval/report/html_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "report_fixtures.h"

namespace lion::eval::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

TEST(HtmlReport, OneFileThatNeedsNothingElse) {
  TestRun run = vqa_run(20);
  const std::string html = run.report();
  EXPECT_THAT(html, testing::StartsWith("<!doctype html>\n<html lang=\"en\">"));
  EXPECT_THAT(html, testing::EndsWith("</html>\n"));
  for (const char* needed : {"<meta charset=\"utf-8\">", "name=\"viewport\"", "default-src 'none'",
                             "prefers-color-scheme:dark", "@media print", "max-width:560px"}) {
    EXPECT_THAT(html, HasSubstr(needed));
  }
  for (const char* foreign : {"http:", "https:", "<script", "<link", "@import", "url("}) {
    EXPECT_THAT(html, Not(HasSubstr(foreign)));
  }
  EXPECT_EQ(count(html, " src="), count(html, " src=\"data:image/jpeg;base64,"));
  EXPECT_EQ(count(html, " src="), 12);
  EXPECT_EQ(unbalanced(html), "");
}

TEST(HtmlReport, Head) {
  TestRun run = vqa_run(4);
  run.options.model = "runs/<tiny>.lion";
  run.options.facts = {{"tags", "RAM"}, {"device", "cpu & more"}};
  EXPECT_THAT(run.report(),
              AllOf(HasSubstr("<dt>model</dt><dd>runs/&lt;tiny&gt;.lion</dd>"),
                    HasSubstr("<title>LION evaluation: runs/&lt;tiny&gt;.lion</title>"),
                    HasSubstr("<dt>date</dt><dd>2026-01-31 08:15</dd>"),
                    HasSubstr("<dt>tags</dt><dd>RAM</dd>"), HasSubstr("cpu &amp; more")));
}

TEST(HtmlReport, Overview) {
  TestRun run = vqa_run(20);
  run.score.missing = 3;
  const std::string html = run.report();
  EXPECT_THAT(html, HasSubstr("<a href=\"#b-toy-vqa\">Toy VQA</a>"));
  EXPECT_THAT(html, HasSubstr("<section class=\"benchmark\" id=\"b-toy-vqa\">"));
  EXPECT_THAT(html, HasSubstr("<b>47.50</b><span class=\"interval\">41.2 – 53.9</span>"));
  EXPECT_THAT(html, HasSubstr("<td class=\"number\">51.08</td><td class=\"number\">57.33</td>"));
  EXPECT_THAT(html, HasSubstr("<td class=\"number\">20</td><td class=\"number bad\">3</td>"));
  EXPECT_THAT(html, HasSubstr("95 % interval 41.23 – 53.88"));
  EXPECT_THAT(html, HasSubstr("paper 51.08 (4B), 57.33 (12B)"));
  EXPECT_THAT(html, HasSubstr("n = 20, 3 missing"));
}

TEST(HtmlReport, HowItWasAsked) {
  TestRun run = vqa_run(4);
  run.benchmark.files = {"/data/toy/questions.json", "/data/toy/<answers>.json"};
  EXPECT_THAT(run.report(), AllOf(HasSubstr("<pre>Q: {q} A:</pre>"),
                                  HasSubstr("greedy, at most 10 new tokens, repetition penalty 1"),
                                  HasSubstr("image level"), HasSubstr("/data/toy/questions.json"),
                                  HasSubstr("/data/toy/&lt;answers&gt;.json")));
  run.info.mode = Mode::kRank;
  run.info.level = TaskLevel::kRegion;
  run.benchmark.prompt = "Find {e}.\nShow {e}.\nWhere is {e}?\nMark {e}.";
  EXPECT_THAT(run.report(),
              AllOf(HasSubstr("candidates ranked by the sum"), HasSubstr("region level"),
                    HasSubstr("one of 4 templates per item")));
  run.info.mode = Mode::kTag;
  run.benchmark.prompt = "";
  EXPECT_THAT(run.report(), AllOf(HasSubstr("probabilities and thresholds of the tagger"),
                                  Not(HasSubstr("<dt>prompt</dt><dd><pre>"))));
  run.info.mode = Mode::kGenerate;
  run.info.decoding.num_beams = 5;
  EXPECT_THAT(run.report(), HasSubstr("5 beams, length penalty 1"));
}

TEST(HtmlReport, MetricsAndCategories) {
  TestRun run = vqa_run(4);
  run.score.metrics = {{"accuracy", 0.475}, {"mean_rank", 12.345}, {"TP", 1215}, {"odd<", 0}};
  run.score.categories = {{"colour", 3, 0.25}, {"number", 1, 1}};
  EXPECT_THAT(run.report(),
              AllOf(HasSubstr("accuracy</th><td class=\"number\">0.4750</td>"),
                    HasSubstr("mean rank</th><td class=\"number\">12.35</td>"),
                    HasSubstr("TP</th><td class=\"number\">1,215</td>"), HasSubstr("odd&lt;"),
                    HasSubstr("By category"), HasSubstr("colour</th><td class=\"bar\">")));
  for (int i = 0; i < 30; ++i) run.score.categories.push_back({str("kind ", i), 1, 0.5});
  EXPECT_THAT(run.report(), HasSubstr("<summary>32 categories, the best first</summary>"));
}

TEST(HtmlReport, HistogramInsteadOfTenMetrics) {
  TestRun run = grounding_run("[0.1,0.2,0.5,0.6]");
  for (int bin = 0; bin < 10; ++bin) run.score.metrics.emplace_back(str("iou_0.", bin), 7);
  const std::string html = run.report();
  EXPECT_THAT(html, HasSubstr("Overlap with the truth"));
  EXPECT_THAT(html, Not(HasSubstr("iou 0.3")));
  run.score.metrics.pop_back();
  EXPECT_THAT(run.report(), AllOf(HasSubstr("iou 0.3"), Not(HasSubstr("Overlap with"))));
}

TEST(HtmlReport, WorstAndBestSamples) {
  TestRun run = vqa_run(20);  // item i has value i / 20
  run.options.samples = 2;
  const std::string html = run.report();
  EXPECT_EQ(count(html, "<article class=\"sample\">"), 4);
  const size_t worst = html.find("Worst samples"), best = html.find("Best samples");
  ASSERT_LT(worst, best);
  const std::string below = html.substr(worst, best - worst), above = html.substr(best);
  EXPECT_THAT(below, AllOf(HasSubstr("<code>q0</code>"), HasSubstr("<code>q1</code>"),
                           HasSubstr(">0.00</b> <span>accuracy</span>"), HasSubstr(">0.05</b>")));
  EXPECT_THAT(above, AllOf(HasSubstr("<code>q19</code>"), HasSubstr("<code>q18</code>"),
                           HasSubstr(">0.95</b>"), Not(HasSubstr("<code>q1</code>"))));
  EXPECT_THAT(above, AllOf(HasSubstr("what is object 19?"), HasSubstr("Q: what is object 19? A:"),
                           HasSubstr("<li>bus <small>× 2</small></li><li>tram</li>")));
}

TEST(HtmlReport, AllValuesEqual) {
  TestRun run = vqa_run(9);
  run.score.values.assign(9, 1.0);
  EXPECT_THAT(run.report(), AllOf(HasSubstr("Some samples: all 9 have the value 1.00"),
                                  Not(HasSubstr("Worst samples"))));
}

TEST(HtmlReport, NoSamplesAsked) {
  TestRun run = vqa_run(9);
  run.options.samples = 0;
  EXPECT_EQ(count(run.report(), "<article"), 0);
}

TEST(HtmlReport, TextOfUnknownOrigin) {
  TestRun run = vqa_run(3);
  const std::string evil = "\"'><evil onload=x>\xFF&";
  for (size_t i = 0; i < 3; ++i) {
    Item& item = run.benchmark.items[i];
    item.id = run.score.ids[i] = str(i, evil);
    item.prompt = item.question = item.category = evil;
    item.truth.texts = {evil};
    run.predictions[i].text = evil;
  }
  run.benchmark.items[2].candidates = {evil, "b"};
  run.benchmark.prompt = run.benchmark.info->title + evil;
  run.info.title = run.info.figure = run.score.figure = evil;
  run.score.metrics = {{evil, 1}};
  run.score.categories = {{evil, 1, 1}};
  run.benchmark.problems.add(ProblemKind::kMalformed, evil, evil);
  run.options.facts = {{evil, evil}};
  run.options.load_item_image = [&](const Item&) -> Image { throw InputError(evil); };
  const std::string html = run.report();
  EXPECT_THAT(html, Not(HasSubstr("<evil")));
  EXPECT_THAT(html, Not(HasSubstr("\xFF")));
  EXPECT_GT(count(html, "&quot;&#39;&gt;&lt;evil onload=x&gt;\xEF\xBF\xBD&amp;"), 20);
  EXPECT_EQ(unbalanced(html), "");
}

TEST(HtmlReport, LongAndEmptyAnswers) {
  TestRun run = vqa_run(2);
  run.predictions[0].text = std::string(100'000, 'w');
  run.predictions[1].text = "";
  const std::string html = run.report();
  EXPECT_THAT(
      html, AllOf(HasSubstr("98,800 more characters"), HasSubstr("<em class=\"none\">empty</em>")));
  EXPECT_THAT(html, Not(HasSubstr(std::string(2000, 'w'))));
}

TEST(HtmlReport, NotAnswered) {
  TestRun run = vqa_run(20);
  for (size_t i = 4; i < 16; ++i) run.predictions[i].error = str("decode image ", i, ": <cut>");
  const std::string html = run.report();
  EXPECT_THAT(html,
              AllOf(HasSubstr("Not answered"), HasSubstr("<b class=\"bad\">12</b> of 20 items"),
                    HasSubstr("<code>q4</code> decode image 4: &lt;cut&gt;"),
                    HasSubstr("decode image 13:"), Not(HasSubstr("decode image 14:"))));
  EXPECT_THAT(vqa_run(4).report(), Not(HasSubstr("Not answered")));
}

TEST(HtmlReport, LeftOutWhenReading) {
  TestRun run = vqa_run(4);
  EXPECT_THAT(run.report(), Not(HasSubstr("Left out when reading")));
  run.benchmark.problems.count(ProblemKind::kNotSampled, 4937);
  EXPECT_THAT(run.report(), AllOf(HasSubstr("not sampled <small>on purpose</small>"),
                                  HasSubstr("4,937"), Not(HasSubstr("the first 0"))));
  for (int i = 0; i < 12; ++i) {
    run.benchmark.problems.add(ProblemKind::kBadBox, str("file.json: record ", i), "is flat");
  }
  const std::string html = run.report();
  EXPECT_THAT(html,
              AllOf(HasSubstr("bad box</th><td class=\"number\">12</td>"),
                    HasSubstr("<summary>the first 10</summary>"),
                    HasSubstr("file.json: record 9</code> is flat"), Not(HasSubstr("record 10<"))));
}

TEST(HtmlReport, WithoutRightAnswers) {
  TestRun run = vqa_run(10);
  run.has_score = false;
  run.predictions[0].error = "no image";
  const std::string html = run.report();
  EXPECT_THAT(
      html, AllOf(HasSubstr("no score: the files have no right answers"), HasSubstr("Some answers"),
                  Not(HasSubstr("Worst samples")), HasSubstr("<td class=\"number bad\">1</td>")));
  EXPECT_EQ(count(html, "<article"), 6);
  EXPECT_EQ(unbalanced(html), "");
}

TEST(HtmlReport, SeveralBenchmarksOrNone) {
  TestRun a = vqa_run(5), b = grounding_run("[0.1,0.2,0.5,0.6]");
  const std::vector<ReportPart> parts = {a.part(), b.part()};
  const std::string html = html_report(parts, a.options);
  EXPECT_EQ(count(html, "<section class=\"benchmark\""), 2);
  EXPECT_EQ(unbalanced(html), "");
  EXPECT_THAT(html_report({}, a.options), HasSubstr("No benchmark was run."));
}

TEST(HtmlReport, SameInputSameFile) {
  TestRun run = vqa_run(12);
  EXPECT_EQ(run.report(), run.report());
}

TEST(HtmlReport, BadOptions) {
  TestRun run = vqa_run(2);
  run.options.samples = -1;
  EXPECT_THAT(error_of([&] { run.report(); }),
              AllOf(HasSubstr("report: got -1 samples"), HasSubstr("Use 6 and 320.")));
  run.options.samples = 1;
  run.options.image_side = 0;
  EXPECT_THAT(error_of([&] { run.report(); }), HasSubstr("images of 0 pixels"));
}

}  // namespace
}  // namespace lion::eval::test
