// SPDX-License-Identifier: EUPL-1.2
#include "agent/self_rows.h"

#include <gtest/gtest.h>

#include "agent/sample_store.h"
#include "tests/agent/examples.h"
#include "tests/temporary_folder.h"

namespace wattlife {
namespace {

const UtcTime start = utc("2026-11-23T23:30:00Z");
const UtcDay monday = std::chrono::floor<std::chrono::days>(start);

SelfCost cost(int milliseconds) {
  SelfCost cost;
  cost.time = std::chrono::minutes(15);
  cost.cpu = std::chrono::milliseconds(milliseconds);
  cost.wakes = 15;
  cost.written_bytes = 16'384;
  cost.resident_bytes = 5'000'000 + milliseconds;
  cost.energy = energy_by_prior(cost.cpu, 15);
  return cost;
}

Batch spending(std::int64_t number, UtcTime slot, int milliseconds) {
  Batch made = batch(number, {window(slot, 100)});
  made.spent = cost(milliseconds);
  return made;
}

Result<SampleStore> opened(const TemporaryFolder& folder) {
  return SampleStore::open(folder / "samples.db", {});
}

TEST(SelfRows, ADayIsTheSumOfItsBatchesHoweverOftenTheyAreTried) {
  const TemporaryFolder folder;
  Result<SampleStore> store = opened(folder);
  ASSERT_RESULT(store);
  const std::vector<Batch> both = {spending(1, start, 2), spending(2, start + quarter_hour, 3)};
  ASSERT_RESULT(store->append({both[0]}));
  ASSERT_RESULT(store->append(both));
  ASSERT_RESULT(store->append(both));
  const auto days = store->self_from(monday);
  ASSERT_RESULT(days);
  EXPECT_EQ(*days, (std::vector<SelfDay>{{"2026-11-23", cost(2) + cost(3)}}));
}

TEST(SelfRows, ABatchCountsOnTheDayOfItsQuarterHour) {
  const TemporaryFolder folder;
  Result<SampleStore> store = opened(folder);
  ASSERT_RESULT(store);
  // The last quarter hour of Monday is stored on Tuesday.
  ASSERT_RESULT(store->append(
      {spending(1, start + quarter_hour, 2), spending(2, start + 2 * quarter_hour, 5)}));
  const auto days = store->self_from(monday);
  ASSERT_RESULT(days);
  ASSERT_EQ(days->size(), 2U);
  EXPECT_EQ((*days)[0], (SelfDay{"2026-11-23", cost(2)}));
  EXPECT_EQ((*days)[1], (SelfDay{"2026-11-24", cost(5)}));
  EXPECT_EQ(store->self_from(monday + std::chrono::days(1))->size(), 1U);
}

TEST(SelfRows, UnknownStaysUnknownAndABatchWithoutCostHasNoRow) {
  const TemporaryFolder folder;
  Result<SampleStore> store = opened(folder);
  ASSERT_RESULT(store);
  ASSERT_RESULT(store->append({batch(1, {window(start, 100)})}));
  EXPECT_TRUE(store->self_from(monday)->empty());
  Batch bare = batch(2, {window(start, 100)});
  bare.spent = SelfCost{};
  ASSERT_RESULT(store->append({bare}));
  EXPECT_EQ(*store->self_from(monday), (std::vector<SelfDay>{{"2026-11-23", SelfCost{}}}));
}

TEST(SelfRows, OldDaysGo) {
  const TemporaryFolder folder;
  Result<Database> database = Database::open(folder / "own.db", {});
  ASSERT_RESULT(database);
  expect_done(database->migrate({self_layout}));
  for (const char* day : {"2025-01-01", "2026-11-22", "2026-11-23"}) {
    expect_done(add_self_cost(*database, day, cost(1)));
  }
  expect_done(remove_old_self_rows(*database, "2026-11-22"));
  const auto days = self_days(*database, "");
  ASSERT_RESULT(days);
  ASSERT_EQ(days->size(), 2U);
  EXPECT_EQ(days->front().day, "2026-11-22");
}

TEST(SelfRows, AFileOfTheLayoutBeforeGetsTheTable) {
  const TemporaryFolder folder;
  ASSERT_RESULT(opened(folder));
  {
    Result<Database> old = Database::open(folder / "samples.db", {});
    ASSERT_RESULT(old);
    for (const char* table :
         {"self", "capacity", "firmware_battery", "provision", "drive_erase", "processor"}) {
      expect_done(old->run(std::string("DROP TABLE ") + table));
    }
    for (const char* column : {"ended", "ended_charge_mj", "ended_packs"}) {
      expect_done(old->run(std::string("ALTER TABLE position DROP COLUMN ") + column));
    }
    expect_done(old->run("PRAGMA user_version = 3"));
  }
  Result<SampleStore> store = opened(folder);
  ASSERT_RESULT(store);
  ASSERT_RESULT(store->append({spending(1, start, 2)}));
  EXPECT_EQ(store->self_from(monday)->size(), 1U);
}

}  // namespace
}  // namespace wattlife
