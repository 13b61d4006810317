#include "lion/eval/benchmarks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "lion/base/error.h"
#include "lion/text/prompt.h"

namespace lion::eval {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> names_of(std::string_view word) {
  std::vector<std::string> names;
  for (const BenchmarkInfo* info : benchmarks_named(word)) names.push_back(info->name);
  return names;
}

TEST(Benchmarks, TheTableIsSound) {
  const PromptTemplates templates = PromptTemplates::builtin();
  std::set<std::string> names;
  for (const BenchmarkInfo& info : all_benchmarks()) {
    SCOPED_TRACE(info.name);
    EXPECT_TRUE(names.insert(info.name).second);
    EXPECT_FALSE(info.title.empty());
    EXPECT_FALSE(info.figure.empty());
    EXPECT_NO_THROW(info.decoding.validate());
    EXPECT_EQ(info.decoding.num_beams, 1);
    EXPECT_EQ(info.decoding.repetition_penalty, 1.0);
    EXPECT_EQ(info.decoding.length_penalty, 1.0);
    EXPECT_EQ(info.decoding.min_length, 1);
    const bool drawn = info.template_name == "rec";
    const bool silent = info.mode == Mode::kTag;
    EXPECT_EQ(info.template_name.empty(), silent);
    EXPECT_TRUE(drawn || silent || !templates.benchmark(info.template_name).empty());
    EXPECT_EQ(&benchmark_info(info.name), &info);
    EXPECT_EQ(benchmarks_named(info.name), std::vector{&info});
  }
  EXPECT_EQ(names.size(), 28u);
}

TEST(Benchmarks, DecodingByKind) {
  EXPECT_EQ(benchmark_info("coco").decoding.max_new_tokens, 80);
  EXPECT_EQ(benchmark_info("reg").decoding.max_new_tokens, 80);
  EXPECT_EQ(benchmark_info("coco_objects").decoding.max_new_tokens, 80);
  EXPECT_EQ(benchmark_info("okvqa").decoding.max_new_tokens, 10);
  EXPECT_EQ(benchmark_info("pope_random").decoding.max_new_tokens, 10);
  EXPECT_EQ(benchmark_info("refcoco+_testB").decoding.max_new_tokens, 64);
}

TEST(Benchmarks, LevelsAndModes) {
  EXPECT_EQ(benchmark_info("reg").level, TaskLevel::kRegion);
  EXPECT_EQ(benchmark_info("refcocog_test").level, TaskLevel::kRegion);
  EXPECT_EQ(benchmark_info("visdial").level, TaskLevel::kImage);
  EXPECT_EQ(benchmark_info("visdial").mode, Mode::kRank);
  EXPECT_EQ(benchmark_info("aokvqa").mode, Mode::kGenerate);
  EXPECT_EQ(benchmark_info("aokvqa_mc").mode, Mode::kRank);
  EXPECT_EQ(mode_name(Mode::kGenerate), "generate");
  EXPECT_EQ(mode_name(Mode::kRank), "rank");
  EXPECT_EQ(benchmark_info("coco_tags").mode, Mode::kTag);
  EXPECT_EQ(benchmark_info("coco_objects").mode, Mode::kGenerate);
  EXPECT_EQ(mode_name(Mode::kTag), "tag");
  EXPECT_EQ(task_level_name(TaskLevel::kImage), "image");
  EXPECT_EQ(task_level_name(TaskLevel::kRegion), "region");
}

/// The averages that the paper prints below table 2 hold for the figures of the table.
TEST(Benchmarks, TheMeanOfTheEightSetsIsThePapers) {
  double sum_4b = 0, sum_12b = 0;
  const auto rec = benchmarks_named("rec");
  ASSERT_EQ(rec.size(), 8u);
  for (const BenchmarkInfo* info : rec) {
    sum_4b += info->paper_4b.value();
    sum_12b += info->paper_12b.value();
  }
  EXPECT_NEAR(sum_4b / 8, 54.98, 0.005);
  EXPECT_NEAR(sum_12b / 8, 55.58, 0.006);
  EXPECT_EQ(benchmark_info("coco").paper_12b, 139.25);
  EXPECT_EQ(benchmark_info("pope_adversarial").paper_12b, 84.71);
  EXPECT_EQ(benchmark_info("mmbench_test").paper_12b, 73.4);
  EXPECT_FALSE(benchmark_info("mmbench_test").paper_4b);
  EXPECT_FALSE(benchmark_info("vqav2").paper_4b);
}

TEST(Benchmarks, Groups) {
  EXPECT_EQ(names_of("all").size(), 26u);  // the paper's
  EXPECT_THAT(names_of("objects"), ElementsAre("coco_tags", "coco_objects"));
  EXPECT_THAT(names_of("captions"), ElementsAre("flickr30k", "coco", "textcaps"));
  EXPECT_THAT(names_of("refcoco"), ElementsAre("refcoco_val", "refcoco_testA", "refcoco_testB"));
  EXPECT_THAT(names_of("refcoco+"),
              ElementsAre("refcoco+_val", "refcoco+_testA", "refcoco+_testB"));
  EXPECT_THAT(names_of("refcocog"), ElementsAre("refcocog_val", "refcocog_test"));
  EXPECT_THAT(names_of("pope"), ElementsAre("pope_random", "pope_popular", "pope_adversarial"));
  EXPECT_THAT(names_of("vqa"), ElementsAre("okvqa", "aokvqa", "aokvqa_mc", "vqav2", "gqa", "iconqa",
                                           "vsr", "vsr_zeroshot", "visdial"));
  EXPECT_THAT(names_of("mmbench"), ElementsAre("mmbench"));
}

TEST(Benchmarks, UnknownNamesListWhatThereIs) {
  EXPECT_THAT([] { benchmarks_named("coca"); },
              testing::ThrowsMessage<InputError>(testing::AllOf(
                  HasSubstr("\"coca\""), HasSubstr("refcocog_test"), HasSubstr("captions"))));
  EXPECT_THAT([] { benchmark_info("captions"); },
              testing::ThrowsMessage<InputError>(
                  testing::AllOf(HasSubstr("\"captions\""), HasSubstr("flickr30k"))));
}

}  // namespace
}  // namespace lion::eval
