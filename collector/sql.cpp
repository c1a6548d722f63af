// SPDX-License-Identifier: EUPL-1.2
#include "collector/sql.h"

#include <algorithm>
#include <utility>

namespace wattlife {
namespace {

constexpr std::size_t counts_of_rows[] = {64, 16, 4, 1};

}  // namespace

Result<std::unique_ptr<Sql>> open_sql(const std::string& url, StoreOpen mode) {
  if (url.rfind("sqlite://", 0) == 0) return open_sqlite(url, mode);
  if (url.rfind("postgresql://", 0) == 0 || url.rfind("postgres://", 0) == 0) {
    return open_postgres(url, mode);
  }
  // Not repeated: what was meant as a URL may hold a password.
  return Error{Cause::malformed,
               "the database URL is neither sqlite:///path, for example "
               "sqlite:///var/lib/wattlife-collector/fleet.db, nor postgresql://host/database"};
}

Result<std::int64_t> Sql::integer(std::string_view sql, std::initializer_list<Bound> values) {
  std::optional<std::int64_t> first;
  bool seen = false;
  const Done asked = query(sql, values, [&](const SqlRow& row) {
    if (!seen) first = row.optional_integer(0);
    seen = true;
    return done();
  });
  if (!asked) return asked.error();
  if (!first) return Error{Cause::absent, name() + ": no such row"};
  return *first;
}

Result<std::string> Sql::text(std::string_view sql, std::initializer_list<Bound> values) {
  std::optional<std::string> first;
  bool seen = false;
  const Done asked = query(sql, values, [&](const SqlRow& row) {
    if (!seen) first = row.optional_text(0);
    seen = true;
    return done();
  });
  if (!asked) return asked.error();
  if (!first) return Error{Cause::absent, name() + ": no such row"};
  return *std::move(first);
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

}  // namespace wattlife
