#include "lion/annotations/delimited_table.h"

#include "tests/eval/score_files_fixtures.h"

namespace lion::eval {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class DelimitedTableTest : public ScoreFilesTest {
 protected:
  /// Each row as "line:cell|cell", with "!" in front of one with a fault.
  std::vector<std::string> rows(std::string_view content) {
    std::vector<std::string> rows;
    each_table_row(write("table", content), [&](const TableHeader& header, const TableRow& row) {
      header_ = header.names();
      if (!row.fault.empty()) faults_.push_back(row.fault);
      rows.push_back(str(row.fault.empty() ? "" : "!", row.line, ":", join(row.cells, "|")));
    });
    return rows;
  }

  std::vector<std::string> header_, faults_;
};

TEST_F(DelimitedTableTest, TabsOrCommas) {
  EXPECT_THAT(rows("a\tb,c\n1\t2,3\r\n\n\t\n"), ElementsAre("2:1|2,3", "4:|"));
  EXPECT_THAT(header_, ElementsAre("a", "b,c"));
  EXPECT_THAT(rows("\xEF\xBB\xBF"
                   "a,b\n1,\"2,\"\"3\"\"\""),
              ElementsAre("2:1|2,\"3\""));
  EXPECT_THAT(header_, ElementsAre("a", "b"));
}

TEST_F(DelimitedTableTest, QuotedCellsHoldLineBreaks) {
  EXPECT_THAT(rows("a\tb\n\"x\ny\"\t\"\"\n3\t4 \"q\"\n"), ElementsAre("2:x\ny|", "4:3|4 \"q\""));
  EXPECT_THAT(rows("a\tb\n\"x\" y\tz\n"), ElementsAre("2:x y|z"));
}

TEST_F(DelimitedTableTest, RowsThatAreNotComplete) {
  EXPECT_THAT(rows("a\tb\n1\n1\t2\t3\n4\t5\n"), ElementsAre("!2:1", "!3:1|2|3", "4:4|5"));
  EXPECT_THAT(faults_, ElementsAre("has 1 cells, the header 2", "has 3 cells, the header 2"));
}

TEST_F(DelimitedTableTest, RowsBehindAQuoteThatDoesNotEnd) {
  EXPECT_THAT(rows("a\tb\n4\t\"5\n6\t7\n8\t9"), ElementsAre("!2:4|5", "3:6|7", "4:8|9"));
  // The next quote begins a cell of a later row: it is not the end of this one.
  EXPECT_THAT(rows("a\tb\n\"1\n\"\t\"2\n\"3\n\"\t4\n"), ElementsAre("!2:1\n|2", "4:3\n|4"));
  EXPECT_THAT(rows("a\tb\n\"\"\"x\"\"\ty\n"), ElementsAre("!2:\"\"x\"\"|y"));
  EXPECT_THAT(faults_, testing::Each("has a quote that does not end"));
}

TEST_F(DelimitedTableTest, TheReaderTellsItsPlace) {
  const std::string text =
      "\xEF\xBB\xBF"
      "a,b\r\n\n1,2\r\n3,4";
  TableReader reader(text, "here");
  EXPECT_EQ(reader.separator(), ',');
  EXPECT_EQ(reader.position(), 8u);
  TableRow row;
  ASSERT_TRUE(reader.next(row));
  EXPECT_EQ(row.line, 3);
  EXPECT_EQ(reader.position(), 14u);
  ASSERT_TRUE(reader.next(row));
  EXPECT_EQ(reader.position(), text.size());
  EXPECT_FALSE(reader.next(row));
}

TEST_F(DelimitedTableTest, CellsComeBack) {
  const std::vector<std::string> cells = {"plain",    "",   "a\tb",  "line\nbreak",
                                          "\"said\"", "\"", "end\r", "1,5"};
  std::vector<std::string> written;
  for (const std::string& cell : cells) written.push_back(table_cell(cell));
  EXPECT_THAT(written, ElementsAre("plain", "", "\"a\tb\"", "\"line\nbreak\"", "\"\"\"said\"\"\"",
                                   "\"\"\"\"", "\"end\r\"", "1,5"));
  const std::string text = str("a\tb\tc\td\te\tf\tg\th\n", join(written, "\t"), "\r\n");
  TableReader reader(text, "here");
  TableRow row;
  ASSERT_TRUE(reader.next(row));
  EXPECT_EQ(row.cells, cells);
  EXPECT_EQ(row.fault, "");
  EXPECT_FALSE(reader.next(row));
}

TEST_F(DelimitedTableTest, AHeaderIsNeeded) {
  EXPECT_THAT(rows("a\n"), IsEmpty());
  EXPECT_THROW(rows(""), InputError);
  EXPECT_THROW(rows("\na\n"), InputError);
  EXPECT_THROW(rows("a\t\"b\n1\t2\n"), InputError);
  EXPECT_THROW(each_table_row(folder_ / "none", [](const auto&, const auto&) {}), ResourceError);
}

}  // namespace
}  // namespace lion::eval
