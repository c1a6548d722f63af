// SPDX-License-Identifier: EUPL-1.2
// The contest of ./dev bench energy, small enough to run at every change: when an estimator gets
// worse than it has been seen to be, this says so.
#include <gtest/gtest.h>

#include "tools/energy_contest.h"

namespace wattlife {
namespace {

TEST(Contest, TwentyFourLaptopsOverAFortnight) {
  ContestOptions options;
  options.laptops = 24;
  options.days = 14;
  options.first_day = *day_from_iso8601("2026-03-02");
  const ContestResult result = energy_contest(options);
  SCOPED_TRACE(to_text(result));

  const ContestRow& ours = result.tables[0].rows[0];
  const ContestRow& prior = result.tables[0].rows[1];
  const ContestRow& activity = result.tables[0].rows[2];
  const ContestRow& package = result.tables[0].rows[3];
  EXPECT_GT(prior.device_days, 150);
  EXPECT_LE(prior.median_error, 0.15);
  EXPECT_GE(*prior.coverage, 0.90);
  // Without any counter: wider, and still right about how wide.
  EXPECT_GE(activity.device_days, prior.device_days);
  EXPECT_LE(activity.median_error, 0.25);
  EXPECT_GE(*activity.coverage, 0.90);
  EXPECT_LE(result.share_without_figure, 0.06);
  EXPECT_LE(ours.median_error, prior.median_error);
  EXPECT_GE(*ours.coverage, 0.90);
  EXPECT_LE(4 * ours.median_error, package.median_error);

  const ContestRow& battery = result.tables[2].rows[0];
  EXPECT_LE(battery.median_error, 0.04);
  EXPECT_GE(*battery.coverage, 0.85);
}

}  // namespace
}  // namespace wattlife
