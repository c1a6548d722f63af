// SPDX-License-Identifier: EUPL-1.2
// The body of sql.h over platform/database.h: one file, write-ahead log, every commit flushed.
#include <cassert>
#include <utility>

#include "collector/sql.h"

namespace wattlife {
namespace {

constexpr std::string_view url_prefix = "sqlite://";
// Taken as it is needed: with the pages that a million devices keep in use in memory a report costs
// a fifth less, and more brings little.
constexpr int cache_kib = 64 * 1024;
// 32 MiB of log: a page that many commits change is then moved into the file once.
constexpr int log_pages = 8000;

std::string whole(const RowsText& text) {
  std::string sql;
  sql.reserve(text.head.size() + text.row.size() + text.tail.size());
  sql.append(text.head).append(text.row).append(text.tail);
  return sql;
}

class SqliteRow final : public SqlRow {
 public:
  explicit SqliteRow(const Row& row) : row_(row) {}
  bool is_null(int column) const override { return row_.is_null(column); }
  std::int64_t integer(int column) const override { return row_.integer(column); }
  double real(int column) const override { return row_.real(column); }
  std::string text(int column) const override { return row_.text(column); }

 private:
  const Row& row_;
};

class SqliteSql final : public Sql {
 public:
  SqliteSql(Database database, std::string path)
      : database_(std::move(database)), path_(std::move(path)) {}

  std::string_view either(std::string_view sqlite, std::string_view) const override {
    return sqlite;
  }
  std::string name() const override { return path_; }

  Done run(std::string_view sql, std::initializer_list<Bound> values) override {
    assert(!visiting_ && "a statement inside a visit");
    return database_.run(sql, values);
  }

  Done query(std::string_view sql, std::initializer_list<Bound> values,
             const std::function<Done(const SqlRow&)>& visit) override {
    assert(!visiting_ && "a statement inside a visit");
    visiting_ = true;
    Done asked =
        database_.query(sql, values, [&](const Row& row) { return visit(SqliteRow(row)); });
    visiting_ = false;
    return asked;
  }

  Done run_rows(const RowsText& text, std::span<const Bound> values) override {
    assert(!visiting_ && "a statement inside a visit");
    return values.empty() ? done() : database_.run_rows(whole(text), values);
  }

  Done query_rows(const RowsText& text, std::span<const Bound> values,
                  const std::function<Done(const SqlRow&)>& visit) override {
    assert(!visiting_ && "a statement inside a visit");
    if (values.empty()) return done();
    visiting_ = true;
    Done asked = database_.query_rows(whole(text), values,
                                      [&](const Row& row) { return visit(SqliteRow(row)); });
    visiting_ = false;
    return asked;
  }

  Done transaction(const std::function<Done()>& body) override {
    return database_.transaction(body);
  }
  Done transaction_alone(const std::function<Done()>& body) override {
    return database_.transaction(body);
  }
  // There is no second wall: whoever can read the file can read all of it.
  Done read_transaction(const Reach&, const std::function<Done()>& body) override {
    return database_.read_transaction(body);
  }
  Done lock(const std::vector<std::string>&) override { return done(); }

  Done migrate(std::span<const SchemaStep> steps) override {
    std::vector<std::string_view> texts;
    for (const SchemaStep& step : steps) texts.push_back(step.sqlite);
    return database_.migrate(texts);
  }

  Done check() override { return database_.check(); }
  Done backup(const std::string& path) override { return database_.copy_to(path); }

 private:
  Database database_;
  std::string path_;
  bool visiting_ = false;
};

}  // namespace

Result<std::unique_ptr<Sql>> open_sqlite(const std::string& url, StoreOpen mode) {
  const std::string path = url.substr(url_prefix.size());
  if (path.empty()) {
    return Error{Cause::malformed, url +
                                       ": names no file; give sqlite:///path, for example "
                                       "sqlite:///var/lib/wattlife-collector/fleet.db"};
  }
  if (mode == StoreOpen::existing) {
    auto there = Database::open(path, {.mode = OpenMode::read_only, .lock_wait_ms = 1000});
    if (!there && there.error().cause == Cause::absent) {
      return Error{Cause::absent, path +
                                      ": there is no database; make it with "
                                      "`wattlife-collector migrate --database " +
                                      url + "`"};
    }
  }
  auto database = Database::open(path, {.mode = OpenMode::write_ahead_log,
                                        .lock_wait_ms = 2000,
                                        .cache_kib = cache_kib,
                                        .log_pages = log_pages});
  if (!database) return database.error();
  return std::unique_ptr<Sql>(std::make_unique<SqliteSql>(*std::move(database), path));
}

}  // namespace wattlife
