#pragma once
/// Private to this room: tables with tabs, as Python's csv module writes and reads them.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace lion::eval {

/// A field of a row, within the table's text.
struct TsvField {
  std::string_view raw;  ///< of a quoted field, without the outer quotes
  bool quoted = false;

  /// Doubled quotes become single ones.
  std::string text() const;
};

/// Walks over the rows of a table. A field in quotes may hold tabs, line breaks and doubled quotes.
class TsvReader {
 public:
  /// `text` must outlive the reader and the fields; `where` names it in errors.
  TsvReader(std::string_view text, std::string where);

  /// The next row; false at the end. Empty lines are passed over. Throws InputError when a quote
  /// does not end or is followed by something else than a tab or a line break.
  bool next(std::vector<TsvField>& row);

  /// The line on which the row just read begins, from 1.
  int64_t line() const { return line_; }

 private:
  TsvField take_field();

  std::string_view text_;
  std::string where_;
  size_t at_ = 0;
  int64_t line_ = 0;
  int64_t next_line_ = 1;
};

/// `text` as a field: in quotes where it needs them.
std::string tsv_field(std::string_view text);

}  // namespace lion::eval
