// SPDX-License-Identifier: EUPL-1.2
#include "core/hardware_watts.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <random>

namespace wattlife {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

const UtcTime monday = *utc_from_iso8601("2026-01-05T00:00:00Z");

const UtcDay first_day = *day_from_iso8601("2026-01-05");

// `count` quarter hours of `time` each at `watts`, of which each may be off by `own_j` of its own.
std::vector<Window> quarters(int count, UseState state, Tier tier, double watts,
                             Duration time = minutes(15), double own_j = 0, double shared_j = 0) {
  std::vector<Window> windows;
  for (int i = 0; i < count; ++i) {
    const Energy energy = energy_from_joules(watts * in_seconds(time));
    windows.push_back({{monday + i * quarter_hour, state, Supply::battery, tier, "battery-rate-1"},
                       time,
                       Estimate{energy, own_j * own_j, shared_j},
                       std::nullopt});
  }
  return windows;
}

std::vector<Window> both(std::vector<Window> a, const std::vector<Window>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

TEST(HardwareWatts, AreTheMeanOfTimeAtRest) {
  const auto windows = both(quarters(48, UseState::idle, Tier::measured, 4.5),
                            quarters(200, UseState::sleep, Tier::measured, 0.4));
  const HardwareWatts watts = hardware_watts(windows);
  ASSERT_TRUE(watts.idle);
  EXPECT_NEAR(watts.idle->watts, 4.5, 1e-6);
  EXPECT_EQ(watts.idle->time, hours(12));
  ASSERT_TRUE(watts.sleep);
  EXPECT_NEAR(watts.sleep->watts, 0.4, 1e-6);
  EXPECT_EQ(watts.sleep->time, hours(50));
}

TEST(HardwareWatts, LongWindowsWeighMoreThanShortOnes) {
  const auto windows = both(quarters(40, UseState::idle, Tier::measured, 4.0),
                            quarters(40, UseState::idle, Tier::measured, 10.0, minutes(3)));
  EXPECT_NEAR(hardware_watts(windows).idle->watts, 5.0, 1e-6);
}

TEST(HardwareWatts, WhatIsNotThisLaptopAtRestCountsNowhere) {
  const auto rest = quarters(48, UseState::idle, Tier::measured, 4.5);
  const HardwareWatts expected = hardware_watts(rest);
  for (const UseState state : {UseState::active, UseState::panel_off, UseState::awake}) {
    EXPECT_EQ(hardware_watts(both(rest, quarters(500, state, Tier::measured, 30))), expected);
  }
  for (const Tier tier : {Tier::calibrated_model, Tier::estimated, Tier::unknown}) {
    EXPECT_EQ(hardware_watts(both(rest, quarters(500, UseState::idle, tier, 30))), expected);
    EXPECT_EQ(hardware_watts(both(rest, quarters(500, UseState::sleep, tier, 3))), expected);
  }
  EXPECT_FALSE(hardware_watts(quarters(500, UseState::sleep, Tier::calibrated_device, 1)).sleep);
  EXPECT_TRUE(hardware_watts(quarters(500, UseState::idle, Tier::calibrated_device, 5)).idle);

  auto gaps = quarters(500, UseState::idle, Tier::measured, 0);
  for (Window& window : gaps) window.device.reset();
  EXPECT_EQ(hardware_watts(both(rest, gaps)), expected) << "time without a figure is no 0 W";
}

TEST(HardwareWatts, TooLittleTimeOrTooMuchPowerIsUnknown) {
  EXPECT_FALSE(hardware_watts(std::vector<Window>()).idle);
  EXPECT_FALSE(hardware_watts(quarters(39, UseState::idle, Tier::measured, 4.5)).idle);
  EXPECT_TRUE(hardware_watts(quarters(40, UseState::idle, Tier::measured, 4.5)).idle);
  EXPECT_FALSE(hardware_watts(quarters(159, UseState::sleep, Tier::measured, 0.4)).sleep);
  EXPECT_TRUE(hardware_watts(quarters(160, UseState::sleep, Tier::measured, 0.4)).sleep);
  EXPECT_FALSE(hardware_watts(quarters(48, UseState::idle, Tier::measured, 61)).idle);
  EXPECT_FALSE(hardware_watts(quarters(200, UseState::sleep, Tier::measured, 11)).sleep);
}

// Errors of their own shrink with time, those that all windows share do not.
TEST(HardwareWatts, TheIntervalIsThatOfTheSum) {
  const auto own = [](int count) {
    const auto idle =
        *hardware_watts(quarters(count, UseState::idle, Tier::measured, 5, minutes(15), 900)).idle;
    return idle.high_w - idle.watts;
  };
  EXPECT_NEAR(own(50), 1.96 / std::sqrt(50), 1e-3);  // 900 J in 900 s is 1 W
  EXPECT_NEAR(own(200), own(50) / 2, 1e-3);
  const auto shared =
      *hardware_watts(quarters(200, UseState::idle, Tier::measured, 5, minutes(15), 0, 90)).idle;
  EXPECT_NEAR(shared.high_w - shared.watts, 1.96 * 0.1, 1e-3);
  EXPECT_NEAR(shared.watts - shared.low_w, 1.96 * 0.1, 1e-3);
}

// Neither the order nor the way in which they were added up says anything.
TEST(HardwareWatts, SumsAndAnyOrderSayTheSame) {
  auto windows = both(quarters(60, UseState::idle, Tier::measured, 4.1, minutes(14), 20, 5),
                      quarters(180, UseState::sleep, Tier::measured, 0.3, minutes(15), 50, 3));
  const HardwareWatts expected = hardware_watts(windows);
  std::vector<StoredWindow> stored;
  for (const Window& window : windows) stored.push_back({1, window});
  const auto summed =
      hardware_watts(summarise({first_day, first_day + std::chrono::days(7)}, stored).energy);
  EXPECT_NEAR(summed.idle->watts, expected.idle->watts, 1e-9);
  EXPECT_NEAR(summed.idle->high_w, expected.idle->high_w, 1e-9);
  EXPECT_NEAR(summed.sleep->low_w, expected.sleep->low_w, 1e-9);
  EXPECT_EQ(summed.sleep->time, expected.sleep->time);

  std::mt19937 dice(7);
  std::shuffle(windows.begin(), windows.end(), dice);
  const HardwareWatts shuffled = hardware_watts(windows);
  EXPECT_NEAR(shuffled.idle->watts, expected.idle->watts, 1e-9);
  EXPECT_NEAR(shuffled.sleep->high_w, expected.sleep->high_w, 1e-9);
}

}  // namespace
}  // namespace wattlife
