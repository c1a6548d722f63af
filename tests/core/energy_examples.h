// SPDX-License-Identifier: EUPL-1.2
// Readings and spans that the tables about energy share: a pack, an adapter, a package counter.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <vector>

#include "core/energy.h"

namespace wattlife {

inline constexpr std::int64_t joule_uj = 1'000'000;
inline constexpr std::int64_t rapl_range_uj = 262'143'328'850;  // as a real package zone says it

inline const UtcTime eight = utc_from_iso8601("2026-01-05T08:00:00Z").value();

inline Battery pack(const char* name, BatteryStatus status, std::optional<Power> power,
                    std::optional<Energy> now = std::nullopt) {
  Battery made;
  made.name = name;
  made.status = status;
  made.power = power;
  made.now = now;
  return made;
}

inline PowerReading on_battery(Power draw, std::optional<Energy> now = std::nullopt) {
  PowerReading reading;
  reading.batteries = {pack("BAT0", BatteryStatus::discharging, -draw, now)};
  reading.adapters = {{"AC", false}};
  return reading;
}

inline PowerReading on_mains(std::int64_t package_uj, std::optional<Power> into_pack = Power{}) {
  PowerReading reading;
  reading.batteries = {pack("BAT0", BatteryStatus::charging, into_pack)};
  reading.adapters = {{"AC", true}};
  reading.counters = {{"package-0", Boundary::cpu, package_uj, rapl_range_uj}};
  return reading;
}

// Two ticks, `boot` and `awake` apart, that begin at eight o'clock.
inline std::vector<Window> explained(const PowerReading& before, const PowerReading& after,
                                     Duration boot, Duration awake) {
  const Now then{BootTime{std::chrono::hours(1)}, AwakeTime{std::chrono::hours(1)}, eight};
  const Now now{BootTime{std::chrono::hours(1) + boot}, AwakeTime{std::chrono::hours(1) + awake},
                eight + boot};
  return explain({then, before}, {now, after});
}
inline std::vector<Window> explained(const PowerReading& before, const PowerReading& after) {
  return explained(before, after, std::chrono::minutes(1), std::chrono::minutes(1));
}

inline Duration time_of(const std::vector<Window>& windows) {
  Duration sum{0};
  for (const Window& window : windows) sum += window.time;
  return sum;
}

inline std::optional<Energy> energy_of(const std::vector<Window>& windows, UseState state) {
  std::optional<Energy> sum;
  for (const Window& window : windows) {
    if (window.key.state == state && window.device)
      sum = sum.value_or(Energy{}) + window.device->energy;
  }
  return sum;
}

// The only window; fails when there are more or none.
inline Window only(const std::vector<Window>& windows) {
  EXPECT_EQ(windows.size(), 1U);
  return windows.empty() ? Window{} : windows.front();
}

inline PowerModel calibrated() {
  PowerModel model;
  model.origin = ModelOrigin::calibrated;
  model.weights = {3.0, 1.1, 0, 0, 0, 0, 0};
  model.covariance_own = Symmetric::diagonal({0.04, 0.001, 0.01, 0.01, 0.01, 0.01, 0.01});
  model.covariance_shared = {};
  model.residual_w = 0.3;
  model.most_seen = {1, 12, 1, 1, 1, 1, 0};
  return model;
}

inline std::vector<Window> explained_with(const PowerReading& before, const PowerReading& after,
                                          const PowerModel& model) {
  const Now then{BootTime{std::chrono::hours(1)}, AwakeTime{std::chrono::hours(1)}, eight};
  const Now now{BootTime{std::chrono::hours(1) + std::chrono::minutes(1)},
                AwakeTime{std::chrono::hours(1) + std::chrono::minutes(1)},
                eight + std::chrono::minutes(1)};
  return explain({then, before}, {now, after}, model);
}

}  // namespace wattlife
