// SPDX-License-Identifier: EUPL-1.2
#include "tools/energy_contest.h"

#include <gtest/gtest.h>

namespace wattlife {
namespace {

ContestOptions small() {
  ContestOptions options;
  options.laptops = 6;
  options.days = 7;
  options.first_day = *day_from_iso8601("2026-03-02");
  return options;
}

TEST(EnergyContest, TheSameSeedGivesTheSameText) {
  EXPECT_EQ(to_text(energy_contest(small())), to_text(energy_contest(small())));
  ContestOptions other = small();
  other.seed = 2;
  EXPECT_NE(to_text(energy_contest(small())), to_text(energy_contest(other)));
}

TEST(EnergyContest, PutsEveryMethodOnTheSameDays) {
  const ContestResult result = energy_contest(small());
  ASSERT_EQ(result.tables.size(), 3U);
  const std::vector<ContestRow>& all = result.tables[0].rows;
  ASSERT_EQ(all.size(), 7U);
  for (std::size_t i = 1; i < all.size(); ++i) {
    // Some of them count nothing of their processor: no package can be taken for those.
    if (i == 3) {
      EXPECT_LT(all[i].device_days, all[1].device_days);
    } else {
      EXPECT_EQ(all[i].device_days, all[1].device_days) << all[i].method;
    }
    EXPECT_LE(all[i].median_error, all[i].p90_error);
  }
  EXPECT_GT(all[1].device_days, 10);
  EXPECT_TRUE(all[0].coverage && all[1].coverage && all[2].coverage);
  EXPECT_FALSE(all[3].coverage);
}

TEST(EnergyContest, APackageIsNotALaptop) {
  const ContestResult result = energy_contest(small());
  const std::vector<ContestRow>& all = result.tables[0].rows;
  EXPECT_LT(all[3].bias, -0.3);
  EXPECT_LT(all[0].median_error, all[3].median_error);
  EXPECT_NEAR(all[6].bias, 0.0, 1e-3);  // the best possible constant is right on the whole
}

TEST(EnergyContest, SaysOfEachGoalWhetherItIsMet) {
  ContestResult result;
  result.goals = {{"one", "5.0 %", true}, {"two", "7.0 %", false}};
  const std::string text = to_text(result);
  EXPECT_NE(text.find("5.0 %  met\n"), std::string::npos);
  EXPECT_NE(text.find("7.0 %  not met\n"), std::string::npos);
}

}  // namespace
}  // namespace wattlife
