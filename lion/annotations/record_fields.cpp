#include "lion/annotations/record_fields.h"

#include <charconv>
#include <cmath>

#include "lion/base/str.h"

namespace lion {
namespace {

using simdjson::dom::element;

std::optional<int64_t> as_integer(const element& value) {
  int64_t integer = 0;
  if (value.get(integer) == simdjson::SUCCESS) return integer;
  double number = 0;
  if (value.get(number) == simdjson::SUCCESS) {
    if (std::floor(number) != number || std::fabs(number) > 9e15) return std::nullopt;
    return static_cast<int64_t>(number);
  }
  std::string_view text;
  if (value.get(text) == simdjson::SUCCESS) return parse_integer(text);
  return std::nullopt;
}

[[noreturn]] void wrong_type(std::string_view key, std::string_view expected) {
  throw BadRecord{ProblemKind::kMalformed, str("\"", key, "\" is not ", expected)};
}

double as_number(const element& value, std::string_view key) {
  double number = 0;
  if (value.is_null()) wrong_type(key, "a number (it is null, or NaN)");
  if (value.get(number) != simdjson::SUCCESS) wrong_type(key, "a number");
  return number;
}

}  // namespace

std::optional<int64_t> parse_integer(std::string_view text) {
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

RecordFields::RecordFields(const element& record) {
  if (record.get(object_) != simdjson::SUCCESS) {
    throw BadRecord{ProblemKind::kMalformed, "is not an object"};
  }
}

std::optional<element> RecordFields::find(std::string_view key) const {
  element value;
  if (object_.at_key(key).get(value) != simdjson::SUCCESS || value.is_null()) return std::nullopt;
  return value;
}

element RecordFields::value(std::string_view key) const {
  const std::optional<element> value = find(key);
  if (!value) throw BadRecord{ProblemKind::kMalformed, str("\"", key, "\" is missing")};
  return *value;
}

bool RecordFields::has(std::string_view key) const { return find(key).has_value(); }

std::string_view RecordFields::text(std::string_view key) const {
  std::string_view text;
  if (value(key).get(text) != simdjson::SUCCESS) wrong_type(key, "a text");
  return text;
}

int64_t RecordFields::integer(std::string_view key) const {
  const std::optional<int64_t> number = as_integer(value(key));
  if (!number) wrong_type(key, "a whole number");
  return *number;
}

std::string RecordFields::id(std::string_view key) const {
  const element field = value(key);
  std::string_view text;
  if (field.get(text) == simdjson::SUCCESS) return std::string(text);
  const std::optional<int64_t> number = as_integer(field);
  if (!number) wrong_type(key, "an id");
  return str(*number);
}

double RecordFields::number(std::string_view key) const { return as_number(value(key), key); }

simdjson::dom::array RecordFields::list(std::string_view key) const {
  simdjson::dom::array list;
  if (value(key).get(list) != simdjson::SUCCESS) wrong_type(key, "a list");
  return list;
}

std::array<double, 4> RecordFields::four_numbers(std::string_view key) const {
  std::array<double, 4> numbers{};
  size_t n = 0;
  for (const element one : list(key)) {
    if (n < 4) numbers[n] = as_number(one, key);
    ++n;
  }
  if (n != 4) wrong_type(key, "a list of four numbers");
  return numbers;
}

std::optional<std::string_view> RecordFields::maybe_text(std::string_view key) const {
  if (!has(key)) return std::nullopt;
  return text(key);
}

std::optional<int64_t> RecordFields::maybe_integer(std::string_view key) const {
  if (!has(key)) return std::nullopt;
  return integer(key);
}

}  // namespace lion
