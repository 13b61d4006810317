// Every benchmark is read from a folder in the official formats.
#include <set>

#include "lion/image/decode.h"
#include "lion/scenes/vocabulary.h"
#include "lion/scenes/write_dataset.h"
#include "read_fixtures.h"

namespace lion::eval {
namespace {

/// The folder is made once for all tests of this file.
class ScenesTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    root_ = new std::filesystem::path(std::filesystem::path(testing::TempDir()) /
                                      str("lion-eval-scenes-", ::getpid()));
    std::filesystem::remove_all(*root_);
    scenes::write_dataset({.out = *root_, .count = 12});
  }
  static void TearDownTestSuite() {
    std::filesystem::remove_all(*root_);
    delete root_;
  }

  static Benchmark read(std::string_view name, int64_t limit = 0) {
    return read_benchmark(benchmark_info(name), {.root = *root_, .limit = limit},
                          PromptTemplates::builtin());
  }

  static void expect_image(const Item& item) {
    if (item.image.bytes) {
      const auto bytes = std::as_bytes(std::span(*item.image.bytes));
      EXPECT_GT(probe_image(bytes, item.id).width, 0);
    } else {
      EXPECT_TRUE(std::filesystem::exists(item.image.path)) << item.image.path;
    }
  }

  static void expect_truth(const BenchmarkInfo& info, const Item& item) {
    const bool public_answers = info.name != "mmbench_test";
    if (item.truth.present) {
      ASSERT_GE(item.candidates.size(), 2u);
      for (const int64_t number : *item.truth.present) {
        EXPECT_LT(number, static_cast<int64_t>(item.candidates.size()));
      }
      return;
    }
    switch (info.mode) {
      case Mode::kTag:
        FAIL() << "a tagger is asked for objects";
        break;
      case Mode::kRank:
        ASSERT_GE(item.candidates.size(), 2u);
        EXPECT_EQ(item.truth.candidate >= 0, public_answers);
        EXPECT_LT(item.truth.candidate, static_cast<int64_t>(item.candidates.size()));
        break;
      case Mode::kGenerate:
        EXPECT_TRUE(item.candidates.empty());
        if (info.metric == MetricKind::kGrounding) {
          EXPECT_TRUE(item.truth.box.has_value());
        } else {
          EXPECT_FALSE(item.truth.texts.empty());
        }
    }
  }

  static std::filesystem::path* root_;
};

std::filesystem::path* ScenesTest::root_ = nullptr;

TEST_F(ScenesTest, EveryBenchmarkIsRead) {
  for (const BenchmarkInfo& info : all_benchmarks()) {
    SCOPED_TRACE(info.name);
    const Benchmark benchmark = read(info.name);
    EXPECT_EQ(benchmark.info, &info);
    EXPECT_EQ(benchmark.problems.total(), 0) << benchmark.problems.to_json().dump(1);
    EXPECT_FALSE(benchmark.files.empty());
    const bool silent = info.mode == Mode::kTag;
    EXPECT_EQ(benchmark.prompt.empty(), silent);
    EXPECT_GT(benchmark.questions, 0);
    std::set<std::string> ids;
    for (const Item& item : benchmark.items) {
      SCOPED_TRACE(item.id);
      EXPECT_TRUE(ids.insert(item.id).second);
      EXPECT_EQ(item.prompt.empty(), silent);
      EXPECT_EQ(item.prompt.find('{'), std::string::npos) << item.prompt;
      EXPECT_FALSE(item.official.empty());
      expect_image(item);
      expect_truth(info, item);
      if (HasFailure()) return;
    }
  }
}

TEST_F(ScenesTest, AFileOfTemplatesServesEveryBenchmark) {
  const auto path = shared_data("../spec/templates.json");
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "no such file: " << path;
  const PromptTemplates templates = PromptTemplates::load(path);
  for (const BenchmarkInfo& info : all_benchmarks()) {
    SCOPED_TRACE(info.name);
    const Benchmark benchmark = read_benchmark(info, {.root = *root_, .limit = 2}, templates);
    EXPECT_EQ(benchmark.problems.total(), 0);
    for (const Item& item : benchmark.items) {
      EXPECT_EQ(item.prompt.find('{'), std::string::npos) << item.prompt;
    }
  }
}

TEST_F(ScenesTest, TheCountsFitTogether) {
  EXPECT_EQ(read("visdial").questions, 80);
  EXPECT_EQ(read("coco").items.size(), 8u);
  EXPECT_EQ(read("coco").items[0].truth.texts.size(), 5u);
  // Of val, test and held out, those whose captions are the benchmark.
  const Benchmark captions = read("coco"), objects = read("coco_objects");
  ASSERT_EQ(objects.items.size(), captions.items.size());
  for (size_t i = 0; i < objects.items.size(); ++i) {
    EXPECT_EQ(objects.items[i].id, captions.items[i].id);
  }
  const Benchmark mmbench = read("mmbench");
  EXPECT_EQ(mmbench.questions, 8);
  EXPECT_GT(mmbench.items.size(), 16u);
  // Every expression of val is a sentence about a box of "reg".
  size_t sentences = 0;
  for (const Item& item : read("reg").items) sentences += item.truth.texts.size();
  EXPECT_EQ(sentences, read("refcocog_val").items.size());
}

TEST_F(ScenesTest, AModelMadeForScenesHasATagForEveryCategory) {
  const std::vector<std::string> tags = scenes::Vocabulary(scenes::SceneConfig{}.kinds).tag_list();
  EXPECT_THAT(tags, testing::IsSupersetOf(read("coco_tags").items[0].candidates));
}

TEST_F(ScenesTest, ALimitTakesTheFirst) {
  for (const char* name : {"coco", "vqav2", "iconqa", "refcoco_val", "reg", "gqa"}) {
    SCOPED_TRACE(name);
    const Benchmark all = read(name);
    const Benchmark two = read(name, 2);
    ASSERT_EQ(two.items.size(), 2u);
    EXPECT_EQ(two.questions, 2);
    for (size_t i = 0; i < 2; ++i) {
      EXPECT_EQ(two.items[i].id, all.items[i].id);
      EXPECT_EQ(two.items[i].prompt, all.items[i].prompt);
    }
  }
  EXPECT_EQ(read("visdial", 2).items.size(), 20u);
  const Benchmark mmbench = read("mmbench", 3);
  EXPECT_EQ(mmbench.questions, 3);
  EXPECT_GT(mmbench.items.size(), 3u);
}

}  // namespace
}  // namespace lion::eval
