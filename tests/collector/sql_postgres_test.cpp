// SPDX-License-Identifier: EUPL-1.2
// What only PostgreSQL has: a server that goes away, rights, row-level security, its own backups.
#include <gtest/gtest.h>

#include <array>
#include <barrier>
#include <latch>
#include <thread>

#include "collector/fleet_store.h"
#include "tests/collector/both_stores.h"
#include "tests/collector/fleet.h"

namespace wattlife {
namespace {

using std::chrono::days;
using testing::first_day;
using testing::Fleet;
using testing::Laptop;
using testing::PostgresServer;
using testing::week_of;

const UtcDay last_week = first_day - days(7);

class Postgres : public ::testing::Test {
 protected:
  void SetUp() override { testing::skip_without(testing::Kind::postgres); }
  static PostgresServer& server() { return PostgresServer::shared(); }
};

std::unique_ptr<Sql> opened(const std::string& url) {
  auto sql = open_sql(url, StoreOpen::existing);
  EXPECT_TRUE(sql) << sql.error().text;
  return *std::move(sql);
}

// --- Errors
// ---------------------------------------------------------------------------------------

TEST_F(Postgres, errors_say_what_to_do) {
  const std::string url = server().new_database();
  const auto cause_of = [](const std::string& at, StoreOpen mode, const std::string& says) {
    const auto sql = open_sql(at, mode);
    if (sql) return std::string("opened");
    EXPECT_NE(sql.error().text.find(says), std::string::npos) << sql.error().text;
    return std::string(sql.error().cause == Cause::absent      ? "absent"
                       : sql.error().cause == Cause::busy      ? "busy"
                       : sql.error().cause == Cause::denied    ? "denied"
                       : sql.error().cause == Cause::malformed ? "malformed"
                                                               : "io");
  };
  EXPECT_EQ(cause_of(url, StoreOpen::existing, "migrate"), "absent");
  std::string other = url;
  other.replace(other.find("/fleet"), 6, "/none");
  EXPECT_EQ(cause_of(other, StoreOpen::make, "createdb"), "absent");
  other = url;
  other.replace(other.find("collector@"), 10, "stranger@");
  EXPECT_EQ(cause_of(other, StoreOpen::make, "pg_hba.conf"), "denied");
  EXPECT_EQ(cause_of("postgresql://u:secret@/x?host=/nowhere", StoreOpen::make, "running"), "busy");
  EXPECT_EQ(cause_of("postgresql://u@/x?nonsense=1", StoreOpen::make, "cannot be read"),
            "malformed");
  const auto refused = open_sql("postgresql://u:secret@/x?host=/nowhere", StoreOpen::make);
  EXPECT_EQ(refused.error().text.find("secret"), std::string::npos);
}

// What the server says in detail holds the values: serial numbers do not belong in a log.
TEST_F(Postgres, errors_hold_no_values) {
  auto sql = open_sql(server().new_database(), StoreOpen::make);
  ASSERT_TRUE(sql);
  ASSERT_TRUE((*sql)->run("CREATE TABLE t (serial TEXT PRIMARY KEY)"));
  ASSERT_TRUE((*sql)->run("INSERT INTO t VALUES (?)", {std::string_view("PF-SECRET")}));
  const Done twice = (*sql)->run("INSERT INTO t VALUES (?)", {std::string_view("PF-SECRET")});
  ASSERT_FALSE(twice);
  EXPECT_EQ(twice.error().text.find("PF-SECRET"), std::string::npos) << twice.error().text;
  EXPECT_EQ((*sql)->run("SELECT * FROM nowhere").error().cause, Cause::malformed);
}

// Two that lock rows in opposite order: one is sent back by the server, and tries again by itself.
// It waits until the other is through: PostgreSQL lets a new transaction take a row before one that
// was waiting for it has woken, and then they would be in each other's way once more.
TEST_F(Postgres, a_deadlock_is_run_again) {
  const std::string url = server().new_database();
  auto made = open_sql(url, StoreOpen::make);
  ASSERT_TRUE((*made)->run("CREATE TABLE layout (version BIGINT)"));
  ASSERT_TRUE((*made)->run("CREATE TABLE t (id BIGINT, n BIGINT)"));
  ASSERT_TRUE((*made)->run("INSERT INTO t VALUES (1, 0), (2, 0)"));
  std::barrier both_hold(2);
  std::array<std::latch, 2> through{std::latch(1), std::latch(1)};
  std::array<int, 2> runs{};
  const auto work = [&](std::size_t me) {
    const auto sql = opened(url);
    const std::int64_t mine = me == 0 ? 1 : 2;
    const Done worked = sql->transaction([&]() -> Done {
      if (++runs[me] == 2) through[1 - me].wait();
      const auto add = [&](std::int64_t id) {
        return sql->integer("UPDATE t SET n = n + 1 WHERE id = ? RETURNING n", {id});
      };
      const auto first = add(mine);
      if (!first) return first.error();
      if (runs[me] == 1) both_hold.arrive_and_wait();
      const auto second = add(3 - mine);
      return second ? done() : Done(second.error());
    });
    through[me].count_down();
    EXPECT_TRUE(worked) << worked.error().text;
  };
  std::thread other([&] { work(1); });
  work(0);
  other.join();
  EXPECT_EQ(runs[0] + runs[1], 3);
  EXPECT_EQ(*(*made)->integer("SELECT sum(n) FROM t"), 4);
}

// A row that somebody else has just put there: tried again, and when it is there every time a
// matter of waiting, not of wrong data.
TEST_F(Postgres, what_collides_every_time_is_busy_and_not_malformed) {
  auto sql = open_sql(server().new_database(), StoreOpen::make);
  ASSERT_TRUE((*sql)->run("CREATE TABLE t (id BIGINT PRIMARY KEY)"));
  ASSERT_TRUE((*sql)->run("INSERT INTO t VALUES (1)"));
  int runs = 0;
  const Done collided = (*sql)->transaction([&] {
    ++runs;
    return (*sql)->run("INSERT INTO t VALUES (1)");
  });
  ASSERT_FALSE(collided);
  EXPECT_EQ(runs, 8);
  EXPECT_EQ(collided.error().cause, Cause::busy);
  EXPECT_NE(collided.error().text.find("23505"), std::string::npos) << collided.error().text;
  EXPECT_NE(collided.error().text.find("try again later"), std::string::npos);
  // What is gone at another attempt is no error at all.
  runs = 0;
  const Done passed = (*sql)->transaction([&]() -> Done {
    const std::int64_t id = ++runs < 3 ? 1 : 2;
    return (*sql)->run("INSERT INTO t VALUES (?)", {id});
  });
  EXPECT_TRUE(passed) << passed.error().text;
  EXPECT_EQ(runs, 3);
  // Alone, outside of a transaction, it is what it says.
  EXPECT_EQ((*sql)->run("INSERT INTO t VALUES (1)").error().cause, Cause::malformed);
}

// --- A server that goes away
// ----------------------------------------------------------------------

TEST(PostgresCrash, what_was_acknowledged_is_there_and_the_collector_goes_on_by_itself) {
  testing::skip_without(testing::Kind::postgres);
  if (::testing::Test::IsSkipped()) return;
  PostgresServer server(true);
  Fleet fleet(1, server.new_database());
  Laptop laptop = fleet.member("a", first_day);
  const Report report = laptop.energy(week_of(last_week));
  EXPECT_TRUE(fleet.send(laptop, report, first_day).acknowledgement);
  server.crash();
  EXPECT_EQ(fleet.counted_energy(), joules(360'000));  // connects again without being told
  server.crash();
  EXPECT_TRUE(fleet.send(laptop, report, first_day).acknowledgement);
  EXPECT_EQ(fleet.counted_energy(), joules(360'000));
  EXPECT_TRUE(fleet.send(laptop, laptop.health(), first_day).acknowledgement);
  EXPECT_TRUE(fleet.store().check()->different_tables.empty());
}

// --- Row-level security
// ---------------------------------------------------------------------------

// Every table with data of organisations, and partitions and all: nobody forgets one.
TEST_F(Postgres, every_table_of_organisations_is_behind_the_wall) {
  Fleet fleet(1, server().new_database());
  Laptop laptop = fleet.member("a", first_day);
  fleet.send(laptop, laptop.health(), first_day);
  std::vector<std::string> open;
  const auto sql = opened(fleet.url());
  ASSERT_TRUE(
      sql->query("SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') "
                 "AND relnamespace = current_schema()::regnamespace "
                 "AND NOT (relrowsecurity AND relforcerowsecurity) ORDER BY 1",
                 {}, [&](const SqlRow& row) {
                   open.push_back(row.text(0));
                   return done();
                 }));
  EXPECT_EQ(open, (std::vector<std::string>{"horizon", "layout", "rebuilding"}));
}

TEST_F(Postgres, without_or_with_another_organisation_nothing_is_seen) {
  Fleet fleet(1, server().new_database());
  Laptop laptop = fleet.member("a", first_day);
  fleet.send(laptop, laptop.energy(week_of(last_week)), first_day);
  fleet.send(laptop, laptop.health(), first_day);
  fleet.send_bytes(laptop, "garbage", first_day);
  const auto sql = opened(fleet.url());
  const char* tables[] = {"organisation", "token",     "device",      "enrolment", "energy",
                          "counted",      "inventory", "battery",     "disk",      "installation",
                          "serial",       "report",    "report_body", "set_aside"};
  // Queries without any condition of their own.
  const auto seen = [&](const Reach& reach, const std::string& table) {
    std::int64_t rows = -1;
    const Done read = sql->read_transaction(reach, [&]() -> Done {
      const auto count = sql->integer("SELECT count(*) FROM " + table);
      if (!count) return count.error();
      rows = *count;
      return done();
    });
    EXPECT_TRUE(read) << read.error().text;
    return rows;
  };
  for (const std::string table : tables) {
    SCOPED_TRACE(table);
    EXPECT_GT(seen({testing::oin}, table), 0);
    EXPECT_EQ(seen({testing::other_oin}, table),
              table == "organisation" || table == "token" ? 1 : 0);
    EXPECT_EQ(seen({""}, table), 0);
    EXPECT_GE(seen({}, table), seen({testing::oin}, table));
  }
  EXPECT_EQ(seen({testing::oin}, "report_body_202611"), 0);
  // A session that says nothing at all, as a person with the same account would have it.
  ASSERT_TRUE(sql->run("RESET wattlife.oin"));
  for (const std::string table : tables) EXPECT_EQ(seen({}, table), 0) << table;
  EXPECT_FALSE(sql->run("INSERT INTO organisation (oin, name) VALUES ('1', 'x')"));
}

TEST_F(Postgres, the_store_shows_an_organisation_its_own) {
  Fleet fleet(1, server().new_database());
  Laptop ours = fleet.member("a", first_day);
  Laptop theirs = testing::laptop("b");
  fleet.enrol(theirs, first_day, fleet.other_token);
  ASSERT_TRUE(fleet.store().confirm(theirs.credential.device_id, false));
  fleet.send(ours, ours.energy(week_of(last_week)), first_day);
  fleet.send(theirs, theirs.energy(week_of(last_week)), first_day);
  EXPECT_EQ(fleet.store().devices()->size(), 2u);
  const auto devices = fleet.store().devices({testing::other_oin});
  ASSERT_EQ(devices->size(), 1u);
  EXPECT_EQ(devices->front().oin, testing::other_oin);
  EXPECT_EQ(fleet.store().energy({testing::oin})->size(), 2u);
  EXPECT_EQ(fleet.store().energy()->size(), 4u);
  EXPECT_TRUE(fleet.store().devices({"00000000000000000000"})->empty());
}

// --- Partitions
// -----------------------------------------------------------------------------------

TEST_F(Postgres, bodies_lie_in_the_month_of_receipt_and_go_with_it) {
  Fleet fleet(1, server().new_database());
  Laptop laptop = fleet.member("a", first_day);
  // Also when a clock was put back to a month that nobody made room for.
  for (const char* when : {"2026-11-30", "2026-12-01", "2027-03-05", "2026-10-20"}) {
    EXPECT_TRUE(fleet.send(laptop, laptop.health(), testing::day(when)).acknowledgement);
  }
  const auto sql = opened(fleet.url());
  const auto partitions = [&] {
    std::string names;
    EXPECT_TRUE(
        sql->query("SELECT inhrelid::regclass::text FROM pg_inherits "
                   "WHERE inhparent = 'report_body'::regclass ORDER BY 1",
                   {}, [&](const SqlRow& row) {
                     names += row.text(0).substr(12) + " ";
                     return done();
                   }));
    return names;
  };
  EXPECT_EQ(partitions(), "202610 202611 202612 202701 202703 202704 ");
  EXPECT_EQ(*sql->integer("SELECT count(*) FROM report_body"), 4);
  ASSERT_TRUE(fleet.store().retain(testing::day("2027-04-01"), 2, true));
  EXPECT_EQ(partitions(), "202703 202704 ");
  EXPECT_EQ(*sql->integer("SELECT count(*) FROM report_body"), 1);
  EXPECT_TRUE(fleet.store().check()->different_tables.empty());
}

// --- Backup
// ---------------------------------------------------------------------------------------

// The very command that `backup` prints, run: what it makes is a whole fleet.
TEST_F(Postgres, the_command_for_a_backup_works) {
  Fleet fleet(1, server().new_database());
  Laptop laptop = fleet.member("a", first_day);
  fleet.send(laptop, laptop.energy(week_of(last_week)), first_day);
  fleet.send(laptop, laptop.health(), first_day);
  const std::string copy = fleet.folder() + "/copy.dump";
  const Done refused = fleet.store().backup(copy);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().cause, Cause::denied);
  const std::string& text = refused.error().text;
  const auto command_from = [&](const std::string& begin, const std::string& end,
                                const std::string& url) {
    const std::size_t at = text.find(begin);
    EXPECT_NE(at, std::string::npos) << text;
    std::string command = text.substr(at, text.find(end, at) - at);
    command.replace(command.find("URL"), 3, "'" + url + "'");
    return command;
  };
  const std::string restored = server().new_database();
  const std::string log = fleet.folder() + "/log";
  const auto shell = [&](const std::string& command) {
    return e2e::run({"/bin/sh", "-c", command}, log);
  };
  EXPECT_EQ(shell(command_from("PGOPTIONS", ";", fleet.url())), 0) << e2e::text_of(log);
  EXPECT_EQ(shell(command_from("pg_restore", ";", restored)), 0) << e2e::text_of(log);
  auto store = open_fleet_store(restored, StoreOpen::existing, testing::repeatable_random(2));
  ASSERT_TRUE(store) << store.error().text;
  EXPECT_EQ((*store)->energy()->size(), fleet.store().energy()->size());
  EXPECT_EQ((*store)->devices()->size(), 1u);
  const auto checked = (*store)->check();
  ASSERT_TRUE(checked) << checked.error().text;
  EXPECT_EQ(checked->reports, 2);
  EXPECT_TRUE(checked->different_tables.empty());
  // Numbers go on behind those that were given.
  const auto next = (*store)->receive({{laptop.credential, to_bytes(laptop.health())}}, first_day);
  ASSERT_TRUE(next && next->front().acknowledgement);
  EXPECT_EQ(next->front().acknowledgement->complete_through, 3);
}

}  // namespace
}  // namespace wattlife
