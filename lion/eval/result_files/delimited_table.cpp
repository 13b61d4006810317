#include "lion/eval/result_files/delimited_table.h"

#include <algorithm>
#include <utility>

#include "lion/base/error.h"
#include "lion/base/file.h"
#include "lion/base/str.h"

namespace lion::eval {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

class TableReader {
 public:
  TableReader(std::string_view text, char separator) : text_(text), separator_(separator) {}

  bool at_end() const { return at_ >= text_.size(); }

  TableRow read_row() {
    TableRow row;
    row.line = line_;
    do row.cells.push_back(read_cell(row));
    while (take_separator());
    take_line_end();
    return row;
  }

 private:
  bool take_separator() {
    if (at_end() || text_[at_] != separator_) return false;
    ++at_;
    return true;
  }

  void take_line_end() {
    if (!at_end() && text_[at_] == '\r') ++at_;
    if (at_end() || text_[at_] != '\n') return;
    ++at_;
    ++line_;
  }

  bool at_cell_end() const {
    return at_end() || text_[at_] == separator_ || text_[at_] == '\n' ||
           text_.substr(at_, 2) == "\r\n";
  }

  std::string read_cell(TableRow& row) {
    std::string cell;
    if (!at_end() && text_[at_] == '"') {
      ++at_;
      row.complete &= read_quoted(cell);
    }
    while (!at_cell_end()) cell += text_[at_++];
    return cell;
  }

  /// Whether the closing quote was there.
  bool read_quoted(std::string& cell) {
    for (; !at_end(); ++at_) {
      if (text_[at_] == '"') {
        ++at_;
        if (at_end() || text_[at_] != '"') return true;
      }
      if (text_[at_] == '\n') ++line_;
      cell += text_[at_];
    }
    return false;
  }

  std::string_view text_;
  char separator_;
  size_t at_ = 0;
  int64_t line_ = 1;
};

}  // namespace

std::optional<size_t> TableHeader::find(std::string_view name) const {
  const auto found = std::find(names_.begin(), names_.end(), name);
  if (found == names_.end()) return std::nullopt;
  return static_cast<size_t>(found - names_.begin());
}

void each_table_row(const std::filesystem::path& path,
                    const std::function<void(const TableHeader&, const TableRow&)>& row) {
  const auto file = MappedFile::open(path);
  std::string_view text(reinterpret_cast<const char*>(file->bytes().data()), file->bytes().size());
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  const std::string_view first_line = text.substr(0, text.find('\n'));
  if (trim(first_line).empty()) {
    throw InputError(str(path.string(),
                         ": has no header (the first line is empty), expected the names of its "
                         "columns. Make the table again."));
  }
  TableReader reader(text, first_line.find('\t') == first_line.npos ? ',' : '\t');
  const TableHeader header(reader.read_row().cells);
  while (!reader.at_end()) {
    TableRow next = reader.read_row();
    if (next.cells.size() == 1 && next.cells[0].empty()) continue;
    next.complete &= next.cells.size() == header.size();
    row(header, next);
  }
}

}  // namespace lion::eval
