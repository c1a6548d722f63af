// SPDX-License-Identifier: EUPL-1.2
#include "core/summary.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <tuple>
#include <vector>

namespace wattlife {
namespace {

using std::chrono::minutes;

UtcTime utc(const char* text) { return utc_from_iso8601(text).value(); }

const Period week = period_of(utc("2026-01-05T08:00:00Z"), PeriodLength::week);

StoredWindow window(std::int64_t row, const char* slot, Energy energy, Tier tier = Tier::measured) {
  Window made;
  made.key = {utc(slot), UseState::active, Supply::battery, tier,
              tier == Tier::unknown ? "" : "battery-rate-1"};
  made.time = minutes(15);
  if (tier != Tier::unknown) made.device = Estimate{energy, 4.0, 3.0};
  return {row, made};
}

TEST(Summary, adds_up_and_forgets_the_time_of_day) {
  const Summary summary = summarise(week, {window(7, "2026-01-05T08:00:00Z", joules(100)),
                                           window(9, "2026-01-11T23:45:00Z", joules(50))});
  EXPECT_EQ(summary.period, week);
  EXPECT_EQ(summary.first_window, 7);
  EXPECT_EQ(summary.last_window, 9);
  ASSERT_EQ(summary.energy.size(), 1U);
  const EnergyRow& row = summary.energy[0];
  EXPECT_EQ(row.time, minutes(30));
  EXPECT_EQ(row.device, (Estimate{joules(150), 8.0, 6.0}));
  EXPECT_FALSE(row.wall) << "nobody told what the socket delivered";
}

TEST(Summary, a_gap_is_time_without_energy_never_zero) {
  const Summary summary =
      summarise(week, {window(1, "2026-01-05T08:00:00Z", joules(100)),
                       window(2, "2026-01-05T08:15:00Z", Energy{}, Tier::unknown)});
  ASSERT_EQ(summary.energy.size(), 2U);
  const auto gap = std::find_if(summary.energy.begin(), summary.energy.end(),
                                [](const EnergyRow& row) { return row.tier == Tier::unknown; });
  ASSERT_NE(gap, summary.energy.end());
  EXPECT_EQ(gap->time, minutes(15));
  EXPECT_FALSE(gap->device);
}

// --- The law: the period is the sum of its windows, exactly, in whatever order they come --------

std::vector<StoredWindow> any_windows(std::mt19937_64& chance) {
  const auto below = [&](std::int64_t n) {
    return std::uniform_int_distribution<std::int64_t>(0, n - 1)(chance);
  };
  std::vector<StoredWindow> windows;
  for (std::int64_t row = 1 + below(50), last = row + 1 + below(60); row < last; ++row) {
    Window made;
    made.key.slot = UtcTime{week.begin} + quarter_hour * below(7 * 96);
    made.key.state = static_cast<UseState>(below(5));
    made.key.supply = static_cast<Supply>(below(3));
    made.key.tier = static_cast<Tier>(below(5));
    made.key.method = made.key.tier == Tier::unknown ? "" : below(2) == 0 ? "m-1" : "m-1+adapter-1";
    made.time = Duration{1 + below(900'000)};
    // Whole variances: doubles add them without rounding, so that order cannot show.
    if (made.key.tier != Tier::unknown) {
      made.device = Estimate{Energy{below(180'000'000)}, static_cast<double>(below(1000)),
                             static_cast<double>(below(100))};
    }
    if (made.key.method.ends_with("adapter-1"))
      made.wall = Estimate{Energy{below(180'000'000)}, 1.0, 2.0};
    windows.push_back({row, made});
  }
  return windows;
}

struct Total {
  Duration time{0};
  Energy device;
  Energy wall;
  bool operator==(const Total&) const = default;
};

TEST(Summary, law_of_sums) {
  std::mt19937_64 chance(20260105);
  for (int round = 0; round < 500; ++round) {
    std::vector<StoredWindow> windows = any_windows(chance);
    std::map<std::tuple<UseState, Supply, Tier, std::string>, Total> by_hand;
    for (const auto& [row, w] : windows) {
      Total& total = by_hand[{w.key.state, w.key.supply, w.key.tier, w.key.method}];
      total.time += w.time;
      total.device += w.device.value_or(Estimate{}).energy;
      total.wall += w.wall.value_or(Estimate{}).energy;
    }
    const Summary summary = summarise(week, windows);
    ASSERT_EQ(summary.energy.size(), by_hand.size());
    for (const EnergyRow& row : summary.energy) {
      const Total got{row.time, row.device.value_or(Estimate{}).energy,
                      row.wall.value_or(Estimate{}).energy};
      EXPECT_EQ(got, (by_hand[{row.state, row.supply, row.tier, row.method}]));
      EXPECT_EQ(row.device.has_value(), row.tier != Tier::unknown);
    }
    EXPECT_EQ(summary.first_window, windows.front().row);
    EXPECT_EQ(summary.last_window, windows.back().row);
    std::shuffle(windows.begin(), windows.end(), chance);
    EXPECT_EQ(summarise(week, windows), summary) << "the order of the windows shows";
  }
}

// --- What may leave the device -------------------------------------------------------------------

TEST(Summary, rounded_to_two_digits) {
  const struct {
    std::int64_t value;
    std::int64_t rounded;
  } cases[] = {{0, 0},
               {7, 7},
               {99, 99},
               {100, 100},
               {101, 100},
               {999, 990},
               {1'000, 1'000},
               {12'345, 12'000},
               {-12'345, -12'000},
               {99'999, 99'000},
               {INT64_MAX, 9'200'000'000'000'000'000},
               {INT64_MIN, -9'200'000'000'000'000'000}};
  for (const auto& c : cases) EXPECT_EQ(rounded_to_two_digits(c.value), c.rounded) << c.value;
}

Inventory full_inventory() {
  Inventory inventory;
  inventory.identity = {"LENOVO", "T480",     "20L5", "PF1", "uuid",
                        UtcDay{}, "Notebook", "i5",   16'384};
  Battery battery;
  battery.name = "BAT0";
  battery.status = BatteryStatus::discharging;
  battery.design = milliwatt_hours(24'000);
  battery.full = milliwatt_hours(20'017);
  battery.now = milliwatt_hours(11'111);
  battery.power = watts(-9);
  battery.voltage = Voltage{11'800};
  battery.cycles = 317;
  battery.serial = "B1";
  inventory.batteries = {battery};
  Disk disk;
  disk.name = "nvme0";
  disk.serial = "D1";
  disk.data_units_written = 12'345'678;
  disk.power_on_hours = 9'876;
  disk.media_errors = 123;
  disk.reallocated = 117;
  disk.percentage_used = 7;
  inventory.disks = {disk};
  inventory.faults = {{"sys/x", Cause::denied}};
  inventory.identity.board_serial = "BO1";
  inventory.provision.asset_tag = "RIJK-4711";
  inventory.provision.locks.bios_password = true;
  inventory.provision.locks.disk_encryption = false;
  inventory.provision.panel = Panel{"LGD", 1, 355, 1920, 1080, 2018};
  return inventory;
}

TEST(Summary, shippable_takes_away_what_tells_of_a_person_or_a_moment) {
  const Inventory shipped = shippable(full_inventory(), false);
  const Battery& battery = shipped.batteries.at(0);
  EXPECT_EQ(battery.status, BatteryStatus::unknown);
  EXPECT_FALSE(battery.now || battery.power || battery.voltage || battery.serial);
  EXPECT_EQ(battery.cycles, 310);
  EXPECT_EQ(shipped.disks.at(0).data_units_written, 12'000'000);
  EXPECT_EQ(shipped.disks.at(0).power_on_hours, 9'800);
  EXPECT_FALSE(shipped.disks.at(0).serial || shipped.identity.serial || shipped.identity.uuid);
  EXPECT_TRUE(shipped.faults.empty());
}

// The asset tag names a laptop to its owner as a serial number does; locks name nobody.
TEST(Summary, shippable_keeps_locks_and_takes_the_asset_tag_away) {
  const Inventory full = full_inventory();
  const Inventory shipped = shippable(full, false);
  EXPECT_EQ(shipped.identity.board_serial, std::nullopt);
  EXPECT_EQ(shipped.provision.asset_tag, std::nullopt);
  EXPECT_EQ(shipped.provision.locks, full.provision.locks);
  EXPECT_EQ(shipped.provision.panel, full.provision.panel);
  EXPECT_EQ(shippable(full, true).provision, full.provision);
  EXPECT_EQ(shippable(full, true).identity.board_serial, "BO1");
}

TEST(Summary, shippable_keeps_health_exact) {
  const Inventory shipped = shippable(full_inventory(), false);
  EXPECT_EQ(shipped.batteries.at(0).full, milliwatt_hours(20'017));
  EXPECT_EQ(shipped.disks.at(0).media_errors, 123);
  EXPECT_EQ(shipped.disks.at(0).reallocated, 117);
  EXPECT_EQ(shipped.identity.model, "T480");
}

TEST(Summary, shippable_with_serials_keeps_them_and_nothing_more) {
  const Inventory shipped = shippable(full_inventory(), true);
  EXPECT_EQ(shipped.identity.serial, "PF1");
  EXPECT_EQ(shipped.identity.uuid, "uuid");
  EXPECT_EQ(shipped.disks.at(0).serial, "D1");
  EXPECT_EQ(shipped.batteries.at(0).serial, "B1");
  EXPECT_FALSE(shipped.batteries.at(0).now);
}

TEST(Summary, shippable_twice_is_once) {
  const Inventory once = shippable(full_inventory(), false);
  EXPECT_EQ(shippable(once, false), once);
}

// --- Calibration ---------------------------------------------------------------------------------

TEST(Summary, a_calibration_says_nothing_before_anything_was_learned) {
  EXPECT_FALSE(summarise(Calibration{}));
  EXPECT_FALSE(summarise(refitted(Calibration{})));
}

TEST(Summary, a_calibration_tells_its_fit_its_doubt_and_no_moment) {
  Calibration calibration;
  for (int i = 0; i < 123; ++i) {
    calibration.windows.push_back({{static_cast<float>(2 + i % 7), 1, 0.5F, 0, 0, 0},
                                   static_cast<float>(6 + i % 7),
                                   {},
                                   1,
                                   0,
                                   20'000});
  }
  calibration = refitted(std::move(calibration));
  const auto summary = summarise(calibration);
  ASSERT_TRUE(summary);
  EXPECT_EQ(summary->doubt, "one_session");
  EXPECT_EQ(summary->tier, Tier::calibrated_model);
  EXPECT_EQ(summary->windows, 120);
  EXPECT_EQ(summary->weights, calibration.fit->weights);
  EXPECT_EQ(summary->method, "calibrated-model-1");
  EXPECT_FALSE(materially_different(*summary, *summary));
}

}  // namespace
}  // namespace wattlife
