// SPDX-License-Identifier: EUPL-1.2
#include "platform/sensors/capacity_csv.h"

#include <gtest/gtest.h>

namespace wattlife {
namespace {

TEST(CapacityCsv, reads_rows) {
  const auto points = parse_capacity_csv(
      "\xEF\xBB\xBF"
      "date,full_mwh,design_mwh,cycles\r\n"
      "2026-01-05,41600,50000,312\r\n"
      "\"2026-01-12\", 41500.7 ,50000,\r\n"
      "2026-01-19,,50000,0\r\n\r\n");
  ASSERT_TRUE(points) << points.error().text;
  ASSERT_EQ(points->size(), 3u);
  EXPECT_EQ((*points)[0].day, day_from_iso8601("2026-01-05"));
  EXPECT_EQ((*points)[0].full, milliwatt_hours(41'600));
  EXPECT_EQ((*points)[0].cycles, 312);
  EXPECT_EQ((*points)[1].full, milliwatt_hours(41'500));
  EXPECT_EQ((*points)[1].cycles, std::nullopt);
  EXPECT_EQ((*points)[2].full, Energy{}) << "not known";
  EXPECT_TRUE(parse_capacity_csv("date,full_mwh,design_mwh\n2026-01-05,1,2\n"));
  EXPECT_TRUE(parse_capacity_csv("date,full_mwh,design_mwh,cycles\n"));
}

TEST(CapacityCsv, says_what_is_wrong_and_where) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "head"},
      {"nonsense", "line 1"},
      {"2026-01-05,1,2,3\n", "line 1"},
      {"date,full_mwh,design_mwh,cycles\n2026-02-30,1,2,3\n", "line 2: \"2026-02-30\""},
      {"date,full_mwh,design_mwh,cycles\n2026-01-05,1,2,3\n2026-01-12,1\n", "line 3"},
      {"date,full_mwh,design_mwh,cycles\n2026-01-05,41.600 mWh,50000,3\n", "line 2"},
      {"date,full_mwh,design_mwh,cycles\n2026-01-05,-1,50000,3\n", "line 2"},
      {"date,full_mwh,design_mwh,cycles\n2026-01-05,99999999999999999999,50000,3\n", "line 2"},
  };
  for (const auto& [text, said] : cases) {
    const auto points = parse_capacity_csv(text);
    ASSERT_FALSE(points) << text;
    EXPECT_EQ(points.error().cause, Cause::malformed);
    EXPECT_NE(points.error().text.find(said), std::string::npos) << points.error().text;
  }
}

}  // namespace
}  // namespace wattlife
