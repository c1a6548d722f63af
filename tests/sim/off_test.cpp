// SPDX-License-Identifier: EUPL-1.2
// Laptops that are shut down and started again, and samplers that are stopped, killed and started
// at any step of it: every millisecond between the first tick and the last is in one window, or is
// of a time of which nobody can know; and what the gauge says of a time off is right.
#include <gtest/gtest.h>

#include <string>

#include "tests/sim/lives.h"

namespace wattlife {
namespace {

constexpr int days = 28;

// From the last tick of a run to the start of the next one, by the wall clock.
Duration off_before(const LaptopTick& last, const LaptopTick& first) {
  return first.tick.now.utc - first.tick.now.boot.since_boot - last.tick.now.utc;
}

// What one run of the machine could watch, all runs added up.
Duration within_runs(const std::vector<LaptopTick>& ticks) {
  Duration sum{0};
  for (std::size_t i = 1; i < ticks.size(); ++i) {
    if (!ticks[i].after_boot) sum += ticks[i].tick.now.boot - ticks[i - 1].tick.now.boot;
  }
  return sum;
}

Duration time_in(const std::vector<Window>& windows, UseState state) {
  Duration sum{0};
  for (const Window& window : windows) {
    if (window.key.state == state) sum += window.time;
  }
  return sum;
}

TEST(Off, LawWhereverASamplerIsKilledTimeOffIsToldOnceOrNotAtAll) {
  int told = 0;
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    SCOPED_TRACE(seed);
    const std::vector<LaptopTick> ticks = life(seed, days);
    Dice dice(seed);
    MemoryStore store;
    SamplerState state = started({});
    Duration off{0};
    Duration watched{0};  // from the first commit of each run on; gaps are told
    for (std::size_t i = 0; i < ticks.size(); ++i) {
      if (i > 0 && ticks[i].after_boot) {
        // Killed before it could store, killed after that, stopped by somebody, or in order.
        const int how = dice.whole(0, 3);
        if (how > 0) state = ended(std::move(state), how == 1 ? Ending::stopped : Ending::shutdown);
        if (how > 0) store.take(std::move(state));
        if (how > 1) off += off_before(ticks[i - 1], ticks[i]);
        // Killed at the first tick, before or after its commit, up to three times.
        for (int kills = dice.whole(0, 3); kills > 0; --kills) {
          state = advance(started(store.position), ticks[i].tick);
          if (dice.chance(0.5)) store.take(std::move(state));
        }
        state = started(store.position);
      }
      state = store.take(advance(std::move(state), ticks[i].tick));
    }
    store.take(flushed(std::move(state)));
    const std::vector<Window> windows = store.windows();
    EXPECT_EQ(time_in(windows, UseState::off), off);
    told += off > Duration{0} ? 1 : 0;
    watched = time_of(windows) - off;
    EXPECT_LE(watched, within_runs(ticks));
    EXPECT_GT(watched, within_runs(ticks) * 9 / 10);
    std::int64_t energy_mj = 0;
    for (const Window& window : windows) {
      EXPECT_GT(window.time, Duration{0});
      EXPECT_LE(window.time, quarter_hour);
      if (window.device) energy_mj += window.device->energy.milli;
    }
    EXPECT_GT(energy_mj, 0);
  }
  EXPECT_GE(told, 5) << "the test says something only when laptops are switched off";
}

// With a wall clock that jumps while the laptop is off: never more than the bound, never negative.
TEST(Off, AWallClockThatJumpsMeanwhileNeverMakesTimeTwiceOrNegative) {
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    SCOPED_TRACE(seed);
    std::vector<LaptopTick> ticks = life(seed, days);
    Dice dice(seed);
    MemoryStore store;
    SamplerState state = started({});
    Duration jump{0};
    Duration off{0};
    for (std::size_t i = 0; i < ticks.size(); ++i) {
      if (i > 0 && ticks[i].after_boot) {
        store.take(ended(std::move(state), Ending::shutdown));
        jump += std::chrono::minutes(dice.whole(-2000, 2000));
        ticks[i].tick.now.utc += jump;
        off += std::clamp(off_before(ticks[i - 1], ticks[i]), Duration{0}, longest_off);
        state = started(store.position);
      } else {
        ticks[i].tick.now.utc += jump;
      }
      state = store.take(advance(std::move(state), ticks[i].tick));
    }
    store.take(flushed(std::move(state)));
    EXPECT_EQ(time_in(store.windows(), UseState::off), off);
    EXPECT_EQ(time_of(store.windows()) - off, within_runs(ticks));
  }
}

// Work on battery, ten hours in the bag, work on battery, and a socket; over and over.
std::vector<LaptopTick> life_in_a_bag(std::uint64_t seed) {
  using Block = LaptopBlock;
  const LaptopSpec spec = random_laptop(seed);
  std::vector<Block> blocks;
  for (int day = 0; day < 6; ++day) {
    const auto work = [&](int minutes, bool mains) {
      blocks.push_back({std::chrono::minutes(minutes), Block::Use::awake, Block::Work::office,
                        mains, false, true});
    };
    work(45, false);
    blocks.push_back(
        {std::chrono::hours(10), Block::Use::off, Block::Work::away, false, false, false});
    work(30, false);
    work(150, true);
  }
  Laptop laptop(spec, UtcTime{std::chrono::days(20'514)}, std::move(blocks));
  std::vector<LaptopTick> ticks;
  while (auto tick = laptop.next()) ticks.push_back(*std::move(tick));
  return ticks;
}

// How often the interval held the truth, and the sums of both.
struct Score {
  int figures = 0;
  int held = 0;
  double seen_j = 0;
  double truth_j = 0;

  void add(const std::vector<Window>& windows, Energy truth) {
    std::optional<Estimate> sum;
    for (const Window& window : windows) {
      if (window.device) sum = sum ? *sum + *window.device : *window.device;
    }
    if (!sum) return;
    const Interval interval = interval_95(*sum);
    ++figures;
    held += interval.low <= truth && truth <= interval.high ? 1 : 0;
    seen_j += in_joules(sum->energy);
    truth_j += in_joules(truth);
  }
};

// Against the truth, by what a sampler knows of the gauge at that moment: laptops that draw half a
// watt while they are off, as with sockets that stay on, beside the little that the simulator
// takes.
TEST(Off, WhatTheGaugeSaysOfATimeOffHoldsTheTruth) {
  Score score;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    const std::vector<LaptopTick> ticks = life_in_a_bag(seed);
    SamplerState state = started({});
    for (std::size_t i = 0; i < ticks.size(); ++i) {
      if (i > 0 && ticks[i].after_boot) {
        const Tick& last = ticks[i - 1].tick;
        Tick first = ticks[i].tick;
        const Energy drawn =
            energy_from_joules(0.5 * in_seconds(off_before(ticks[i - 1], ticks[i])));
        std::optional<Energy>& charge = first.reading.batteries[0].now;
        charge = *charge - drawn;
        score.add(explain_off(last.now, ended_at(last, Ending::shutdown), first,
                              model_of(state.calibration)),
                  drawn + energy_from_joules(ticks[i].truth.off_j));
      }
      state = advance(std::move(state), ticks[i].tick);
      state = written(std::move(state), state.last_batch);
    }
  }
  EXPECT_GE(score.figures, 150);
  EXPECT_GE(score.held * 100, score.figures * 90) << score.held << " of " << score.figures;
  EXPECT_NEAR(score.seen_j / score.truth_j, 1.0, 0.05);
}

}  // namespace
}  // namespace wattlife
