#include "lion/eval/readers/tsv.h"

#include <algorithm>
#include <utility>

#include "lion/base/error.h"
#include "lion/base/str.h"

namespace lion::eval {

std::string TsvField::text() const {
  return quoted ? replace_all(raw, "\"\"", "\"") : std::string(raw);
}

TsvReader::TsvReader(std::string_view text, std::string where)
    : text_(text), where_(std::move(where)) {
  if (text_.starts_with("\xEF\xBB\xBF")) text_.remove_prefix(3);
}

TsvField TsvReader::take_field() {
  if (at_ == text_.size() || text_[at_] != '"') {
    const size_t end = std::min(text_.find_first_of("\t\r\n", at_), text_.size());
    const TsvField field{text_.substr(at_, end - at_)};
    at_ = end;
    return field;
  }
  const size_t begin = ++at_;
  for (;; at_ += 2) {  // behind a doubled quote
    at_ = text_.find('"', at_);
    if (at_ == text_.npos) {
      throw InputError(str(where_, ", line ", line_,
                           ": a quote does not end (expected another one). Take the file again "
                           "from its source."));
    }
    if (at_ + 1 == text_.size() || text_[at_ + 1] != '"') break;
  }
  const TsvField field{text_.substr(begin, at_ - begin), true};
  next_line_ += std::count(field.raw.begin(), field.raw.end(), '\n');
  ++at_;
  if (at_ < text_.size() && std::string_view("\t\r\n").find(text_[at_]) == std::string_view::npos) {
    throw InputError(str(where_, ", line ", next_line_, ": got \"", text_[at_],
                         "\" behind a quote, expected a tab or the end of the line. Take the file "
                         "again from its source."));
  }
  return field;
}

bool TsvReader::next(std::vector<TsvField>& row) {
  row.clear();
  while (at_ < text_.size() && (text_[at_] == '\n' || text_[at_] == '\r')) {
    if (text_[at_++] == '\n') ++next_line_;
  }
  if (at_ == text_.size()) return false;
  line_ = next_line_;
  while (true) {
    row.push_back(take_field());
    if (at_ == text_.size() || text_[at_] != '\t') return true;
    ++at_;
  }
}

std::string tsv_field(std::string_view text) {
  if (text.find_first_of("\t\r\n\"") == std::string_view::npos) return std::string(text);
  return str('"', replace_all(text, "\"", "\"\""), '"');
}

}  // namespace lion::eval
