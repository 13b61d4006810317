#include "lion/annotations/delimited_table.h"

#include <algorithm>

#include "lion/annotations/mapped_text.h"
#include "lion/base/error.h"
#include "lion/base/file.h"
#include "lion/base/str.h"

namespace lion {
namespace {}  // namespace

std::optional<size_t> TableHeader::find(std::string_view name) const {
  const auto found = std::find(names_.begin(), names_.end(), name);
  if (found == names_.end()) return std::nullopt;
  return static_cast<size_t>(found - names_.begin());
}

TableReader::TableReader(std::string_view text, std::string_view where) : text_(text) {
  if (text_.starts_with(kByteOrderMark)) at_ = kByteOrderMark.size();
  const std::string_view first_line = text_.substr(at_, text_.find('\n', at_) - at_);
  if (trim(first_line).empty()) {
    throw InputError(str(where,
                         ": has no header (the first line is empty), expected the names of its "
                         "columns. Make the table again."));
  }
  if (first_line.find('\t') == first_line.npos) separator_ = ',';
  TableRow names = read_row();
  if (!names.fault.empty()) {
    throw InputError(
        str(where, ": the header ", names.fault, ", expected pairs. Make the table again."));
  }
  header_ = TableHeader(std::move(names.cells));
}

bool TableReader::next(TableRow& row) {
  while (at_ < text_.size()) {
    row = read_row();
    if (row.cells.size() == 1 && row.cells[0].empty()) continue;
    if (row.fault.empty() && row.cells.size() != header_.size()) {
      row.fault = str("has ", row.cells.size(), " cells, the header ", header_.size());
    }
    return true;
  }
  return false;
}

TableRow TableReader::read_row() {
  TableRow row;
  row.line = line_;
  do row.cells.push_back(read_cell(row.fault));
  while (take_separator());
  take_line_end();
  return row;
}

std::string TableReader::read_cell(std::string& fault) {
  std::string cell;
  if (at_ < text_.size() && text_[at_] == '"') {
    if (auto content = read_quoted()) {
      cell = std::move(*content);
    } else {
      fault = "has a quote that does not end";
      ++at_;
    }
  }
  size_t end = at_;
  while (!ends_cell(end)) ++end;
  cell += text_.substr(at_, end - at_);
  at_ = end;
  return cell;
}

/// The content of the quotes that begin here; stays here when they do not end.
std::optional<std::string> TableReader::read_quoted() {
  std::string content;
  size_t at = at_ + 1;
  while (true) {
    const size_t quote = text_.find('"', at);
    if (quote == text_.npos) return std::nullopt;
    content += text_.substr(at, quote - at);
    at = quote + 1;
    if (at == text_.size() || text_[at] != '"') break;
    content += '"';
    ++at;
  }
  const auto breaks = std::count(content.begin(), content.end(), '\n');
  // A quote that begins a cell of a later row looks like the end of this one.
  if (breaks > 0 && !ends_cell(at)) return std::nullopt;
  line_ += breaks;
  at_ = at;
  return content;
}

bool TableReader::ends_cell(size_t at) const {
  if (at == text_.size() || text_[at] == separator_ || text_[at] == '\n') return true;
  return text_[at] == '\r' && at + 1 < text_.size() && text_[at + 1] == '\n';
}

bool TableReader::take_separator() {
  if (at_ == text_.size() || text_[at_] != separator_) return false;
  ++at_;
  return true;
}

void TableReader::take_line_end() {
  if (at_ < text_.size() && text_[at_] == '\r') ++at_;
  if (at_ == text_.size()) return;
  ++at_;
  ++line_;
}

void each_table_row(const std::filesystem::path& path,
                    const std::function<void(const TableHeader&, const TableRow&)>& row) {
  const auto file = MappedFile::open(path);
  TableReader reader({reinterpret_cast<const char*>(file->bytes().data()), file->bytes().size()},
                     path.string());
  for (TableRow next; reader.next(next);) row(reader.header(), next);
}

std::string table_cell(std::string_view text) {
  if (text.find_first_of("\t\r\n\"") == text.npos) return std::string(text);
  return str('"', replace_all(text, "\"", "\"\""), '"');
}

}  // namespace lion
