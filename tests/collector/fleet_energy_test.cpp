// SPDX-License-Identifier: EUPL-1.2
#include "collector/fleet_energy.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/collector/fleet.h"

namespace wattlife {
namespace {

using std::chrono::days;
using testing::day;
using testing::week_of;

EnergyEntry entry(std::int64_t device, Period period, Tier tier, std::int64_t joule,
                  const std::string& model = "A", const std::string& method = "m-1") {
  EnergyEntry made;
  made.device = device;
  made.device_model = model;
  made.period = period;
  made.row.tier = tier;
  made.row.method = method;
  made.row.time = std::chrono::hours(1);
  made.row.device = Estimate{joules(joule), 9.0, 2.0};
  return made;
}

const Period first = week_of(day("2026-11-04"));
const Period second = week_of(day("2026-11-11"));
const Period third = week_of(day("2026-11-18"));

TEST(FleetEnergy, deviations_of_one_model_add_up_and_models_go_in_quadrature) {
  std::vector<EnergyEntry> entries;
  for (int i = 0; i < 4; ++i) entries.push_back(entry(i, first, Tier::measured, 100, "A"));
  for (int i = 4; i < 7; ++i) entries.push_back(entry(i, first, Tier::measured, 100, "B"));
  const Estimate sum = group_sum(entries, &EnergyRow::device);
  EXPECT_EQ(sum.energy, joules(700));
  EXPECT_DOUBLE_EQ(sum.variance_own_j2, 63.0);
  EXPECT_DOUBLE_EQ(sum.deviation_shared_j, std::sqrt(8.0 * 8.0 + 6.0 * 6.0));
  // Another method is another error, also on the same model.
  entries.push_back(entry(0, first, Tier::measured, 100, "A", "m-2"));
  EXPECT_DOUBLE_EQ(group_sum(entries, &EnergyRow::device).deviation_shared_j,
                   std::sqrt(8.0 * 8.0 + 6.0 * 6.0 + 2.0 * 2.0));
}

TEST(FleetEnergy, time_off_without_a_figure_is_no_hole_in_the_coverage) {
  std::vector<EnergyEntry> entries;
  for (int i = 0; i < 10; ++i) {
    entries.push_back(entry(i, first, Tier::measured, 3600));
    EnergyEntry off = entry(i, first, Tier::unknown, 0);
    off.row.state = UseState::off;
    off.row.method.clear();
    off.row.device.reset();
    off.row.time = std::chrono::hours(100);
    entries.push_back(off);
  }
  EXPECT_EQ(fleet_energy(entries).coverage_permille, 1000);
  entries.back().row.state = UseState::sleep;
  EXPECT_LT(fleet_energy(entries).coverage_permille, 1000);
}

TEST(FleetEnergy, the_interval_is_that_of_the_parts) {
  std::vector<EnergyEntry> entries;
  for (int i = 0; i < 10; ++i) entries.push_back(entry(i, first, Tier::measured, 3600));
  const FleetEnergy fleet = fleet_energy(entries);
  ASSERT_TRUE(fleet.consumed);
  EXPECT_EQ(fleet.consumed->energy, joules(36'000));
  const double half = 1.96 * std::sqrt(10 * 9.0 + 20.0 * 20.0);
  EXPECT_NEAR(static_cast<double>(fleet.consumed->interval.high.milli) / 1000, 36'000 + half, 0.01);
  EXPECT_NEAR(static_cast<double>(fleet.consumed->interval.low.milli) / 1000, 36'000 - half, 0.01);
  EXPECT_EQ(fleet.coverage_permille, 1000);
  EXPECT_EQ(fleet.methods, std::vector<std::string>{"m-1"});
}

TEST(FleetEnergy, nine_devices_show_nothing) {
  std::vector<EnergyEntry> entries;
  for (int i = 0; i < 9; ++i) {
    entries.push_back(entry(i, first, Tier::measured, 3600));
    entries.push_back(entry(i, second, Tier::measured, 3600));
  }
  const FleetEnergy fleet = fleet_energy(entries);
  EXPECT_FALSE(fleet.consumed);
  EXPECT_FALSE(fleet.wall);
  EXPECT_TRUE(fleet.periods.empty());
  EXPECT_TRUE(fleet.tiers.empty());
  EXPECT_EQ(fleet.devices, 9);
  EXPECT_FALSE(fleet_energy({}).consumed);
}

// What one device used must not follow from what is shown, not by subtracting either.
TEST(FleetEnergy, a_period_with_few_devices_is_not_in_the_total) {
  std::vector<EnergyEntry> entries;
  for (int i = 0; i < 12; ++i) entries.push_back(entry(i, first, Tier::measured, 1000));
  entries.push_back(entry(0, second, Tier::measured, 77));
  const FleetEnergy fleet = fleet_energy(entries);
  ASSERT_TRUE(fleet.consumed);
  EXPECT_EQ(fleet.consumed->energy, joules(12'000));
  EXPECT_EQ(fleet.hidden_periods, 1);
  ASSERT_EQ(fleet.periods.size(), 1u);
  EXPECT_EQ(fleet.periods[0].period, first);
}

TEST(FleetEnergy, small_periods_count_when_they_are_a_group_together) {
  std::vector<EnergyEntry> entries;
  for (int i = 0; i < 6; ++i) entries.push_back(entry(i, first, Tier::measured, 1000));
  for (int i = 6; i < 12; ++i) entries.push_back(entry(i, second, Tier::measured, 1000));
  const FleetEnergy fleet = fleet_energy(entries);
  ASSERT_TRUE(fleet.consumed);
  EXPECT_EQ(fleet.consumed->energy, joules(12'000));
  EXPECT_EQ(fleet.devices, 12);
  EXPECT_EQ(fleet.hidden_periods, 0);
  ASSERT_EQ(fleet.periods.size(), 1u);
  EXPECT_FALSE(fleet.periods[0].period);
}

TEST(FleetEnergy, devices_without_a_figure_do_not_make_a_group) {
  std::vector<EnergyEntry> entries;
  for (int i = 0; i < 12; ++i) {
    entries.push_back(entry(i, first, Tier::unknown, 0, "A", ""));
    entries.back().row.device.reset();
  }
  entries.push_back(entry(0, first, Tier::measured, 1000));
  EXPECT_FALSE(fleet_energy(entries).consumed);
}

TEST(FleetEnergy, a_tier_of_few_devices_has_no_share_of_its_own) {
  using Tiers = std::vector<Tier>;
  std::vector<EnergyEntry> entries;
  for (int i = 0; i < 12; ++i) entries.push_back(entry(i, first, Tier::measured, 600));
  for (int i = 0; i < 11; ++i) entries.push_back(entry(i, first, Tier::calibrated_model, 300));
  FleetEnergy fleet = fleet_energy(entries);
  ASSERT_EQ(fleet.tiers.size(), 2u);
  EXPECT_EQ(fleet.tiers[0].permille + fleet.tiers[1].permille, 1000);

  entries.push_back(entry(0, first, Tier::estimated, 50));
  fleet = fleet_energy(entries);
  ASSERT_EQ(fleet.tiers.size(), 2u);
  EXPECT_EQ(fleet.tiers[0].tiers, Tiers{Tier::measured});
  EXPECT_EQ(fleet.tiers[1].tiers, (Tiers{Tier::calibrated_model, Tier::estimated}));
  EXPECT_EQ(fleet.tiers[0].permille + fleet.tiers[1].permille, 1000);

  // With one group only, everything is put together: 1000 promille say nothing.
  entries.clear();
  for (int i = 0; i < 12; ++i) entries.push_back(entry(i, first, Tier::measured, 600));
  entries.push_back(entry(0, first, Tier::estimated, 50));
  fleet = fleet_energy(entries);
  ASSERT_EQ(fleet.tiers.size(), 1u);
  EXPECT_EQ(fleet.tiers[0].permille, 1000);
}

TEST(FleetEnergy, wall_energy_needs_a_group_too_and_says_how_much_is_known) {
  std::vector<EnergyEntry> entries;
  for (int i = 0; i < 12; ++i) {
    entries.push_back(entry(i, first, Tier::measured, 600));
    entries.back().row.supply = Supply::mains;
    if (i < 9) entries.back().row.wall = Estimate{joules(700), 1, 1};
  }
  EXPECT_FALSE(fleet_energy(entries).wall);
  entries[9].row.wall = Estimate{joules(700), 1, 1};
  const FleetEnergy fleet = fleet_energy(entries);
  ASSERT_TRUE(fleet.wall);
  EXPECT_EQ(fleet.wall->energy, joules(7000));
  EXPECT_EQ(fleet.wall_coverage_permille, 833);
}

// Whoever knows what the other organisations used can subtract: only devices with a figure count.
TEST(FleetEnergy, what_a_small_organisation_used_is_taken_out_before_a_sum_with_others) {
  std::vector<EnergyEntry> small;
  for (int i = 0; i < 12; ++i) {
    small.push_back(entry(i, first, Tier::measured, 1000));
    if (i >= 9) small.back().row.device.reset();
    small.push_back(entry(i, second, Tier::measured, 1000));
    if (i < 9) small.back().row.wall = Estimate{joules(1300), 1, 1};
  }
  const std::vector<EnergyEntry> left = large_periods(small);
  ASSERT_EQ(left.size(), 12u) << "nine figures in the first period, twelve in the second";
  for (const EnergyEntry& one : left) {
    EXPECT_EQ(one.period, second);
    EXPECT_TRUE(one.row.device);
    EXPECT_FALSE(one.row.wall) << "nine with wall energy";
  }
  for (EnergyEntry& one : small) {
    one.row.device = Estimate{joules(1000), 1, 1};
    one.row.wall = Estimate{joules(1300), 1, 1};
  }
  const std::vector<EnergyEntry> all = large_periods(small);
  ASSERT_EQ(all.size(), 24u);
  for (const EnergyEntry& one : all) EXPECT_TRUE(one.row.wall);
}

// The people of one organisation know their own tiers: what is left must not be one laptop of the
// other's.
TEST(FleetEnergy, a_tier_of_few_laptops_of_one_organisation_is_not_told_in_a_sum_of_two) {
  std::vector<EnergyEntry> entries;
  std::int64_t device = 0;
  const auto add = [&](int organisation, int count, Tier tier) {
    for (int i = 0; i < count; ++i) {
      entries.push_back(entry(++device, first, tier, 1000));
      entries.back().organisation = organisation;
    }
  };
  add(1, 20, Tier::measured);
  add(1, 12, Tier::estimated);
  add(2, 20, Tier::measured);
  add(2, 1, Tier::estimated);
  const auto together = fleet_energy(entries).tiers;
  ASSERT_EQ(together.size(), 1u) << "thirteen estimated laptops, of which one is the other's";
  EXPECT_EQ(together[0].tiers, (std::vector<Tier>{Tier::measured, Tier::estimated}));
  EXPECT_EQ(together[0].permille, 1000);
  add(2, 9, Tier::estimated);
  EXPECT_EQ(fleet_energy(entries).tiers.size(), 2u) << "ten of each";
  for (EnergyEntry& one : entries) one.organisation = 0;
  EXPECT_EQ(fleet_energy(entries).tiers.size(), 2u) << "of one organisation as before";
}

TEST(FleetEnergy, gaps_of_few_laptops_of_one_organisation_are_not_in_a_sum_with_others) {
  const auto with_gaps = [](int gaps) {
    std::vector<EnergyEntry> entries;
    for (int i = 0; i < 20; ++i) {
      entries.push_back(entry(i, first, Tier::measured, 1000));
      if (i >= gaps) continue;
      entries.push_back(entry(i, first, Tier::unknown, 0));
      entries.back().row.state = UseState::awake;
      entries.back().row.device.reset();
    }
    return large_periods(entries);
  };
  EXPECT_EQ(with_gaps(9).size(), 20u);
  EXPECT_EQ(fleet_energy(with_gaps(9)).coverage_permille, 1000);
  EXPECT_EQ(with_gaps(10).size(), 30u);
  EXPECT_EQ(fleet_energy(with_gaps(10)).coverage_permille, 667);
}

TEST(FleetEnergy, periods_add_up_to_the_total) {
  std::vector<EnergyEntry> entries;
  std::int64_t number = 1;
  for (const Period& period : {first, second, third}) {
    for (int i = 0; i < 11; ++i) {
      entries.push_back(entry(i, period, Tier::measured, 1000 + 7 * number++));
    }
  }
  const FleetEnergy fleet = fleet_energy(entries);
  Energy sum;
  for (const PeriodEnergy& period : fleet.periods) sum += period.consumed.energy;
  EXPECT_EQ(sum, fleet.consumed->energy);
  EXPECT_EQ(fleet.periods.size(), 3u);
}

}  // namespace
}  // namespace wattlife
