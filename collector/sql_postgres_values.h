// SPDX-License-Identifier: EUPL-1.2
// Values on their way to PostgreSQL and back: for sql_postgres.cpp only. They go out as text, texts
// and bytes as they are, and the server finds their types; rows come in as binary.
#pragma once

#include <libpq-fe.h>

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "collector/sql.h"

namespace wattlife {

// One row of an answer that must outlive it.
class PostgresRow final : public SqlRow {
 public:
  PostgresRow(const PGresult* result, int row) : result_(result), row_(row) {}
  bool is_null(int column) const override { return PQgetisnull(result_, row_, column) != 0; }
  std::int64_t integer(int column) const override;
  double real(int column) const override;
  std::string text(int column) const override;

 private:
  const PGresult* result_;
  int row_;
};

// The values of a statement in the form that libpq takes; texts and bytes are not copied.
class PostgresValues {
 public:
  explicit PostgresValues(std::span<const Bound> values);
  int count() const { return static_cast<int>(data_.size()); }
  const char* const* data() const { return data_.data(); }
  const int* lengths() const { return lengths_.data(); }
  const int* formats() const { return formats_.data(); }

 private:
  using Number = std::array<char, 40>;
  void add(const Bound& value, Number& number);
  void push(const char* data, std::size_t length, int format);

  std::vector<Number> numbers_;
  std::vector<const char*> data_;
  std::vector<int> lengths_;
  std::vector<int> formats_;
};

// `?` becomes $1, $2, …, but not inside quotes. How many there were goes into `count`.
std::string numbered(std::string_view sql, int& count);

// The text for `rows` rows, each `?` still as it is.
std::string repeated(const RowsText& text, std::size_t rows);
// How many values a row has.
std::size_t width_of(const RowsText& text);
// With how many rows at a time `left` rows are sent: of a few numbers only, since each is a
// statement that is prepared. Zero: none are left.
std::size_t rows_at_once(std::size_t left);

// Names of locks are numbers in PostgreSQL, shared by all that use the database. Two names that
// meet in one number only wait for each other.
std::int64_t lock_number(std::string_view name);

}  // namespace wattlife
