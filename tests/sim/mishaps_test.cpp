// SPDX-License-Identifier: EUPL-1.2
// What happens to laptops, at random moments of simulated lives: whatever it is, no window has
// negative energy or time, no time is in two windows, and no energy is counted twice.
#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "tests/sim/lives.h"

namespace wattlife {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr int days = 10;
constexpr int mishaps_per_life = 12;

using Ticks = std::vector<LaptopTick>;

// Something that happens between tick `at - 1` and tick `at`, and lasts.
using Mishap = std::function<void(Ticks&, std::size_t at, Dice&)>;

// Ticks from `at` to the end of this run of the machine.
std::size_t end_of_run(const Ticks& ticks, std::size_t at) {
  while (at < ticks.size() && !ticks[at].after_boot) ++at;
  return at;
}

void shift_wall_clock(Ticks& ticks, std::size_t at, Duration by) {
  for (std::size_t i = at; i < ticks.size(); ++i) ticks[i].tick.now.utc += by;
}

void sleep_before(Ticks& ticks, std::size_t at, Duration length) {
  const std::size_t end = end_of_run(ticks, at);
  for (std::size_t i = at; i < end; ++i) ticks[i].tick.now.boot.since_boot += length;
  shift_wall_clock(ticks, at, length);
}

void restart_counters(Ticks& ticks, std::size_t at) {
  const std::size_t end = end_of_run(ticks, at);
  if (ticks[at].tick.reading.counters.empty()) return;
  const std::int64_t base = ticks[at].tick.reading.counters[0].energy_uj;
  for (std::size_t i = at; i < end; ++i) {
    EnergyCounter& counter = ticks[i].tick.reading.counters[0];
    counter.energy_uj = (counter.energy_uj - base + *counter.range_uj) % *counter.range_uj;
  }
}

// The charge falls by what a sleeping laptop uses: half a watt.
void use_charge(Ticks& ticks, std::size_t at, Duration length) {
  const Energy used = milliwatt_hours(length / hours(1) * 500);
  if (*ticks[at].tick.reading.adapters[0].online) return;
  ticks[at].truth.asleep_j += static_cast<double>(used.milli) / 1000.0;
  for (std::size_t i = at; i < ticks.size(); ++i) {
    Battery& battery = ticks[i].tick.reading.batteries[0];
    battery.now = std::max(Energy{}, *battery.now - used);
  }
}

struct Case {
  const char* name;
  Mishap happens;
};

const std::vector<Case>& cases() {
  static const std::vector<Case> list = {
      {"the clock is set back",
       [](Ticks& ticks, std::size_t at, Dice& dice) {
         shift_wall_clock(ticks, at, -minutes(dice.whole(1, 3000)));
       }},
      {"the clock is set forward",
       [](Ticks& ticks, std::size_t at, Dice& dice) {
         shift_wall_clock(ticks, at, minutes(dice.whole(1, 3000)));
       }},
      {"a clock on local time, when summer time begins and ends",
       [](Ticks& ticks, std::size_t at, Dice& dice) {
         shift_wall_clock(ticks, at, hours(dice.chance(0.5) ? 1 : -1));
       }},
      {"eight hours of sleep",
       [](Ticks& ticks, std::size_t at, Dice&) {
         sleep_before(ticks, at, hours(8));
         use_charge(ticks, at, hours(8));
       }},
      {"hibernation, after which counters begin again",
       [](Ticks& ticks, std::size_t at, Dice& dice) {
         sleep_before(ticks, at, hours(dice.whole(1, 60)));
         restart_counters(ticks, at);
       }},
      {"another pack",
       [](Ticks& ticks, std::size_t at, Dice& dice) {
         const Energy more = milliwatt_hours(dice.whole(-20'000, 20'000));
         const std::string serial = "swapped" + std::to_string(at);
         for (std::size_t i = at; i < ticks.size(); ++i) {
           Battery& battery = ticks[i].tick.reading.batteries[0];
           battery.serial = serial;
           battery.now = std::max(Energy{}, *battery.now + more);
         }
       }},
      {"the package counter begins again",
       [](Ticks& ticks, std::size_t at, Dice&) { restart_counters(ticks, at); }},
      {"a tick comes twice",
       [](Ticks& ticks, std::size_t at, Dice&) {
         Ticks::value_type twice = ticks[at];
         twice.truth = {};
         twice.after_boot = false;
         ticks.insert(ticks.begin() + static_cast<std::ptrdiff_t>(at) + 1, twice);
       }},
  };
  return list;
}

double true_j(const Ticks& ticks) {
  double sum = 0;
  for (const LaptopTick& tick : ticks) sum += tick.truth.awake_j + tick.truth.asleep_j;
  return sum;
}

void expect_no_negative(const std::vector<Window>& windows) {
  for (const Window& window : windows) {
    ASSERT_GT(window.time, Duration{0});
    ASSERT_LE(window.time, quarter_hour);
    for (const auto& estimate : {window.device, window.wall}) {
      if (!estimate) continue;
      ASSERT_GE(estimate->energy, Energy{});
      ASSERT_GE(estimate->variance_own_j2, 0.0);
      ASSERT_GE(estimate->deviation_shared_j, 0.0);
    }
    if (window.key.tier == Tier::unknown) {
      ASSERT_FALSE(window.device);
    }
  }
}

Ticks with_mishaps(Ticks ticks, const Mishap& happens, Dice& dice) {
  for (int i = 0; i < mishaps_per_life; ++i) {
    const auto at = static_cast<std::size_t>(dice.whole(1, static_cast<int>(ticks.size()) - 2));
    if (ticks[at].after_boot) continue;
    happens(ticks, at, dice);
  }
  return ticks;
}

TEST(Mishaps, NothingIsNegativeAndNothingIsCountedTwice) {
  Dice dice(4711);
  for (const Case& mishap : cases()) {
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
      SCOPED_TRACE(std::string(mishap.name) + ", laptop " + std::to_string(seed));
      const Ticks quiet = life(seed, days);
      const Ticks ticks = with_mishaps(quiet, mishap.happens, dice);
      const std::vector<Window> windows = sampled(ticks).windows();
      expect_no_negative(windows);
      EXPECT_EQ(time_of(windows), watchable(ticks));
      // What happened made the truth larger by its sleep, and the figure by no more than that,
      // the error of sleep on mains included.
      const double slept_j = true_j(ticks) - true_j(quiet);
      const Duration more = watchable(ticks) - watchable(quiet);
      const double sleep_j = slept_j + 1.0 * static_cast<double>(more.count()) / 1000.0;
      EXPECT_LE(device_j(windows), 1.03 * (device_j(sampled(quiet).windows()) + sleep_j));
    }
  }
}

