// SPDX-License-Identifier: EUPL-1.2
// What two readings say: frozen rates, clocks, counters of each boundary.
#include "core/span.h"

#include <gtest/gtest.h>

#include <chrono>

namespace wattlife {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

PowerReading discharging(std::int64_t mw, std::optional<std::int64_t> mwh,
                         std::int64_t mv = 11'400) {
  PowerReading reading;
  Battery pack;
  pack.name = "BAT0";
  pack.status = BatteryStatus::discharging;
  pack.power = Power{-mw};
  pack.voltage = Voltage{mv};
  if (mwh) pack.now = milliwatt_hours(*mwh);
  reading.batteries = {pack};
  reading.adapters = {{"AC", false}};
  return reading;
}

Tick at_minute(int minute, PowerReading reading) {
  const UtcTime start = *utc_from_iso8601("2026-11-23T08:00:00Z");
  return {{BootTime{minutes(minute)}, AwakeTime{minutes(minute)}, start + minutes(minute)},
          std::move(reading)};
}

TEST(Span, lengths) {
  const UtcTime utc{};
  const Now then{BootTime{hours(1)}, AwakeTime{hours(1)}, utc};
  const auto after = [&](Duration boot, Duration awake) {
    return lengths_of(then, {BootTime{hours(1) + boot}, AwakeTime{hours(1) + awake}, utc});
  };
  EXPECT_FALSE(after(Duration{0}, Duration{0}));
  EXPECT_FALSE(after(-minutes(1), minutes(1)));
  EXPECT_FALSE(after(hours(24 * 401), minutes(1)));
  ASSERT_TRUE(after(hours(8), minutes(1)));
  EXPECT_EQ(after(hours(8), minutes(1))->asleep, hours(8) - minutes(1));
  EXPECT_EQ(after(minutes(1), minutes(1) - Duration{2000})->asleep, Duration{0});
  EXPECT_EQ(after(minutes(1), minutes(2))->awake, minutes(1)) << "no negative sleep";
}

TEST(Span, a_rate_that_changes_is_believed) {
  const Tick before = at_minute(0, discharging(9'000, 40'000));
  const Tick after = at_minute(1, discharging(11'000, 39'000));
  const auto energy = battery_energy(before, after, minutes(1), {});
  ASSERT_TRUE(energy);
  EXPECT_EQ(*energy, (BatteryEnergy{joules(600), false}));
  EXPECT_EQ(frozen_after(before, after, {9, joules(1), joules(1), joules(1)}), FrozenRate{});
}

// Ten minutes at 12 W by the charge, while the rate stays at 5 W: the sum is what left the pack.
TEST(Span, a_frozen_rate_gives_way_to_the_charge_and_the_sum_is_right) {
  FrozenRate frozen;
  Energy sum;
  int from_gauge = 0;
  for (int minute = 0; minute < 10; ++minute) {
    const Tick before = at_minute(minute, discharging(5'000, 40'000 - 200 * minute));
    const Tick after = at_minute(minute + 1, discharging(5'000, 40'000 - 200 * (minute + 1)));
    const auto energy = battery_energy(before, after, minutes(1), frozen);
    ASSERT_TRUE(energy);
    EXPECT_GE(energy->energy, Energy{});
    sum += energy->energy;
    from_gauge += energy->from_gauge ? 1 : 0;
    frozen = frozen_after(before, after, frozen);
  }
  EXPECT_EQ(sum, milliwatt_hours(2'000));
  EXPECT_EQ(from_gauge, 8);
}

TEST(Span, a_charge_that_rises_never_gives_negative_energy) {
  FrozenRate frozen{5, milliwatt_hours(1'000), milliwatt_hours(400), milliwatt_hours(1'000)};
  const Tick before = at_minute(0, discharging(5'000, 40'000));
  const Tick after = at_minute(1, discharging(5'000, 40'050));
  const auto energy = battery_energy(before, after, minutes(1), frozen);
  ASSERT_TRUE(energy);
  EXPECT_TRUE(energy->from_gauge);
  EXPECT_EQ(energy->energy, Energy{});
  // What rose falls again before anything is counted: nothing is counted twice.
  frozen = frozen_after(before, after, frozen);
  const Tick next = at_minute(2, discharging(5'000, 39'900));
  EXPECT_EQ(battery_energy(after, next, minutes(1), frozen)->energy, milliwatt_hours(100));
}

// A rate in whole watts stands still at a constant load, and is right.
TEST(Span, a_coarse_rate_that_agrees_with_the_charge_is_believed) {
  FrozenRate frozen;
  for (int minute = 0; minute < 20; ++minute) {
    const Tick before = at_minute(minute, discharging(6'000, 40'000 - 103 * minute));
    const Tick after = at_minute(minute + 1, discharging(6'000, 40'000 - 103 * (minute + 1)));
    const auto energy = battery_energy(before, after, minutes(1), frozen);
    ASSERT_TRUE(energy);
    EXPECT_FALSE(energy->from_gauge);
    frozen = frozen_after(before, after, frozen);
  }
  EXPECT_EQ(frozen.spans, 20);
}

// The voltage may go on while the rate does not.
TEST(Span, a_rate_is_frozen_whatever_the_voltage_does) {
  FrozenRate frozen;
  Energy sum;
  for (int minute = 0; minute < 10; ++minute) {
    const Tick before =
        at_minute(minute, discharging(5'000, 40'000 - 200 * minute, 11'400 - minute));
    const Tick after =
        at_minute(minute + 1, discharging(5'000, 39'800 - 200 * minute, 11'399 - minute));
    sum += battery_energy(before, after, minutes(1), frozen)->energy;
    frozen = frozen_after(before, after, frozen);
  }
  EXPECT_EQ(sum, milliwatt_hours(2'000));
}

TEST(Span, a_quiet_laptop_whose_charge_stands_still_too_is_no_frozen_gauge) {
  FrozenRate frozen;
  for (int minute = 0; minute < 5; ++minute) {
    const Tick before = at_minute(minute, discharging(5'000, 40'000));
    const Tick after = at_minute(minute + 1, discharging(5'000, 40'000));
    const auto energy = battery_energy(before, after, minutes(1), frozen);
    ASSERT_TRUE(energy);
    EXPECT_EQ(*energy, (BatteryEnergy{joules(300), false}));
    frozen = frozen_after(before, after, frozen);
  }
}

TEST(Span, counters_of_one_boundary_only) {
  PowerReading first = discharging(5'000, 40'000);
  PowerReading last = first;
  first.counters = {{"package-0", Boundary::cpu, 0, {}}, {"psys", Boundary::psys, 0, {}}};
  last.counters = {{"package-0", Boundary::cpu, 60'000'000, {}},
                   {"psys", Boundary::psys, 90'000'000, {}}};
  const Tick before = at_minute(0, first);
  const Tick after = at_minute(1, last);
  EXPECT_EQ(counter_energy(before, after, Boundary::cpu, minutes(1)), joules(60));
  EXPECT_EQ(counter_energy(before, after, Boundary::psys, minutes(1)), joules(90));
  EXPECT_EQ(counter_energy(before, after, Boundary::sys, minutes(1)), std::nullopt);
}

}  // namespace
}  // namespace wattlife
