// SPDX-License-Identifier: EUPL-1.2
#include <gtest/gtest.h>

#include <map>

#include "collector/fleet_store.h"
#include "tests/collector/both_stores.h"
#include "tests/collector/fleet.h"

namespace wattlife {
namespace {

using std::chrono::days;
using testing::day;
using testing::Fleet;
using testing::Laptop;
using testing::week_of;

const UtcDay today = day("2026-11-24");

class Retention : public testing::BothStores {};
INSTANTIATE_TEST_SUITE_P(FleetRetention, Retention, testing::both, testing::name_of_kind);

void expect_sound(Fleet& fleet) {
  const auto checked = fleet.store().check();
  ASSERT_TRUE(checked) << checked.error().text;
  EXPECT_EQ(checked->different_tables, std::vector<std::string>{});
}

Energy folded_energy(Fleet& fleet) {
  Energy sum;
  for (const EnergyMonth& month : *fleet.store().energy_months()) {
    if (month.row.device) sum += month.row.device->energy;
  }
  return sum;
}

// A year and a half of four laptops, one of another model; each week's report comes the day after.
struct Years {
  explicit Years(const std::string& url) : fleet(1, url) {
    token = *fleet.store().create_token(testing::oin, "old", begin, begin + days(300));
    for (const char* name : {"a", "b", "c", "d"}) {
      Laptop laptop = testing::laptop(name);
      if (laptop.install_id == testing::id_of("install-d")) {
        laptop.stock = testing::inventory("Dell Inc.", "Latitude 7400");
      }
      fleet.enrol(laptop, begin, token);
      EXPECT_TRUE(fleet.store().confirm(laptop.credential.device_id, false));
      laptops.push_back(laptop);
    }
    for (UtcDay monday = begin; monday + days(8) < today; monday += days(7)) {
      std::vector<ReportArrival> batch;
      UtcDay received = monday;
      for (Laptop& laptop : laptops) {
        const Period week = week_of(monday);
        received = week.end + days(1);
        batch.push_back({laptop.credential, to_bytes(laptop.energy(week, 100'000 + laptop.row))});
        laptop.stock.batteries[0].full = milliwatt_hours(46'000 - (monday - begin).count());
        batch.push_back({laptop.credential, to_bytes(laptop.health())});
      }
      const auto outcomes = fleet.store().receive(batch, received);
      EXPECT_TRUE(outcomes) << outcomes.error().text;
      for (const auto& outcome : *outcomes) EXPECT_TRUE(outcome.acknowledgement);
    }
  }

  const UtcDay begin = day("2025-05-05");
  Fleet fleet;
  std::string token;
  std::vector<Laptop> laptops;
};

TEST_P(Retention, what_goes_is_in_the_months_and_what_stays_follows_from_what_is_kept) {
  Years years(url());
  Fleet& fleet = years.fleet;
  const Energy before = fleet.counted_energy();
  std::map<std::int64_t, Energy> by_month;
  const auto all = fleet.store().energy();
  for (const EnergyEntry& entry : *all) {
    const std::chrono::year_month_day date(entry.period.begin);
    const UtcDay month = std::chrono::sys_days(date.year() / date.month() / 1);
    if (entry.row.device) {
      by_month[month.time_since_epoch().count()] += entry.row.device->energy;
    }
  }
  const auto history = fleet.store().devices()->front().battery_history;

  const auto dry = fleet.store().retain(today, default_months_kept, false);
  ASSERT_TRUE(dry) << dry.error().text;
  EXPECT_EQ(dry->horizon, day("2025-10-01"));
  EXPECT_GT(dry->reports, 100);
  EXPECT_EQ(fleet.counted_energy(), before);
  EXPECT_TRUE(fleet.store().energy_months()->empty());

  const auto kept = fleet.store().retain(today, default_months_kept, true);
  ASSERT_TRUE(kept) << kept.error().text;
  EXPECT_EQ(kept->reports, dry->reports);
  EXPECT_EQ(kept->energy_rows, dry->energy_rows);
  EXPECT_EQ(fleet.counted_energy() + folded_energy(fleet), before);
  std::map<std::int64_t, Energy> folded;
  const auto months = fleet.store().energy_months();
  for (const EnergyMonth& month : *months) {
    if (!month.row.device) continue;
    folded[month.month.time_since_epoch().count()] += month.row.device->energy;
    EXPECT_EQ(month.oin, testing::oin);
    EXPECT_EQ(month.devices, month.device_model == "Dell Inc. Latitude 7400" ? 1 : 3);
    EXPECT_EQ(month.known, month.row.time);
  }
  EXPECT_EQ(folded.size(), 5u);  // May to September 2025
  for (const auto& [month, energy] : folded) EXPECT_EQ(energy, by_month[month]);
  const auto rows = fleet.store().energy();
  for (const EnergyEntry& entry : *rows) EXPECT_GT(entry.period.end, kept->horizon);

  EXPECT_EQ(fleet.store().devices()->front().battery_history.size(), history.size());
  expect_sound(fleet);
  const auto rebuilt = fleet.store().rebuild();
  ASSERT_TRUE(rebuilt) << rebuilt.error().text;
  EXPECT_EQ(rebuilt->different_tables, std::vector<std::string>{});
  EXPECT_EQ(fleet.store().devices()->front().battery_history.size(), history.size());

  const auto again = fleet.store().retain(today, default_months_kept, true);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->reports + again->energy_rows, 0);
  EXPECT_EQ(fleet.counted_energy() + folded_energy(fleet), before);
}

TEST_P(Retention, month_after_month_gives_what_once_gives) {
  Years years(url());
  Fleet& fleet = years.fleet;
  const Energy before = fleet.counted_energy();
  for (const char* when : {"2026-07-01", "2026-07-02", "2026-08-31", "2026-10-15", "2026-11-24"}) {
    ASSERT_TRUE(fleet.store().retain(day(when), default_months_kept, true));
    EXPECT_EQ(fleet.counted_energy() + folded_energy(fleet), before);
    expect_sound(fleet);
  }
  Years once("");
  ASSERT_TRUE(once.fleet.store().retain(today, default_months_kept, true));
  const auto many = fleet.store().energy_months();
  const auto one = once.fleet.store().energy_months();
  ASSERT_EQ(many->size(), one->size());
  for (std::size_t i = 0; i < one->size(); ++i) {
    EXPECT_EQ((*many)[i].row, (*one)[i].row);
    EXPECT_EQ((*many)[i].devices, (*one)[i].devices);
    EXPECT_EQ((*many)[i].month, (*one)[i].month);
  }
}

TEST_P(Retention, a_late_report_of_a_month_that_is_folded_is_taken_and_not_counted) {
  Years years(url());
  Fleet& fleet = years.fleet;
  const Energy before = fleet.counted_energy();
  ASSERT_TRUE(fleet.store().retain(today, default_months_kept, true));
  Laptop& laptop = years.laptops[0];
  const Report late = laptop.energy(week_of(day("2025-06-09")), 1);
  EXPECT_TRUE(fleet.send(laptop, late, today).acknowledgement);
  EXPECT_EQ(fleet.counted_energy() + folded_energy(fleet), before);
  expect_sound(fleet);
}

// A clock that ran a year ahead: its report goes with the reports of its day, and so does the
// period it told of, which is not counted a second time when it comes.
TEST_P(Retention, a_period_told_before_it_began_goes_with_its_report) {
  Years years(url());
  Fleet& fleet = years.fleet;
  Laptop early = testing::laptop("early");
  fleet.enrol(early, years.begin + days(1), years.token);
  ASSERT_TRUE(fleet.store().confirm(early.credential.device_id, false));
  const Period week = week_of(day("2026-06-08"));
  fleet.send(early, early.energy(week, 500), years.begin + days(2));
  fleet.send(early, early.energy(week, 500), day("2026-06-20"));
  const Energy before = fleet.counted_energy();
  ASSERT_TRUE(fleet.store().retain(today, default_months_kept, true));
  EXPECT_EQ(fleet.counted_energy() + folded_energy(fleet), before);
  expect_sound(fleet);
  fleet.send(early, early.energy(week, 7), today);
  EXPECT_EQ(fleet.counted_energy() + folded_energy(fleet), before);
  expect_sound(fleet);
}

TEST_P(Retention, reports_that_were_refused_or_not_counted_go_too) {
  Years years(url());
  Fleet& fleet = years.fleet;
  Laptop& laptop = years.laptops[0];
  const UtcDay old = years.begin + days(20);
  fleet.send_bytes(laptop, "garbage", old);
  Report twice = laptop.energy(week_of(years.begin), 1);
  twice.summary->first_window = 1;  // rows that were counted
  fleet.send(laptop, twice, old);
  Report twice_later = laptop.energy(week_of(day("2026-06-08")), 1);
  twice_later.summary->first_window = 1;
  twice_later.summary->last_window = 100'000;
  fleet.send(laptop, twice_later, today);
  ASSERT_EQ(fleet.store().set_aside()->size(), 1u);
  ASSERT_TRUE(fleet.store().retain(today, default_months_kept, true));
  EXPECT_TRUE(fleet.store().set_aside()->empty());
  expect_sound(fleet);
}

TEST_P(Retention, the_time_is_bounded_and_the_horizon_never_moves_back) {
  Fleet fleet(1, url());
  EXPECT_FALSE(fleet.store().retain(today, 0, true));
  EXPECT_FALSE(fleet.store().retain(today, most_months_kept + 1, true));
  EXPECT_EQ(fleet.store().retain(today, 13, true)->horizon, day("2025-10-01"));
  EXPECT_EQ(fleet.store().retain(today, 25, true)->horizon, day("2025-10-01"));
  EXPECT_EQ(fleet.store().retain(today, 12, false)->horizon, day("2025-11-01"));
}

}  // namespace
}  // namespace wattlife
