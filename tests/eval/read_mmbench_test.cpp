#include "read_fixtures.h"

namespace lion::eval {
namespace {
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kHeader =
    "index\tquestion\thint\tA\tB\tC\tD\tanswer\tcategory\timage\tsource\tl2-category\tcomment\t"
    "split\n";

class MmbenchTest : public ReadTest {
 protected:
  std::string row(int64_t index, std::string_view question, std::string_view options,
                  std::string_view answer,
                  std::string_view image = "aGVsbG8=", std::string_view hint = "") {
    return str(index, "\t", question, "\t", hint, "\t", options, "\t", answer, "\tocr\t", image,
               "\tx\tcoarse_perception\t\tdev\n");
  }
  Benchmark read_rows(const std::string& rows, std::string_view name = "mmbench") {
    write(name == "mmbench" ? "mmbench_dev_20230712.tsv" : "mmbench_test_20230712.tsv",
          kHeader + rows);
    return read(name);
  }
};

TEST_F(MmbenchTest, PassesAreMade) {
  const Benchmark mmbench = read_rows(row(241, "Which?", "red\tgreen\tblue\t", "B") +
                                      row(7, "Is it?", "yes\tno\t\t", "A", "aGVsbG8=", "Look."));
  EXPECT_EQ(mmbench.questions, 2);
  ASSERT_EQ(mmbench.items.size(), 5u);
  EXPECT_EQ(mmbench.items[0].id, "241");
  EXPECT_EQ(mmbench.items[0].prompt,
            "Question: Which? Options: (a) red (b) green (c) blue Short answer:");
  EXPECT_EQ(mmbench.items[0].truth.candidate, 1);
  EXPECT_EQ(mmbench.items[0].category, "coarse_perception");
  EXPECT_EQ(*mmbench.items[0].image.bytes, "hello");
  const Item& third = mmbench.items[2];
  EXPECT_EQ(third.id, "2000241");
  EXPECT_THAT(third.candidates, ElementsAre("blue", "red", "green"));
  EXPECT_EQ(third.truth.candidate, 2);
  EXPECT_EQ(third.official.dump(), R"({"index":2000241,"question":"241","shift":2})");
  EXPECT_EQ(third.image.bytes, mmbench.items[0].image.bytes);
  EXPECT_EQ(mmbench.items[4].id, "1000007");
  EXPECT_EQ(mmbench.items[4].prompt,
            "Context: Look. Question: Is it? Options: (a) no (b) yes Short answer:");
  EXPECT_EQ(mmbench.items[4].truth.candidate, 1);
}

TEST_F(MmbenchTest, PassesOfTheFileComeFirst) {
  // The first pass stands behind its rotation, and another question has the same image.
  const Benchmark mmbench =
      read_rows(row(1000003, "Which?", "b\ta!\t\t", "B", "3") +
                row(3, "Which?", "a\tb\t\t", "A", "aGk=") + row(4, "What?", "c\td\t\t", "B", "3"));
  ASSERT_EQ(mmbench.items.size(), 4u);
  EXPECT_EQ(mmbench.items[0].id, "3");
  EXPECT_EQ(mmbench.items[1].id, "1000003");
  EXPECT_THAT(mmbench.items[1].candidates, ElementsAre("b", "a!"));
  EXPECT_EQ(*mmbench.items[3].image.bytes, "hi");
  EXPECT_EQ(mmbench.problems.total(), 0);
}

TEST_F(MmbenchTest, QuotedFields) {
  const Benchmark mmbench = read_rows(
      row(1, "\"Say\n\"\"hi\"\"\"", "\"print(\"\"a\"\")\n  end\"\t\"tab\there\"\t\t", "A"));
  EXPECT_EQ(mmbench.items[0].question, "Say \"hi\"");
  EXPECT_THAT(mmbench.items[0].candidates, ElementsAre("print(\"a\")\n  end", "tab\there"));
}

TEST_F(MmbenchTest, WhatIsWrongIsCounted) {
  const Benchmark mmbench =
      read_rows(row(1, "Which?", "a\tb\t\t", "A") + row(1, "Which?", "a\tb\t\t", "A") +
                row(2, " ", "a\tb\t\t", "A") + row(3, "Which?", "a\t\t\t", "A") +
                row(4, "Which?", "a\t\tb\t", "A") + row(5, "Which?", "a\tb\t\t", "C") +
                row(6, "Which?", "a\tb\t\t", "") + row(7, "Which?", "a\tb\t\t", "A", "=?=") +
                row(8, "Which?", "a\tb\t\t", "A", "99") + row(9, "Which?", "a\tb\t\t", "A", "") +
                "x\tWhich?\n" + row(1000010, "Whose?", "a\tb\t\t", "A", "10") +
                row(1000001, "Which?", "a\tb\tc\t", "A", "1"));
  EXPECT_EQ(mmbench.questions, 1);
  EXPECT_EQ(mmbench.items.size(), 2u);
  EXPECT_THAT(mmbench.items[1].candidates, ElementsAre("b", "a"));
  EXPECT_EQ(mmbench.problems.counted(ProblemKind::kDuplicate), 1);
  EXPECT_EQ(mmbench.problems.counted(ProblemKind::kEmptyText), 1);
  EXPECT_EQ(mmbench.problems.counted(ProblemKind::kMalformed), 6);
  EXPECT_EQ(mmbench.problems.counted(ProblemKind::kBrokenImage), 1);
  EXPECT_EQ(mmbench.problems.counted(ProblemKind::kUnknownImage), 1);
  EXPECT_EQ(mmbench.problems.counted(ProblemKind::kMissingImage), 1);
  EXPECT_EQ(mmbench.problems.counted(ProblemKind::kNoQuestion), 1);
  EXPECT_EQ(mmbench.problems.kept()[0].where, "mmbench_dev_20230712.tsv, line 3");
}

TEST_F(MmbenchTest, TheTestSplitHasNoAnswers) {
  const Benchmark test = read_rows(row(1, "Which?", "a\tb\t\t", ""), "mmbench_test");
  EXPECT_EQ(test.items[1].truth.candidate, -1);
}

TEST_F(MmbenchTest, BrokenRowsLeaveTheOthers) {
  const Benchmark mmbench =
      read_rows(row(1, "\"no end", "a\tb\t\t", "A") + row(2, "\"Two\nlines?\"", "a\tb\t\t", "A") +
                "3\tshort\n" + row(4, "Many?", "a\tb\t\t\t", "A") +
                row(5, "Last?", "a\tb\t\t", "B", "2") + row(6, "\"no end", "a\tb\t\t", "A"));
  EXPECT_EQ(mmbench.questions, 2);
  ASSERT_EQ(mmbench.items.size(), 4u);
  EXPECT_EQ(mmbench.items[0].id, "2");
  EXPECT_EQ(mmbench.items[2].id, "5");
  EXPECT_EQ(mmbench.items[2].image.bytes, mmbench.items[0].image.bytes);
  std::vector<std::string> said;
  for (const auto& problem : mmbench.problems.kept()) {
    EXPECT_EQ(problem.kind, ProblemKind::kMalformed);
    said.push_back(str(problem.where, ": ", problem.what));
  }
  EXPECT_THAT(said, ElementsAre("mmbench_dev_20230712.tsv, line 2: has a quote that does not end",
                                "mmbench_dev_20230712.tsv, line 5: has 2 cells, the header 14",
                                "mmbench_dev_20230712.tsv, line 6: has 15 cells, the header 14",
                                "mmbench_dev_20230712.tsv, line 8: has a quote that does not end"));
}

TEST_F(MmbenchTest, ProgressCountsBytes) {
  std::vector<int64_t> done;
  int64_t total = 0;
  options_.progress = [&](const Progress& progress) {
    done.push_back(progress.done);
    total = progress.total;
  };
  const std::string first = row(1, "Which?", "a\tb\t\t", "A");
  read_rows(first + row(2, "What?", "a\tb\t\t", "A"));
  const auto header = static_cast<int64_t>(std::string_view(kHeader).size());
  EXPECT_THAT(done, ElementsAre(header + static_cast<int64_t>(first.size()), total));
}

TEST_F(MmbenchTest, BrokenTablesAreErrors) {
  write("mmbench_dev_20230712.tsv", "question\tA\n");
  EXPECT_THAT(message_of<InputError>([&] { read("mmbench"); }),
              AllOf(HasSubstr("index"), HasSubstr("image")));
  write("mmbench_dev_20230712.tsv", "");
  EXPECT_THAT(message_of<InputError>([&] { read("mmbench"); }), HasSubstr("is empty"));
}

TEST_F(MmbenchTest, RealQuestions) {
  const auto samples = shared_data("mmbench_samples");
  if (!std::filesystem::exists(samples)) GTEST_SKIP() << "no such folder: " << samples;
  std::filesystem::create_symlink(samples / "mmbench_samples.tsv",
                                  root_ / "mmbench_dev_20230712.tsv");
  const Benchmark mmbench = read("mmbench");
  EXPECT_EQ(mmbench.problems.total(), 0);
  EXPECT_EQ(mmbench.questions, 12);
  EXPECT_EQ(mmbench.items.size(), 46u);  // ten of four options, two of three
  for (const Item& item : mmbench.items) {
    const std::string question = item.official.at("question").get<std::string>();
    const std::string file = read_file(samples / "images" / str(question, ".jpg"));
    EXPECT_EQ(*item.image.bytes, file) << item.id;
    const Item& first = *std::find_if(mmbench.items.begin(), mmbench.items.end(),
                                      [&](const Item& one) { return one.id == question; });
    EXPECT_EQ(item.candidates[static_cast<size_t>(item.truth.candidate)],
              first.candidates[static_cast<size_t>(first.truth.candidate)]);
  }
}

TEST(OptionsPrompt, HintsAndTemplates) {
  const std::vector<std::string> options = {"one", "two"};
  EXPECT_EQ(options_prompt("{question} {options}", "Q?", "", options), "Q? (a) one (b) two");
  EXPECT_EQ(options_prompt("{question} {options}", "Q?", "H.", options),
            "Context: H. Q? (a) one (b) two");
  EXPECT_EQ(options_prompt("{hint}: {question} {options}", "Q?", "H", options),
            "H: Q? (a) one (b) two");
}

}  // namespace
}  // namespace lion::eval
