// SPDX-License-Identifier: EUPL-1.2
// The database of the collector as one small virtual class, so that what is kept and why is
// written once. Two bodies, chosen by the URL: sql_sqlite.cpp and sql_postgres.cpp. Why: adr/0009.
//
// Texts of SQL are those that both understand, with `?` for each value:
// - ON CONFLICT (columns) DO UPDATE names its columns, and the row that is there by the table.
// - RETURNING instead of the last id or the number of changed rows;
// - CASE instead of max(a, b); TRUE and FALSE as 1 and 0 in INTEGER columns.
// - no x'' literals: bytes are bound.
// Where they cannot agree, either() holds both texts side by side.
//
// Errors of all functions: busy (locked, the connection was lost, or others were in the way more
// often than it was tried again: later it will work), denied (rights, password), absent (no such
// database), malformed (damaged, or a text of ours that is wrong), io (disk full says so).
//
// One connection; not shared between threads, may be handed from one to another. A lost connection
// is made again at the next use.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "platform/database.h"

namespace wattlife {

// One row while it is being visited; texts and bytes are copied out. A truth value is the integer
// 1 or 0.
class SqlRow {
 public:
  virtual ~SqlRow() = default;
  virtual bool is_null(int column) const = 0;
  virtual std::int64_t integer(int column) const = 0;
  virtual double real(int column) const = 0;
  virtual std::string text(int column) const = 0;  // text, bytes, or an integer written out

  std::optional<std::int64_t> optional_integer(int column) const {
    return is_null(column) ? std::nullopt : std::optional(integer(column));
  }
  std::optional<double> optional_real(int column) const {
    return is_null(column) ? std::nullopt : std::optional(real(column));
  }
  std::optional<std::string> optional_text(int column) const {
    return is_null(column) ? std::nullopt : std::optional(text(column));
  }
};

// Whose rows a reader may see: of one organisation, by its OIN; empty: of all.
struct Reach {
  std::optional<std::string> oin;
};

// One step of the layout, in both languages. Steps are only ever added.
struct SchemaStep {
  std::string_view sqlite;
  std::string_view postgres;
};

// One statement for many rows of values: `row`, with its `?`, stands once for each between `head`
// and `tail`, with commas; or the statement is run once for each, so it must mean the same either
// way. No two rows may be about the same row of a table.
struct RowsText {
  std::string_view head;
  std::string_view row;
  std::string_view tail;
};

class Sql {
 public:
  virtual ~Sql() = default;

  // The text of this database.
  virtual std::string_view either(std::string_view sqlite, std::string_view postgres) const = 0;
  // For error texts: the file, or host and database; never a password.
  virtual std::string name() const = 0;

  // One statement, prepared once and kept. Rows that it returns are passed over. In a transaction
  // its error may show only at the next question or at the end: what follows it was not done.
  virtual Done run(std::string_view sql, std::initializer_list<Bound> values = {}) = 0;
  // The same, calling `visit` for each row, which must not use this database itself: with
  // PostgreSQL the rows are still coming in. An error returned by `visit` ends it and is returned.
  virtual Done query(std::string_view sql, std::initializer_list<Bound> values,
                     const std::function<Done(const SqlRow&)>& visit) = 0;
  // Both for the rows that stand one after the other in `values`, in as few round trips as can be.
  // Rows come back in any order, and some not at all: let the text return which one it is about.
  virtual Done run_rows(const RowsText& text, std::span<const Bound> values) = 0;
  virtual Done query_rows(const RowsText& text, std::span<const Bound> values,
                          const std::function<Done(const SqlRow&)>& visit) = 0;
  // The first column of the first row; absent when there is no row or it is NULL.
  Result<std::int64_t> integer(std::string_view sql, std::initializer_list<Bound> values = {});
  Result<std::string> text(std::string_view sql, std::initializer_list<Bound> values = {});

  // Runs `body` in a transaction. Without an error all of it is durable; with one, nothing of it is
  // visible, but for a connection that is lost in the commit itself: it may turn out to have
  // happened, so that work must be able to tell that it is already there. When others were in the
  // way `body` is run again from the start, a few times: what it gathers, it must first empty.
  // Not nested.
  virtual Done transaction(const std::function<Done()>& body) = 0;
  // The same while nobody else writes: for work over the whole database.
  virtual Done transaction_alone(const std::function<Done()>& body) = 0;
  // All queries of `body` see one moment, and in PostgreSQL no rows beyond `reach`, whatever they
  // ask for; nothing can be written.
  virtual Done read_transaction(const Reach& reach, const std::function<Done()>& body) = 0;
  Done read_transaction(const std::function<Done()>& body) { return read_transaction({}, body); }

  // Until this transaction ends nobody else gets past a lock with one of these names. Names are
  // taken in one order, so that two transactions that ask once do not wait for each other. In
  // SQLite a transaction is alone anyway.
  virtual Done lock(const std::vector<std::string>& names) = 0;

  // Brings the layout up to date, each step in a transaction of its own; of two programs that do it
  // at once, one does. Denied when the database was made by a later version.
  virtual Done migrate(std::span<const SchemaStep> steps) = 0;

  // Whether what is stored is sound; malformed with the first finding.
  virtual Done check() = 0;
  // A copy of the whole database as one file, which must not exist.
  virtual Done backup(const std::string& path) = 0;
};

enum class StoreOpen { existing, make };
// `url` is sqlite:///absolute/path, sqlite://relative/path, or postgresql://… as libpq reads it,
// with its parameters (sslmode, sslrootcert, …). `existing` refuses a database that is not there or
// was never migrated, so that a typing error makes no empty one.
Result<std::unique_ptr<Sql>> open_sql(const std::string& url, StoreOpen mode);

// The bodies; open_sql() chooses.
Result<std::unique_ptr<Sql>> open_sqlite(const std::string& url, StoreOpen mode);
Result<std::unique_ptr<Sql>> open_postgres(const std::string& url, StoreOpen mode);

}  // namespace wattlife
