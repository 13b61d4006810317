#include "lion/annotations/record_table.h"

#include "tests/data/data_fixtures.h"

namespace lion::data {
namespace {

using testing::HasSubstr;

constexpr size_t kMiB = size_t{1} << 20;

TEST(TextArena, TextsThatFillAndCrossBlocks) {
  TextArena arena;
  std::vector<std::string> texts = {"",
                                    "a",
                                    std::string(9 * kMiB, 'b'),
                                    "",
                                    std::string(9 * kMiB, 'c'),
                                    std::string(7 * kMiB, 'd'),
                                    "",
                                    std::string(16 * kMiB, 'e'),
                                    "",
                                    "f"};
  for (size_t i = 0; i < texts.size(); ++i) EXPECT_EQ(arena.add(texts[i]), i);
  for (size_t i = 0; i < texts.size(); ++i) EXPECT_TRUE(arena.at(i) == texts[i]) << i;
  EXPECT_THAT(message_of<InputError>([&] { arena.add(std::string(17 * kMiB, 'x')); }),
              HasSubstr("17.0 MiB"));
}

TEST(RecordTable, ImagesAreFoundOnceAndNamedBelowTheRoot) {
  RecordTable table("/data");
  int asked = 0;
  const auto find = [&] {
    ++asked;
    return std::filesystem::path("/data/coco/1.jpg");
  };
  EXPECT_EQ(table.image("1", find), 0u);
  EXPECT_EQ(table.image("1", find), 0u);
  EXPECT_EQ(asked, 1);
  EXPECT_EQ(table.image("2", [] { return std::filesystem::path("/other/2.jpg"); }), 1u);
  EXPECT_EQ(table.image_name(0), "coco/1.jpg");
  EXPECT_EQ(table.image_path(0), "/data/coco/1.jpg");
  EXPECT_EQ(table.image_name(1), "/other/2.jpg");
  EXPECT_EQ(table.image_path(1), "/other/2.jpg");
  EXPECT_EQ(table.image_size(0), std::nullopt);
  // An image that could not be found is looked for again.
  EXPECT_THROW(table.image("3", []() -> std::filesystem::path { throw ResourceError("x"); }),
               ResourceError);
  EXPECT_EQ(table.image("3", find), 2u);
}

TEST(RecordTable, FilteringKeepsFilesAndBoxesApart) {
  RecordTable table("");
  std::vector<bool> keep;
  for (const char* file : {"a.json", "b.json"}) {
    table.begin_file(file, "record");
    for (uint32_t i = 0; i < 4; ++i) {
      table.add_region({.source = i}, {.x0 = i / 10.0});
      keep.push_back(i % 2 == 1);
    }
  }
  table.filter(keep);
  ASSERT_EQ(table.size(), 4);
  EXPECT_EQ(table.describe(1), "a.json, record 3");
  EXPECT_EQ(table.describe(2), "b.json, record 1");
  EXPECT_EQ(table.box(2).x0, 0.1);
  EXPECT_EQ(table.box(3).x0, 0.3);
}

TEST(RecordTable, AnswersAreCountedInOrderOfAppearance) {
  RecordTable table("");
  const std::vector<std::string> first = {"b", "a", "b"};
  const std::vector<std::string> second = {"a"};
  Record record;
  record.reply = table.add_answers(first);
  ASSERT_EQ(table.answers(record).size(), 2);
  EXPECT_EQ(table.text(table.answers(record)[0].text), "b");
  EXPECT_EQ(table.answers(record)[0].count, 2u);
  const uint32_t shared = table.answers(record)[1].text;
  record.reply = table.add_answers(second);
  ASSERT_EQ(table.answers(record).size(), 1);
  EXPECT_EQ(table.answers(record)[0].text, shared);
}

}  // namespace
}  // namespace lion::data
