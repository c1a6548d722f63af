// SPDX-License-Identifier: EUPL-1.2
#include "collector/sql.h"

#include <gtest/gtest.h>

#include <barrier>
#include <limits>
#include <thread>

#include "tests/collector/both_stores.h"

namespace wattlife {
namespace {

class SqlTest : public testing::BothStores {
 protected:
  void SetUp() override {
    testing::skip_without(GetParam());
    if (IsSkipped()) return;
    const std::string given = url();
    url_ = given.empty() ? "sqlite://" + folder_ / "test.db" : given;
    sql_ = open();
  }
  std::unique_ptr<Sql> open() const {
    auto opened = open_sql(url_, StoreOpen::make);
    EXPECT_TRUE(opened) << opened.error().text;
    return *std::move(opened);
  }
  void run(const std::string& text) {
    const Done ran = sql_->run(text);
    EXPECT_TRUE(ran) << ran.error().text;
  }

  TemporaryFolder folder_;
  std::string url_;
  std::unique_ptr<Sql> sql_;
};
INSTANTIATE_TEST_SUITE_P(Sql, SqlTest, testing::both, testing::name_of_kind);

constexpr SchemaStep first{"CREATE TABLE t (i INTEGER, r REAL, s TEXT, b BLOB, u INTEGER UNIQUE)",
                           "CREATE TABLE t (i BIGINT, r DOUBLE PRECISION, s TEXT, b BYTEA, "
                           "u BIGINT UNIQUE)"};
constexpr SchemaStep second{"CREATE TABLE a (i INTEGER); CREATE TABLE b (i INTEGER)",
                            "CREATE TABLE a (i BIGINT); CREATE TABLE b (i BIGINT)"};
constexpr SchemaStep one_step[] = {first};
constexpr SchemaStep two_steps[] = {first, second};
constexpr SchemaStep wrong_steps[] = {
    first, {"CREATE TABLE a (i INTEGER); nonsense", "CREATE TABLE a (i BIGINT); nonsense"}};

TEST_P(SqlTest, values_come_back_as_they_went_in) {
  ASSERT_TRUE(sql_->migrate(one_step));
  constexpr std::int64_t lowest = std::numeric_limits<std::int64_t>::min();
  const std::string text = "it's a ? and \"quotes\", é€";
  const std::string bytes("\0\x01\xff'?\\", 6);
  for (const double real : {0.1, -1.5, 1e308, 5e-324, 1.0 / 3}) {
    run("DELETE FROM t");
    ASSERT_TRUE(sql_->run("INSERT INTO t VALUES (?, ?, ?, ?, ?)",
                          {lowest, real, std::string_view(text), Bytes{bytes}, nullptr}));
    int rows = 0;
    const Done read = sql_->query("SELECT i, r, s, b, u, u IS NULL, '?' FROM t WHERE s = ?",
                                  {std::string_view(text)}, [&](const SqlRow& row) {
                                    ++rows;
                                    EXPECT_EQ(row.integer(0), lowest);
                                    EXPECT_EQ(row.text(0), std::to_string(lowest));
                                    EXPECT_EQ(row.real(1), real);
                                    EXPECT_EQ(row.text(2), text);
                                    EXPECT_EQ(row.text(3), bytes);
                                    EXPECT_TRUE(row.is_null(4));
                                    EXPECT_EQ(row.optional_integer(4), std::nullopt);
                                    EXPECT_EQ(row.integer(5), 1);
                                    EXPECT_EQ(row.text(6), "?");
                                    return done();
                                  });
    ASSERT_TRUE(read) << read.error().text;
    EXPECT_EQ(rows, 1);
  }
}

TEST_P(SqlTest, sums_and_counts_are_integers) {
  ASSERT_TRUE(sql_->migrate(one_step));
  for (const std::int64_t value :
       std::initializer_list<std::int64_t>{1'234'567'890'123'456, -99, 10'000, 0}) {
    ASSERT_TRUE(sql_->run("INSERT INTO t (i) VALUES (?)", {value}));
  }
  EXPECT_EQ(*sql_->integer("SELECT sum(i) FROM t"), 1'234'567'890'133'357);
  EXPECT_EQ(*sql_->integer("SELECT sum(i) FROM t WHERE i < ?", {std::int64_t{0}}), -99);
  EXPECT_EQ(*sql_->integer("SELECT sum(i) FROM t WHERE i = 10000"), 10'000);
  EXPECT_EQ(*sql_->integer("SELECT sum(i) FROM t WHERE i = 0"), 0);
  EXPECT_EQ(*sql_->integer("SELECT count(*) FROM t"), 4);
  EXPECT_EQ(sql_->integer("SELECT i FROM t WHERE i = 5").error().cause, Cause::absent);
  EXPECT_EQ(sql_->integer("SELECT max(u) FROM t").error().cause, Cause::absent);
}

// One by one or many at a time: 150 rows are more than one statement takes.
TEST_P(SqlTest, rows_are_written_and_asked_for_together) {
  ASSERT_TRUE(sql_->migrate(one_step));
  constexpr RowsText insert{"INSERT INTO t (i, r, s, b, u) VALUES ", "(?, ?, ?, ?, ?)",
                            " ON CONFLICT (u) DO UPDATE SET i = t.i + excluded.i"};
  const std::string bytes("\0'?", 3);
  for (int round = 0; round < 2; ++round) {
    std::vector<Bound> values;
    for (std::int64_t i = 0; i < 150; ++i) {
      values.insert(values.end(), {Bound(i), Bound(0.1), Bound(std::string_view("it's ?")),
                                   i % 2 == 0 ? Bound(Bytes{bytes}) : Bound(nullptr), Bound(i)});
    }
    const Done kept = sql_->transaction([&] { return sql_->run_rows(insert, values); });
    ASSERT_TRUE(kept) << kept.error().text;
  }
  EXPECT_EQ(*sql_->integer("SELECT count(*) FROM t WHERE r = 0.1 AND s = 'it''s ?'"), 150);
  EXPECT_EQ(*sql_->integer("SELECT count(*) FROM t WHERE b IS NULL"), 75);
  EXPECT_EQ(*sql_->integer("SELECT sum(i) FROM t"), 149 * 150);
  const RowsText ask = sql_->either("one", "many") == "one"
                           ? RowsText{"SELECT ?1, i FROM t WHERE u = ?1", "", ""}
                           : RowsText{"SELECT k.column1, t.i FROM (VALUES ", "(CAST(? AS BIGINT))",
                                      ") k JOIN t ON t.u = k.column1"};
  std::vector<Bound> keys;
  for (std::int64_t i = 100; i < 200; ++i) keys.emplace_back(i);
  int rows = 0;
  const auto visit = [&](const SqlRow& row) {
    ++rows;
    EXPECT_EQ(row.integer(1), 2 * row.integer(0));
    return done();
  };
  const Done asked = sql_->transaction([&] { return sql_->query_rows(ask, keys, visit); });
  ASSERT_TRUE(asked) << asked.error().text;
  EXPECT_EQ(rows, 50);
  EXPECT_TRUE(sql_->run_rows(insert, {}));
  EXPECT_TRUE(sql_->query_rows(ask, {}, visit));
  EXPECT_EQ(rows, 50);
  const std::vector<Bound> wrong = {Bound(std::int64_t{1}), Bound(std::string_view("no number")),
                                    Bound(nullptr), Bound(nullptr), Bound(std::int64_t{999})};
  const Done refused = sql_->transaction([&]() -> Done {
    if (Done ran = sql_->run_rows(insert, wrong); !ran) return ran;
    return sql_->run("INSERT INTO nowhere VALUES (1)");
  });
  EXPECT_FALSE(refused);
  EXPECT_EQ(*sql_->integer("SELECT count(*) FROM t WHERE u = 999"), 0);
}

TEST_P(SqlTest, a_transaction_is_all_or_nothing) {
  ASSERT_TRUE(sql_->migrate(one_step));
  const Error mine{Cause::denied, "mine"};
  const Done refused = sql_->transaction([&]() -> Done {
    run("INSERT INTO t (i) VALUES (1)");
    return mine;
  });
  EXPECT_EQ(refused.error(), mine);
  EXPECT_EQ(*sql_->integer("SELECT count(*) FROM t"), 0);
  const Done broken = sql_->transaction([&]() -> Done {
    run("INSERT INTO t (i) VALUES (1)");
    return sql_->run("INSERT INTO nowhere VALUES (1)");
  });
  EXPECT_FALSE(broken);
  EXPECT_EQ(*sql_->integer("SELECT count(*) FROM t"), 0);
  EXPECT_TRUE(
      sql_->transaction([&]() -> Done { return sql_->run("INSERT INTO t (i) VALUES (2)"); }));
  const Done only_reads = sql_->read_transaction(
      [&]() -> Done { return sql_->query("SELECT i FROM t", {}, [](auto&) { return done(); }); });
  EXPECT_TRUE(only_reads);
}

TEST_P(SqlTest, an_error_of_a_visit_ends_it) {
  ASSERT_TRUE(sql_->migrate(one_step));
  for (std::int64_t i = 0; i < 50; ++i) ASSERT_TRUE(sql_->run("INSERT INTO t (i) VALUES (?)", {i}));
  int rows = 0;
  const Error stop{Cause::malformed, "enough"};
  const Done read = sql_->query("SELECT i FROM t ORDER BY i", {}, [&](const SqlRow&) -> Done {
    if (++rows == 3) return stop;
    return done();
  });
  EXPECT_EQ(read.error(), stop);
  EXPECT_EQ(rows, 3);
  EXPECT_EQ(*sql_->integer("SELECT count(*) FROM t"), 50);
}

TEST_P(SqlTest, the_layout_is_made_step_by_step_and_never_by_an_older_program) {
  ASSERT_TRUE(sql_->migrate(one_step));
  EXPECT_FALSE(sql_->migrate(wrong_steps));
  EXPECT_FALSE(sql_->integer("SELECT count(*) FROM a"));  // nothing of the wrong step
  ASSERT_TRUE(sql_->migrate(two_steps));
  ASSERT_TRUE(sql_->migrate(two_steps));
  EXPECT_EQ(*sql_->integer("SELECT count(*) FROM b"), 0);
  EXPECT_EQ(sql_->migrate(one_step).error().cause, Cause::denied);
}

TEST_P(SqlTest, two_that_add_to_one_number_both_count) {
  ASSERT_TRUE(sql_->migrate(one_step));
  run("INSERT INTO t (i) VALUES (0)");
  std::barrier start(2);
  const auto add = [&](Sql& sql) {
    start.arrive_and_wait();
    for (int n = 0; n < 100; ++n) {
      Done added = Error{Cause::busy, ""};
      for (int tries = 0; tries < 100 && !added; ++tries) {
        added = sql.transaction([&]() -> Done {
          if (Done held = sql.lock({"number"}); !held) return held;
          const auto before = sql.integer("SELECT i FROM t");
          if (!before) return before.error();
          return sql.run("UPDATE t SET i = ?", {*before + 1});
        });
      }
      EXPECT_TRUE(added) << added.error().text;
    }
  };
  const auto other = open();
  std::thread thread([&] { add(*other); });
  add(*sql_);
  thread.join();
  EXPECT_EQ(*sql_->integer("SELECT i FROM t"), 200);
}

TEST_P(SqlTest, what_is_sound_checks_as_sound) {
  ASSERT_TRUE(sql_->migrate(two_steps));
  run("INSERT INTO t (i) VALUES (0)");
  const Done checked = sql_->check();
  EXPECT_TRUE(checked) << checked.error().text;
}

TEST(Sql, a_url_that_is_none_is_not_repeated) {
  const auto opened = open_sql("postgres:collector:secret@host", StoreOpen::make);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().cause, Cause::malformed);
  EXPECT_EQ(opened.error().text.find("secret"), std::string::npos);
}

}  // namespace
}  // namespace wattlife
