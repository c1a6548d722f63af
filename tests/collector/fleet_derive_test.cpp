// SPDX-License-Identifier: EUPL-1.2
// Reports that come in another order than they were made, as after a restored backup.
#include <gtest/gtest.h>

#include "tests/collector/both_stores.h"
#include "tests/collector/fleet.h"

namespace wattlife {
namespace {

using testing::BothStores;
using testing::first_day;
using testing::Fleet;
using testing::Laptop;
INSTANTIATE_TEST_SUITE_P(FleetDerive, BothStores, testing::both, testing::name_of_kind);

Report health_with(Laptop& laptop, std::int64_t full_mwh) {
  laptop.stock.batteries.at(0).full = milliwatt_hours(full_mwh);
  return laptop.health();
}

void expect_shown(Fleet& fleet, std::int64_t full_mwh) {
  const auto devices = fleet.store().devices();
  ASSERT_TRUE(devices && devices->front().inventory);
  const FleetDevice& device = devices->front();
  EXPECT_EQ(device.inventory->inventory.batteries.at(0).full, milliwatt_hours(full_mwh));
  EXPECT_EQ(device.battery_history.back().batteries.at(0).full, milliwatt_hours(full_mwh));
  const auto checked = fleet.store().check();
  ASSERT_TRUE(checked) << checked.error().text;
  EXPECT_EQ(checked->different_tables, std::vector<std::string>{});
}

TEST_P(BothStores, an_inventory_that_comes_after_a_later_one_of_its_day_replaces_nothing) {
  Fleet fleet(1, url());
  Laptop laptop = fleet.member("a", first_day);
  const Report first = health_with(laptop, 46'000);
  const Report lost = health_with(laptop, 45'000);
  const Report next = health_with(laptop, 44'000);
  fleet.send(laptop, first, first_day);
  fleet.send(laptop, next, first_day);
  EXPECT_EQ(fleet.send(laptop, lost, first_day).acknowledgement->complete_through, 3);
  expect_shown(fleet, 44'000);
  // On another day it comes as late as any: the day of receipt is all that is known of it.
  fleet.send(laptop, health_with(laptop, 43'000), first_day + std::chrono::days(7));
  expect_shown(fleet, 43'000);
}

TEST_P(BothStores, an_inventory_that_comes_after_a_later_report_without_one_counts) {
  Fleet fleet(1, url());
  Laptop laptop = fleet.member("a", first_day);
  const Report first = health_with(laptop, 46'000);
  const Report lost = health_with(laptop, 45'000);
  const Report next = laptop.energy(testing::week_of(first_day - std::chrono::days(7)));
  fleet.send(laptop, first, first_day);
  fleet.send(laptop, next, first_day);
  fleet.send(laptop, lost, first_day);
  expect_shown(fleet, 45'000);
}

// Kept apart until confirmed, they are counted in the order in which they came.
TEST_P(BothStores, reports_that_waited_are_judged_in_the_same_way) {
  Fleet fleet(1, url());
  Laptop laptop = testing::laptop("a");
  fleet.enrol(laptop, first_day);
  const Report first = health_with(laptop, 46'000);
  const Report second = health_with(laptop, 45'000);
  fleet.send(laptop, second, first_day);
  fleet.send(laptop, first, first_day);
  ASSERT_TRUE(fleet.store().confirm(laptop.credential.device_id, false));
  expect_shown(fleet, 45'000);
}

}  // namespace
}  // namespace wattlife
