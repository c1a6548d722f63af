// SPDX-License-Identifier: EUPL-1.2
// Laws over 10,000 random spans: whatever the machine did, the parts add up to the whole.
#include "core/energy.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <random>
#include <vector>

namespace wattlife {
namespace {

using std::chrono::hours;

constexpr int spans = 10'000;
constexpr std::int64_t range_uj = 262'143'328'850;

std::int64_t below(std::mt19937_64& chance, std::int64_t n) {
  return std::uniform_int_distribution<std::int64_t>(0, n - 1)(chance);
}

PowerReading any_reading(std::mt19937_64& chance, std::int64_t package_uj) {
  PowerReading reading;
  const bool mains = below(chance, 2) == 0;
  reading.adapters = {{"AC", mains}};
  for (std::int64_t i = below(chance, 3); i > 0; --i) {
    Battery pack;
    pack.name = i == 1 ? "BAT0" : "BAT1";
    pack.status = mains ? BatteryStatus::charging : BatteryStatus::discharging;
    if (below(chance, 8) != 0) pack.power = Power{below(chance, 40'000) * (mains ? 1 : -1)};
    if (below(chance, 8) != 0) pack.now = milliwatt_hours(below(chance, 60'000));
    reading.batteries.push_back(pack);
  }
  if (below(chance, 4) != 0)
    reading.counters = {{"package-0", Boundary::cpu, package_uj, range_uj}};
  reading.activity = {below(chance, 1'000), 1'000, below(chance, 2) == 0,
                      Ratio{below(chance, 1'001)}};
  return reading;
}

struct Span {
  Tick before;
  Tick after;
};

// Mostly a minute, sometimes long; sometimes asleep; the wall clock anywhere.
Span any_span(std::mt19937_64& chance) {
  const Duration awake{below(chance, 10) == 0 ? below(chance, 3'600'000) : below(chance, 120'000)};
  const Duration asleep{below(chance, 4) == 0 ? below(chance, 40'000'000) : 0};
  const UtcTime utc{Duration{1'767'600'000'000 + below(chance, 31'536'000'000)}};
  const std::int64_t package_uj = below(chance, range_uj);
  const std::int64_t grown_uj = below(chance, 1 + awake.count() * 60'000);
  Span span;
  span.before = {{BootTime{hours(5)}, AwakeTime{hours(4)}, utc}, any_reading(chance, package_uj)};
  span.after = {
      {BootTime{hours(5) + awake + asleep}, AwakeTime{hours(4) + awake}, utc + awake + asleep},
      any_reading(chance, (package_uj + grown_uj) % range_uj)};
  if (below(chance, 4) != 0) {
    span.after.reading.batteries = span.before.reading.batteries;
    span.after.reading.adapters = span.before.reading.adapters;
    for (Battery& pack : span.after.reading.batteries) {
      if (pack.now) pack.now = *pack.now - milliwatt_hours(below(chance, 3'000));
    }
  }
  return span;
}

struct Totals {
  Duration time{0};
  Energy device;
  Energy wall;
  bool operator==(const Totals&) const = default;
};

Totals totals_of(const std::vector<Window>& windows) {
  Totals totals;
  for (const Window& window : windows) {
    totals.time += window.time;
    totals.device += window.device.value_or(Estimate{}).energy;
    totals.wall += window.wall.value_or(Estimate{}).energy;
  }
  return totals;
}

// The same span, seen by a clock that runs `later`: other quarter hours cut it elsewhere.
Span shifted(Span span, Duration later) {
  span.before.now.utc += later;
  span.after.now.utc += later;
  return span;
}

TEST(EnergyLaw, the_time_of_the_windows_is_the_time_that_passed) {
  std::mt19937_64 chance(1);
  for (int i = 0; i < spans; ++i) {
    const Span span = any_span(chance);
    const auto windows = explain(span.before, span.after);
    EXPECT_EQ(totals_of(windows).time, span.after.now.boot - span.before.now.boot);
  }
}

// Whatever was learned: a fitted model, counters, a frozen gauge.
PowerModel any_model(std::mt19937_64& chance) {
  PowerModel model;
  model.origin = static_cast<ModelOrigin>(below(chance, 4));
  model.most_seen.fill(static_cast<double>(below(chance, 20)));
  model.frozen = {static_cast<int>(below(chance, 6)), milliwatt_hours(below(chance, 900)),
                  milliwatt_hours(below(chance, 900)), milliwatt_hours(below(chance, 900))};
  model.gauge_load_compensated = below(chance, 2) == 0;
  if (below(chance, 2) == 0) model.platform = PlatformFit{1.0, -1.4, 0.5};
  return model;
}

TEST(EnergyLaw, whatever_was_learned_the_windows_are_sound_and_cuts_change_nothing) {
  std::mt19937_64 chance(6);
  for (int i = 0; i < spans; ++i) {
    Span span = any_span(chance);
    for (const Boundary boundary : {Boundary::psys, Boundary::sys}) {
      if (below(chance, 3) != 0) continue;
      const std::int64_t begin = below(chance, range_uj);
      span.before.reading.counters.push_back({"other", boundary, begin, range_uj});
      span.after.reading.counters.push_back(
          {"other", boundary, (begin + below(chance, 6'000'000'000)) % range_uj, range_uj});
    }
    const PowerModel model = any_model(chance);
    const auto windows = explain(span.before, span.after, model);
    EXPECT_EQ(totals_of(windows).time, span.after.now.boot - span.before.now.boot);
    for (const Window& window : windows) {
      EXPECT_EQ(window.key.tier == Tier::unknown, !window.device);
      EXPECT_GE(window.device.value_or(Estimate{}).energy, Energy{});
      EXPECT_GE(window.device.value_or(Estimate{}).variance_own_j2, 0.0);
      EXPECT_GE(window.wall.value_or(Estimate{}).energy, Energy{});
    }
    const Span moved = shifted(span, Duration{below(chance, 900'000)});
    EXPECT_EQ(totals_of(explain(moved.before, moved.after, model)), totals_of(windows));
  }
}

// If the parts did not add up exactly, moving the cuts would move the sum.
TEST(EnergyLaw, where_the_quarter_hours_cut_does_not_change_the_sum) {
  std::mt19937_64 chance(2);
  int cut = 0;
  int with_energy = 0;
  for (int i = 0; i < spans; ++i) {
    const Span span = any_span(chance);
    const auto windows = explain(span.before, span.after);
    const Span moved = shifted(span, Duration{below(chance, 900'000)});
    const auto again = explain(moved.before, moved.after);
    EXPECT_EQ(totals_of(again), totals_of(windows));
    cut += windows.size() > 1 ? 1 : 0;
    with_energy += totals_of(windows).device > Energy{} ? 1 : 0;
  }
  EXPECT_GT(cut, spans / 10) << "the random spans no longer cross quarter hours";
  EXPECT_GT(with_energy, spans / 10) << "the random spans no longer hold energy";
}

// A span inside one quarter hour has one share: the whole. So the law above is about the whole.
TEST(EnergyLaw, a_span_cut_in_two_adds_up_to_the_uncut_one) {
  std::mt19937_64 chance(3);
  int compared = 0;
  for (int i = 0; i < spans; ++i) {
    Span span = any_span(chance);
    const Duration length = span.after.now.boot - span.before.now.boot;
    if (length >= quarter_hour || length <= Duration{0}) continue;
    const Duration into = span.before.now.utc - quarter_start(span.before.now.utc);
    const Span uncut = shifted(span, -into);
    const Span in_two = shifted(span, quarter_hour - into - length / 2);
    EXPECT_EQ(totals_of(explain(in_two.before, in_two.after)),
              totals_of(explain(uncut.before, uncut.after)));
    ++compared;
  }
  EXPECT_GT(compared, spans / 2);
}

TEST(EnergyLaw, every_window_is_sound) {
  std::mt19937_64 chance(4);
  for (int i = 0; i < spans; ++i) {
    const Span span = any_span(chance);
    for (const Window& window : explain(span.before, span.after)) {
      EXPECT_GT(window.time, Duration{0});
      EXPECT_LE(window.time, quarter_hour);
      EXPECT_EQ(window.key.slot, quarter_start(window.key.slot));
      EXPECT_EQ(window.key.tier == Tier::unknown, !window.device) << "a gap has no energy";
      EXPECT_EQ(window.key.tier == Tier::unknown, window.key.method.empty());
      EXPECT_TRUE(window.device || !window.wall);
      EXPECT_TRUE(window.key.supply == Supply::mains || !window.wall);
      if (window.device) {
        EXPECT_GE(window.device->energy, Energy{});
        EXPECT_GE(window.device->variance_own_j2, 0.0);
        EXPECT_GE(window.device->deviation_shared_j, 0.0);
      }
      EXPECT_GE(window.wall.value_or(Estimate{}).energy, Energy{});
    }
  }
}

TEST(EnergyLaw, accumulating_loses_nothing_and_order_does_not_show) {
  std::mt19937_64 chance(5);
  for (int round = 0; round < 50; ++round) {
    std::vector<Window> all;
    for (int i = 0; i < 40; ++i) {
      const Span span = any_span(chance);
      const auto windows = explain(span.before, span.after);
      all.insert(all.end(), windows.begin(), windows.end());
    }
    std::vector<Window> sorted;
    accumulate(sorted, all);
    EXPECT_EQ(totals_of(sorted), totals_of(all));
    EXPECT_TRUE(std::is_sorted(sorted.begin(), sorted.end(),
                               [](const Window& a, const Window& b) { return a.key < b.key; }));
    EXPECT_EQ(std::adjacent_find(sorted.begin(), sorted.end(),
                                 [](const Window& a, const Window& b) { return a.key == b.key; }),
              sorted.end())
        << "equal keys are joined";
    std::shuffle(all.begin(), all.end(), chance);
    std::vector<Window> shuffled;
    for (const Window& window : all) accumulate(shuffled, {window});
    ASSERT_EQ(shuffled.size(), sorted.size());
    for (std::size_t i = 0; i < sorted.size(); ++i) {
      EXPECT_EQ(shuffled[i].key, sorted[i].key);
      EXPECT_EQ(shuffled[i].time, sorted[i].time);
      EXPECT_EQ(shuffled[i].device.value_or(Estimate{}).energy,
                sorted[i].device.value_or(Estimate{}).energy);
      EXPECT_EQ(shuffled[i].wall.value_or(Estimate{}).energy,
                sorted[i].wall.value_or(Estimate{}).energy);
    }
  }
}

}  // namespace
}  // namespace wattlife
