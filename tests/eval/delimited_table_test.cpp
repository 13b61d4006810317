#include "lion/eval/result_files/delimited_table.h"

#include "score_files_fixtures.h"

namespace lion::eval {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class DelimitedTableTest : public ScoreFilesTest {
 protected:
  /// Each row as "line:cell|cell", with "!" in front of one that is not complete.
  std::vector<std::string> rows(std::string_view content) {
    std::vector<std::string> rows;
    each_table_row(write("table", content), [&](const TableHeader& header, const TableRow& row) {
      header_ = header.names();
      rows.push_back(str(row.complete ? "" : "!", row.line, ":", join(row.cells, "|")));
    });
    return rows;
  }

  std::vector<std::string> header_;
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
  EXPECT_THAT(rows("a\tb\n1\n1\t2\t3\n4\t\"5\n6\t7\n"),
              ElementsAre("!2:1", "!3:1|2|3", "!4:4|5\n6\t7\n"));
}

TEST_F(DelimitedTableTest, AHeaderIsNeeded) {
  EXPECT_THAT(rows("a\n"), IsEmpty());
  EXPECT_THROW(rows(""), InputError);
  EXPECT_THROW(rows("\na\n"), InputError);
  EXPECT_THROW(each_table_row(folder_ / "none", [](const auto&, const auto&) {}), ResourceError);
}

}  // namespace
}  // namespace lion::eval
