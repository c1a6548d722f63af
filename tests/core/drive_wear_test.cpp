// SPDX-License-Identifier: EUPL-1.2
#include "core/drive_wear.h"

#include <gtest/gtest.h>

namespace wattlife {
namespace {

UtcDay day(int number) {
  return UtcDay{std::chrono::year{2024} / 1 / 1} + std::chrono::days{number};
}

TEST(Traps, Trap21_percentage_used_may_pass_its_rating_and_saturates) {
  EXPECT_STREQ(name_of(wear_state(0)), "within");
  EXPECT_STREQ(name_of(wear_state(99)), "within");
  EXPECT_STREQ(name_of(wear_state(100)), "at_rating");
  EXPECT_STREQ(name_of(wear_state(130)), "beyond");
  EXPECT_STREQ(name_of(wear_state(255)), "saturated");
}

TEST(DriveWear, degrees) { EXPECT_NEAR(celsius(310), 36.85, 1e-9); }

TEST(DriveWear, the_drives_own_estimate_needs_a_year_and_three_points) {
  struct Case {
    const char* reason;
    std::vector<WearPoint> points;
  };
  const Case cases[] = {
      {"not_reported", {}},
      {"not_reported", {{day(0), {}, 5}, {day(400), {}, 6}}},
      {"under_a_year", {{day(0), 3, {}}}},
      {"under_a_year", {{day(0), 3, {}}, {day(364), 9, {}}}},
      {"hardly_moved", {{day(0), 3, {}}, {day(400), 5, {}}}},
      {"saturated", {{day(0), 200, {}}, {day(400), 255, {}}}},
      {"under_a_year", {{day(0), 3, {}}, {day(400), 9, {}}, {day(500), 1, {}}}},  // another drive
  };
  for (const Case& c : cases) {
    const WearProjection projection = project_wear(c.points);
    EXPECT_EQ(projection.reason, c.reason);
    EXPECT_EQ(projection.years_to_rating, std::nullopt);
  }
  const WearProjection projection =
      project_wear({{day(731), 12, {}}, {day(0), 4, {}}, {day(300), 7, {}}});
  EXPECT_EQ(projection.reason, "");
  EXPECT_NEAR(*projection.percent_per_year, 4, 0.01);
  EXPECT_NEAR(*projection.years_to_rating, 22, 0.1);
  EXPECT_EQ(*project_wear({{day(0), 90, {}}, {day(400), 104, {}}}).years_to_rating, 0);
}

TEST(DriveWear, host_writes_against_what_the_maker_guarantees) {
  constexpr std::int64_t terabyte = 1'000'000'000'000;
  const std::vector<WearPoint> points = {{day(0), {}, 10 * terabyte},
                                         {day(366), {}, 20 * terabyte}};
  EXPECT_EQ(project_wear(points).years_to_rated_writes, std::nullopt) << "no rating known";
  const WearProjection projection = project_wear(points, 150 * terabyte);
  EXPECT_NEAR(*projection.bytes_per_year / 1e12, 9.98, 0.01);
  EXPECT_NEAR(*projection.years_to_rated_writes, 13, 0.1);
  EXPECT_EQ(project_wear({{day(0), {}, 1}, {day(29), {}, 2}}, 10).bytes_per_year, std::nullopt);
  EXPECT_EQ(project_wear({{day(0), {}, 5}, {day(60), {}, 5}}, 10).years_to_rated_writes,
            std::nullopt)
      << "nothing is written: no year is named";
}

}  // namespace
}  // namespace wattlife
