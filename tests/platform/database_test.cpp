// SPDX-License-Identifier: EUPL-1.2
#include "platform/database.h"

#include <gtest/gtest.h>
#if !defined(_WIN32)
#include <unistd.h>
#endif

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "tests/temporary_folder.h"

namespace wattlife {
namespace {

namespace fs = std::filesystem;

constexpr Database::Options writable{OpenMode::write_ahead_log, 0, 0640};
constexpr Database::Options readable{OpenMode::read_only, 0};

Database opened(const std::string& path, const Database::Options& options = writable) {
  Result<Database> database = Database::open(path, options);
  if (!database) {
    ADD_FAILURE() << database.error().text;
    std::abort();
  }
  return *std::move(database);
}

void expect_done(const Done& result) { EXPECT_TRUE(result) << result.error().text; }

TEST(Database, GivesBackEveryKindOfValueAndKeepsNullApart) {
  const TemporaryFolder folder;
  Database database = opened(folder / "a.db");
  expect_done(database.migrate({"CREATE TABLE t(i INTEGER, r REAL, s TEXT, b BLOB, n INTEGER)"}));
  const std::string bytes("a\0b", 3);
  expect_done(
      database.run("INSERT INTO t VALUES(?, ?, ?, ?, ?)",
                   {std::int64_t{-7}, 2.5, std::string_view("één"), Bytes{bytes}, nullptr}));
  expect_done(database.run("INSERT INTO t VALUES(?, ?, ?, ?, ?)",
                           {bound(std::optional<std::int64_t>{}), bound(std::optional<double>{}),
                            std::string_view(), Bytes{}, bound(std::optional<std::int64_t>{0})}));
  int rows = 0;
  expect_done(database.query("SELECT i, r, s, b, n FROM t ORDER BY rowid", {}, [&](const Row& row) {
    if (++rows == 1) {
      EXPECT_EQ(row.integer(0), -7);
      EXPECT_EQ(row.real(1), 2.5);
      EXPECT_EQ(row.text(2), "één");
      EXPECT_EQ(row.text(3), bytes);
      EXPECT_TRUE(row.is_null(4));
      EXPECT_EQ(row.optional_integer(4), std::nullopt);
    } else {
      EXPECT_EQ(row.optional_integer(0), std::nullopt);
      EXPECT_EQ(row.optional_real(1), std::nullopt);
      EXPECT_EQ(row.optional_text(2), "");  // an empty text is not an unknown one
      EXPECT_EQ(row.optional_text(3), "");
      EXPECT_EQ(row.optional_integer(4), 0);
    }
    return done();
  }));
  EXPECT_EQ(rows, 2);
}

TEST(Database, FirstColumnIsAbsentWithoutARowAndWhenNull) {
  const TemporaryFolder folder;
  Database database = opened(folder / "a.db");
  EXPECT_EQ(*database.integer("SELECT 3"), 3);
  EXPECT_EQ(*database.text("SELECT 'x' UNION ALL SELECT 'y'"), "x");
  EXPECT_EQ(database.integer("SELECT 1 WHERE 0").error().cause, Cause::absent);
  EXPECT_EQ(database.text("SELECT NULL").error().cause, Cause::absent);
}

TEST(Database, MoreThanOneStatementInACallIsRefused) {
  const TemporaryFolder folder;
  Database database = opened(folder / "a.db");
  expect_done(database.run("SELECT 1;  \n"));
  EXPECT_EQ(database.run("SELECT 1; SELECT 2").error().cause, Cause::malformed);
  EXPECT_EQ(database.run("").error().cause, Cause::malformed);
}

TEST(Database, AnErrorInsideATransactionLeavesNothing) {
  const TemporaryFolder folder;
  Database database = opened(folder / "a.db");
  expect_done(database.migrate({"CREATE TABLE t(i INTEGER UNIQUE)"}));
  const Done failed = database.transaction([&]() -> Done {
    if (Done one = database.run("INSERT INTO t VALUES(1)"); !one) return one;
    return Error{Cause::malformed, "changed my mind"};
  });
  EXPECT_EQ(failed.error().text, "changed my mind");
  EXPECT_EQ(*database.integer("SELECT count(*) FROM t"), 0);
  const Done twice = database.transaction([&]() -> Done {
    if (Done one = database.run("INSERT INTO t VALUES(1)"); !one) return one;
    return database.run("INSERT INTO t VALUES(1)");
  });
  EXPECT_FALSE(twice);
  EXPECT_EQ(*database.integer("SELECT count(*) FROM t"), 0);
  expect_done(database.transaction([&] { return database.run("INSERT INTO t VALUES(1)"); }));
  EXPECT_EQ(*database.integer("SELECT count(*) FROM t"), 1);
}

TEST(Database, WorkAfterARollbackThatSqliteMadeItselfIsNotCommitted) {
  const TemporaryFolder folder;
  Database database = opened(folder / "a.db");
  expect_done(database.migrate({"CREATE TABLE t(i INTEGER UNIQUE)"}));
  const Done result = database.transaction([&]() -> Done {
    (void)database.run("INSERT INTO t VALUES(1)");
    (void)database.run("INSERT OR ROLLBACK INTO t VALUES(1)");  // rolls back, as a full disk may
    return database.run("INSERT INTO t VALUES(2)");
  });
  EXPECT_EQ(result.error().cause, Cause::io);
  EXPECT_EQ(*database.integer("SELECT count(*) FROM t"), 0);
}

TEST(Database, ErrorFromAVisitEndsTheQueryAndIsReturned) {
  const TemporaryFolder folder;
  Database database = opened(folder / "a.db");
  int visits = 0;
  const Done result = database.query("SELECT 1 UNION ALL SELECT 2", {}, [&](const Row&) -> Done {
    ++visits;
    return Error{Cause::io, "enough"};
  });
  EXPECT_EQ(result.error().text, "enough");
  EXPECT_EQ(visits, 1);
}

TEST(Database, MigratesStepByStepAndRefusesALaterLayout) {
  const TemporaryFolder folder;
  {
    Database database = opened(folder / "a.db");
    expect_done(database.migrate({"CREATE TABLE a(i)"}));
  }
  {
    Database database = opened(folder / "a.db");
    expect_done(
        database.migrate({"this is not run again", "CREATE TABLE b(i); CREATE TABLE c(i)"}));
    expect_done(database.run("INSERT INTO c VALUES(1)"));
  }
  Database database = opened(folder / "a.db");
  const Done older = database.migrate({"CREATE TABLE a(i)"});
  EXPECT_EQ(older.error().cause, Cause::denied);
  EXPECT_NE(older.error().text.find("later version"), std::string::npos);
}

TEST(Database, AStepThatFailsHalfwayLeavesTheOldLayout) {
  const TemporaryFolder folder;
  Database database = opened(folder / "a.db");
  EXPECT_FALSE(database.migrate({"CREATE TABLE a(i); CREATE TABLE a(i)"}));
  EXPECT_EQ(*database.integer("PRAGMA user_version"), 0);
  EXPECT_EQ(*database.integer("SELECT count(*) FROM sqlite_schema"), 0);
}

TEST(Database, BusyWhileAnotherWrites) {
  const TemporaryFolder folder;
  Database one = opened(folder / "a.db");
  expect_done(one.migrate({"CREATE TABLE t(i)"}));
  Database two = opened(folder / "a.db");
  expect_done(one.transaction([&]() -> Done {
    EXPECT_EQ(two.transaction([] { return done(); }).error().cause, Cause::busy);
    return done();
  }));
  expect_done(two.transaction([] { return done(); }));
}

TEST(Database, AReaderSeesOneMomentAndStopsNobody) {
  const TemporaryFolder folder;
  Database writer = opened(folder / "a.db");
  expect_done(writer.migrate({"CREATE TABLE t(i)"}));
  Database reader = opened(folder / "a.db", readable);
  expect_done(reader.read_transaction([&]() -> Done {
    EXPECT_EQ(*reader.integer("SELECT count(*) FROM t"), 0);
    expect_done(writer.transaction([&] { return writer.run("INSERT INTO t VALUES(1)"); }));
    EXPECT_EQ(*reader.integer("SELECT count(*) FROM t"), 0);
    return done();
  }));
  EXPECT_EQ(*reader.integer("SELECT count(*) FROM t"), 1);
  EXPECT_EQ(reader.run("DELETE FROM t").error().cause, Cause::denied);
}

TEST(Database, ReadOnlyNeverMakesAFile) {
  const TemporaryFolder folder;
  const Result<Database> none = Database::open(folder / "none.db", readable);
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().cause, Cause::absent);
  EXPECT_FALSE(fs::exists(folder / "none.db"));
}

TEST(Database, SaysWhatIsNoDatabase) {
  const TemporaryFolder folder;
  std::ofstream(folder / "a.db") << std::string(4096, 'x');
  fs::create_directory(folder / "folder.db");
  for (const Database::Options& options : {writable, readable}) {
    const Result<Database> garbage = Database::open(folder / "a.db", options);
    ASSERT_FALSE(garbage);
    EXPECT_EQ(garbage.error().cause, Cause::malformed);
    EXPECT_NE(garbage.error().text.find("move it away"), std::string::npos) << garbage.error().text;
    const Result<Database> directory = Database::open(folder / "folder.db", options);
    ASSERT_FALSE(directory);
    EXPECT_EQ(directory.error().cause, Cause::denied);
  }
  EXPECT_FALSE(Database::open(folder / "no/such/folder/a.db", writable));
}

// What a writer leaves that is killed: the file, its log, and an index that nobody holds.
TEST(Database, AfterAKillAReaderSeesEveryCommit) {
  const TemporaryFolder folder;
  Database writer = opened(folder / "a.db");
  expect_done(writer.migrate({"CREATE TABLE t(i)"}));
  expect_done(writer.run("INSERT INTO t VALUES(1)"));
  (void)writer.transaction([&]() -> Done {
    expect_done(writer.run("INSERT INTO t VALUES(2)"));
    for (const char* end : {"", "-wal", "-shm"}) {
      fs::copy_file(folder / (std::string("a.db") + end), folder / (std::string("b.db") + end));
    }
    return Error{Cause::io, "undo"};
  });
  Database reader = opened(folder / "b.db", readable);
  EXPECT_EQ(*reader.integer("SELECT count(*) FROM t"), 1);
  Database again = opened(folder / "b.db");
  EXPECT_EQ(*again.integer("SELECT count(*) FROM t"), 1);
}

TEST(Database, CheckFindsDamage) {
  const TemporaryFolder folder;
  {
    Database database = opened(folder / "a.db");
    expect_done(database.migrate({"CREATE TABLE t(i INTEGER PRIMARY KEY, filler)"}));
    expect_done(database.transaction([&]() -> Done {
      for (std::int64_t i = 0; i < 500; ++i) {
        expect_done(database.run("INSERT INTO t VALUES(?, hex(zeroblob(100)))", {i}));
      }
      return done();
    }));
    expect_done(database.check());
  }
  std::fstream file(folder / "a.db", std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(3 * 4096);
  file << std::string(4096, '\x5a');
  file.close();
  Database database = opened(folder / "a.db");
  EXPECT_EQ(database.check().error().cause, Cause::malformed);
}

TEST(Database, ADamagedFileMovesAwayWithItsJournalsAndReplacesAnEarlierOne) {
  const TemporaryFolder folder;
  for (const char* text : {"first", "second"}) {
    std::ofstream(folder / "a.db") << text;
    std::ofstream(folder / "a.db-journal") << text;
    expect_done(set_damaged_aside(folder / "a.db"));
    EXPECT_FALSE(fs::exists(folder / "a.db"));
    EXPECT_FALSE(fs::exists(folder / "a.db-journal"));
    std::string kept;
    std::ifstream(folder / "a.db.damaged") >> kept;
    EXPECT_EQ(kept, text);
    EXPECT_TRUE(fs::exists(folder / "a.db.damaged-journal"));
  }
  expect_done(set_damaged_aside(folder / "none.db"));
}

#if !defined(_WIN32)  // modes, links and accounts of POSIX
// The agent's account may read the sampler's folder and write nothing in it.
TEST(Database, AReaderWithoutTheRightToWriteReadsWhileTheWriterRunsAndAfterItStopped) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root, to become an account without rights";
  const TemporaryFolder folder;
  fs::permissions(folder / ".", fs::perms{0755});
  const auto count_as_nobody = [&](const std::string& path) {
    EXPECT_EQ(seteuid(65534), 0);
    Result<std::int64_t> count = std::int64_t{-1};
    if (Result<Database> reader = Database::open(path, readable)) {
      count = reader->integer("SELECT count(*) FROM t");
    } else {
      ADD_FAILURE() << reader.error().text;
    }
    EXPECT_EQ(seteuid(0), 0);
    return count ? *count : -1;
  };
  const Database::Options shared{OpenMode::write_ahead_log, 0, 0644};
  {
    Database writer = opened(folder / "a.db", shared);
    expect_done(writer.migrate({"CREATE TABLE t(i)"}));
    expect_done(writer.run("INSERT INTO t VALUES(1)"));
    EXPECT_EQ(count_as_nobody(folder / "a.db"), 1);
    for (const char* end : {"", "-wal", "-shm"}) {  // as a kill leaves it
      fs::copy_file(folder / (std::string("a.db") + end), folder / (std::string("b.db") + end));
    }
    expect_done(writer.run("INSERT INTO t VALUES(2)"));
    EXPECT_EQ(count_as_nobody(folder / "a.db"), 2);
  }
  EXPECT_EQ(count_as_nobody(folder / "a.db"), 2);
  EXPECT_EQ(count_as_nobody(folder / "b.db"), 1);
}

TEST(Database, FilesHaveExactlyTheirRightsAndLinksAreRefused) {
  const TemporaryFolder folder;
  {
    const Database::Options wal{OpenMode::write_ahead_log, 0, 0600};
    Database database = opened(folder / "a.db", wal);
    expect_done(database.migrate({"CREATE TABLE t(i)"}));
    for (const char* name : {"a.db", "a.db-wal", "a.db-shm"}) {
      SCOPED_TRACE(name);
      EXPECT_EQ(static_cast<unsigned>(fs::status(folder / name).permissions()), 0600U);
    }
  }
  Database database = opened(folder / "b.db");
  EXPECT_EQ(static_cast<unsigned>(fs::status(folder / "b.db").permissions()), 0640U);
  fs::create_symlink(folder / "b.db", folder / "link.db");
  for (const Database::Options& options : {writable, readable}) {
    const Result<Database> linked = Database::open(folder / "link.db", options);
    ASSERT_FALSE(linked);
    EXPECT_EQ(linked.error().cause, Cause::denied);
  }
}
#endif

}  // namespace
}  // namespace wattlife
