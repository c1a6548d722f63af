// SPDX-License-Identifier: EUPL-1.2
#include "core/schedule.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/settings.h"

namespace wattlife {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

// A laptop at one tick, as far as the schedule looks.
struct Laptop {
  bool mains = true;
  std::int64_t charge_percent = 80;
  std::optional<bool> panel_on = true;
  std::int64_t busy_permille = 200;  // since the tick before
};

// Ticks one minute apart; `busy_permille` of 100,000 ticks a minute.
class Ticks {
 public:
  Tick next(const Laptop& laptop, Duration step = minutes(1), Duration slept = Duration{0}) {
    boot_ += step + slept;
    awake_ += step;
    total_ += 100'000;
    busy_ += laptop.busy_permille * 100;
    Tick tick;
    tick.now = {BootTime{boot_}, AwakeTime{awake_}, UtcTime{boot_}};
    Battery battery;
    battery.status = laptop.mains ? BatteryStatus::not_charging : BatteryStatus::discharging;
    battery.full = milliwatt_hours(50'000);
    battery.now = milliwatt_hours(500 * laptop.charge_percent);
    tick.reading.batteries = {battery};
    tick.reading.adapters = {{"AC", laptop.mains}};
    tick.reading.activity.panel_on = laptop.panel_on;
    tick.reading.activity.cpu_busy_ticks = busy_;
    tick.reading.activity.cpu_total_ticks = total_;
    return tick;
  }

 private:
  Duration boot_ = minutes(2);
  Duration awake_ = minutes(2);
  std::int64_t busy_ = 0;
  std::int64_t total_ = 0;
};

// The wake after `count` equal minutes, each of which took `read_time` to read.
Wake after_minutes(const Laptop& laptop, int count, Duration read_time = Duration(3),
                   Duration setting = seconds(60)) {
  Ticks ticks;
  Rhythm rhythm;
  std::optional<Tick> before;
  Tick last;
  for (int i = 0; i < count; ++i) {
    last = ticks.next(laptop);
    rhythm = observed(rhythm, before, last, read_time);
    before = last;
  }
  return wake_after(rhythm, last, setting);
}

TEST(Schedule, TheSituationsOfALaptop) {
  struct Case {
    const char* name;
    Laptop laptop;
    int minutes_so;
    Wake want;
  };
  const Duration minute = minutes(1);
  const Case cases[] = {
      {"in use on mains", {}, 60, {minute, Pace::as_set}},
      {"the first tick", {}, 1, {minute, Pace::as_set}},
      {"panel off", {true, 80, false}, 1, {slow_interval, Pace::panel_off}},
      {"panel off, on battery", {false, 80, false}, 1, {slow_interval, Pace::panel_off}},
      {"nobody tells of the panel", {true, 80, std::nullopt}, 9, {minute, Pace::as_set}},
      {"idle on mains, not long", {true, 80, true, 20}, 30, {minute, Pace::as_set}},
      {"idle on mains for long", {true, 80, true, 20}, 31, {slow_interval, Pace::idle_on_mains}},
      {"idle on battery for long", {false, 80, true, 20}, 90, {minute, Pace::as_set}},
      {"busy at 5 %", {true, 80, true, 50}, 90, {minute, Pace::as_set}},
      {"battery at 16 %", {false, 16}, 3, {minute, Pace::as_set}},
      {"battery at 15 %", {false, 15}, 1, {slow_interval, Pace::low_battery}},
      {"15 % and charging", {true, 15}, 3, {minute, Pace::as_set}},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const Wake wake = after_minutes(c.laptop, c.minutes_so);
    EXPECT_EQ(wake.interval, c.want.interval);
    EXPECT_EQ(wake.pace, c.want.pace);
  }
}

TEST(Schedule, DearReadsAreRare) {
  struct Case {
    int read_ms;
    Duration want;
    Pace pace;
  };
  const Case cases[] = {
      {3, seconds(60), Pace::as_set},         {50, seconds(60), Pace::as_set},
      {51, seconds(120), Pace::slow_reads},   {100, seconds(120), Pace::slow_reads},
      {150, seconds(180), Pace::slow_reads},  {250, seconds(300), Pace::slow_reads},
      {9'000, seconds(300), Pace::slow_reads}};
  for (const Case& c : cases) {
    SCOPED_TRACE(c.read_ms);
    EXPECT_EQ(after_minutes({}, 3, Duration(c.read_ms)), (Wake{c.want, c.pace}));
  }
  EXPECT_EQ(after_minutes({}, 2, Duration(200)).pace, Pace::as_set) << "two reads prove nothing";
}

TEST(Schedule, OneQuickReadAmongSlowOnesIsEnough) {
  Ticks ticks;
  Rhythm rhythm;
  for (const int read_ms : {400, 400, 20}) {
    rhythm = observed(rhythm, std::nullopt, ticks.next({}), Duration(read_ms));
  }
  EXPECT_EQ(wake_after(rhythm, ticks.next({}), seconds(60)).pace, Pace::as_set);
  for (int i = 0; i < 3; ++i) {
    rhythm = observed(rhythm, std::nullopt, ticks.next({}), Duration(400));
  }
  EXPECT_EQ(wake_after(rhythm, ticks.next({}), seconds(60)).pace, Pace::slow_reads);
}

TEST(Schedule, SleepAndUseEndIdleness) {
  for (const bool sleep : {false, true}) {
    SCOPED_TRACE(sleep);
    Ticks ticks;
    Rhythm rhythm;
    std::optional<Tick> before;
    const Laptop idle{true, 80, true, 20};
    for (int i = 0; i < 40; ++i) {
      const Tick tick = ticks.next(idle);
      rhythm = observed(rhythm, before, tick, Duration(3));
      before = tick;
    }
    ASSERT_TRUE(rhythm.idle_since);
    const Tick tick = sleep ? ticks.next(idle, minutes(1), minutes(90)) : ticks.next({});
    rhythm = observed(rhythm, before, tick, Duration(3));
    EXPECT_FALSE(rhythm.idle_since);
    EXPECT_EQ(wake_after(rhythm, tick, seconds(60)).interval, seconds(60));
  }
}

TEST(Schedule, NeverShorterThanTheSettingAndNeverAGap) {
  const Laptop laptops[] = {{}, {true, 80, false}, {false, 10}, {true, 80, true, 20}};
  for (const int setting : {10, 60, 90, 300, 400, 540, 600}) {
    for (const Laptop& laptop : laptops) {
      for (const int read_ms : {3, 80, 400}) {
        const Wake wake = after_minutes(laptop, 40, Duration(read_ms), seconds(setting));
        EXPECT_GE(wake.interval, std::min<Duration>(seconds(setting), longest_interval));
        EXPECT_LE(wake.interval + latest_wake, longest_span) << "core/energy would see a gap";
      }
    }
  }
}

TEST(Schedule, TheSettingGoesAsFarAsTheScheduleAndNoFurther) {
  const auto seconds_of = [](Duration time) {
    return std::to_string(std::chrono::duration_cast<seconds>(time).count());
  };
  const Setting& interval = *setting("SampleIntervalSeconds");
  EXPECT_TRUE(valid(interval, seconds_of(longest_interval)));
  EXPECT_FALSE(valid(interval, seconds_of(longest_interval + seconds(1))));
}

TEST(Schedule, NoCounterMayWrapUnseen) {
  Ticks ticks;
  Tick tick = ticks.next({true, 80, false});
  // 40 kJ at 200 W is 200 s; at a pace of 300 s a wrap could stay unseen.
  tick.reading.counters = {{"package-0", Boundary::cpu, 0, std::int64_t{40'000'000'000}}};
  const Wake wake = wake_after({}, tick, seconds(60));
  EXPECT_EQ(wake.interval, seconds(185));
  EXPECT_TRUE(counted(0, 1, tick.reading.counters[0].range_uj, wake.interval, package_ceiling));
  EXPECT_FALSE(counted(0, 1, tick.reading.counters[0].range_uj, slow_interval, package_ceiling));
  // The usual ranges, 65.5 kJ and 262 kJ, leave five minutes.
  for (const std::int64_t range_uj : {65'532'610'987, 262'143'328'850}) {
    tick.reading.counters[0].range_uj = range_uj;
    EXPECT_EQ(wake_after({}, tick, seconds(60)).interval, slow_interval);
  }
}

TEST(Schedule, WakesAreOnMultiplesAndAlwaysAhead) {
  for (const int interval_s : {10, 60, 185, 300}) {
    for (const std::int64_t now_ms : {0, 1, 59'999, 60'000, 60'001, 299'999, 300'000, 86'400'123}) {
      const BootTime now{Duration(now_ms)};
      const BootTime wake = next_wake(now, seconds(interval_s));
      EXPECT_GT(wake, now);
      EXPECT_LE(wake - now, Duration(seconds(interval_s)));
      EXPECT_EQ(wake.since_boot % seconds(interval_s), Duration{0});
    }
  }
}

}  // namespace
}  // namespace wattlife
