// SPDX-License-Identifier: EUPL-1.2
#include "tools/outlook_score.h"

#include <gtest/gtest.h>

#include "core/text.h"
#include "tests/core/capacity_history.h"
#include "tests/shared_data.h"

namespace wattlife {
namespace {

namespace fs = std::filesystem;

TEST(OutlookScore, errors_are_what_they_are_made_to_be) {
  // Falls 0.11 a year exactly, after a fleet's own heart.
  const auto rows = outlook_score({weekly(wearing(1.0, -0.11, 80))}, {182});
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].histories, 1);
  EXPECT_GT(rows[0].cases, 40);
  EXPECT_NEAR(rows[0].no_change, 5.5, 0.3);
  EXPECT_LT(rows[0].fleet_slope, 0.5);
  EXPECT_LT(rows[0].ours, 0.5);
  EXPECT_DOUBLE_EQ(rows[0].covered, 1.0);
  EXPECT_EQ(rows[0].other_pack, 0);
}

TEST(OutlookScore, refusals_and_new_packs_are_counted_apart) {
  const auto frozen = outlook_score({weekly(std::vector<double>(60, 0.9))}, {91});
  EXPECT_EQ(frozen[0].cases, 0);
  EXPECT_GT(frozen[0].refused, 40);
  std::vector<double> healths = wearing(0.85, -0.11, 40);
  for (const double health : wearing(1.0, -0.11, 40)) healths.push_back(health);
  EXPECT_GT(outlook_score({weekly(healths)}, {91})[0].other_pack, 10);
}

std::vector<CapacityPoint> history_in(const fs::path& csv, std::size_t day, std::size_t full,
                                      std::size_t design) {
  std::vector<CapacityPoint> points;
  const std::string text = shared::bytes_of(csv);
  for (const std::string_view line : split(text, '\n')) {
    const auto cells = split(trimmed(line), ',');
    if (cells.size() <= std::max({day, full, design})) continue;
    const auto date = day_from_iso8601(cells[day]);
    const auto whole = [](std::string_view cell) {
      return integer_from(cell.substr(0, std::min(cell.find('.'), cell.size()))).value_or(0);
    };
    if (!date) continue;
    points.push_back({*date, milliwatt_hours(whole(cells[full])),
                      milliwatt_hours(whole(cells[design])), std::nullopt,
                      CapacityOrigin::os_history, false});
  }
  return points;
}

TEST(SharedData, ForecastsOfRealHistories) {
  const fs::path folder = shared::folder() / "battery-history";
  WATTLIFE_SKIP_WITHOUT(folder);
  std::vector<std::vector<CapacityPoint>> histories;
  for (const fs::path& machine : shared::entries_of(folder / "powercfg")) {
    if (!fs::is_directory(machine)) continue;
    histories.push_back(history_in(machine / "capacity_history.csv", 1, 2, 3));
  }
  // Milliamp-hours: only the ratio counts.
  histories.push_back(history_in(folder / "macbook-air-2012-batlog/daily.csv", 0, 2, 5));
  ASSERT_EQ(histories.size(), 16u);
  const auto rows = outlook_score(histories, {91, 182, 364});
  RecordProperty("table", to_markdown(rows));  // docs/health.md keeps it
  for (const ScoreRow& row : rows) {
    SCOPED_TRACE(row.horizon_days);
    EXPECT_GE(row.histories, 4);
    EXPECT_GE(row.cases, 50);
    EXPECT_GE(row.covered, 0.70);
    EXPECT_LE(row.covered, 0.95);
    EXPECT_LT(row.ours, row.no_change);
    EXPECT_LT(row.ours, row.fleet_slope);
    EXPECT_LT(row.ours, row.own_line + 0.5);
  }
  // A pack's own line does as well for half a year, and is far off after a whole one.
  EXPECT_LT(rows[2].ours + 5, rows[2].own_line);
}

}  // namespace
}  // namespace wattlife
