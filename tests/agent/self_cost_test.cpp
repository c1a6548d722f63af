// SPDX-License-Identifier: EUPL-1.2
#include "agent/self_cost.h"

#include <gtest/gtest.h>

#include "tests/agent/examples.h"

namespace wattlife {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::minutes;

// A tick a minute on a machine with a package counter; all its processors together were busy for
// `busy_permille` of the time.
class Machine {
 public:
  Tick next(std::int64_t package_mj, std::int64_t busy_permille) {
    time_ += minutes(1);
    energy_uj_ += package_mj * 1000;
    busy_ += busy_permille;
    total_ += 1000;
    Tick tick{at(time_, time_, UtcTime{time_}), {}};
    tick.reading.counters = {{"package-0", Boundary::cpu, energy_uj_, std::nullopt},
                             {"core", Boundary::soc, energy_uj_, std::nullopt}};
    tick.reading.activity.cpu_busy_ticks = busy_;
    tick.reading.activity.cpu_total_ticks = total_;
    return tick;
  }

 private:
  Duration time_{0};
  std::int64_t energy_uj_ = 5'000'000;
  std::int64_t busy_ = 77;
  std::int64_t total_ = 1000;
};

OwnCost own(microseconds cpu, std::optional<std::int64_t> wakes, std::int64_t written = 0) {
  OwnCost cost;
  cost.cpu = cpu;
  cost.wakes = wakes;
  cost.written_bytes = written;
  cost.resident_bytes = 5'000'000;
  return cost;
}

TEST(SelfCost, ThePriorHoldsWhatIsPublished) {
  // An hour at 9 ms and 62 wakes.
  const Estimate hour = energy_by_prior(milliseconds(9), 62);
  EXPECT_EQ(hour.energy.milli, 45 + 62);
  const Interval interval = interval_95(hour);
  EXPECT_LT(interval.low.milli, 60);
  EXPECT_GT(interval.high.milli, 150);
}

TEST(SelfCost, AShareOfThePackageLiesBetweenHalfAndAll) {
  // 120 J while the processors were busy for 12 s: 10 J for each busy second.
  const auto share = energy_by_share(milliseconds(30), joules(120), std::chrono::seconds(12));
  ASSERT_TRUE(share);
  const Interval interval = interval_95(*share);
  EXPECT_NEAR(static_cast<double>(interval.low.milli), 150, 1);
  EXPECT_NEAR(static_cast<double>(interval.high.milli), 300, 1);
  EXPECT_FALSE(energy_by_share(milliseconds(30), joules(120), Duration{0}));
  EXPECT_FALSE(energy_by_share(milliseconds(30), Energy{-1}, minutes(1)));
}

TEST(SelfCost, TheMeterSharesOutWhatThePackageUsed) {
  Machine machine;
  SelfMeter meter(own(milliseconds(100), 10), AwakeTime{}, 4);
  Tick before = machine.next(0, 0);
  for (int i = 0; i < 5; ++i) {
    const Tick after = machine.next(240'000, 50);  // 4 W; 5 % of 4 processors is 12 s a minute
    meter.watch(before, after);
    before = after;
  }
  const SelfCost cost = meter.taken(own(milliseconds(130), 17, 4096), AwakeTime{minutes(6)});
  EXPECT_EQ(cost.time, minutes(6));
  EXPECT_EQ(cost.cpu, milliseconds(30));
  EXPECT_EQ(cost.wakes, 7);
  EXPECT_EQ(cost.written_bytes, 4096);
  // 240 J a minute for 12 busy seconds is 20 J a second; 30 ms of that, less a quarter.
  ASSERT_TRUE(cost.energy);
  EXPECT_EQ(cost.energy->energy.milli, 450);

  const SelfCost nothing = meter.taken(own(milliseconds(130), 17, 4096), AwakeTime{minutes(6)});
  EXPECT_EQ(nothing.time, Duration{0});
  EXPECT_EQ(nothing.cpu, microseconds{0});
}

TEST(SelfCost, WithoutACounterThePriorIsUsed) {
  Machine machine;
  SelfMeter meter(own(milliseconds(0), 0), AwakeTime{}, 4);
  Tick before = machine.next(0, 0);
  Tick after = machine.next(240'000, 50);
  before.reading.counters.clear();
  after.reading.counters.clear();
  meter.watch(before, after);
  const SelfCost cost = meter.taken(own(milliseconds(9), 62), AwakeTime{minutes(60)});
  EXPECT_EQ(cost.energy, energy_by_prior(milliseconds(9), 62));
}

TEST(SelfCost, ASystemThatDoesNotCountWakesHasOneATick) {
  Machine machine;
  SelfMeter meter(own(milliseconds(0), std::nullopt), AwakeTime{}, 4);
  Tick before = machine.next(0, 0);
  for (int i = 0; i < 3; ++i) {
    const Tick after = machine.next(0, 0);
    meter.watch(before, after);
    before = after;
  }
  EXPECT_EQ(meter.taken(own(milliseconds(1), std::nullopt), AwakeTime{minutes(3)}).wakes, 3);
}

TEST(SelfCost, ACounterThatWentBackIsNotUsed) {
  Machine machine;
  SelfMeter meter(own(milliseconds(0), 0), AwakeTime{}, 2);
  const Tick before = machine.next(240'000, 50);
  Tick after = machine.next(240'000, 50);
  after.reading.counters[0].energy_uj = 1;
  meter.watch(before, after);
  const SelfCost cost = meter.taken(own(milliseconds(9), 3), AwakeTime{minutes(1)});
  EXPECT_EQ(cost.energy, energy_by_prior(milliseconds(9), 3));
  // Neither do bytes and wakes go back.
  EXPECT_FALSE(meter.taken(own(milliseconds(9), 1), AwakeTime{minutes(2)}).wakes);
}

TEST(SelfCost, ASumKeepsWhatIsKnown) {
  SelfCost a;
  a.time = minutes(1);
  a.wakes = 5;
  a.resident_bytes = 7;
  SelfCost b;
  b.cpu = milliseconds(2);
  b.resident_bytes = 9;
  b.energy = Estimate{Energy{10}, 1, 2};
  const SelfCost sum = a + b;
  EXPECT_EQ(sum.wakes, 5);
  EXPECT_EQ(sum.resident_bytes, 9);
  EXPECT_FALSE(sum.written_bytes);
  EXPECT_EQ(sum.energy, b.energy);
  EXPECT_EQ((sum + b).energy, (Estimate{Energy{20}, 2, 4}));
}

}  // namespace
}  // namespace wattlife
