// SPDX-License-Identifier: EUPL-1.2
#include "collector/sql_postgres_values.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <charconv>

namespace wattlife {
namespace {

constexpr std::string_view lock_space = "wattlife ";
constexpr std::size_t counts_of_rows[] = {64, 16, 4, 1};

// Types of columns, as the catalogue of PostgreSQL numbers them (pg_type.dat; they never change).
constexpr Oid type_bool = 16;
constexpr Oid type_int8 = 20;
constexpr Oid type_int2 = 21;
constexpr Oid type_int4 = 23;
constexpr Oid type_float4 = 700;
constexpr Oid type_float8 = 701;
constexpr Oid type_numeric = 1700;

std::uint64_t big_endian(const char* bytes, std::size_t count) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < count; ++i) value = value << 8 | static_cast<unsigned char>(bytes[i]);
  return value;
}

// Sums of integers are `numeric`: digits to the base 10,000 with the weight of the first one.
std::int64_t integer_from_numeric(const char* bytes, int length) {
  if (length < 8) return 0;
  const auto part = [&](int index) {
    return static_cast<std::int16_t>(big_endian(bytes + 2 * index, 2));
  };
  const int digits = part(0);
  const int weight = part(1);
  std::int64_t value = 0;
  for (int i = 0; i <= weight; ++i) {
    value = value * 10'000 + (i < digits && 8 + 2 * i < length ? part(4 + i) : 0);
  }
  return part(2) == 0 ? value : -value;
}

}  // namespace

// --- Rows
// -----------------------------------------------------------------------------------------

std::int64_t PostgresRow::integer(int column) const {
  if (is_null(column)) return 0;
  const char* bytes = PQgetvalue(result_, row_, column);
  switch (PQftype(result_, column)) {
    case type_bool:
      return bytes[0] != 0 ? 1 : 0;
    case type_int2:
      return static_cast<std::int16_t>(big_endian(bytes, 2));
    case type_int4:
      return static_cast<std::int32_t>(big_endian(bytes, 4));
    case type_int8:
      return static_cast<std::int64_t>(big_endian(bytes, 8));
    case type_numeric:
      return integer_from_numeric(bytes, PQgetlength(result_, row_, column));
    default:
      assert(false && "not an integer");
      return 0;
  }
}

double PostgresRow::real(int column) const {
  if (is_null(column)) return 0;
  const char* bytes = PQgetvalue(result_, row_, column);
  switch (PQftype(result_, column)) {
    case type_float4:
      return std::bit_cast<float>(static_cast<std::uint32_t>(big_endian(bytes, 4)));
    case type_float8:
      return std::bit_cast<double>(big_endian(bytes, 8));
    default:
      return static_cast<double>(integer(column));
  }
}

std::string PostgresRow::text(int column) const {
  if (is_null(column)) return {};
  switch (PQftype(result_, column)) {
    case type_bool:
    case type_int2:
    case type_int4:
    case type_int8:
    case type_numeric:
      return std::to_string(integer(column));
    default:
      return {PQgetvalue(result_, row_, column),
              static_cast<std::size_t>(PQgetlength(result_, row_, column))};
  }
}

// --- Values
// ---------------------------------------------------------------------------------------

PostgresValues::PostgresValues(std::span<const Bound> values) : numbers_(values.size()) {
  data_.reserve(values.size());
  lengths_.reserve(values.size());
  formats_.reserve(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) add(values[i], numbers_[i]);
}

void PostgresValues::add(const Bound& value, Number& number) {
  if (const auto* integer = std::get_if<std::int64_t>(&value)) {
    *std::to_chars(number.data(), number.data() + number.size() - 1, *integer).ptr = '\0';
    push(number.data(), 0, 0);
  } else if (const auto* real = std::get_if<double>(&value)) {
    // The shortest text that reads back as the same bits.
    *std::to_chars(number.data(), number.data() + number.size() - 1, *real).ptr = '\0';
    push(number.data(), 0, 0);
  } else if (const auto* text = std::get_if<std::string_view>(&value)) {
    push(text->data() != nullptr ? text->data() : "", text->size(), 1);
  } else if (const auto* bytes = std::get_if<Bytes>(&value)) {
    push(bytes->data.data() != nullptr ? bytes->data.data() : "", bytes->data.size(), 1);
  } else {
    push(nullptr, 0, 0);
  }
}

void PostgresValues::push(const char* data, std::size_t length, int format) {
  data_.push_back(data);
  lengths_.push_back(static_cast<int>(length));
  formats_.push_back(format);
}

// --- Texts
// ----------------------------------------------------------------------------------------

// `?` becomes $1, $2, …, but not inside quotes.
std::string numbered(std::string_view sql, int& count) {
  std::string text;
  char quote = '\0';
  count = 0;
  for (const char c : sql) {
    if (quote != '\0') {
      if (c == quote) quote = '\0';
    } else if (c == '\'' || c == '"') {
      quote = c;
    } else if (c == '?') {
      text += "$" + std::to_string(++count);
      continue;
    }
    text += c;
  }
  return text;
}

std::string repeated(const RowsText& text, std::size_t rows) {
  std::string sql(text.head);
  sql.reserve(text.head.size() + rows * (text.row.size() + 2) + text.tail.size());
  for (std::size_t i = 0; i < rows; ++i) sql.append(i > 0 ? ", " : "").append(text.row);
  return sql.append(text.tail);
}

std::size_t width_of(const RowsText& text) {
  return static_cast<std::size_t>(std::count(text.row.begin(), text.row.end(), '?'));
}

std::size_t rows_at_once(std::size_t left) {
  for (const std::size_t count : counts_of_rows) {
    if (count <= left) return count;
  }
  return 0;
}

// FNV-1a, 64 bits.
std::int64_t lock_number(std::string_view name) {
  std::uint64_t hash = 0xcbf29ce484222325u;
  for (const std::string_view part : {lock_space, name}) {
    for (const char c : part) {
      hash ^= static_cast<unsigned char>(c);
      hash *= 0x100000001b3u;
    }
  }
  return static_cast<std::int64_t>(hash);
}

}  // namespace wattlife
