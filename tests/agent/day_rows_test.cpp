// SPDX-License-Identifier: EUPL-1.2
#include "agent/day_rows.h"

#include <gtest/gtest.h>

#include "tests/agent/example_view.h"

namespace wattlife {
namespace {

const UtcDay monday{std::chrono::year{2026} / 11 / 16};

TEST(DayRows, ARowADayForDutchExcel) {
  const Table table = day_rows(shown(example_facts()), monday, monday + std::chrono::days(4));
  ASSERT_EQ(table.rows.size(), 5U);
  for (const auto& row : table.rows) EXPECT_EQ(row.size(), table.columns.size());
  expect_golden("export.csv", to_csv(table, ';'));
}

TEST(DayRows, BoundsAreIncludedAndMayBeOpen) {
  const View view = shown(example_facts());
  EXPECT_EQ(day_rows(view, {}, {}).rows.size(), view.days.size());
  EXPECT_EQ(day_rows(view, monday, monday).rows.size(), 1U);
  EXPECT_EQ(day_rows(view, monday, {}).rows.size(), 7U);
  EXPECT_EQ(day_rows(view, {}, monday - std::chrono::days(30)).rows.size(), 0U);
}

TEST(DayRows, UnknownIsAnEmptyCell) {
  ViewFacts facts = example_facts();
  facts.days = {day_row("2026-11-16", UseState::sleep, Tier::unknown, 30, {})};
  const std::string csv = to_csv(day_rows(shown(facts), {}, {}));
  EXPECT_NE(csv.find("2026-11-16,false,30,0,,,,,,,0,0,0,0,30\r\n"), std::string::npos) << csv;
}

}  // namespace
}  // namespace wattlife
