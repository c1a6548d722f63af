// SPDX-License-Identifier: EUPL-1.2
#include "core/outlook.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/core/capacity_history.h"

namespace wattlife {
namespace {

using Flags = std::vector<std::string>;

Outlook outlook_of(const std::vector<double>& healths, const OutlookContext& context = {}) {
  return battery_outlook(capacity_series(weekly(healths)), context);
}

bool has(const Outlook& outlook, const std::string& flag) {
  return std::find(outlook.flags.begin(), outlook.flags.end(), flag) != outlook.flags.end();
}

TEST(Outlook, level_is_the_median_of_the_last_three_weeks) {
  EXPECT_DOUBLE_EQ(*outlook_of({0.95, 0.90, 0.70, 0.88}).health, 0.88);
  EXPECT_DOUBLE_EQ(*outlook_of({1.10, 1.09, 1.08, 1.08}).health, 1.05) << "clipped";
  const Outlook outlook = outlook_of({0.95, 0.90, 0.89, 0.88});
  EXPECT_DOUBLE_EQ(*outlook.low, 0.82);
  EXPECT_DOUBLE_EQ(*outlook.high, 0.96);
}

struct ClassCase {
  const char* name;
  std::vector<double> healths;
  Verdict expected;
};

TEST(Outlook, classes_with_hysteresis_and_persistence) {
  const ClassCase cases[] = {
      {"85 % is good", {0.87, 0.86, 0.85, 0.85, 0.85}, Verdict::good},
      {"one week below is good still", {0.87, 0.86, 0.84, 0.84}, Verdict::good},
      {"two weeks below is watched", {0.87, 0.86, 0.84, 0.84, 0.84}, Verdict::watch},
      {"87 % does not bring it back",
       {0.86, 0.80, 0.80, 0.80, 0.87, 0.87, 0.87, 0.87, 0.87},
       Verdict::watch},
      {"88 % does", {0.84, 0.81, 0.82, 0.88, 0.88, 0.88, 0.88}, Verdict::good},
      {"75 % is watched", {0.77, 0.76, 0.75, 0.75, 0.75}, Verdict::watch},
      {"one level below 75 % is watched", {0.77, 0.76, 0.74, 0.74}, Verdict::watch},
      {"two of them a week apart: replace", {0.77, 0.76, 0.74, 0.74, 0.74}, Verdict::replace},
      {"77 % does not bring it back",
       {0.75, 0.72, 0.71, 0.72, 0.77, 0.77, 0.77, 0.77},
       Verdict::replace},
      {"78 % does", {0.75, 0.72, 0.71, 0.72, 0.78, 0.78, 0.78, 0.78}, Verdict::watch},
      {"from the start below: replace at the second week", {0.60, 0.59, 0.58}, Verdict::replace},
  };
  for (const ClassCase& c : cases) {
    SCOPED_TRACE(c.name);
    const Outlook outlook = outlook_of(c.healths);
    EXPECT_EQ(outlook.battery_class, c.expected);
    EXPECT_EQ(outlook.reason, "");
  }
}

TEST(Traps, Trap18_a_suspect_gauge_has_no_class_and_no_forecast) {
  const Outlook outlook = outlook_of({0.93, 0.92, 0.91, 0.0424});
  EXPECT_EQ(outlook.battery_class, Verdict::unknown);
  EXPECT_EQ(outlook.flags, Flags{"gauge_suspect"});
  EXPECT_EQ(outlook.health, std::nullopt);
  EXPECT_EQ(outlook.to_800, Crossing::refused);
  EXPECT_EQ(forecast_after(outlook, 90).refused, "gauge_suspect");
}

TEST(Traps, Trap19_an_unlearned_gauge_is_unknown_never_good) {
  std::vector<CapacityPoint> points = {capacity_point(0, 1, 50'000, 300)};
  const Outlook outlook = battery_outlook(capacity_series(points));
  EXPECT_EQ(outlook.battery_class, Verdict::unknown);
  EXPECT_EQ(outlook.flags, Flags{"unlearned"});
  EXPECT_EQ(outlook.health, std::nullopt) << "100 % says nothing";
}

TEST(Traps, Trap36_never_moved_for_100_weeks_is_unknown) {
  const Outlook outlook = outlook_of(std::vector<double>(100, 1.0));
  EXPECT_EQ(outlook.battery_class, Verdict::unknown);
  EXPECT_EQ(outlook.flags, Flags{"unlearned"});
  EXPECT_EQ(forecast_after(outlook, 180).refused, "unlearned");
}

TEST(Traps, Trap37_a_dip_that_recovers_changes_no_class_and_no_flag) {
  std::vector<double> healths = wearing(0.86, -0.11, 20);  // ends near 0.82, watched
  const Outlook before = outlook_of(healths);
  EXPECT_EQ(before.battery_class, Verdict::watch);
  for (const double next : {0.83, 0.50, 0.87}) {
    healths.push_back(next);
    const Outlook outlook = outlook_of(healths);
    EXPECT_EQ(outlook.battery_class, before.battery_class) << next;
    EXPECT_EQ(outlook.flags, before.flags) << next;
  }
  EXPECT_EQ(outlook_of({0.83, 0.50, 0.87}).battery_class, Verdict::watch);
}

TEST(Traps, Trap38_a_collapse_is_flagged_within_three_weeks) {
  std::vector<double> healths(60, 0.90);
  int weeks_after_ten_points = -1;
  for (int week = 1; week <= 12; ++week) {
    EXPECT_FALSE(has(outlook_of(healths), "test_battery"));
    healths.push_back(0.90 - 0.03 * week);
    if (0.03 * week >= 0.10) ++weeks_after_ten_points;
    const Outlook outlook = outlook_of(healths);
    if (!has(outlook, "test_battery")) continue;
    EXPECT_LE(weeks_after_ten_points, 3);
    EXPECT_NE(outlook.battery_class, Verdict::replace) << "a third of such falls recovered";
    return;
  }
  FAIL() << "never flagged";
}

TEST(Outlook, wear_alone_is_no_collapse) {
  EXPECT_FALSE(has(outlook_of(wearing(1.0, -0.25, 60)), "test_battery"));
}

TEST(Outlook, a_long_charge_limit_makes_the_class_unknown) {
  const std::vector<double> healths = wearing(0.99, -0.10, 30);
  OutlookContext context;
  context.charge_limited = std::chrono::days{90};
  EXPECT_EQ(outlook_of(healths, context).battery_class, Verdict::good);
  context.charge_limited = std::chrono::days{91};
  EXPECT_EQ(outlook_of(healths, context).battery_class, Verdict::unknown);
  EXPECT_EQ(outlook_of(healths, context).reason, "charge_limited");
}

TEST(Outlook, own_slope_needs_26_weeks_and_180_days) {
  EXPECT_FALSE(own_slope(capacity_series(weekly(wearing(1, -0.1, 25)))));
  EXPECT_FALSE(own_slope(capacity_series(weekly(wearing(1, -0.1, 26))))) << "175 days";
  const auto slope = own_slope(capacity_series(weekly(wearing(1, -0.1, 60))));
  ASSERT_TRUE(slope);
  EXPECT_NEAR(*slope, -0.1, 0.01);
}

TEST(Traps, Trap20_a_recalibration_does_not_hide_wear) {
  std::vector<double> healths = wearing(0.95, -0.12, 40);
  for (const double health : wearing(0.95, -0.12, 40)) healths.push_back(health);
  const auto slope = own_slope(capacity_series(weekly(healths)));
  ASSERT_TRUE(slope);
  EXPECT_NEAR(*slope, -0.12, 0.02);
  std::vector<double> small = wearing(0.95, -0.12, 40);
  for (const double health : wearing(small.back() + 0.06, -0.12, 40)) small.push_back(health);
  const CapacitySeries series = capacity_series(weekly(small));
  EXPECT_EQ(series.segments.size(), 2u);
  ASSERT_TRUE(own_slope(series));
  EXPECT_NEAR(*own_slope(series), -0.12, 0.02) << "the jump of six points is in no pair";
}

TEST(Outlook, forecast_is_a_quarter_own_slope_and_the_rest_of_the_fleet) {
  const Outlook outlook = outlook_of(wearing(1.0, -0.20, 60));
  EXPECT_NEAR(outlook.slope_per_year, 0.25 * -0.20 + 0.75 * -0.11, 0.004);
  OutlookContext fleet;
  fleet.fleet_slope = -0.04;
  EXPECT_NEAR(outlook_of(wearing(1.0, -0.20, 60), fleet).slope_per_year,
              0.25 * -0.20 + 0.75 * -0.04, 0.004);
  EXPECT_DOUBLE_EQ(outlook_of(wearing(1.0, -0.20, 10)).slope_per_year, -0.11);
  EXPECT_LE(outlook_of(wearing(0.8, +0.20, 60)).slope_per_year, 0.75 * -0.11)
      << "a pack does not grow";
}

TEST(Outlook, the_interval_widens_with_the_horizon) {
  const Outlook outlook = outlook_of(wearing(0.95, -0.10, 30));
  double before = 0;
  for (const int days : {1, 30, 91, 182, 300, 365}) {
    const auto forecast = forecast_after(outlook, days).forecast;
    ASSERT_TRUE(forecast);
    EXPECT_GT(forecast->high - forecast->low, before);
    before = forecast->high - forecast->low;
    EXPECT_NEAR(forecast->health - forecast->low, forecast->high - forecast->health, 1e-9);
  }
  // 90 % columns of the source, times 1.2816 / 1.6449.
  EXPECT_NEAR(before / 2, 0.13 * 1.2816 / 1.6449, 0.0001);
}

TEST(Outlook, below_60_percent_nobody_can_say) {
  const Outlook low = outlook_of({0.60, 0.59, 0.58, 0.57});
  EXPECT_EQ(low.battery_class, Verdict::replace);
  EXPECT_EQ(forecast_after(low, 30).refused, "below_60_percent");
  const Outlook near = outlook_of({0.66, 0.65, 0.64, 0.63});
  EXPECT_TRUE(forecast_after(near, 30).forecast);
  EXPECT_EQ(forecast_after(near, 365).refused, "below_60_percent");
}

TEST(Outlook, crossing_80_percent) {
  EXPECT_EQ(outlook_of({0.81, 0.80, 0.79, 0.79}).to_800, Crossing::already_below);
  EXPECT_EQ(outlook_of({0.83, 0.82, 0.805, 0.80}).to_800, Crossing::within_12_months)
      << "-0.11 and +0.1013 is below 0.80";
  EXPECT_EQ(outlook_of({0.86, 0.85, 0.84, 0.83}).to_800, Crossing::beyond_12_months);
  EXPECT_EQ(outlook_of(std::vector<double>(50, 0.9)).to_800, Crossing::refused);
}

}  // namespace
}  // namespace wattlife
