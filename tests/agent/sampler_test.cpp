// SPDX-License-Identifier: EUPL-1.2
#include "agent/sampler.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

#include "tests/agent/examples.h"

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

}  // namespace
}  // namespace wattlife
