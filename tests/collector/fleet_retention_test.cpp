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

// The clock of the collector was set back for a while: a report of that day is not counted, and the
// period that it tells of, which was counted before, stays as it is until the horizon moves.
TEST_P(Retention, at_a_horizon_that_stays_nothing_goes) {
  Years years(url());
  Fleet& fleet = years.fleet;
  ASSERT_TRUE(fleet.store().retain(today, default_months_kept, true));
  Laptop& laptop = years.laptops[0];
  const Report ahead = laptop.energy(week_of(years.begin + days(7 * 70)), 500);
  ASSERT_TRUE(fleet.send(laptop, ahead, years.begin + days(2)).acknowledgement);
  const Energy before = fleet.counted_energy();
  const Energy folded = folded_energy(fleet);
  const auto again = fleet.store().retain(today, default_months_kept, true);
  ASSERT_TRUE(again) << again.error().text;
  EXPECT_EQ(again->reports + again->energy_rows, 0);
  EXPECT_EQ(fleet.counted_energy(), before);
  expect_sound(fleet);
  ASSERT_TRUE(fleet.store().retain(today + days(31), default_months_kept, true));
  EXPECT_EQ(fleet.counted_energy() + folded_energy(fleet), before + folded);
  expect_sound(fleet);
}

// More reports than one look takes, that of the clock that ran ahead among the last of them, and
// one that is given its place long after its day, when its device is confirmed.
TEST_P(Retention, reports_are_looked_at_by_their_places_and_not_by_their_days) {
  Fleet fleet(1, url());
  const UtcDay old = day("2025-08-05");
  const std::string token = *fleet.store().create_token(testing::oin, "old", old, old + days(300));
  Laptop waiting = testing::laptop("waiting");
  fleet.enrol(waiting, old, token);
  const Period week = week_of(day("2026-06-08"));
  ASSERT_TRUE(fleet.send(waiting, waiting.energy(week, 500), old).acknowledgement);
  Laptop early;
  std::vector<ReportArrival> batch;
  for (int i = 0; i < 35; ++i) {
    early = testing::laptop("m" + std::to_string(i));
    fleet.enrol(early, old, token);
    ASSERT_TRUE(fleet.store().confirm(early.credential.device_id, false));
    for (int j = 0; j < 30; ++j) batch.push_back({early.credential, to_bytes(early.health())});
  }
  batch.push_back({early.credential, to_bytes(early.energy(week, 500))});
  const auto sent = fleet.store().receive(batch, old);
  ASSERT_TRUE(sent) << sent.error().text;
  for (const auto& outcome : *sent) ASSERT_TRUE(outcome.acknowledgement);
  ASSERT_TRUE(fleet.store().confirm(waiting.credential.device_id, false));
  const Energy before = fleet.counted_energy();
  EXPECT_GT(before, Energy{});
  const auto kept = fleet.store().retain(today, default_months_kept, true);
  ASSERT_TRUE(kept) << kept.error().text;
  EXPECT_EQ(kept->reports, 35 * 30 + 2);
  EXPECT_EQ(fleet.counted_energy(), Energy{});
  expect_sound(fleet);
  fleet.send(early, early.energy(week, 7), today);
  fleet.send(waiting, waiting.energy(week, 7), today);
  EXPECT_EQ(fleet.counted_energy(), Energy{});
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

// More laptops than one slice folds. Between two slices reports come in, what is before the horizon
// is not shown any more, and the months are shown only when they are whole.
TEST_P(Retention, works_in_slices_between_which_others_write) {
  Fleet fleet(1, url());
  const UtcDay early = day("2026-06-10");
  Laptop first;
  for (int i = 0; i < 250; ++i) {
    Laptop laptop = testing::laptop("m" + std::to_string(i));
    fleet.enrol(laptop, early);
    ASSERT_TRUE(fleet.store().confirm(laptop.credential.device_id, false));
    for (int week = 1; week <= 5; ++week) {
      fleet.send(laptop, laptop.energy(week_of(early - days(7 * week)), 1000 + i), early);
    }
    if (i == 0) first = laptop;
  }
  const Energy before = fleet.counted_energy();
  auto second = open_fleet_store(fleet.url(), StoreOpen::existing, testing::repeatable_random(77));
  ASSERT_TRUE(second);
  int slices = 0;
  const auto look = [&] {
    ++slices;
    EXPECT_TRUE((*second)->energy_months()->empty());
    for (const EnergyEntry& entry : *(*second)->energy()) {
      EXPECT_GT(entry.period.end, day("2026-10-01"));
    }
    const auto outcomes = (*second)->receive(
        {{first.credential,
          to_bytes(first.energy(week_of(day("2026-11-16") - days(7 * slices)), 7))}},
        today);
    EXPECT_TRUE(outcomes && outcomes->front().acknowledgement);
    return slices < 3;
  };
  const auto broken_off = fleet.store().retain(today, 1, true, look);
  ASSERT_TRUE(broken_off) << broken_off.error().text;
  EXPECT_FALSE(broken_off->finished);
  EXPECT_EQ(slices, 3);
  EXPECT_EQ(broken_off->reports, 0);
  const auto rest = fleet.store().retain(today, 1, true);
  ASSERT_TRUE(rest) << rest.error().text;
  EXPECT_TRUE(rest->finished);
  EXPECT_EQ(rest->reports, 1250);
  EXPECT_EQ(broken_off->energy_rows + rest->energy_rows, 2500);
  EXPECT_EQ(fleet.counted_energy() + folded_energy(fleet), before + joules(3 * 7));
  const auto months = fleet.store().energy_months();
  for (const EnergyMonth& month : *months) EXPECT_EQ(month.devices, 250);
  expect_sound(fleet);
}

// Stopped after its first slice: what checks or rebuilds first finishes it.
TEST_P(Retention, a_check_finishes_one_that_was_broken_off) {
  Years years(url());
  Fleet& fleet = years.fleet;
  const Energy before = fleet.counted_energy();
  const auto stopped = fleet.store().retain(today, default_months_kept, true, [] { return false; });
  ASSERT_TRUE(stopped && !stopped->finished);
  EXPECT_TRUE(fleet.store().energy_months()->empty());
  expect_sound(fleet);
  EXPECT_EQ(fleet.counted_energy() + folded_energy(fleet), before);
  const auto again = fleet.store().retain(today, default_months_kept, true);
  EXPECT_TRUE(again->finished);
  EXPECT_EQ(again->reports + again->energy_rows, 0);
}

// A reader of all bodies, as pg_dump is one: retention gives way soon, since whoever sends a report
// would wait behind it, and finishes when its turn comes again.
TEST_P(Retention, waits_for_a_reader_of_bodies_a_short_time_only) {
  Years years(url());
  Fleet& fleet = years.fleet;
  const Energy before = fleet.counted_energy();
  const auto reader = open_sql(fleet.url(), StoreOpen::existing);
  ASSERT_TRUE(reader) << reader.error().text;
  const auto began = std::chrono::steady_clock::now();
  const Done read = (*reader)->read_transaction([&]() -> Done {
    const auto bodies = (*reader)->integer("SELECT count(*) FROM report_body");
    EXPECT_TRUE(bodies && *bodies > 0);
    const auto kept = fleet.store().retain(today, default_months_kept, true);
    const bool in_the_way = GetParam() == testing::Kind::postgres;
    EXPECT_EQ(!kept, in_the_way);
    if (!kept) {
      EXPECT_EQ(kept.error().cause, Cause::busy) << kept.error().text;
    }
    return done();
  });
  EXPECT_TRUE(read) << read.error().text;
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(9));  // 10 by default
  const auto kept = fleet.store().retain(today, default_months_kept, true);
  ASSERT_TRUE(kept) << kept.error().text;
  EXPECT_TRUE(kept->finished);
  EXPECT_EQ(fleet.counted_energy() + folded_energy(fleet), before);
  expect_sound(fleet);
}

// Two programs at once: one of them does it, the other says so, and nothing counts twice.
TEST_P(Retention, two_at_once_fold_each_month_once) {
  Years years(url());
  Fleet& fleet = years.fleet;
  const Energy before = fleet.counted_energy();
  auto second = open_fleet_store(fleet.url(), StoreOpen::existing, testing::repeatable_random(77));
  ASSERT_TRUE(second);
  bool met = false;
  const auto first = fleet.store().retain(today, default_months_kept, true, [&] {
    if (!met) {
      EXPECT_TRUE((*second)->retain(today, default_months_kept, true));
    }
    met = true;
    return true;
  });
  EXPECT_TRUE(met);
  EXPECT_TRUE(first || first.error().cause == Cause::busy);
  EXPECT_EQ(fleet.counted_energy() + folded_energy(fleet), before);
  expect_sound(fleet);
}

}  // namespace
}  // namespace wattlife
