// SPDX-License-Identifier: EUPL-1.2
// SQLite as a few small values: a database, a statement, a transaction. The only body,
// database_sqlite.cpp, is the only product file that includes sqlite3.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/result.h"

namespace wattlife {

// What is bound to a `?`: null, integer, real, text, or bytes.
struct Bytes {
  std::string_view data;
};
using Bound = std::variant<std::nullptr_t, std::int64_t, double, std::string_view, Bytes>;

// Binds an empty optional as NULL: unknown is a value.
inline Bound bound(const std::optional<std::int64_t>& value) {
  return value ? Bound(*value) : Bound(nullptr);
}
inline Bound bound(const std::optional<bool>& value) {
  return value ? Bound(std::int64_t{*value ? 1 : 0}) : Bound(nullptr);
}
inline Bound bound(const std::optional<double>& value) {
  return value ? Bound(*value) : Bound(nullptr);
}
inline Bound bound(const std::optional<std::string>& value) {
  return value ? Bound(std::string_view(*value)) : Bound(nullptr);
}

// One row while it is being visited; texts and bytes are copied out.
class Row {
 public:
  explicit Row(void* statement) : statement_(statement) {}
  bool is_null(int column) const;
  std::int64_t integer(int column) const;
  double real(int column) const;
  std::string text(int column) const;  // text or bytes
  std::optional<std::int64_t> optional_integer(int column) const;
  std::optional<double> optional_real(int column) const;
  std::optional<std::string> optional_text(int column) const;

 private:
  void* statement_;
};

enum class OpenMode {
  read_only,        // must exist; takes no write lock; needs no right to write, not even beside it
  write_ahead_log,  // journal_mode=WAL, synchronous=FULL; its log stays when it is closed
};

// One open database file, made with mode `file_mode` (its journals get the same) and never opened
// through a link. Not shared between threads; may be handed from one to another.
// Errors of all functions: absent (read_only and no file), busy (locked for longer than
// `lock_wait_ms`, or read_only while a rollback journal of an earlier version still has to be
// rolled back by a writer: try again later), denied, malformed (not a database, or damaged: the
// text says which file and what to do), io (disk full says so).
class Database {
 public:
  struct Options {
    OpenMode mode = OpenMode::write_ahead_log;
    int lock_wait_ms = 1000;
    unsigned file_mode = 0600;
    int cache_kib = 512;   // pages kept in memory; small, because the sampler is always resident
    int log_pages = 1000;  // from here on a commit also moves the log into the file
  };
  static Result<Database> open(const std::string& path, const Options& options);

  // Brings the schema from `PRAGMA user_version` to `steps.size()`, each step (any number of
  // statements) in a transaction of its own. Denied when the file is of a later version than this
  // program knows: an older program must not write in it, nor take it for damaged.
  Done migrate(std::span<const std::string_view> steps);
  Done migrate(std::initializer_list<std::string_view> steps) {
    return migrate(std::span(steps.begin(), steps.size()));
  }

  // Runs one statement (prepared once, kept) with `values` bound to its `?` in order. Rows that it
  // returns are passed over.
  Done run(std::string_view sql, std::initializer_list<Bound> values = {});
  // The same, calling `visit` for each row. An error returned by `visit` ends it and is returned.
  Done query(std::string_view sql, std::initializer_list<Bound> values,
             const std::function<Done(const Row&)>& visit);
  // Both for many rows of values, one after the other in `values`: the statement is run once for
  // each. Until the first error.
  Done run_rows(std::string_view sql, std::span<const Bound> values);
  Done query_rows(std::string_view sql, std::span<const Bound> values,
                  const std::function<Done(const Row&)>& visit);
  // The first column of the first row; absent when there is no row or it is NULL.
  Result<std::int64_t> integer(std::string_view sql, std::initializer_list<Bound> values = {});
  Result<std::string> text(std::string_view sql, std::initializer_list<Bound> values = {});
  std::int64_t last_insert_id() const;
  std::int64_t changed_rows() const;

  // Runs `body` between BEGIN IMMEDIATE and COMMIT; rolls back when it or the commit fails. Without
  // an error all of it is on disk, synced. With an error nothing of it is visible, with one
  // exception that no database can take away: when the disk fails in the last step of a commit,
  // the commit may turn out to have happened after the file is opened again. A caller that tries
  // again must therefore be able to tell that its work is already there. Not nested.
  Done transaction(const std::function<Done()>& body);
  // The same with a read transaction: all queries in `body` see one moment.
  Done read_transaction(const std::function<Done()>& body);

  // PRAGMA integrity_check; malformed with the first finding.
  Done check();
  // A copy of the whole database as one new file, with mode `file_mode` too; one that is there
  // already is refused (io or malformed).
  Done copy_to(const std::string& path);

  Database(Database&&) noexcept;
  Database& operator=(Database&&) noexcept;
  ~Database();

 private:
  struct Body;
  explicit Database(std::unique_ptr<Body> body);
  std::unique_ptr<Body> body_;
};

// Renames a damaged file and its journals to PATH.damaged, so that a new one can be made and the
// old one looked at; an earlier PATH.damaged is replaced. Nobody may have it open. Errors: io.
Done set_damaged_aside(const std::string& path);

}  // namespace wattlife
