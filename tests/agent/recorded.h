// SPDX-License-Identifier: EUPL-1.2
// Recordings for tests of the real programs: a laptop on battery that uses 6 W, one tick a minute.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/time.h"
#include "platform/capture.h"

namespace wattlife {

using Policies = std::vector<std::pair<std::string, std::string>>;

// `minutes` ticks from `start`; the machine reboots at each minute in `reboots`.
inline std::string recorded(UtcTime start, int minutes, const Policies& policies = {},
                            const std::vector<int>& reboots = {}) {
  Capture capture;
  Duration boot = std::chrono::minutes(2);
  for (int minute = 0; minute < minutes; ++minute) {
    for (const int reboot : reboots) {
      if (reboot == minute) boot = std::chrono::seconds(30);
    }
    CaptureTick tick;
    tick.now = {BootTime{boot}, AwakeTime{boot}, start + std::chrono::minutes(minute)};
    if (minute == 0) {
      for (const auto& [key, value] : policies) tick.changes.emplace_back("policy/" + key, value);
      tick.changes.emplace_back("sys/class/power_supply/AC/uevent",
                                "POWER_SUPPLY_NAME=AC\nPOWER_SUPPLY_TYPE=Mains\n"
                                "POWER_SUPPLY_ONLINE=0\n");
      tick.changes.emplace_back(
          "sys/class/power_supply/BAT0/uevent",
          "POWER_SUPPLY_NAME=BAT0\nPOWER_SUPPLY_TYPE=Battery\nPOWER_SUPPLY_STATUS=Discharging\n"
          "POWER_SUPPLY_PRESENT=1\nPOWER_SUPPLY_CYCLE_COUNT=200\n"
          "POWER_SUPPLY_VOLTAGE_MIN_DESIGN=11400000\nPOWER_SUPPLY_VOLTAGE_NOW=12000000\n"
          "POWER_SUPPLY_POWER_NOW=6000000\nPOWER_SUPPLY_ENERGY_FULL_DESIGN=57000000\n"
          "POWER_SUPPLY_ENERGY_FULL=50000000\nPOWER_SUPPLY_ENERGY_NOW=40000000\n"
          "POWER_SUPPLY_MODEL_NAME=45N1127\nPOWER_SUPPLY_SERIAL_NUMBER=777\n");
    }
    capture.ticks.push_back(std::move(tick));
    boot += std::chrono::minutes(1);
  }
  return to_text(capture);
}

}  // namespace wattlife
