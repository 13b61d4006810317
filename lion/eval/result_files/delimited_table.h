#pragma once
/// Private to this room: tables of text with a header, separated by tabs or commas, as pandas
/// writes them. A cell in double quotes may hold line breaks; a doubled quote in it is one.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lion::eval {

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
  int64_t line = 0;      ///< in which it begins, from 1
  bool complete = true;  ///< has a cell for each column, and its quotes end
};

/// Calls `row` with each row that is not empty; the separator is a tab if the header has one, else
/// a comma. Throws ResourceError when the file cannot be read, InputError when it has no header.
void each_table_row(const std::filesystem::path& path,
                    const std::function<void(const TableHeader&, const TableRow&)>& row);

}  // namespace lion::eval
