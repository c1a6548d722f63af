// SPDX-License-Identifier: EUPL-1.2
// Values that several tests of the agent need.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "agent/sampler.h"
#include "core/energy.h"
#include "core/reading.h"
#include "core/result.h"
#include "core/time.h"

namespace wattlife {

inline void expect_done(const Done& result) { EXPECT_TRUE(result) << result.error().text; }
#define ASSERT_RESULT(result) ASSERT_TRUE(result) << (result).error().text

inline UtcTime utc(const char* text) {
  const auto time = utc_from_iso8601(text);
  EXPECT_TRUE(time) << text;
  return time.value_or(UtcTime{});
}

inline Now at(Duration boot, Duration awake, UtcTime time) {
  return {BootTime{boot}, AwakeTime{awake}, time};
}

// A quarter hour on battery with an energy, without one when `energy_mj` is negative.
inline Window window(UtcTime slot, std::int64_t energy_mj, Duration time = quarter_hour) {
  if (energy_mj < 0) {
    return {{slot, UseState::awake, Supply::unknown, Tier::unknown, ""}, time, {}, {}};
  }
  const double j = static_cast<double>(energy_mj) / 1000.0;
  return {{slot, UseState::awake, Supply::battery, Tier::measured, "battery-rate-1"},
          time,
          Estimate{Energy{energy_mj}, 0.25 * j, 0.03 * j},
          std::nullopt};
}

inline Batch batch(std::int64_t number, std::vector<Window> windows) {
  const UtcTime end = windows.empty() ? UtcTime{} : windows.back().key.slot + quarter_hour;
  const Now moment = at(Duration{number * 900'000}, Duration{number * 900'000}, end);
  return {number, std::move(windows), moment, moment};
}

// A battery that gives `power_mw`, with a charge that is not told.
inline PowerReading on_battery(std::int64_t power_mw) {
  Battery battery;
  battery.name = "BAT0";
  battery.status = BatteryStatus::discharging;
  battery.power = Power{-power_mw};
  PowerReading reading;
  reading.batteries = {battery};
  reading.adapters = {{"AC", false}};
  return reading;
}

inline Inventory laptop() {
  Inventory inventory;
  inventory.identity.manufacturer = "LENOVO";
  inventory.identity.model = "ThinkPad T480";
  inventory.identity.serial = "PF-1";
  inventory.identity.uuid = "11111111-2222-3333-4444-555555555555";
  inventory.identity.bios_date = UtcDay{std::chrono::year{2024} / 3 / 4};
  inventory.identity.memory_mib = 16384;
  Battery battery;
  battery.name = "BAT0";
  battery.design = milliwatt_hours(57'000);
  battery.full = milliwatt_hours(50'000);
  battery.cycles = 234;
  battery.model = "45N1127";
  battery.serial = "B-1";
  inventory.batteries = {battery};
  Disk disk;
  disk.name = "nvme0";
  disk.model = "SAMSUNG MZVLB512";
  disk.serial = "S-1";
  disk.percentage_used = 4;
  disk.power_on_hours = 1234;
  disk.media_errors = 0;
  inventory.disks = {disk};
  return inventory;
}

}  // namespace wattlife
