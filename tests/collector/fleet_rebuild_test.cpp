// SPDX-License-Identifier: EUPL-1.2
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "collector/fleet_store.h"
#include "tests/collector/both_stores.h"
#include "tests/collector/fleet.h"

namespace wattlife {
namespace {

using std::chrono::days;
using testing::first_day;
using testing::Fleet;
using testing::Laptop;
using testing::week_of;

class Rebuild : public testing::BothStores {};
INSTANTIATE_TEST_SUITE_P(FleetRebuild, Rebuild, testing::both, testing::name_of_kind);

void run(const std::string& url, const std::string& sql) {
  auto opened = open_sql(url, StoreOpen::existing);
  ASSERT_TRUE(opened) << opened.error().text;
  const Done ran = (*opened)->run(sql);
  EXPECT_TRUE(ran) << ran.error().text;
}

// More reports than one chunk of a rebuild.
void fill(Fleet& fleet) {
  for (int i = 0; i < 12; ++i) {
    Laptop laptop = fleet.member("m" + std::to_string(i), first_day);
    std::vector<ReportArrival> batch;
    for (int n = 0; n < 50; ++n) {
      batch.push_back({laptop.credential, to_bytes(laptop.health())});
      Report report = laptop.energy(week_of(first_day - days(7 * (n % 10))), 100 + n);
      report.summary->energy[0].device->variance_own_j2 = 0.1 + 1e9 * (n == 11);
      batch.push_back({laptop.credential, to_bytes(report)});
    }
    const auto outcomes = fleet.store().receive(batch, first_day);
    ASSERT_TRUE(outcomes) << outcomes.error().text;
  }
}

TEST_P(Rebuild, finds_and_mends_what_does_not_follow_from_the_reports) {
  Fleet fleet(1, url());
  fill(fleet);
  const Energy before = fleet.counted_energy();
  run(fleet.url(), "UPDATE energy SET device_mj = device_mj + 1");
  run(fleet.url(), "DELETE FROM battery");
  run(fleet.url(), "UPDATE disk SET reserve_state = 9");
  const std::vector<std::string> wrong{"energy", "battery", "disk"};
  EXPECT_EQ(fleet.store().check()->different_tables, wrong);
  EXPECT_NE(fleet.counted_energy(), before);
  EXPECT_EQ(fleet.store().rebuild()->different_tables, wrong);
  EXPECT_EQ(fleet.counted_energy(), before);
  EXPECT_EQ(fleet.store().check()->different_tables, std::vector<std::string>{});
}

// Killed after its first chunk; the next run goes on from there and ends with the same bits.
TEST_P(Rebuild, goes_on_where_it_was_broken_off) {
  Fleet fleet(1, url());
  fill(fleet);
  run(fleet.url(), "DELETE FROM energy");
  const pid_t child = ::fork();
  if (child == 0) {
    auto store = open_fleet_store(fleet.url(), StoreOpen::existing, testing::repeatable_random(9));
    if (!store) ::_exit(1);
    (void)(*store)->rebuild([](std::int64_t, std::int64_t) { ::_exit(9); });
    ::_exit(2);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  ASSERT_EQ(WEXITSTATUS(status), 9);
  EXPECT_TRUE(fleet.store().energy()->empty());  // nothing was put in place yet

  std::vector<std::int64_t> steps;
  const auto rebuilt = fleet.store().rebuild([&](std::int64_t reports, std::int64_t of) {
    EXPECT_EQ(of, 1200);
    steps.push_back(reports);
  });
  ASSERT_TRUE(rebuilt) << rebuilt.error().text;
  EXPECT_EQ(steps, (std::vector<std::int64_t>{1000, 1200}));
  EXPECT_EQ(rebuilt->reports, 1200);
  EXPECT_EQ(rebuilt->different_tables, std::vector<std::string>{"energy"});
  EXPECT_EQ(fleet.store().check()->different_tables, std::vector<std::string>{});
}

// What was rebuilt under another horizon or by another program is begun again.
TEST_P(Rebuild, begins_again_when_the_horizon_moved) {
  Fleet fleet(1, url());
  fill(fleet);
  const pid_t child = ::fork();
  if (child == 0) {
    auto store = open_fleet_store(fleet.url(), StoreOpen::existing, testing::repeatable_random(9));
    if (!store) ::_exit(1);
    (void)(*store)->rebuild([](std::int64_t, std::int64_t) { ::_exit(9); });
    ::_exit(2);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  ASSERT_EQ(WEXITSTATUS(status), 9);
  ASSERT_TRUE(fleet.store().retain(first_day, 13, true));
  std::vector<std::int64_t> steps;
  ASSERT_TRUE(
      fleet.store().rebuild([&](std::int64_t reports, std::int64_t) { steps.push_back(reports); }));
  EXPECT_EQ(steps.front(), 500);
}

}  // namespace
}  // namespace wattlife
