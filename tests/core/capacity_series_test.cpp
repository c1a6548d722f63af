// SPDX-License-Identifier: EUPL-1.2
#include "core/capacity_series.h"

#include <gtest/gtest.h>

#include "tests/core/capacity_history.h"

namespace wattlife {
namespace {

std::vector<SegmentStart> starts_of(const CapacitySeries& series) {
  std::vector<SegmentStart> starts;
  for (const CapacitySegment& segment : series.segments) starts.push_back(segment.start);
  return starts;
}
using Starts = std::vector<SegmentStart>;

TEST(CapacitySeries, nothing_is_no_history) {
  EXPECT_EQ(capacity_series({}).doubt, GaugeDoubt::no_history);
  EXPECT_TRUE(capacity_series({}).segments.empty());
}

Battery pack_of(std::optional<std::string> serial) {
  Battery battery;
  battery.full = milliwatt_hours(41'000);
  battery.design = milliwatt_hours(50'000);
  battery.cycles = 12;
  battery.serial = std::move(serial);
  return battery;
}

TEST(CapacitySeries, a_note_of_our_own) {
  Battery battery = pack_of("B-2");
  const auto note = capacity_note(battery, history_day(0), "B-1");
  ASSERT_TRUE(note);
  EXPECT_EQ(note->origin, CapacityOrigin::own_reading);
  EXPECT_EQ(note->cycles, 12);
  EXPECT_TRUE(note->new_pack);
  EXPECT_FALSE(capacity_note(battery, history_day(0), "B-2")->new_pack);
  EXPECT_FALSE(capacity_note(battery, history_day(0), std::nullopt)->new_pack);
  EXPECT_FALSE(capacity_note(pack_of(std::nullopt), history_day(0), "B-1")->new_pack)
      << "not told: not another";
  Battery absent = battery;
  absent.present = false;
  EXPECT_FALSE(capacity_note(absent, history_day(0), std::nullopt));
  battery.design = Energy{};
  EXPECT_FALSE(capacity_note(battery, history_day(0), std::nullopt));
}

TEST(CapacitySeries, median_of_few) {
  EXPECT_EQ(median_of({}), 0);
  EXPECT_EQ(median_of({3}), 3);
  EXPECT_EQ(median_of({3, 1}), 2);
  EXPECT_EQ(median_of({9, 1, 3}), 3);
}

TEST(Traps, Trap34_design_capacity_zero_is_unknown_and_divides_nothing) {
  std::vector<CapacityPoint> points = {capacity_point(0, 0.9), capacity_point(1, 0.9)};
  for (CapacityPoint& point : points) point.design = Energy{};
  EXPECT_EQ(capacity_series(points).doubt, GaugeDoubt::no_history);
  points[1] = capacity_point(1, 0.9);
  points[1].full = Energy{};
  EXPECT_EQ(capacity_series(points).doubt, GaugeDoubt::no_history);
}

TEST(Traps, Trap18_an_impossible_capacity_is_suspect) {
  struct Case {
    std::int64_t full_mwh;
    std::int64_t design_mwh;
    bool suspect;
  };
  const Case cases[] = {{1'910, 45'000, true},  {121'000, 50'500, true}, {8'999, 45'000, true},
                        {9'100, 45'000, false}, {54'000, 45'000, false}, {54'010, 45'000, true}};
  for (const Case& c : cases) {
    SCOPED_TRACE(c.full_mwh);
    std::vector<CapacityPoint> points = weekly({0.93, 0.92, 0.91, 0.90});
    for (CapacityPoint& point : points) {
      point.full.milli = point.full.milli / 50'000 * c.design_mwh;
      point.design = milliwatt_hours(c.design_mwh);
    }
    points.push_back(capacity_point(4, 1, c.design_mwh));
    points.back().full = milliwatt_hours(c.full_mwh);
    const CapacitySeries series = capacity_series(points);
    EXPECT_EQ(series.doubt == GaugeDoubt::gauge_suspect, c.suspect);
    EXPECT_EQ(series.suspect_lately, c.suspect);
    EXPECT_EQ(series.weeks.size(), c.suspect ? 4u : 5u) << "left out, not averaged in";
  }
}

TEST(CapacitySeries, an_old_impossible_reading_is_forgotten) {
  const CapacitySeries series = capacity_series(weekly({0.93, 0.04, 0.92, 0.91, 0.90}));
  EXPECT_EQ(series.doubt, GaugeDoubt::none);
  EXPECT_FALSE(series.suspect_lately);
  EXPECT_TRUE(capacity_series(weekly({0.93, 0.92, 0.04, 0.91, 0.90})).suspect_lately);
}

TEST(Traps, Trap19_full_equal_to_design_after_300_cycles_is_unlearned) {
  std::vector<CapacityPoint> points;
  for (int week = 0; week < 4; ++week) points.push_back(capacity_point(week, 1, 50'000, 300));
  EXPECT_EQ(capacity_series(points).doubt, GaugeDoubt::unlearned);
  // A young pack may really be as designed; one reading proves nothing either way.
  for (CapacityPoint& point : points) point.cycles = 12;
  EXPECT_EQ(capacity_series(points).doubt, GaugeDoubt::single_event);
}

TEST(CapacitySeries, full_equal_to_design_for_over_a_year_is_unlearned) {
  std::vector<double> healths = {1.02, 1.01, 1.0};
  healths.insert(healths.end(), 54, 1.0);
  EXPECT_EQ(capacity_series(weekly(healths)).doubt, GaugeDoubt::unlearned);
  healths.resize(40);
  EXPECT_EQ(capacity_series(weekly(healths)).doubt, GaugeDoubt::none);
}

TEST(Traps, Trap36_full_equal_to_design_for_100_weeks_is_unknown) {
  const CapacitySeries series = capacity_series(weekly(std::vector<double>(100, 1.0)));
  EXPECT_EQ(series.doubt, GaugeDoubt::unlearned);
  EXPECT_EQ(series.learning_events, 1);
}

TEST(CapacitySeries, a_gauge_that_does_not_move_is_frozen_after_35_days) {
  EXPECT_EQ(capacity_series(weekly(std::vector<double>(6, 0.63))).doubt, GaugeDoubt::gauge_frozen);
  EXPECT_EQ(capacity_series(weekly(std::vector<double>(5, 0.63))).doubt, GaugeDoubt::single_event);
  EXPECT_EQ(capacity_series(weekly({0.63, 0.631, 0.63, 0.63, 0.63, 0.6315})).doubt,
            GaugeDoubt::gauge_frozen);
  EXPECT_EQ(capacity_series(weekly({0.63, 0.631, 0.632, 0.633, 0.634, 0.635})).doubt,
            GaugeDoubt::none)
      << "three values and more than 0.2 points: it learns";
}

TEST(Traps, Trap20_a_jump_of_six_points_begins_a_segment_and_is_no_negative_wear) {
  const CapacitySeries series = capacity_series(weekly({0.86, 0.85, 0.85, 0.91, 0.90, 0.90}));
  EXPECT_EQ(starts_of(series), (Starts{SegmentStart::first, SegmentStart::step_up}));
  EXPECT_EQ(series.segments[1].first_week, 3u);
  EXPECT_EQ(series.segments[0].to, history_day(2));
  EXPECT_EQ(series.segments[1].from, history_day(3));
  EXPECT_EQ(series.pack_begin, 0u) << "the same pack";
}

TEST(CapacitySeries, a_jump_of_more_than_eight_points_that_stays_begins_anew) {
  const CapacitySeries series = capacity_series(weekly({0.42, 0.40, 0.37, 0.31, 0.98, 0.97, 0.96}));
  EXPECT_EQ(starts_of(series).back(), SegmentStart::jump_up);
  EXPECT_EQ(series.pack_begin, 4u);
  EXPECT_EQ(series.doubt, GaugeDoubt::none);
  EXPECT_EQ(capacity_series(weekly({0.80, 0.80, 0.79, 0.90})).pack_begin, 0u)
      << "nothing has confirmed it yet";
}

TEST(CapacitySeries, a_dip_of_one_week_is_no_new_pack) {
  const CapacitySeries series = capacity_series(weekly({0.84, 0.83, 0.83, 0.50, 0.83, 0.82}));
  EXPECT_EQ(series.pack_begin, 0u);
}

TEST(CapacitySeries, a_pack_is_new_when_the_source_says_so_or_the_design_moves) {
  std::vector<CapacityPoint> points = weekly({0.80, 0.79, 0.78, 0.79, 0.78, 0.77});
  points[3].new_pack = true;
  EXPECT_EQ(starts_of(capacity_series(points)),
            (Starts{SegmentStart::first, SegmentStart::pack_changed}));
  EXPECT_EQ(capacity_series(points).pack_begin, 3u);

  for (int week = 6; week < 9; ++week) points.push_back(capacity_point(week, 0.99, 57'000));
  const CapacitySeries series = capacity_series(points);
  EXPECT_EQ(starts_of(series).back(), SegmentStart::design_changed);
  EXPECT_DOUBLE_EQ(series.weeks.back().health, 0.99) << "of its own design value";
}

TEST(CapacitySeries, health_is_of_the_first_design_value_seen) {
  std::vector<CapacityPoint> points = {capacity_point(0, 1.04, 75'000),
                                       capacity_point(1, 1, 72'000), capacity_point(2, 1, 71'000)};
  const CapacitySeries series = capacity_series(points);
  EXPECT_EQ(series.pack_begin, 0u) << "a design value that drifts is the same pack";
  EXPECT_DOUBLE_EQ(series.weeks.back().health, 71'000.0 / 75'000.0);
}

TEST(CapacitySeries, firmware_that_moves_the_design_value_along_is_unlearned_and_seen_through) {
  std::vector<CapacityPoint> points;
  for (int week = 0; week < 60; ++week) {
    points.push_back(capacity_point(week, 1, 58'000 - 400 * week));
  }
  const CapacitySeries series = capacity_series(points);
  EXPECT_EQ(series.doubt, GaugeDoubt::unlearned);
  EXPECT_TRUE(series.design_follows_full);
  EXPECT_DOUBLE_EQ(series.weeks.back().health, 34'400.0 / 58'000.0);
}

TEST(CapacitySeries, units_that_are_a_thousand_off_are_repaired) {
  for (const std::int64_t design : {60, 60'000, 60'000'000}) {
    SCOPED_TRACE(design);
    std::vector<CapacityPoint> points;
    for (int week = 0; week < 4; ++week) {
      points.push_back(capacity_point(week, 0.9 - 0.05 * week, design));
    }
    const CapacitySeries series = capacity_series(points);
    EXPECT_EQ(series.unit_repaired, design != 60'000);
    EXPECT_EQ(series.doubt, GaugeDoubt::none);
    EXPECT_NEAR(series.weeks.back().health, 0.75, 0.001);
  }
  // Units that change on the way are the same pack.
  std::vector<CapacityPoint> mixed = {capacity_point(0, 0.9, 60), capacity_point(1, 0.88, 60'000)};
  EXPECT_EQ(capacity_series(mixed).segments.size(), 1u);
}

TEST(CapacitySeries, the_last_days_of_a_report_make_one_week_and_order_does_not_matter) {
  std::vector<CapacityPoint> points = weekly({0.90, 0.89});
  for (int day = 1; day < 5; ++day) {
    points.push_back(capacity_point(1, day == 2 ? 0.50 : 0.88));
    points.back().day += std::chrono::days{day};
  }
  const CapacitySeries series = capacity_series(points);
  ASSERT_EQ(series.weeks.size(), 2u);
  EXPECT_DOUBLE_EQ(series.weeks[1].health, 0.88);
  EXPECT_EQ(series.weeks[1].last_day, history_day(1) + std::chrono::days{4});
  std::reverse(points.begin(), points.end());
  EXPECT_EQ(capacity_series(points).weeks, series.weeks);
}

}  // namespace
}  // namespace wattlife
