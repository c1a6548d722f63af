// SPDX-License-Identifier: EUPL-1.2
#include "tools/laptop.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

namespace wattlife {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

const UtcDay monday = *day_from_iso8601("2026-03-02");

std::vector<LaptopTick> life(const LaptopSpec& spec, int days) {
  Laptop laptop(spec, UtcTime{monday}, working_days(spec, monday, days));
  std::vector<LaptopTick> ticks;
  while (auto tick = laptop.next()) ticks.push_back(*std::move(tick));
  return ticks;
}

TEST(Laptop, LivesTheSameLifeFromTheSameSeedAndAnotherFromAnother) {
  const auto first = life(random_laptop(7), 7);
  EXPECT_EQ(first, life(random_laptop(7), 7));
  EXPECT_NE(first, life(random_laptop(8), 7));
}

TEST(Laptop, TicksOncePerMinuteWhileAwakeAndAfterWakingUp) {
  LaptopSpec spec = random_laptop(3);
  spec.off_at_night = 0;
  const auto ticks = life(spec, 14);
  ASSERT_GT(ticks.size(), 1000U);
  int sleeps = 0;
  for (std::size_t i = 1; i < ticks.size(); ++i) {
    const Now& before = ticks[i - 1].tick.now;
    const Now& after = ticks[i].tick.now;
    if (ticks[i].after_boot) continue;
    ASSERT_GT(after.boot, before.boot);
    ASSERT_LE(after.awake - before.awake, minutes(1));
    ASSERT_EQ(after.utc - before.utc, after.boot - before.boot);
    const Duration asleep = (after.boot - before.boot) - (after.awake - before.awake);
    ASSERT_GE(asleep, Duration{0});
    if (asleep > hours(5)) ++sleeps;
  }
  EXPECT_GE(sleeps, 2);  // nights
}

// Nothing comes from nowhere: what the socket gave is what was used, what was stored, and losses.
TEST(Laptop, TheSocketGivesWhatIsUsedAndStoredAndLost) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Truth sum;
    for (const LaptopTick& tick : life(random_laptop(seed), 14)) {
      const Truth& truth = tick.truth;
      ASSERT_GE(truth.awake_j, 0.0);
      ASSERT_GE(truth.asleep_j, 0.0);
      sum.awake_j += truth.awake_j + truth.asleep_j + truth.off_j;
      sum.awake_wall_j += truth.awake_wall_j + truth.asleep_wall_j + truth.off_wall_j;
      sum.stored_j += truth.stored_j;
    }
    const double useful_j = sum.awake_j + sum.stored_j;
    EXPECT_LT(useful_j, sum.awake_wall_j) << seed;
    EXPECT_GT(useful_j, 0.6 * sum.awake_wall_j) << seed;
  }
}

TEST(Laptop, ReadingsStayInTheirRanges) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    for (const LaptopTick& tick : life(random_laptop(seed), 7)) {
      for (const Battery& battery : tick.tick.reading.batteries) {
        ASSERT_GE(*battery.now, Energy{});
        ASSERT_LE(*battery.now, *battery.full);
        if (battery.status == BatteryStatus::discharging) {
          ASSERT_LE(battery.power->milli, 0);
        }
        ASSERT_LT(std::abs(battery.power->milli), 150'000);
      }
      for (const EnergyCounter& counter : tick.tick.reading.counters) {
        ASSERT_GE(counter.energy_uj, 0);
        ASSERT_LE(counter.energy_uj, *counter.range_uj);
      }
      const Activity& activity = tick.tick.reading.activity;
      ASSERT_LE(*activity.cpu_busy_ticks, *activity.cpu_total_ticks);
    }
  }
}

// A fleet that an estimator can be judged on has both supplies, and every kind of laptop.
TEST(Laptop, AFleetHasEveryKind) {
  int without_counter = 0;
  int two_packs = 0;
  int limited = 0;
  int predicting = 0;
  std::set<double> ratings;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    const LaptopSpec spec = random_laptop(seed);
    without_counter += spec.tells_package ? 0 : 1;
    two_packs += spec.packs.size() == 2 ? 1 : 0;
    limited += spec.packs[0].limit < 1.0 ? 1 : 0;
    predicting += spec.packs[0].predicted_mwh_per_w > 0 ? 1 : 0;
    ratings.insert(spec.tdp_w);
  }
  EXPECT_GT(without_counter, 0);
  EXPECT_GT(two_packs, 0);
  EXPECT_GT(limited, 20);
  EXPECT_GT(predicting, 40);
  EXPECT_EQ(ratings.size(), 4U);
}

TEST(Laptop, AMonthHasHoursOnBatteryAndMoreOnMains) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    Duration battery{0};
    Duration mains{0};
    const auto ticks = life(random_laptop(seed), 28);
    for (std::size_t i = 1; i < ticks.size(); ++i) {
      if (ticks[i].after_boot) continue;
      const Duration awake = ticks[i].tick.now.awake - ticks[i - 1].tick.now.awake;
      (*ticks[i].tick.reading.adapters[0].online ? mains : battery) += awake;
    }
    EXPECT_GT(battery, hours(4)) << seed;
    EXPECT_GT(mains, battery) << seed;
    EXPECT_LT(mains + battery, hours(250)) << seed;
  }
}

// The anchors of the usual curve, within what adapters differ.
TEST(Laptop, AnAdapterIsAsEfficientAsAdaptersAre) {
  LaptopSpec spec;
  EXPECT_NEAR(adapter_efficiency_of(spec, 0.05 * 65), 0.72, 0.02);
  EXPECT_NEAR(adapter_efficiency_of(spec, 0.10 * 65), 0.82, 0.02);
  EXPECT_NEAR(adapter_efficiency_of(spec, 0.20 * 65), 0.87, 0.02);
  EXPECT_NEAR(adapter_efficiency_of(spec, 0.50 * 65), 0.89, 0.02);
}

TEST(Laptop, ChargingStopsAtTheLimit) {
  LaptopSpec spec = random_laptop(5);
  for (PackSpec& pack : spec.packs) {
    pack.limit = 0.8;
    pack.charge_gain = 1.0;
  }
  double most = 0;
  for (const LaptopTick& tick : life(spec, 14)) {
    for (const Battery& battery : tick.tick.reading.batteries) {
      most = std::max(
          most, static_cast<double>(battery.now->milli) / static_cast<double>(battery.full->milli));
    }
  }
  EXPECT_GT(most, 0.75);
  EXPECT_LT(most, 0.81);
}

}  // namespace
}  // namespace wattlife
