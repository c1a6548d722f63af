// SPDX-License-Identifier: EUPL-1.2
#include "collector/battery_outlook.h"

#include <gtest/gtest.h>

#include <random>

#include "tests/collector/fleet.h"

namespace wattlife {
namespace {

using std::chrono::days;
using testing::battery;
using testing::first_day;

// Readings of one pack of 50 Wh, in mWh, a number of days apart.
struct Measured {
  int day;
  std::int64_t full_mwh;
};
std::vector<BatteriesOfDay> history(const std::vector<Measured>& readings) {
  std::vector<BatteriesOfDay> days_list;
  for (const Measured& reading : readings) {
    days_list.push_back({first_day + days(reading.day), {battery(50'000, reading.full_mwh)}});
  }
  return days_list;
}

TEST(BatteryOutlook, ClassAndReasonsFollowTheMethod) {
  struct Case {
    const char* name;
    std::vector<Measured> readings;
    Verdict verdict;
    std::vector<std::string> reasons;
    bool below_once;
  };
  const Case cases[] = {
      {"nothing", {}, Verdict::unknown, {}, false},
      {"one reading", {{0, 46'000}}, Verdict::unknown, {"single_event"}, false},
      {"good", {{0, 46'000}, {7, 45'500}}, Verdict::good, {}, false},
      {"watch", {{0, 41'000}, {7, 40'000}}, Verdict::watch, {}, false},
      {"low once", {{0, 30'000}}, Verdict::unknown, {"single_event"}, true},
      {"low in two readings of one week", {{0, 31'000}, {1, 30'000}}, Verdict::watch, {}, true},
      {"low in two weeks", {{0, 31'000}, {7, 30'000}}, Verdict::replace, {}, false},
      {"one bad week of a good pack",
       {{0, 46'000}, {7, 45'500}, {14, 30'000}, {21, 45'600}},
       Verdict::good,
       {},
       false},
      {"a gauge gone mad in between",
       {{0, 31'000}, {7, 5'000}, {14, 30'000}},
       Verdict::replace,
       {"gauge_suspect"},
       false},
      {"a gauge that is mad now",
       {{0, 31'000}, {7, 30'000}, {14, 5'000}},
       Verdict::unknown,
       {"gauge_suspect"},
       false},
      {"a gauge that stands still",
       {{0, 46'000}, {14, 46'000}, {42, 46'000}},
       Verdict::unknown,
       {"gauge_frozen", "unlearned"},
       false},
      {"a design value that never was measured",
       {{0, 50'000}, {50, 50'000}},
       Verdict::unknown,
       {"unlearned"},
       false},
      {"a collapse",
       {{0, 46'000}, {7, 45'500}, {14, 40'000}, {21, 39'000}, {28, 38'900}},
       Verdict::watch,
       {"test_battery"},
       false},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const BatteryState state = battery_state(history(c.readings));
    EXPECT_EQ(state.judgement.verdict, c.verdict) << name_of(state.judgement.verdict);
    EXPECT_EQ(state.judgement.reasons, c.reasons);
    EXPECT_EQ(state.below_once, c.below_once);
  }
}

// The same notes, judged where they were made: the device's own command says the same.
TEST(BatteryOutlook, LawTheCollectorSaysWhatTheDeviceSaysOfTheSameNotes) {
  for (unsigned seed = 1; seed <= 200; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937_64 random(seed);
    const auto below = [&](std::uint64_t limit) {
      return static_cast<std::int64_t>(random() % limit);
    };
    std::vector<CapacityPoint> notes;
    std::vector<BatteriesOfDay> reports;
    std::int64_t full = 38'000 + below(14'000);
    UtcDay day = first_day;
    for (int i = 0; i < 30; ++i) {
      day += days(7 * (1 + below(3)));
      full = std::max<std::int64_t>(4'000, full - below(500) + (below(12) == 0 ? 3'000 : 0));
      const Battery pack = battery(50'000, full);
      notes.push_back({day, *pack.full, *pack.design, pack.cycles});
      reports.push_back({day, {pack}});
    }
    const Outlook there = battery_outlook(capacity_series(notes));
    const Outlook here = battery_state(reports).packs.at(0).outlook;
    EXPECT_EQ(here.battery_class, there.battery_class);
    EXPECT_EQ(here.health, there.health);
    EXPECT_EQ(here.to_800, there.to_800);
    EXPECT_EQ(here.reason, there.reason);
    EXPECT_EQ(here.flags, there.flags);
  }
}

TEST(BatteryOutlook, AReportWithoutAnInventorySaysThatNothingChanged) {
  // It fell once and stays there: the device has nothing new to tell of its battery.
  const auto fell = history({{0, 46'000}, {7, 45'500}, {14, 30'000}});
  EXPECT_EQ(battery_state(fell).judgement.verdict, Verdict::good);
  EXPECT_TRUE(battery_state(fell).below_once);
  const std::vector<UtcDay> heard = {first_day + days(3), first_day + days(21),
                                     first_day + days(28)};
  EXPECT_EQ(battery_state(fell, heard).judgement.verdict, Verdict::replace);
  const auto points = capacity_points(fell.back().batteries[0], fell, heard);
  ASSERT_EQ(points.size(), 6U);
  EXPECT_EQ(points[1].day, first_day + days(3));
  EXPECT_EQ(points[1].full, milliwatt_hours(46'000)) << "as the report before it said";
  EXPECT_EQ(points[5].full, milliwatt_hours(30'000));
}

TEST(BatteryOutlook, AnotherPackBeginsANewSeries) {
  struct Case {
    const char* name;
    void (*change)(Battery&);
    Verdict verdict;
  };
  const Case cases[] = {
      {"the same pack", [](Battery&) {}, Verdict::replace},
      {"another design", [](Battery& b) { b.design = milliwatt_hours(57'000); }, Verdict::unknown},
      {"another model", [](Battery& b) { b.model = "other"; }, Verdict::unknown},
      {"another number", [](Battery& b) { b.pack_number = 2; }, Verdict::unknown},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    auto series = history({{0, 31'000}, {14, 30'000}});
    series[0].batteries[0].pack_number = 1;
    series[1].batteries[0].pack_number = 1;
    c.change(series[1].batteries[0]);
    EXPECT_EQ(battery_state(series).judgement.verdict, c.verdict);
  }
}

TEST(BatteryOutlook, ANumberedPackThatComesBackIsThePackThatItWas) {
  auto series = history({{0, 31'000}, {7, 48'000}, {14, 30'000}});
  for (std::size_t i = 0; i < 3; ++i) series[i].batteries[0].pack_number = i == 1 ? 2 : 1;
  EXPECT_EQ(battery_state(series).judgement.verdict, Verdict::replace);
  // Without numbers nobody knows that it is the same one.
  series = history({{0, 31'000}, {7, 48'000}, {14, 30'000}});
  series[1].batteries[0].model = "other";
  const auto points = capacity_points(series[2].batteries[0], series, {});
  ASSERT_EQ(points.size(), 2U);
  EXPECT_TRUE(points[1].new_pack);
}

TEST(BatteryOutlook, ChargingThatWasLimitedForLongTeachesAGaugeNothing) {
  std::vector<BatteriesOfDay> series;
  for (int week = 0; week < 20; ++week) {
    series.push_back({first_day + days(7 * week), {battery(50'000, 46'000 - 400 * (week % 3))}});
    if (week > 4) series.back().batteries[0].charge_limit = Ratio{800};
  }
  EXPECT_EQ(battery_state(series).judgement.reasons, (std::vector<std::string>{"charge_limited"}));
  EXPECT_EQ(battery_state(series).packs[0].outlook.to_800, Crossing::refused);
  series.resize(12);
  EXPECT_EQ(battery_state(series).judgement.verdict, Verdict::good) << "six weeks are not long";
}

TEST(BatteryOutlook, EnergiesOfTwoPacksAreAddedAndTheWorseOneSpeaks) {
  const auto of_week = [](int week) {
    Battery front = battery(24'000, 12'000 + 200 * week);
    Battery rear = battery(72'000, 64'800 + 500 * week);
    rear.name = "BAT1";
    return BatteriesOfDay{first_day + days(7 * week), {front, rear}};
  };
  const BatteryState state = battery_state({of_week(1), of_week(0)});
  ASSERT_EQ(state.packs.size(), 2U);
  // Levels of the first week: (12.1 + 65.05) / 96, and not the mean of both percentages.
  EXPECT_EQ(state.health, Ratio{804});
  EXPECT_EQ(state.judgement.verdict, Verdict::replace);
  EXPECT_EQ(state.first, 0U);

  BatteriesOfDay silent = of_week(0);
  silent.batteries[0].full.reset();
  const BatteryState partly = battery_state({of_week(1), silent});
  EXPECT_FALSE(partly.health) << "half a laptop is not the laptop";
  EXPECT_EQ(partly.judgement.verdict, Verdict::unknown);
  EXPECT_EQ(partly.judgement.reasons, (std::vector<std::string>{"capacity_unknown"}));
}

TEST(BatteryOutlook, AnEmptyBayIsNoBattery) {
  Battery gone = battery(24'000, 12'000);
  gone.present = false;
  EXPECT_FALSE(battery_state({{first_day, {gone}}}).present);
  EXPECT_FALSE(battery_state({{first_day, {}}}).present);
}

TEST(BatteryOutlook, AFleetTeachesHowATypeOfPackWears) {
  std::vector<FleetDevice> fleet;
  for (int number = 0; number < 8; ++number) {
    FleetDevice device;
    for (int week = 0; week < 40; ++week) {
      // 7 points of a hundred a year, and a little that differs.
      const std::int64_t full = 49'000 - 67 * week + 40 * ((week + number) % 3);
      device.battery_history.push_back({first_day + days(7 * week), {battery(50'000, full)}});
    }
    fleet.push_back(device);
  }
  const FleetSlopes slopes = fleet_slopes(fleet);
  ASSERT_EQ(slopes.size(), 1U);
  EXPECT_NEAR(slopes.at({"SMP", "01AV489"}), -0.07, 0.003);
  const auto& history = fleet[0].battery_history;
  EXPECT_GT(battery_state(history, {}, slopes).packs[0].outlook.slope_per_year,
            battery_state(history).packs[0].outlook.slope_per_year);
  fleet.pop_back();
  EXPECT_TRUE(fleet_slopes(fleet).empty()) << "seven are too few";
}

}  // namespace
}  // namespace wattlife
