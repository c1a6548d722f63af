// SPDX-License-Identifier: EUPL-1.2
// Tables: the time between a shutdown and the next start.
#include "core/energy.h"

#include <gtest/gtest.h>

#include <chrono>

#include "tests/core/energy_examples.h"

namespace wattlife {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

const Now switched_off{BootTime{hours(9)}, AwakeTime{hours(8)}, eight};

PowerReading with_serial(PowerReading reading, const char* serial = "S-1") {
  for (Battery& battery : reading.batteries) battery.serial = serial;
  return reading;
}

// The first tick `starting` after a start that came `off` after the last one.
Tick first_tick(Duration off, PowerReading reading, Duration starting = seconds(40)) {
  return {{BootTime{starting}, AwakeTime{starting}, eight + off + starting}, std::move(reading)};
}

Ended ended_with(Energy charge, Ending how = Ending::shutdown) {
  return ended_at({switched_off, with_serial(on_battery(watts(8), charge))}, how);
}

TEST(Energy, a_night_off_is_off_from_the_last_tick_to_the_start_and_no_longer) {
  const Tick first = first_tick(hours(10) + minutes(7), with_serial(on_mains(0)));
  const auto windows = explain_off(switched_off, ended_with(milliwatt_hours(30'000)), first);
  EXPECT_EQ(windows.size(), 41U);
  EXPECT_EQ(time_of(windows), hours(10) + minutes(7));
  EXPECT_EQ(windows.front().key.slot, eight);
  EXPECT_EQ(windows.back().key.slot, eight + hours(10));
  for (const Window& window : windows) {
    EXPECT_EQ(window.key.state, UseState::off);
    EXPECT_EQ(window.key.supply, Supply::unknown) << "nobody saw when the plug went in";
    EXPECT_EQ(window.key.tier, Tier::unknown);
    EXPECT_FALSE(window.device || window.wall);
    EXPECT_LE(window.time, quarter_hour);
  }
}

TEST(Energy, off_is_told_only_when_it_is_beyond_doubt) {
  const Ended shutdown = ended_with(milliwatt_hours(30'000));
  const PowerReading reading = with_serial(on_battery(watts(9), milliwatt_hours(29'000)));
  struct Case {
    const char* name;
    Ended ended;
    Tick first;
    Duration want;
  };
  Tick same_run = first_tick(hours(10), reading);
  same_run.now.boot.since_boot = hours(19);
  same_run.now.awake.since_boot = hours(9);
  Tick clock_set = same_run;
  clock_set.now.utc += hours(24);
  const Case cases[] = {
      {"shut down", shutdown, first_tick(hours(10), reading), hours(10)},
      {"stopped",
       ended_with(milliwatt_hours(30'000), Ending::stopped),
       first_tick(hours(10), reading),
       {}},
      {"the same run of the machine", shutdown, same_run, {}},
      {"the same run, and the wall clock was set", shutdown, clock_set, {}},
      {"the wall clock went back", shutdown, first_tick(-hours(1), reading), {}},
      {"the wall clock went back to the very moment",
       shutdown,
       first_tick(Duration{0}, reading),
       {}},
      {"the wall clock was years ahead", shutdown, first_tick(hours(24 * 4000), reading),
       longest_off},
      {"a restart", shutdown, first_tick(seconds(25), reading), seconds(25)},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(time_of(explain_off(switched_off, c.ended, c.first)), c.want);
  }
}

TEST(Energy, off_on_battery_takes_what_the_gauge_lost_less_what_starting_took) {
  // 9 W for 40 s are 100 mWh of the fall.
  const Tick first = first_tick(hours(10) + minutes(7),
                                with_serial(on_battery(watts(9), milliwatt_hours(29'000 - 100))));
  const auto windows = explain_off(switched_off, ended_with(milliwatt_hours(30'000)), first);
  EXPECT_EQ(energy_of(windows, UseState::off), milliwatt_hours(1'000)) << "to the millijoule";
  Estimate sum;
  for (const Window& window : windows) {
    EXPECT_EQ(window.key.tier, Tier::measured);
    EXPECT_EQ(window.key.method, "gauge-off-1");
    EXPECT_EQ(window.key.supply, Supply::battery);
    EXPECT_FALSE(window.wall);
    sum = sum + *window.device;
  }
  // 50 mWh of the gauge and half of the start, each independent, and 3 %.
  EXPECT_NEAR(sum.variance_own_j2, 180.0 * 180.0 + 180.0 * 180.0, 1.0);
  EXPECT_NEAR(sum.deviation_shared_j, 0.03 * 3'600, 0.1);
  PowerModel predicts;
  predicts.gauge_load_compensated = true;
  const auto wider =
      explain_off(switched_off, ended_with(milliwatt_hours(30'000)), first, predicts);
  EXPECT_GT(wider[3].device->variance_own_j2, 10 * windows[3].device->variance_own_j2);
}

TEST(Energy, off_has_no_figure_when_the_gauge_cannot_tell_it) {
  const PowerReading good = with_serial(on_battery(watts(9), milliwatt_hours(29'000)));
  const Ended ended = ended_with(milliwatt_hours(30'000));
  struct Case {
    const char* name;
    Ended ended;
    Tick first;
    bool guest = false;
  };
  PowerReading silent = good;
  silent.batteries[0].now.reset();
  PowerReading without_rate = good;
  without_rate.batteries[0].power.reset();
  PowerReading without_serial = good;
  without_serial.batteries[0].serial.reset();
  const Ended on_mains_then = ended_at({switched_off, with_serial(on_mains(0))}, Ending::shutdown);
  const Ended nameless =
      ended_at({switched_off, on_battery(watts(8), milliwatt_hours(30'000))}, Ending::shutdown);
  const Case cases[] = {
      {"on mains when it was shut down", on_mains_then, first_tick(hours(10), good)},
      {"on mains when it was started", ended, first_tick(hours(10), with_serial(on_mains(0)))},
      {"another pack", ended, first_tick(hours(10), with_serial(good, "S-2"))},
      {"a pack without a number", nameless, first_tick(hours(10), without_serial)},
      {"no charge told", ended, first_tick(hours(10), silent)},
      {"no rate told", ended, first_tick(hours(10), without_rate)},
      {"the charge rose", ended_with(milliwatt_hours(28'000)), first_tick(hours(10), good)},
      {"less than three steps", ended_with(milliwatt_hours(29'020)), first_tick(hours(10), good)},
      {"starting took more than all", ended_with(milliwatt_hours(29'060)),
       first_tick(hours(10), good)},
      {"long awake before the first tick", ended, first_tick(hours(10), good, minutes(11))},
      {"more than a laptop can take", ended, first_tick(seconds(10), good)},
      {"of more than is told", ended, first_tick(hours(24 * 31), good)},
      {"a guest", ended, first_tick(hours(10), good), true},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    PowerModel model;
    model.virtual_machine = c.guest;
    const auto windows = explain_off(switched_off, c.ended, c.first, model);
    EXPECT_GT(time_of(windows), Duration{0}) << "the time is known all the same";
    EXPECT_FALSE(energy_of(windows, UseState::off));
  }
}

TEST(Energy, time_off_without_a_figure_is_no_hole_in_what_was_watched) {
  EXPECT_FALSE(counts_for_coverage(UseState::off, std::nullopt));
  EXPECT_TRUE(counts_for_coverage(UseState::off, Estimate{joules(1), 0, 0}));
  EXPECT_TRUE(counts_for_coverage(UseState::sleep, std::nullopt));
  EXPECT_TRUE(counts_for_coverage(UseState::awake, std::nullopt));
}

}  // namespace
}  // namespace wattlife
