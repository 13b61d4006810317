#pragma once
/// Internal to this component: the fields of one record, distinguished from records that are wrong.

#include <simdjson.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "lion/annotations/problems.h"

namespace lion {

/// A record that cannot be used. Caught by `read_record`, never leaves a reader.
struct BadRecord {
  ProblemKind kind = ProblemKind::kMalformed;
  std::string what;
};

/// Throws BadRecord when a field is missing or of another type. Texts live as long as the record.
class RecordFields {
 public:
  explicit RecordFields(const simdjson::dom::element& record);

  bool has(std::string_view key) const;
  std::string_view text(std::string_view key) const;
  /// A whole number, also when it is written as 7.0 or "7".
  int64_t integer(std::string_view key) const;
  /// An id: a text, or a whole number as text.
  std::string id(std::string_view key) const;
  double number(std::string_view key) const;
  simdjson::dom::element value(std::string_view key) const;
  simdjson::dom::array list(std::string_view key) const;
  /// A list of four numbers.
  std::array<double, 4> four_numbers(std::string_view key) const;

  /// As above; nothing when the key is missing or null.
  std::optional<std::string_view> maybe_text(std::string_view key) const;
  std::optional<int64_t> maybe_integer(std::string_view key) const;

 private:
  /// The value, or nothing when it is missing or null.
  std::optional<simdjson::dom::element> find(std::string_view key) const;

  simdjson::dom::object object_;
};

/// `text` as one whole number; nothing when it is anything else.
std::optional<int64_t> parse_integer(std::string_view text);

/// Runs `read` on one record; what it says against the record goes to `problems`, with
/// `where()` naming the record.
template <typename Read, typename Where>
void read_record(Problems& problems, Where&& where, Read&& read) {
  try {
    read();
  } catch (BadRecord& bad) {
    problems.add(bad.kind, where(), std::move(bad.what));
  }
}

}  // namespace lion
