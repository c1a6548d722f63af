// SPDX-License-Identifier: EUPL-1.2
#include "agent/sampler.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

#include "core/calibration_bytes.h"
#include "tests/agent/examples.h"
#include "tests/core/example_laptop.h"

namespace wattlife {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

const UtcTime start = utc("2026-11-23T08:00:00Z");

Tick tick(Duration since_start, std::int64_t power_mw = 6000) {
  return {at(minutes(2) + since_start, minutes(2) + since_start, start + since_start),
          on_battery(power_mw)};
}

std::vector<Window> all_windows(const SamplerState& state) {
  std::vector<Window> windows;
  for (const Batch& batch : state.unwritten) {
    windows.insert(windows.end(), batch.windows.begin(), batch.windows.end());
  }
  windows.insert(windows.end(), state.open.begin(), state.open.end());
  return windows;
}

Duration time_of(const std::vector<Window>& windows) {
  Duration sum{0};
  for (const Window& window : windows) sum += window.time;
  return sum;
}

TEST(Sampler, TheFirstTickSaysNothingYet) {
  const SamplerState state = advance(started({}), tick(Duration{0}));
  EXPECT_TRUE(state.open.empty());
  EXPECT_TRUE(state.unwritten.empty());
}

TEST(Sampler, AQuarterHourIsFinishedByTheFirstTickAfterIt) {
  SamplerState state = started({});
  for (int minute = 0; minute <= 14; ++minute)
    state = advance(std::move(state), tick(minutes(minute)));
  EXPECT_TRUE(state.unwritten.empty());
  state = advance(std::move(state), tick(minutes(15) + seconds(30)));
  ASSERT_EQ(state.unwritten.size(), 1U);
  const Batch& batch = state.unwritten.front();
  EXPECT_EQ(batch.number, 1);
  ASSERT_EQ(batch.windows.size(), 1U);
  EXPECT_EQ(batch.windows[0].key.slot, start);
  EXPECT_EQ(batch.windows[0].time, minutes(15));
  EXPECT_EQ(batch.windows[0].device->energy, joules(6 * 900));
  EXPECT_EQ(batch.last_tick, tick(minutes(15) + seconds(30)).now);
  // The half minute of the next quarter hour is still open.
  EXPECT_EQ(batch.watched_until, tick(minutes(15)).now);
  EXPECT_EQ(time_of(state.open), seconds(30));
}

TEST(Sampler, AfterTheClockWasSetBackTheOpenQuarterIsFinishedAndItsSlotMayComeAgain) {
  SamplerState state = started({});
  state = advance(std::move(state), tick(minutes(31)));
  state = advance(std::move(state), tick(minutes(32)));
  Tick back = tick(minutes(33));
  back.now.utc -= minutes(20);  // 08:13
  state = advance(std::move(state), back);
  ASSERT_EQ(state.unwritten.size(), 1U);
  EXPECT_EQ(state.unwritten[0].windows[0].key.slot, start + minutes(30));
  EXPECT_EQ(time_of(all_windows(state)), minutes(2));
  for (int minute = 34; minute < 64; ++minute) {
    Tick later = tick(minutes(minute));
    later.now.utc -= minutes(20);
    state = advance(std::move(state), later);
  }
  std::multiset<UtcTime> slots;
  for (const Batch& batch : state.unwritten) slots.insert(batch.windows[0].key.slot);
  EXPECT_EQ(slots.count(start + minutes(30)), 1U);
  EXPECT_EQ(time_of(all_windows(state)), minutes(32));
}

TEST(Sampler, NothingIsSaidAboutTheTimeAcrossAReboot) {
  SamplerState state = started({});
  state = advance(std::move(state), tick(minutes(1)));
  state = advance(std::move(state), tick(minutes(2)));
  Tick booted = tick(minutes(4));
  booted.now.boot = BootTime{seconds(40)};
  booted.now.awake = AwakeTime{seconds(40)};
  state = advance(std::move(state), booted);
  ASSERT_EQ(state.unwritten.size(), 1U);  // so that the store knows up to when it was watched
  EXPECT_EQ(state.unwritten[0].watched_until, tick(minutes(2)).now);
  EXPECT_TRUE(state.open.empty());
  Tick next = booted;
  next.now = at(seconds(100), seconds(100), booted.now.utc + seconds(60));
  state = advance(std::move(state), next);
  EXPECT_EQ(time_of(all_windows(state)), minutes(2));
}

TEST(Sampler, FlushingFinishesTheOpenQuarterOnce) {
  SamplerState state = started({});
  state = advance(std::move(state), tick(minutes(0)));
  state = advance(std::move(state), tick(minutes(1)));
  state = flushed(std::move(state));
  ASSERT_EQ(state.unwritten.size(), 1U);
  EXPECT_EQ(state.unwritten[0].watched_until, tick(minutes(1)).now);
  EXPECT_TRUE(state.open.empty());
  EXPECT_EQ(flushed(state).unwritten.size(), 1U);
  EXPECT_TRUE(written(state, 1).unwritten.empty());
  EXPECT_TRUE(flushed(started({})).unwritten.empty());
}

TEST(Sampler, AStoreThatFailsForDaysCostsTheOldestBatchesAndSaysSo) {
  SamplerState state = started({});
  const int quarters = static_cast<int>(most_unwritten) + 10;
  for (int minute = 0; minute <= quarters * 15; minute += 5) {
    state = advance(std::move(state), tick(minutes(minute)));
  }
  EXPECT_EQ(state.unwritten.size(), most_unwritten);
  EXPECT_EQ(state.dropped, 10);
  EXPECT_EQ(state.unwritten.front().number, 11);
  EXPECT_EQ(state.unwritten.back().number, quarters);
}

// --- Starting again ------------------------------------------------------------------------------

TEST(Sampler, ARestartInTheSameRunOfTheMachineAccountsForWhatNobodyWatched) {
  const Now until = tick(minutes(15)).now;
  const Position stored{7, tick(minutes(16)).now, until};
  const Tick first = tick(minutes(40));
  SamplerState state = advance(started(stored), first);
  const std::vector<Window> windows = all_windows(state);
  EXPECT_EQ(time_of(windows), minutes(25));
  for (const Window& window : windows) {
    EXPECT_EQ(window.key.tier, Tier::unknown);
    EXPECT_FALSE(window.device) << "time that nobody watched has no energy, not zero";
    EXPECT_FALSE(window.wall);
  }
  ASSERT_EQ(state.unwritten.size(), 1U);
  EXPECT_EQ(state.unwritten[0].number, 8);
  EXPECT_EQ(state.unwritten[0].windows[0].key.slot, start + minutes(15));
}

TEST(Sampler, SleepThatNobodyWatchedIsToldApart) {
  const Position stored{1, tick(minutes(1)).now, tick(minutes(1)).now};
  Tick first = tick(hours(3));
  first.now.awake = AwakeTime{minutes(2) + minutes(11)};
  const std::vector<Window> windows = all_windows(advance(started(stored), first));
  Duration asleep{0};
  for (const Window& window : windows) {
    EXPECT_EQ(window.key.tier, Tier::unknown);
    if (window.key.state == UseState::sleep) asleep += window.time;
  }
  EXPECT_EQ(time_of(windows) - asleep, minutes(10));
  EXPECT_EQ(time_of(windows), hours(3) - minutes(1));
}

TEST(Sampler, AfterARebootNothingIsSaidAboutTheTimeBefore) {
  const Position stored{7, tick(minutes(16)).now, tick(minutes(15)).now};
  Tick first = tick(minutes(40));
  first.now.boot = BootTime{minutes(3)};
  first.now.awake = AwakeTime{minutes(3)};
  EXPECT_TRUE(all_windows(advance(started(stored), first)).empty());
}

TEST(Sampler, OneRunOfTheMachine) {
  const Now earlier = at(minutes(100), minutes(90), start);
  struct Case {
    const char* name;
    Now later;
    bool want;
  };
  const Case cases[] = {
      {"a minute later", at(minutes(101), minutes(91), start + minutes(1)), true},
      {"after sleep", at(minutes(200), minutes(91), start + minutes(100)), true},
      {"the clock was corrected a little", at(minutes(101), minutes(91), start + seconds(90)),
       true},
      {"the clock was set", at(minutes(101), minutes(91), start + hours(1)), false},
      {"rebooted", at(minutes(1), minutes(1), start + minutes(5)), false},
      {"rebooted long ago", at(minutes(500), minutes(500), start + hours(24)), false},
      {"the same moment", earlier, true},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(same_boot(earlier, c.later), c.want);
  }
}

// --- Laws ----------------------------------------------------------------------------------------

// Whatever happens (sleep, clock jumps, kills at any tick), in one run of the machine the time in
// all windows is the time on the boot clock, and stored batches are never touched again.
TEST(Sampler, LawEveryMillisecondIsInExactlyOneWindow) {
  for (unsigned seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937_64 random(seed);
    const auto below = [&](std::uint64_t limit) {
      return static_cast<std::int64_t>(random() % limit);
    };
    Now now = at(minutes(2), minutes(2), start + Duration{below(900'000)});
    const Now first = now;
    std::vector<Window> stored;
    Position position;
    SamplerState state = started(position);
    const auto store = [&] {
      for (const Batch& batch : state.unwritten) {
        stored.insert(stored.end(), batch.windows.begin(), batch.windows.end());
        position = {batch.number, batch.last_tick, batch.watched_until};
      }
      state = written(std::move(state), state.last_batch);
    };
    for (int i = 0; i < 300; ++i) {
      state = advance(std::move(state), {now, on_battery(5000 + below(5000))});
      store();
      // Killed, and started again; before the first commit nobody can know that it ran.
      if (position.last_tick && below(12) == 0) state = started(position);
      const Duration awake{30'000 + below(200'000)};
      const Duration asleep{below(6) == 0 ? 5'000 + below(40'000'000) : 0};
      now.boot.since_boot += awake + asleep;
      now.awake.since_boot += awake;
      now.utc += awake + asleep;
      // Small corrections only: a large one leaves a killed sampler unable to tell.
      now.utc += Duration{below(2000) - 1000};
    }
    state = advance(std::move(state), {now, on_battery(5000)});
    state = flushed(std::move(state));
    store();
    EXPECT_EQ(time_of(stored), now.boot - first.boot);
    for (const Window& window : stored) {
      EXPECT_GT(window.time, Duration{0});
      EXPECT_LE(window.time, quarter_hour + seconds(30));  // the clock was corrected meanwhile
      EXPECT_EQ(window.key.tier == Tier::unknown, !window.device);
      EXPECT_EQ(quarter_start(window.key.slot), window.key.slot);
    }
  }
}

TEST(Sampler, FaultsAreNewOnceAndGoneOnce) {
  const std::vector<Fault> none;
  const std::vector<Fault> one{{"a", Cause::denied}};
  const std::vector<Fault> other{{"a", Cause::io}};
  EXPECT_EQ(new_faults(none, one), one);
  EXPECT_EQ(new_faults(one, one), none);
  EXPECT_EQ(new_faults(one, other), other);
  EXPECT_EQ(new_faults(one, none), none);
}

// --- Learning ------------------------------------------------------------------------------------

// Minutes on battery and on mains in turn, with the true power of the laptop beside them.
struct Life {
  ExampleLaptop laptop;
  SamplerState state = started({});
  explicit Life(unsigned seed) : laptop(seed) {}
  void minutes_of(int count) {
    for (int i = 0; i < count; ++i) state = advance(std::move(state), laptop.minute());
  }
  void days(int count) {
    for (int day = 0; day < count; ++day) {
      laptop.brightness = 0.3 + 0.15 * day;
      laptop.unplug(60'000);
      minutes_of(100);
      laptop.mains = true;
      minutes_of(60);
    }
  }
};

TEST(Sampler, LearnsOnBatteryAndExplainsMainsWithIt) {
  Life life(1);
  life.laptop.mains = true;
  life.minutes_of(60);
  const auto methods = [](const SamplerState& state) {
    std::set<std::string> names;
    for (const Window& window : all_windows(state)) {
      if (window.key.supply == Supply::mains) names.insert(window.key.method);
    }
    return names;
  };
  EXPECT_EQ(methods(life.state), std::set<std::string>{"prior-model-2+adapter-1"});
  life.days(4);
  ASSERT_EQ(life.state.calibration.doubt, Doubt::none);
  life.state = written(std::move(life.state), life.state.last_batch);
  life.state.open.clear();
  const double before_j = life.laptop.true_j;
  life.minutes_of(120);
  EXPECT_EQ(methods(life.state), std::set<std::string>{"calibrated-model-1+adapter-1"});
  double sum_j = 0;
  for (const Window& window : all_windows(life.state)) {
    EXPECT_EQ(window.key.tier, Tier::calibrated_device);
    sum_j += static_cast<double>(window.device->energy.milli) / 1000;
  }
  const double true_j = life.laptop.true_j - before_j;
  EXPECT_NEAR(sum_j / true_j, 1.0, 0.04) << "the shift of mains is what the model expects";
}

TEST(Sampler, WhatWasLearnedGoesIntoTheStoreWithItsBatchAndIsNeverLearnedTwice) {
  std::mt19937 random(5);
  ExampleLaptop laptop(2);
  laptop.unplug(65'000);
  laptop.full_mwh = 1e6 / 10;
  laptop.charge_mwh = 95'000;
  Position stored;
  SamplerState undisturbed = started({});
  SamplerState state = started({});
  int restarts = 0;
  for (int i = 0; i < 600; ++i) {
    const Tick tick = laptop.minute();
    undisturbed = advance(std::move(undisturbed), tick);
    state = advance(std::move(state), tick);
    for (const Batch& batch : state.unwritten) {
      stored.last_batch = batch.number;
      stored.last_tick = batch.last_tick;
      stored.watched_until = batch.watched_until;
      if (batch.calibration.empty()) continue;
      const auto read = calibration_from_bytes(batch.calibration);
      ASSERT_TRUE(read) << read.error().text;
      stored.calibration = *read;
    }
    state = written(std::move(state), state.last_batch);
    if (stored.last_tick && random() % 40 == 0) {
      state = started(stored);
      ++restarts;
    }
  }
  ASSERT_GT(restarts, 5);
  const auto& once = undisturbed.calibration.windows;
  const auto& windows = state.calibration.windows;
  EXPECT_GT(windows.size(), once.size() / 2);
  EXPECT_LT(windows.size(), once.size());
  // Each window was made once: no two are equal (sessions apart, which a restart counts anew).
  std::set<std::pair<float, float>> seen;
  for (const SteadyWindow& window : windows) {
    EXPECT_TRUE(seen.emplace(window.target_w, window.inputs[0]).second);
  }
}

TEST(Sampler, OnlyTheNewestBatchThatWaitsHoldsWhatWasLearned) {
  Life life(3);
  life.laptop.unplug(60'000);
  life.minutes_of(120);
  ASSERT_GT(life.state.unwritten.size(), 4U);
  for (std::size_t i = 0; i + 1 < life.state.unwritten.size(); ++i) {
    EXPECT_TRUE(life.state.unwritten[i].calibration.empty());
  }
  EXPECT_FALSE(life.state.unwritten.back().calibration.empty());
  life.state = written(std::move(life.state), life.state.last_batch);
  life.laptop.mains = true;
  life.minutes_of(120);
  // The end of the session may tell something; after that mains teaches nothing worth a write.
  EXPECT_TRUE(life.state.unwritten.back().calibration.empty());
}

TEST(Sampler, OtherHardwareMakesWhatWasLearnedDoubtful) {
  Life life(4);
  life.state = with_inventory(std::move(life.state), laptop());
  life.days(4);
  ASSERT_EQ(model_of(life.state.calibration).origin, ModelOrigin::calibrated);
  Inventory changed = laptop();
  changed.identity.memory_mib = 32'768;
  life.state = with_inventory(std::move(life.state), changed);
  EXPECT_EQ(model_of(life.state.calibration).origin, ModelOrigin::part_calibrated);
}

// A counter that is renewed every 61 s at 10 W, looked at every minute for four hours.
TEST(Sampler, ACounterThatIsRenewedLaterThanWeLookLosesNothing) {
  constexpr int minute_count = 240;
  SamplerState state = started({});
  for (int minute = 0; minute <= minute_count; ++minute) {
    Tick mains = tick(minutes(minute));
    mains.reading.batteries.clear();
    mains.reading.adapters = {{"AC", true}};
    const std::int64_t renewed_s = (minute * 60 + 1'000) / 61 * 61;
    mains.reading.counters = {{"system-load", Boundary::sys, renewed_s * 10'000'000, {}}};
    state = advance(std::move(state), mains);
  }
  Energy sum;
  Duration unknown{0};
  for (const Window& window : all_windows(state)) {
    sum += window.device.value_or(Estimate{}).energy;
    if (!window.device) unknown += window.time;
  }
  EXPECT_EQ(time_of(all_windows(state)), minutes(minute_count));
  EXPECT_GE(unknown, minutes(3)) << "the example must see the counter stand still";
  EXPECT_LE(unknown, minutes(5));
  constexpr std::int64_t grown_s = (minute_count * 60 + 1'000) / 61 * 61 - 1'000 / 61 * 61;
  EXPECT_EQ(sum, joules(grown_s * 10));
}

// --- Traps ---------------------------------------------------------------------------------------

TEST(Traps, Trap28_a_rate_that_is_frozen_while_the_charge_falls_is_rejected) {
  SamplerState state = started({});
  for (int minute = 0; minute <= 10; ++minute) {
    Tick frozen = tick(minutes(minute), 5'000);
    frozen.reading.batteries[0].voltage = Voltage{11'400};
    frozen.reading.batteries[0].full = milliwatt_hours(50'000);
    frozen.reading.batteries[0].now = milliwatt_hours(40'000 - 200 * minute);  // 12 W
    state = advance(std::move(state), frozen);
  }
  Energy sum;
  Duration by_charge{0};
  for (const Window& window : all_windows(state)) {
    sum += window.device->energy;
    if (window.key.method == "gauge-difference-1") by_charge += window.time;
    EXPECT_EQ(window.key.tier, Tier::measured);
  }
  EXPECT_EQ(sum, milliwatt_hours(2'000)) << "what left the pack, not what the rate said";
  EXPECT_GE(by_charge, minutes(8));
  EXPECT_TRUE(state.calibration.windows.empty()) << "such a gauge teaches nothing";
}

// Everything that happens to laptops, together: the energy is never negative, and never more than
// the laptop took.
TEST(Traps, WhateverHappensNoEnergyIsNegativeOrCountedTwice) {
  for (unsigned seed = 1; seed <= 12; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    ExampleLaptop laptop(seed);
    SamplerState state = started({});
    Position stored;
    std::vector<Window> windows;
    const auto store = [&] {
      for (const Batch& batch : state.unwritten) {
        windows.insert(windows.end(), batch.windows.begin(), batch.windows.end());
        stored = {batch.number, batch.last_tick, batch.watched_until, stored.calibration};
        if (!batch.calibration.empty()) {
          stored.calibration = *calibration_from_bytes(batch.calibration);
        }
      }
      state = written(std::move(state), state.last_batch);
    };
    double asleep_j = 0;
    for (int i = 0; i < 900; ++i) {
      switch (random() % 60) {
        case 0:
          laptop.sleep(hours(8));
          asleep_j += 8 * 3600 * 1.0;  // the more of both: 0.6 W on battery, 1 W assumed
          break;
        case 1:  // hibernated, or off
          laptop.reboot(hours(1));
          break;
        case 2:
          laptop.set_clock(random() % 2 == 0 ? -hours(1) : hours(1));  // DST, or NTP
          break;
        case 3:
          laptop.mains = !laptop.mains;
          break;
        case 4:  // another pack
          laptop.unplug(static_cast<double>(40'000 + random() % 20'000));
          laptop.pack_serial += "x";
          break;
        case 5:
          state = started(stored);  // killed
          break;
        default:
          break;
      }
      if (laptop.charge_mwh < 5'000) laptop.unplug(60'000), laptop.pack_serial += "y";
      state = advance(std::move(state), laptop.minute());
      store();
    }
    state = flushed(std::move(state));
    store();
    double sum_j = 0;
    for (const Window& window : windows) {
      if (!window.device) continue;
      EXPECT_GE(window.device->energy, Energy{});
      sum_j += static_cast<double>(window.device->energy.milli) / 1000;
    }
    EXPECT_LT(sum_j, 1.15 * (laptop.true_j + asleep_j));
    EXPECT_GT(sum_j, 0.4 * laptop.true_j) << "the test says something only when most is counted";
  }
}

// --- Shut down, and started again ----------------------------------------------------------------

// The store as far as a sampler needs it.
struct Kept {
  Position position;
  std::vector<Window> windows;
  SamplerState take(SamplerState state) {
    for (const Batch& batch : state.unwritten) {
      if (batch.number <= position.last_batch) continue;
      windows.insert(windows.end(), batch.windows.begin(), batch.windows.end());
      position = {batch.number, batch.last_tick, batch.watched_until, {}, batch.ended};
    }
    return written(std::move(state), position.last_batch);
  }
  Duration off() const {
    Duration sum{0};
    for (const Window& window : windows) {
      if (window.key.state == UseState::off) sum += window.time;
    }
    return sum;
  }
};

// A tick 50 s after a start that came at `begun`.
Tick booted(UtcTime begun, Duration since = seconds(50)) {
  return {at(since, since, begun + since), on_battery(6000)};
}

TEST(Sampler, TheTimeBetweenAShutdownAndTheNextStartIsOffOnce) {
  Kept kept;
  SamplerState state = started({});
  for (int minute = 0; minute <= 20; ++minute) {
    state = kept.take(advance(std::move(state), tick(minutes(minute))));
  }
  kept.take(ended(std::move(state), Ending::shutdown));
  ASSERT_TRUE(kept.position.ended);
  EXPECT_EQ(kept.position.ended->how, Ending::shutdown);
  EXPECT_EQ(kept.position.last_tick, tick(minutes(20)).now);
  EXPECT_EQ(time_of(kept.windows), minutes(20));

  // Killed before its first commit: nothing was said, and nothing is lost.
  const UtcTime begun = start + minutes(20) + hours(14);
  advance(started(kept.position), booted(begun));
  EXPECT_EQ(kept.off(), Duration{0});
  // Killed after it: said once, and the time since then is unwatched time of the new run.
  kept.take(advance(started(kept.position), booted(begun, seconds(70))));
  EXPECT_EQ(kept.off(), hours(14));
  EXPECT_FALSE(kept.position.ended);
  SamplerState again = kept.take(advance(started(kept.position), booted(begun, minutes(5))));
  kept.take(flushed(std::move(again)));
  EXPECT_EQ(kept.off(), hours(14));
  EXPECT_EQ(time_of(kept.windows), minutes(20) + hours(14) + minutes(5) - seconds(70));
}

TEST(Sampler, ASamplerThatWasStoppedOrKilledClaimsNothingOfTheTimeAfterIt) {
  for (const bool stopped : {true, false}) {
    Kept kept;
    SamplerState state = started({});
    for (int minute = 0; minute <= 20; ++minute) {
      state = kept.take(advance(std::move(state), tick(minutes(minute))));
    }
    if (stopped) kept.take(ended(std::move(state), Ending::stopped));
    EXPECT_EQ(kept.position.ended.has_value(), stopped);
    const std::size_t before = kept.windows.size();
    kept.take(flushed(advance(started(kept.position), booted(start + hours(14)))));
    EXPECT_EQ(kept.windows.size(), before);
    EXPECT_FALSE(kept.position.ended && kept.position.ended->how == Ending::shutdown);
  }
}

// The end of a run counts for the next one only, whatever that says of it.
TEST(Sampler, AShutdownIsTakenOutOfTheStoreByTheNextRunAlsoWhenNothingIsMadeOfIt) {
  Kept shut;
  SamplerState state = shut.take(advance(started({}), tick(minutes(0))));
  state = shut.take(advance(std::move(state), tick(minutes(10))));
  shut.take(ended(std::move(state), Ending::shutdown));
  ASSERT_TRUE(shut.position.ended);
  struct Case {
    const char* name;
    Tick first;
    Duration off;
  };
  Tick called_off = tick(minutes(12));
  const Case cases[] = {
      {"the shutdown was called off", called_off, {}},
      {"the wall clock went back", booted(start - hours(2)), {}},
      {"started anew", booted(start + hours(1)), minutes(50)},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    Kept kept = shut;
    kept.take(advance(started(kept.position), c.first));
    EXPECT_FALSE(kept.position.ended);
    EXPECT_EQ(kept.off(), c.off);
    // Killed, and the machine switched off by force: the run after that says nothing.
    kept.take(flushed(advance(started(kept.position), booted(start + hours(9)))));
    EXPECT_EQ(kept.off(), c.off);
  }
}

TEST(Sampler, AShutdownWithNothingOpenIsABatchOfItsOwnAndAStopIsNone) {
  for (const Ending how : {Ending::stopped, Ending::shutdown}) {
    Kept kept;
    SamplerState state = kept.take(advance(started({}), tick(minutes(0))));
    state = kept.take(advance(std::move(state), tick(minutes(15))));
    ASSERT_TRUE(state.open.empty());
    const std::int64_t last_batch = state.last_batch;
    state = ended(std::move(state), how);
    EXPECT_EQ(state.last_batch, last_batch + (how == Ending::shutdown ? 1 : 0));
    kept.take(std::move(state));
    EXPECT_EQ(kept.position.ended.has_value(), how == Ending::shutdown);
    EXPECT_EQ(kept.position.last_tick, tick(minutes(15)).now);
  }
  EXPECT_TRUE(ended(started({}), Ending::shutdown).unwritten.empty()) << "it never saw anything";
}

// While a store fails, the end waits with the newest batch and not with one before it.
TEST(Sampler, AnEndThatWaitsBehindOlderBatchesIsThatOfTheLastTick) {
  SamplerState state = started({});
  for (int minute = 0; minute <= 15; ++minute) {
    state = advance(std::move(state), tick(minutes(minute)));
  }
  state = advance(std::move(state), booted(start + hours(1)));
  ASSERT_TRUE(state.open.empty());
  state = ended(std::move(state), Ending::shutdown);
  EXPECT_FALSE(state.unwritten.front().ended);
  ASSERT_TRUE(state.unwritten.back().ended);
  EXPECT_EQ(state.unwritten.back().last_tick, booted(start + hours(1)).now);
}

}  // namespace
}  // namespace wattlife
