#include "lion/text/tag_list.h"

#include "text_fixtures.h"

namespace lion {
namespace {

TagList load(const std::string& names, const std::string& thresholds) {
  const std::filesystem::path folder = test_folder();
  return TagList::load(write_text(folder / "names.txt", names),
                       write_text(folder / "thresholds.txt", thresholds));
}

TEST(TagList, ReadsBothFiles) {
  const TagList list = load("dog\r\nround table\ncafé", "0.65\n 1\n0.8\n");
  EXPECT_THAT(list.names, testing::ElementsAre("dog", "round table", "café"));
  EXPECT_THAT(list.thresholds, testing::ElementsAre(0.65f, 1.0f, 0.8f));
}

TEST(TagList, NamesFileAndLine) {
  const auto wrong = [](const std::string& names, const std::string& thresholds,
                        const std::vector<std::string>& parts) {
    expect_error<InputError>([&] { load(names, thresholds); }, parts);
  };
  wrong("a\nb", "0.5\n", {"thresholds.txt", "got 1 thresholds for 2 tags", "names.txt", "release"});
  wrong("", "", {"got 0 thresholds for 0 tags"});
  wrong("a\n\nb", "0.5\n0.5\n0.5", {"names.txt: line 2", "name of a tag", "Correct the line"});
  wrong("a\n\xFF", "0.5\n0.5", {"names.txt: line 2", "UTF-8"});
  wrong("a\nb", "0.5\nhigh", {"thresholds.txt: line 2", "\"high\"", "0 to 1", "Correct the line"});
  wrong("a\nb", "0.5x\n1", {"thresholds.txt: line 1", "0.5x"});
  for (const char* number : {"1.01", "-0.1", "nan", "inf", "", "1e99", "0,5"}) {
    wrong("a", str(number, "\n"), {"thresholds.txt: line 1", number, "0 to 1"});
  }
  expect_error<ResourceError>([] { TagList::load("/nowhere/names.txt", "/nowhere/t.txt"); },
                              {"/nowhere/names.txt"});
}

TEST(TagList, TheOraclesFiles) {
  const std::filesystem::path folder = oracle_dir();
  const TagList list =
      TagList::load(folder / "ram_tag_list.txt", folder / "ram_tag_list_threshold.txt");
  EXPECT_EQ(list.names.size(), 120u);
  ASSERT_EQ(list.thresholds.size(), 120u);
  EXPECT_EQ(list.names[0], "arch");
  EXPECT_EQ(list.thresholds[0], 0.8F);
  EXPECT_EQ(list.names[119], "yard");  // no line end behind it
}

TEST(TagList, TheReleasedFiles) {
  const auto folder = shared_dir() / "assets/ram";
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << "no released files: " << folder;
  const TagList list =
      TagList::load(folder / "ram_tag_list.txt", folder / "ram_tag_list_threshold.txt");
  EXPECT_EQ(list.names.size(), 4585u);
  EXPECT_EQ(std::count(list.thresholds.begin(), list.thresholds.end(), 1.0f), 10);
  EXPECT_EQ(std::count(list.thresholds.begin(), list.thresholds.end(), 0.65f), 3414);
}

}  // namespace
}  // namespace lion
