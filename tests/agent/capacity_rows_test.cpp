// SPDX-License-Identifier: EUPL-1.2
#include "agent/capacity_rows.h"

#include <gtest/gtest.h>

#include "agent/sample_store.h"
#include "tests/agent/examples.h"
#include "tests/temporary_folder.h"

namespace wattlife {
namespace {

using std::chrono::days;

const UtcDay monday{std::chrono::year{2026} / 11 / 2};

class CapacityRows : public testing::Test {
 protected:
  CapacityRows() : store_(SampleStore::open(path(), {})) {}
  void SetUp() override { ASSERT_RESULT(store_); }
  std::string path() const { return folder_ / "samples.db"; }
  SampleStore& store() { return *store_; }

  // The sampler reads its packs on `day`.
  void read(UtcDay day, std::int64_t full_mwh, std::int64_t design_mwh = 57'000) {
    Inventory inventory = laptop();
    inventory.batteries[0].full = milliwatt_hours(full_mwh);
    inventory.batteries[0].design = milliwatt_hours(design_mwh);
    const auto added = store().append_inventory(day, inventory);
    ASSERT_RESULT(added);
  }
  std::vector<CapacityPoint> points(const std::string& pack = pack_identity(laptop().batteries[0]),
                                    UtcDay last_day = monday + days(4000)) {
    auto found = store().capacity_of(pack, last_day);
    EXPECT_TRUE(found) << found.error().text;
    return found ? *std::move(found) : std::vector<CapacityPoint>{};
  }
  static CapacityPoint point(UtcDay day, std::int64_t full_mwh,
                             CapacityOrigin origin = CapacityOrigin::own_reading) {
    const bool own = origin == CapacityOrigin::own_reading;
    return {day,
            milliwatt_hours(full_mwh),
            milliwatt_hours(57'000),
            own ? std::optional<std::int64_t>(234) : std::nullopt,
            origin,
            false};
  }
  static CapacityHistory history(std::vector<CapacityPoint> points) {
    return {monday, pack_identity(laptop().batteries[0]), std::move(points)};
  }

  TemporaryFolder folder_;
  Result<SampleStore> store_;
};

TEST_F(CapacityRows, AQuietPackIsNotedOnceAWeek) {
  for (int day = 0; day < 21; ++day) read(monday + days(day), 50'000);
  EXPECT_EQ(points(),
            (std::vector<CapacityPoint>{point(monday, 50'000), point(monday + days(7), 50'000),
                                        point(monday + days(14), 50'000)}));
}

TEST_F(CapacityRows, WhatTheGaugeLearnedInAWeekReplacesItsNote) {
  read(monday, 50'000);
  read(monday, 49'000);
  EXPECT_EQ(points(), std::vector<CapacityPoint>{point(monday, 50'000)}) << "a write a day at most";
  read(monday + days(2), 49'000);
  EXPECT_EQ(points(), std::vector<CapacityPoint>{point(monday + days(2), 49'000)});
  read(monday + days(3), 49'000);
  read(monday + days(6), 48'500);
  read(monday + days(7), 48'500);
  EXPECT_EQ(points(), (std::vector<CapacityPoint>{point(monday + days(6), 48'500),
                                                  point(monday + days(7), 48'500)}));
}

TEST_F(CapacityRows, LawAWanderingGaugeNeverHasTwoNotesInAWeek) {
  for (int day = 0; day < 200; ++day) {
    read(monday + days(day), 50'000 - 10 * day);
    read(monday + days(day), 50'000 - 10 * day - 5);
  }
  const auto all = points();
  ASSERT_EQ(all.size(), 29U);
  for (std::size_t i = 0; i < all.size(); ++i) {
    EXPECT_EQ((all[i].day - monday) / days(7), static_cast<int>(i));
  }
}

TEST_F(CapacityRows, ADesignValueThatMovesIsLearningToo) {
  read(monday, 50'000);
  read(monday + days(1), 50'000, 56'000);
  ASSERT_EQ(points().size(), 1U);
  EXPECT_EQ(points()[0].design, milliwatt_hours(56'000));
}

TEST_F(CapacityRows, AClockThatWasSetBackOrForwardTakesNothingAway) {
  read(monday + days(5), 50'000);
  read(monday + days(3), 49'000);
  EXPECT_EQ(points(), std::vector<CapacityPoint>{point(monday + days(5), 50'000)});
  read(monday + days(3000), 48'000);  // nine years too far
  read(monday + days(7), 49'500);
  EXPECT_EQ(points(pack_identity(laptop().batteries[0]), monday + days(10)),
            (std::vector<CapacityPoint>{point(monday + days(5), 50'000),
                                        point(monday + days(7), 49'500)}))
      << "and what is not yet does not count";
}

TEST_F(CapacityRows, PacksAreKeptApartAndOneThatTellsNothingHasNoNote) {
  Inventory inventory = laptop();
  inventory.batteries.push_back(inventory.batteries[0]);
  inventory.batteries[1].serial = "B-2";
  inventory.batteries[1].full = milliwatt_hours(20'000);
  inventory.batteries.push_back(inventory.batteries[0]);
  inventory.batteries[2].serial = "B-3";
  inventory.batteries[2].full.reset();
  ASSERT_RESULT(store().append_inventory(monday, inventory));
  EXPECT_EQ(points().size(), 1U);
  EXPECT_EQ(points(pack_identity(inventory.batteries[1]))[0].full, milliwatt_hours(20'000));
  EXPECT_TRUE(points(pack_identity(inventory.batteries[2])).empty());
}

TEST_F(CapacityRows, AnIdentityIsTheSerialOrElseThePlace) {
  Battery battery = laptop().batteries[0];
  const std::string with_serial = pack_identity(battery);
  battery.name = "BAT1";
  EXPECT_EQ(pack_identity(battery), with_serial) << "the same pack in another bay";
  battery.serial.reset();
  const std::string without = pack_identity(battery);
  battery.name = "BAT0";
  EXPECT_NE(pack_identity(battery), without) << "two packs of one model";
}

TEST_F(CapacityRows, TheHistoryOfTheSystemIsAskedForOnceInTheLifeOfAStore) {
  EXPECT_TRUE(*store().wants_capacity_history());
  const auto os = CapacityOrigin::os_history;
  const std::vector<CapacityPoint> noted = {point(monday - days(14), 52'000, os),
                                            point(monday - days(7), 51'000, os)};
  expect_done(store().add_capacity_history(history(noted)));
  EXPECT_FALSE(*store().wants_capacity_history());
  expect_done(store().add_capacity_history(history({point(monday, 1, os)})));
  read(monday, 50'000);
  EXPECT_EQ(points(), (std::vector<CapacityPoint>{noted[0], noted[1], point(monday, 50'000)}));
  EXPECT_FALSE(*SampleStore::open(path(), {})->wants_capacity_history());
}

TEST_F(CapacityRows, AHistoryThatIsEmptyIsNotAskedForAgainEither) {
  expect_done(store().add_capacity_history(history({})));
  EXPECT_FALSE(*store().wants_capacity_history());
  EXPECT_TRUE(points().empty());
}

TEST_F(CapacityRows, WhatAnEarlierPackHeldIsNotSaidOfThisOne) {
  const auto os = CapacityOrigin::os_history;
  std::vector<CapacityPoint> noted;
  for (int week = 0; week < 6; ++week) noted.push_back(point(monday + days(7 * week), 50'000, os));
  noted[1].full = Energy{};  // not known
  noted[2].new_pack = true;
  noted[5].new_pack = true;
  expect_done(store().add_capacity_history(history(noted)));
  const std::string pack = pack_identity(laptop().batteries[0]);
  EXPECT_EQ(points(), std::vector<CapacityPoint>{point(monday + days(35), 50'000, os)});
  EXPECT_EQ(points("before/1/" + pack).size(), 3U);
  EXPECT_EQ(points("before/2/" + pack).size(), 1U);
}

TEST_F(CapacityRows, APackThatIsGoneForThreeYearsIsForgottenAndItsSuccessorIsNot) {
  read(monday, 50'000);
  Inventory inventory = laptop();
  inventory.batteries[0].serial = "B-2";
  const std::string successor = pack_identity(inventory.batteries[0]);
  std::vector<Batch> batches;
  for (int day = 0; day < 1300; ++day) {
    if (day % 7 == 6) {
      ASSERT_RESULT(store().append_inventory(monday + days(day), inventory));
    }
    batches.push_back(batch(day + 1, {window(UtcTime{monday} + days(day), 10)}));
    // Ages are counted back from the 96th newest commit: day 1,152 looks at day 1,057.
    if (day + 1 == 1152) {
      ASSERT_RESULT(store().append(batches));
      EXPECT_EQ(points().size(), 1U);
    }
  }
  ASSERT_RESULT(store().append(batches));
  EXPECT_TRUE(points().empty());
  EXPECT_EQ(points(successor).size(), 185U) << "nothing of a pack in use goes";
}

TEST_F(CapacityRows, AFileOfTheLayoutBeforeGetsTheTable) {
  {
    Result<Database> old = Database::open(path(), {});
    ASSERT_RESULT(old);
    for (const char* column : {"ended", "ended_charge_mj", "ended_packs"}) {
      expect_done(old->run(std::string("ALTER TABLE position DROP COLUMN ") + column));
    }
    for (const char* table :
         {"capacity", "firmware_battery", "provision", "drive_erase", "processor"}) {
      expect_done(old->run(std::string("DROP TABLE ") + table));
    }
    expect_done(old->run("PRAGMA user_version = 4"));
  }
  store_ = SampleStore::open(path(), {});
  ASSERT_RESULT(store_);
  read(monday, 50'000);
  EXPECT_EQ(points().size(), 1U);
}

TEST_F(CapacityRows, NothingAboutUseIsInTheTable) {
  Result<Database> database = Database::open(path(), {OpenMode::read_only, 0});
  ASSERT_RESULT(database);
  std::string columns;
  expect_done(
      database->query("SELECT name FROM pragma_table_info('capacity')", {}, [&](const Row& row) {
        columns += row.text(0) + " ";
        return done();
      }));
  EXPECT_EQ(columns, "pack day origin full_mj design_mj cycles ");
}

}  // namespace
}  // namespace wattlife
