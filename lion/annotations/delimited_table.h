#pragma once
/// Internal to this component: tables of text with a header, separated by tabs or commas, as pandas
/// and Python's csv module write them. A cell in double quotes may hold separators and line breaks;
/// a doubled quote in it is one.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lion {

/// The names of the columns.
class TableHeader {
 public:
  explicit TableHeader(std::vector<std::string> names) : names_(std::move(names)) {}

  std::optional<size_t> find(std::string_view name) const;
  size_t size() const { return names_.size(); }
  const std::vector<std::string>& names() const { return names_; }

 private:
  std::vector<std::string> names_;
};

struct TableRow {
  std::vector<std::string> cells;
  int64_t line = 0;   ///< in which it begins, from 1
  std::string fault;  ///< "", or what is wrong: "has 3 cells, the header 4"
};

/// Walks over the rows of a table. The separator is a tab if the header has one, else a comma.
/// A quote does not end when the text does so first, or when text follows the next quote on a later
/// line; that quote is taken as text, so that the rows on the lines behind it are still read.
class TableReader {
 public:
  /// `text` must outlive the reader; `where` names it in errors. Throws InputError when it has no
  /// header.
  TableReader(std::string_view text, std::string_view where);

  const TableHeader& header() const { return header_; }
  char separator() const { return separator_; }

  /// The next row that is not empty; false at the end. A row without fault has a cell for each
  /// column.
  bool next(TableRow& row);

  /// Bytes of the text up to the end of the row just read.
  size_t position() const { return at_; }

 private:
  TableRow read_row();
  std::string read_cell(std::string& fault);
  std::optional<std::string> read_quoted();
  bool ends_cell(size_t at) const;
  bool take_separator();
  void take_line_end();

  std::string_view text_;
  char separator_ = '\t';
  size_t at_ = 0;
  int64_t line_ = 1;
  TableHeader header_{{}};
};

/// Calls `row` with each row of a file that is not empty. Throws ResourceError when the file cannot
/// be read, InputError when it has no header.
void each_table_row(const std::filesystem::path& path,
                    const std::function<void(const TableHeader&, const TableRow&)>& row);

/// `text` as a cell of a table with tabs: in quotes where it needs them.
std::string table_cell(std::string_view text);

}  // namespace lion
