// SPDX-License-Identifier: EUPL-1.2
// Fifteen laptops in the states that a planner meets, for tests of pages and lists.
#pragma once

#include "tests/collector/fleet.h"

namespace wattlife::testing {

inline const UtcDay example_day = day("2026-11-24");

struct Example {
  const char* maker;
  const char* model;
  std::int64_t design_mwh;
  std::int64_t full_mwh;
  std::int64_t full_two_weeks_ago_mwh;     // 0: was not here yet
  std::optional<std::int64_t> drive_used;  // %; empty: nothing is known of the drive
  std::int64_t drive_warning;
  std::int64_t memory_mib;
};

inline const Example examples[] = {
    {"LENOVO", "ThinkPad T480", 24'000, 22'100, 22'300, 3, 0, 16'384},
    {"Dell Inc.", "Latitude 5400", 68'000, 59'800, 60'100, 12, 0, 16'384},
    {"HP", "HP EliteBook 840 G6", 50'000, 48'500, 48'600, std::nullopt, 0, 16'384},
    {"LENOVO", "ThinkPad X1 Carbon Gen 9", 57'000, 40'500, 41'000, 40, 0, 16'384},
    {"Microsoft Corporation", "Surface Laptop 3", 45'000, 37'400, 37'600, 9, 0, 8'192},
    {"LENOVO", "ThinkPad T480", 24'000, 22'800, 22'900, std::nullopt, 0, 16'384},
    {"Dell Inc.", "Latitude 5400", 68'000, 42'200, 43'000, 101, 0, 16'384},
    {"HP", "HP EliteBook 840 G6", 50'000, 45'000, 45'300, 77, 4, 16'384},
    {"LENOVO", "ThinkPad X1 Carbon Gen 9", 57'000, 56'400, 0, 2, 0, 32'768},
    {"Microsoft Corporation", "Surface Laptop 3", 45'000, 45'000, 45'000, std::nullopt, 0, 8'192},
    {"LENOVO", "ThinkPad T480", 24'000, 20'600, 20'700, 22, 0, 4'096},
    {"Dell Inc.", "Latitude 5400", 68'000, 61'900, 62'000, 5, 0, 16'384},
    {"HP", "<script>alert(1)</script> & \"Co\"", 50'000, 33'000, 0, 31, 0, 16'384},
};

// The working week of one example, in rows as an agent makes them.
inline Report example_week(Laptop& laptop, Period period, int number) {
  Report report = laptop.energy(period);
  auto& rows = report.summary->energy;
  rows.clear();
  const auto add = [&](UseState state, Supply supply, Tier tier, const char* method, int minutes,
                       int milliwatt, double shared, bool wall) {
    const Energy used{static_cast<std::int64_t>(milliwatt) * 60 * minutes};
    rows.push_back(
        energy_row(state, supply, tier, method, std::chrono::minutes(minutes), used, shared));
    if (wall) {
      const Energy drawn{used.milli * 13 / 10};
      rows.back().wall = Estimate{drawn, 4.0, static_cast<double>(drawn.milli) * shared / 1000};
    }
  };
  add(UseState::active, Supply::battery, Tier::measured, "battery-rate-1", 540 + 31 * number,
      7'000 + 230 * number, 0.03, false);
  add(UseState::active, Supply::mains, Tier::calibrated_model, "prior-model-1+adapter-1",
      1'080 + 17 * number, 9'300 + 150 * number, 0.25, true);
  add(UseState::sleep, Supply::mains, Tier::estimated, "sleep-default-1+adapter-1", 3'000, 1'000,
      0.6, true);
  rows.push_back({UseState::awake, Supply::unknown, Tier::unknown, "", std::chrono::minutes(95),
                  std::nullopt, std::nullopt});
  return report;
}

inline Inventory example_inventory(const Example& example, std::int64_t full_mwh) {
  Inventory made = inventory(example.maker, example.model);
  made.identity.memory_mib = example.memory_mib;
  made.batteries = {battery(example.design_mwh, full_mwh)};
  made.simulated = true;
  if (example.drive_used) {
    made.disks[0].percentage_used = example.drive_used;
    made.disks[0].critical_warning = example.drive_warning;
  } else {
    made.disks.clear();
  }
  return made;
}

// Two weeks of energy for all; three readings of the battery for those that were here before; one
// that waits for confirmation and one in conflict.
inline void fill_with_examples(Fleet& fleet) {
  const UtcDay before = example_day - std::chrono::days(15);
  const UtcDay earlier = before - std::chrono::days(8);
  int number = 0;
  for (const Example& example : examples) {
    Laptop one = laptop("ex" + std::to_string(number));
    const bool was_here = example.full_two_weeks_ago_mwh > 0;
    one.stock =
        example_inventory(example, was_here ? example.full_two_weeks_ago_mwh : example.full_mwh);
    fleet.enrol(one, was_here ? earlier : example_day);
    EXPECT_TRUE(fleet.store().confirm(one.credential.device_id, false));
    if (was_here) {
      // A gauge learned in between, by a hundredth of what the pack held when new.
      const std::int64_t full_mwh =
          std::min(example.design_mwh, example.full_two_weeks_ago_mwh + example.design_mwh / 100);
      Report report = one.health();
      report.inventory = example_inventory(example, full_mwh);
      fleet.send(one, report, earlier);
      fleet.send(one, one.health(), before);
    }
    one.stock = example_inventory(example, example.full_mwh);
    fleet.send(one, one.health(), example_day);
    for (const char* week : {"2026-11-09", "2026-11-16"}) {
      EXPECT_TRUE(fleet.send(one, example_week(one, week_of(day(week)), number), example_day)
                      .acknowledgement);
    }
    if (number == 0) {
      // Something else says that it is this laptop, while it is alive.
      Laptop claim = laptop("claim");
      claim.serials = one.serials;
      claim.stock.identity.model = "ThinkPad T480";
      fleet.enrol(claim, example_day);
      fleet.send(one, one.health(), example_day);
    }
    ++number;
  }
  Laptop waits = laptop("waits");
  waits.stock.identity.model = "ThinkPad T14 Gen 2";
  fleet.enrol(waits, example_day);
}

}  // namespace wattlife::testing