// A sampler that is killed forgets its open quarter hour; one that is started again goes on from
// the store, and tells what nobody watched as time without energy.
TEST(Mishaps, AKilledSamplerLosesAtMostItsOpenQuarterHourAndDoublesNothing) {
  Dice dice(99);
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    SCOPED_TRACE(seed);
    const Ticks ticks = life(seed, days);
    MemoryStore store;
    SamplerState state = started({});
    int kills = 0;
    for (std::size_t i = 0; i < ticks.size(); ++i) {
      if (dice.chance(0.01)) {
        ++kills;
        state = started(store.position);
        i += static_cast<std::size_t>(dice.whole(0, 30));  // and it stays away for a while
        if (i >= ticks.size()) break;
      }
      SamplerState next = advance(std::move(state), ticks[i].tick);
      // Half of the time it is killed after it stored and before it knows.
      if (dice.chance(0.005)) {
        store.take(next);
        next = started(store.position);
        ++kills;
      }
      state = store.take(std::move(next));
    }
    store.take(flushed(std::move(state)));
    ASSERT_GT(kills, 10);
    const std::vector<Window> windows = store.windows();
    expect_no_negative(windows);
    const double whole_j = device_j(sampled(ticks).windows());
    EXPECT_LE(time_of(windows), watchable(ticks) + seconds(kills));
    EXPECT_LE(device_j(windows), 1.02 * whole_j);
    EXPECT_GE(device_j(windows), 0.6 * whole_j);
  }
}

// Several things at once, as on bad days.
TEST(Mishaps, AllTogether) {
  Dice dice(13);
  for (std::uint64_t seed = 21; seed <= 26; ++seed) {
    SCOPED_TRACE(seed);
    Ticks ticks = life(seed, days);
    for (const Case& mishap : cases()) ticks = with_mishaps(std::move(ticks), mishap.happens, dice);
    const std::vector<Window> windows = sampled(ticks).windows();
    expect_no_negative(windows);
    EXPECT_EQ(time_of(windows), watchable(ticks));
  }
}

}  // namespace
}  // namespace wattlife
