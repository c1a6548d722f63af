// SPDX-License-Identifier: EUPL-1.2
// Tables: sleep, and clocks that are wrong or were set.
#include "core/energy.h"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>

#include "tests/core/energy_examples.h"

namespace wattlife {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

TEST(Energy, eight_hours_asleep_are_a_window_of_their_own_with_the_gauge_as_witness) {
  // One minute awake at 10 W is 600 J; the gauge fell 2,000 mWh = 7,200 J.
  const auto windows =
      explained(on_battery(watts(10), milliwatt_hours(40'000)),
                on_battery(watts(10), milliwatt_hours(38'000)), hours(8) + minutes(1), minutes(1));
  EXPECT_EQ(time_of(windows), hours(8) + minutes(1));
  EXPECT_EQ(energy_of(windows, UseState::awake), joules(600));
  EXPECT_EQ(energy_of(windows, UseState::sleep), joules(6'600));
  Duration asleep{0};
  for (const Window& window : windows) {
    EXPECT_LE(window.time, quarter_hour);
    if (window.key.state == UseState::sleep) {
      asleep += window.time;
      EXPECT_EQ(window.key.method, "gauge-sleep-1");
    }
  }
  EXPECT_EQ(asleep, hours(8)) << "sleep is not smeared over the time awake";
}

TEST(Energy, sleep_is_unknown_when_the_gauge_says_nothing_credible) {
  const struct {
    const char* name;
    std::optional<Energy> before;
    std::optional<Energy> after;
  } cases[] = {
      {"no gauge", {}, {}},
      {"a fall of noise", milliwatt_hours(40'000), milliwatt_hours(39'971)},
      {"charge rose", milliwatt_hours(40'000), milliwatt_hours(41'000)},
      {"less than the minute awake took", milliwatt_hours(40'000), milliwatt_hours(39'900)}};
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const auto windows = explained(on_battery(watts(10), c.before), on_battery(watts(10), c.after),
                                   hours(8) + minutes(1), minutes(1));
    EXPECT_EQ(time_of(windows), hours(8) + minutes(1));
    EXPECT_EQ(energy_of(windows, UseState::sleep), std::nullopt);
    EXPECT_EQ(energy_of(windows, UseState::awake), joules(600));
  }
}

TEST(Energy, sleep_on_mains_is_an_estimate_and_says_so) {
  const auto windows =
      explained(on_mains(0), on_mains(600 * joule_uj), hours(8) + minutes(1), minutes(1));
  bool any = false;
  for (const Window& window : windows) {
    if (window.key.state != UseState::sleep) continue;
    any = true;
    EXPECT_EQ(window.key.tier, Tier::estimated);
    EXPECT_TRUE(window.device && window.wall);
  }
  EXPECT_TRUE(any);
  EXPECT_EQ(energy_of(windows, UseState::sleep), joules(8 * 3600)) << "the prior: 1 W";
}

TEST(Energy, clocks_that_are_read_one_after_the_other_are_no_sleep) {
  const auto windows =
      explained(on_battery(watts(10)), on_battery(watts(10)), minutes(1), minutes(1) - seconds(2));
  EXPECT_EQ(only(windows).time, minutes(1));
  EXPECT_NE(only(windows).key.state, UseState::sleep);
}

TEST(Energy, an_awake_clock_ahead_of_the_boot_clock_is_no_negative_sleep) {
  const auto windows =
      explained(on_battery(watts(10)), on_battery(watts(10)), minutes(1), minutes(1) + seconds(1));
  EXPECT_EQ(only(windows).time, minutes(1));
}

// The wall clock labels; it never measures.
TEST(Energy, a_wall_clock_that_jumps_changes_labels_only) {
  for (const Duration jump : {Duration(hours(-48)), Duration(-seconds(61)), Duration(hours(5)),
                              Duration(hours(24 * 365))}) {
    const Now then{BootTime{hours(1)}, AwakeTime{hours(1)}, eight};
    const Now now{BootTime{hours(1) + minutes(1)}, AwakeTime{hours(1) + minutes(1)},
                  eight + minutes(1) + jump};
    const auto windows = explain({then, on_battery(watts(10))}, {now, on_battery(watts(10))});
    EXPECT_EQ(time_of(windows), minutes(1));
    EXPECT_EQ(energy_of(windows, UseState::awake), joules(600));
    for (const Window& window : windows) {
      EXPECT_LE(window.key.slot, now.utc);
      EXPECT_GE(window.key.slot + quarter_hour, now.utc - minutes(1)) << "the later clock labels";
    }
  }
}

TEST(Energy, a_boot_clock_that_goes_back_or_stands_still_explains_nothing) {
  EXPECT_TRUE(
      explained(on_battery(watts(10)), on_battery(watts(10)), -minutes(1), minutes(1)).empty());
  EXPECT_TRUE(
      explained(on_battery(watts(10)), on_battery(watts(10)), Duration{0}, Duration{0}).empty());
}

TEST(Energy, a_span_that_nobody_watched_is_a_gap_never_a_guess) {
  EXPECT_TRUE(
      only(explained(on_battery(watts(10)), on_battery(watts(10)), longest_span, longest_span))
          .device);
  const Duration longer = longest_span + milliseconds(1);
  for (const auto& readings : {on_battery(watts(10)), on_mains(0)}) {
    const auto windows = explained(readings, readings, longer, longer);
    EXPECT_EQ(time_of(windows), longer);
    for (const Window& window : windows) {
      EXPECT_EQ(window.key.tier, Tier::unknown);
      EXPECT_FALSE(window.device || window.wall);
    }
  }
}

// --- Traps ---------------------------------------------------------------------------------------

TEST(Traps, Trap08_a_package_counter_is_not_read_across_sleep) {
  // Began anew in sleep: from the upper half it looks like a wrap, from below like growth.
  for (const std::int64_t before_j : {200'000, 100, 5}) {
    SCOPED_TRACE(before_j);
    const auto windows = explained(on_mains(before_j * joule_uj), on_mains(300 * joule_uj),
                                   hours(8) + minutes(1), minutes(1));
    Duration awake{0};
    for (const Window& window : windows) {
      if (window.key.state == UseState::sleep) continue;
      EXPECT_EQ(window.key.tier, Tier::unknown);
      EXPECT_FALSE(window.device);
      awake += window.time;
    }
    EXPECT_EQ(awake, minutes(1)) << "a gap, with its length";
  }
}

TEST(Traps, Trap13_eight_hours_asleep_with_a_minute_awake_smear_nothing) {
  const auto windows =
      explained(on_battery(watts(12), milliwatt_hours(30'000)),
                on_battery(watts(12), milliwatt_hours(25'000)), hours(8) + minutes(1), minutes(1));
  EXPECT_EQ(time_of(windows), hours(8) + minutes(1));
  EXPECT_EQ(energy_of(windows, UseState::awake), joules(12 * 60)) << "twelve watts for a minute";
  EXPECT_EQ(energy_of(windows, UseState::sleep), milliwatt_hours(5'000) - joules(12 * 60));
  Duration awake{0};
  for (const Window& window : windows) {
    if (window.key.state != UseState::sleep) awake += window.time;
  }
  EXPECT_EQ(awake, minutes(1));
}

TEST(Traps, Trap14_a_wall_clock_set_back_or_forward_an_hour_changes_no_duration_and_no_energy) {
  for (const Duration jump : {Duration(-hours(1)), Duration(hours(1)), Duration(-hours(2))}) {
    const Now then{BootTime{hours(1)}, AwakeTime{hours(1)}, eight};
    const Now now{BootTime{hours(1) + minutes(1)}, AwakeTime{hours(1) + minutes(1)},
                  eight + minutes(1) + jump};
    for (const auto& windows :
         {explain({then, on_battery(watts(10))}, {now, on_battery(watts(10))}),
          explain({then, on_mains(0)}, {now, on_mains(600 * joule_uj)}, calibrated())}) {
      EXPECT_EQ(time_of(windows), minutes(1));
      EXPECT_GT(energy_of(windows, UseState::awake), joules(500));
      EXPECT_LT(energy_of(windows, UseState::awake), joules(1'000));
    }
  }
}

}  // namespace
}  // namespace wattlife
