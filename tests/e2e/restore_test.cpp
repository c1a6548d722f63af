// SPDX-License-Identifier: EUPL-1.2
// The drill of docs/deploy/collector.md with the real programs: a collector is put back to a backup
// and loses what came since; the laptop sees its acknowledged number fall and sends again what it
// still holds. In the end the collector counts what one counts that was never put back.
#include <gtest/gtest.h>

#include <filesystem>

#include "platform/database.h"
#include "tests/e2e/one_laptop.h"

namespace wattlife::e2e {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> lines(const std::string& database, std::string_view query) {
  std::vector<std::string> all;
  auto opened = Database::open(database, {OpenMode::read_only, 5000, 0600});
  EXPECT_TRUE(opened) << opened.error().text;
  const Done read = opened->query(query, {}, [&](const Row& row) {
    all.push_back(row.text(0));
    return done();
  });
  EXPECT_TRUE(read) << (read ? "" : read.error().text);
  return all;
}

// What must be the same, whenever it came in. Days of receipt differ, and should.
std::vector<std::string> reports(const std::string& database) {
  return lines(database,
               "SELECT hex(install_id) || ' ' || sequence || ' ' || hex(digest) FROM report "
               "ORDER BY 1");
}
std::vector<std::string> energy(const std::string& database) {
  return lines(database,
               "SELECT device || ' ' || begin_day || ' ' || end_day || ' ' || state || ' ' || "
               "supply || ' ' || tier || ' ' || method || ' ' || time_ms || ' ' || "
               "coalesce(device_mj, '-') || ' ' || coalesce(wall_mj, '-') FROM energy ORDER BY 1");
}
// All in this test comes in on one day, so that what is shown can be compared as well.
std::vector<std::string> shown(const std::string& database) {
  return lines(database,
               "SELECT name || ' ' || full_mwh || ' ' || coalesce(cycles, '-') FROM battery "
               "WHERE day = (SELECT max(day) FROM battery) ORDER BY 1");
}
std::vector<std::string> through(const std::string& database) {
  return lines(database, "SELECT complete_through FROM installation ORDER BY 1");
}

void put_back(const std::string& backup, const std::string& database) {
  for (const char* ending : {"", "-wal", "-shm"}) fs::remove(database + ending);
  fs::copy_file(backup, database);
}

TEST(Restore, a_restored_collector_ends_where_one_ends_that_never_was) {
  Site site("restore");
  const std::string database = site.path("collector/fleet.db");
  const auto ships = [&](const std::string& laptop) {
    auto collector = site.serve();
    EXPECT_TRUE(site.ships(laptop)) << text_of(site.log());
    collector->terminate();
    EXPECT_EQ(collector->wait(30), 0) << text_of(site.log());
  };
  // Two weeks, a backup while the collector runs, two more weeks that only the live one knows.
  site.play_fortnight(1, "2026-10-12");
  if (HasFatalFailure()) return;
  ships("laptop");
  ASSERT_EQ(site.collector({"device", "confirm", "--all-pending"}), 0) << text_of(site.log());
  {
    auto collector = site.serve();
    ASSERT_EQ(site.collector({"backup", site.path("backup.db")}), 0) << text_of(site.log());
  }
  site.play_fortnight(2, "2026-10-26");
  ships("laptop");
  const std::size_t held = reports(database).size();
  const std::size_t saved = reports(site.path("backup.db")).size();
  ASSERT_GT(held, saved) << "nothing would be lost: this drill would show nothing";

  // From here on two worlds: in one the disk broke.
  site.play_fortnight(3, "2026-11-09");
  fs::copy(site.path("laptop"), site.path("laptop-never"), fs::copy_options::recursive);
  ASSERT_EQ(site.collector({"backup", site.path("never.db")}), 0) << text_of(site.log());
  put_back(site.path("backup.db"), database);
  EXPECT_EQ(reports(database).size(), saved);
  ASSERT_EQ(site.collector({"check"}), 0) << text_of(site.log());
  ships("laptop");
  EXPECT_EQ(site.collector({"check"}), 0) << text_of(site.log());
  fs::rename(database, site.path("restored.db"));

  put_back(site.path("never.db"), database);
  ships("laptop-never");
  EXPECT_EQ(site.collector({"check"}), 0) << text_of(site.log());

  EXPECT_GT(reports(database).size(), held);
  EXPECT_EQ(reports(site.path("restored.db")), reports(database));
  EXPECT_FALSE(energy(database).empty());
  EXPECT_EQ(energy(site.path("restored.db")), energy(database));
  EXPECT_FALSE(shown(database).empty());
  EXPECT_EQ(shown(site.path("restored.db")), shown(database));
  EXPECT_EQ(through(site.path("restored.db")), through(database));
}

}  // namespace
}  // namespace wattlife::e2e
