#include "lion/eval/compare_runs.h"

#include <gmock/gmock.h>

#include "lion/base/file.h"
#include "lion/base/str.h"
#include "read_fixtures.h"

namespace lion::eval {
namespace {

using testing::ElementsAre;

class CompareRuns : public ReadTest {
 protected:
  /// A run's folder: ids, whether each was right, and its answers.
  std::filesystem::path run(const std::string& name, const std::string& ids,
                            const std::string& values, const std::vector<std::string>& samples) {
    write(name + "/scores.json", str(R"({"benchmark": "vsr", "figure": "accuracy", "ids": )", ids,
                                     R"(, "values": )", values, "}"));
    std::string lines;
    for (const std::string& sample : samples) lines += sample + "\n";
    return write(name + "/samples.jsonl", lines).parent_path();
  }
};

TEST_F(CompareRuns, TellsBetterFromWorseAndAFromB) {
  const auto a = run("a", R"(["1", "2", "3", "4", "left"])", "[1, 0, 0, 1, 1]",
                     {R"({"id": "1", "question": "one?", "answer": "yes", "truth": ["yes"]})",
                      R"({"id": "2", "question": "two?", "answer": "no", "truth": ["yes"]})"});
  const auto b = run("b", R"(["4", "3", "2", "1", "right"])", "[1, 1, 1, 0, 0]",
                     {R"({"id": "1", "question": "one?", "answer": "no", "truth": ["yes"]})",
                      R"({"id": "2", "question": "two?", "answer": "yes", "truth": ["yes"]})"});
  const std::vector<Comparison> all = compare_runs(a, b);
  ASSERT_EQ(all.size(), 1u);
  const Comparison& one = all[0];
  EXPECT_EQ(one.benchmark, "vsr");
  EXPECT_EQ(one.test.n, 4);
  EXPECT_DOUBLE_EQ(one.test.mean_a, 0.5);
  EXPECT_DOUBLE_EQ(one.test.mean_b, 0.75);
  EXPECT_THAT(one.only_a, ElementsAre("left"));
  EXPECT_THAT(one.only_b, ElementsAre("right"));
  ASSERT_EQ(one.better.size(), 2u);  // 2 and 3
  EXPECT_EQ(one.better[0].id, "2");
  EXPECT_EQ(one.better[0].answer_a, "no");
  EXPECT_EQ(one.better[0].answer_b, "yes");
  EXPECT_EQ(one.better[0].value_a, 0);
  EXPECT_EQ(one.better[0].value_b, 1);
  ASSERT_EQ(one.worse.size(), 1u);
  EXPECT_EQ(one.worse[0].id, "1");
  EXPECT_EQ(one.worse[0].question, "one?");
  EXPECT_EQ(one.worse[0].answer_a, "yes");
  EXPECT_EQ(one.worse[0].answer_b, "no");
}

}  // namespace
}  // namespace lion::eval
