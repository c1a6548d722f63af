// SPDX-License-Identifier: EUPL-1.2
// Tables: what is known of a laptop beyond two readings, and one that no counter tells of.
#include "core/energy.h"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <vector>

#include "tests/core/energy_examples.h"

namespace wattlife {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

TEST(Energy, after_calibration_mains_is_explained_by_this_laptop_and_surer) {
  const PowerReading before = on_mains(0);
  const PowerReading after = on_mains(600 * joule_uj);  // 10 W
  const Window window = only(explained_with(before, after, calibrated()));
  EXPECT_EQ(window.key.tier, Tier::calibrated_device);
  EXPECT_EQ(window.key.method, "calibrated-model-1+adapter-1");
  EXPECT_EQ(window.device->energy, joules((3 + 11) * 60) + joules(45)) << "and mains and desk";
  const Window prior = only(explained(before, after));
  EXPECT_EQ(prior.key.method, "prior-model-2+adapter-1");
  EXPECT_LT(window.device->deviation_shared_j, 0.6 * prior.device->deviation_shared_j);
  EXPECT_GT(window.device->deviation_shared_j, 60 * mains_shift_deviation_w)
      << "what battery cannot teach stays unknown";
}

TEST(Energy, a_load_far_above_what_was_seen_is_called_so) {
  const Window window =
      only(explained_with(on_mains(0), on_mains(2'400 * joule_uj), calibrated()));  // 40 W
  EXPECT_EQ(window.key.tier, Tier::calibrated_model);
  EXPECT_EQ(window.key.method, "extrapolated-model-1+adapter-1");
}

TEST(Energy, origins_have_names_of_their_own) {
  const struct {
    ModelOrigin origin;
    Tier tier;
    const char* method;
  } cases[] = {
      {ModelOrigin::form_factor, Tier::calibrated_model, "prior-model-2+adapter-1"},
      {ModelOrigin::model_file, Tier::calibrated_model, "file-model-1+adapter-1"},
      {ModelOrigin::part_calibrated, Tier::calibrated_model, "part-calibrated-model-1+adapter-1"},
      {ModelOrigin::calibrated, Tier::calibrated_device, "calibrated-model-1+adapter-1"}};
  for (const auto& c : cases) {
    PowerModel model = calibrated();
    model.origin = c.origin;
    const Window window = only(explained_with(on_mains(0), on_mains(600 * joule_uj), model));
    EXPECT_EQ(window.key.tier, c.tier);
    EXPECT_EQ(window.key.method, c.method);
  }
}

TEST(Energy, a_counter_of_the_whole_laptop_is_measured_on_battery_and_on_mains) {
  for (PowerReading reading : {on_mains(0), on_battery(watts(9))}) {
    PowerReading later = reading;
    reading.counters.push_back({"system", Boundary::sys, 0, {}});
    later.counters.push_back({"system", Boundary::sys, 720 * joule_uj, {}});
    const Window window = only(explained(reading, later));
    EXPECT_EQ(window.key.tier, Tier::measured);
    EXPECT_EQ(window.key.method.substr(0, 16), "system-counter-1");
    EXPECT_EQ(window.device->energy, joules(720));
    later.counters.back().energy_uj = -1;
    EXPECT_NE(only(explained(reading, later)).key.method.substr(0, 16), "system-counter-1")
        << "a corrupt counter is rejected";
  }
}

// One minute: how much the counter of the whole laptop grew, and what is said of it.
struct CountedMinute {
  std::int64_t grown_j;
  bool on_mains;
  bool asleep;
  std::optional<std::int64_t> want_j;  // empty: a gap
  const char* method = "";
};
struct StandstillCase {
  const char* name;
  std::vector<CountedMinute> minutes;
};
constexpr const char* by_counter_on_mains = "system-counter-1+adapter-1";
constexpr const char* by_counter = "system-counter-1";
constexpr const char* by_gauge = "battery-rate-1";  // 9 W

std::vector<StandstillCase> standstills() {
  return {
      {"renewed each minute",
       {{600, true, false, 600, by_counter_on_mains},
        {660, true, false, 660, by_counter_on_mains}}},
      {"mains, nothing else tells: the energy of both is in the second",
       {{600, true, false, 600, by_counter_on_mains},
        {0, true, false, {}},
        {1'200, true, false, 1'200, by_counter_on_mains},
        {600, true, false, 600, by_counter_on_mains}}},
      {"mains, three minutes: more than 300 W would be in one of them",
       {{0, true, false, {}},
        {0, true, false, {}},
        {0, true, false, {}},
        {24'000, true, false, 24'000, by_counter_on_mains}}},
      {"battery: the gauge tells both, and the counter is not added to it",
       {{540, false, false, 540, by_counter},
        {0, false, false, 540, by_gauge},
        {1'080, false, false, 540, by_gauge},
        {600, false, false, 600, by_counter}}},
      {"battery, then mains: what the gauge told is not counted again",
       {{0, false, false, 540, by_gauge},
        {1'080, true, false, {}},
        {600, true, false, 600, by_counter_on_mains}}},
      {"mains, then battery: the gap's energy is in the next, on its supply",
       {{0, true, false, {}}, {1'200, false, false, 1'200, by_counter}}},
      {"a gap and a gauge before it grows: neither is counted twice",
       {{0, true, false, {}}, {0, false, false, 540, by_gauge}, {1'800, true, false, {}}}},
      {"asleep: nobody knows what it counted",
       {{0, true, true, {}},
        {1'200, true, false, {}},
        {600, true, false, 600, by_counter_on_mains}}},
      {"stuck for more than ten minutes: not smeared into one",
       {{0, true, false, {}},
        {0, true, false, {}},
        {0, true, false, {}},
        {0, true, false, {}},
        {0, true, false, {}},
        {0, true, false, {}},
        {0, true, false, {}},
        {0, true, false, {}},
        {0, true, false, {}},
        {0, true, false, {}},
        {0, true, false, {}},
        {7'200, true, false, {}},
        {600, true, false, 600, by_counter_on_mains}}},
  };
}

// Awake, and an hour asleep when asked for.
Tick minute_later(const Tick& before, const CountedMinute& minute) {
  Tick after = before;
  const Duration asleep = minute.asleep ? Duration(hours(1)) : Duration{0};
  after.now.boot = BootTime{before.now.boot.since_boot + minutes(1) + asleep};
  after.now.awake = AwakeTime{before.now.awake.since_boot + minutes(1)};
  after.now.utc += minutes(1) + asleep;
  after.reading.counters[0].energy_uj += minute.grown_j * joule_uj;
  return after;
}

TEST(Energy, a_counter_of_the_whole_laptop_that_stands_still_is_no_zero_and_nothing_twice) {
  for (const StandstillCase& c : standstills()) {
    SCOPED_TRACE(c.name);
    PowerModel model;
    std::int64_t counter_uj = joule_uj;
    Now now{BootTime{hours(1)}, AwakeTime{hours(1)}, eight};
    for (const CountedMinute& minute : c.minutes) {
      SCOPED_TRACE(now.boot.since_boot.count());
      PowerReading reading = minute.on_mains ? on_mains(0) : on_battery(watts(9));
      reading.counters = {{"system-load", Boundary::sys, counter_uj, {}}};
      const Tick before{now, reading};
      const Tick after = minute_later(before, minute);
      const auto windows = explain(before, after, model);
      const Window& awake = windows.front();
      const auto want = minute.want_j ? std::optional(joules(*minute.want_j)) : std::nullopt;
      EXPECT_EQ(energy_of(windows, UseState::awake), want);
      EXPECT_EQ(awake.key.method, minute.method);
      EXPECT_EQ(awake.key.tier, want ? Tier::measured : Tier::unknown);
      model.standstill = standstill_after(before, after, windows, model.standstill);
      counter_uj = after.reading.counters[0].energy_uj;
      now = after.now;
    }
  }
}

// The socket delivered what the pack took in both minutes.
TEST(Energy, the_wall_of_a_counter_that_stood_still_is_of_the_whole_time) {
  const auto wall = [](std::int64_t grown_j, Duration stood) {
    PowerReading reading = on_mains(0, watts(20));
    reading.counters = {{"system-load", Boundary::sys, joule_uj, {}}};
    PowerReading later = reading;
    later.counters[0].energy_uj += grown_j * joule_uj;
    PowerModel model;
    model.standstill.time = stood;
    return only(explained_with(reading, later, model)).wall->energy;
  };
  EXPECT_EQ(wall(1'200, minutes(1)), wall(600, Duration{0}) + wall(600, Duration{0}));
}

TEST(Energy, without_a_counter_of_the_whole_laptop_nothing_stands_still) {
  const Now then{BootTime{hours(1)}, AwakeTime{hours(1)}, eight};
  const Now now{BootTime{hours(1) + minutes(1)}, AwakeTime{hours(1) + minutes(1)},
                eight + minutes(1)};
  for (const Standstill& earlier : {Standstill{}, Standstill{minutes(1), true}}) {
    EXPECT_EQ(standstill_after({then, on_mains(0)}, {now, on_mains(0)}, {}, earlier), Standstill{});
  }
}

TEST(Energy, a_platform_counter_counts_only_when_it_was_accepted) {
  PowerReading before = on_mains(0);
  PowerReading after = on_mains(300 * joule_uj);
  before.counters.push_back({"psys", Boundary::psys, 0, rapl_range_uj});
  after.counters.push_back({"psys", Boundary::psys, 600 * joule_uj, rapl_range_uj});
  PowerModel model = calibrated();
  EXPECT_EQ(only(explained_with(before, after, model)).key.method, "calibrated-model-1+adapter-1");
  model.platform = PlatformFit{1.1, 0.5, 0.4};
  const Window window = only(explained_with(before, after, model));
  EXPECT_EQ(window.key.tier, Tier::measured);
  EXPECT_EQ(window.key.method, "psys-1+adapter-1");
  EXPECT_EQ(window.device->energy, joules(660 + 30));
}

TEST(Energy, a_guest_has_time_and_no_figure_asleep_or_awake) {
  PowerModel guest;
  guest.virtual_machine = true;
  const Now then{BootTime{hours(1)}, AwakeTime{hours(1)}, eight};
  const Now now{BootTime{hours(2)}, AwakeTime{hours(1) + minutes(1)}, eight + hours(1)};
  const auto windows = explain({then, on_mains(0)}, {now, on_mains(600 * joule_uj)}, guest);
  EXPECT_EQ(time_of(windows), hours(1));
  for (const Window& window : windows) {
    EXPECT_EQ(window.key.tier, Tier::unknown);
    EXPECT_FALSE(window.device || window.wall);
  }
}

TEST(Energy, a_large_adapter_loses_more_at_a_small_load) {
  PowerReading before = on_mains(0);
  PowerReading after = on_mains(300 * joule_uj);
  const Energy ordinary = only(explained(before, after)).wall->energy;
  for (PowerReading* reading : {&before, &after}) reading->adapters[0].rated = watts(65);
  EXPECT_EQ(only(explained(before, after)).wall->energy, ordinary) << "65 W is what is assumed";
  for (PowerReading* reading : {&before, &after}) reading->adapters[0].rated = watts(230);
  EXPECT_GT(only(explained(before, after)).wall->energy, ordinary + joules(20));
}

// --- Without any counter -------------------------------------------------------------------------

PowerReading busy_on_mains(std::int64_t busy, std::int64_t total) {
  PowerReading reading = on_mains(0);
  reading.counters.clear();
  reading.activity.cpu_busy_ticks = busy;
  reading.activity.cpu_total_ticks = total;
  reading.activity.panel_on = true;
  return reading;
}

TEST(Energy, without_a_counter_how_busy_it_was_gives_an_estimate_that_is_called_so) {
  const Window easy = only(explained(busy_on_mains(0, 0), busy_on_mains(100, 10'000)));
  const Window hard = only(explained(busy_on_mains(0, 0), busy_on_mains(8'000, 10'000)));
  for (const Window& window : {easy, hard}) {
    EXPECT_EQ(window.key.tier, Tier::estimated);
    EXPECT_EQ(window.key.method, "activity-model-1+adapter-1");
    ASSERT_TRUE(window.device && window.wall);
    EXPECT_GT(window.wall->energy, window.device->energy);
    EXPECT_GT(window.device->deviation_shared_j,
              0.2 * static_cast<double>(window.device->energy.milli) / 1000);
  }
  EXPECT_GT(hard.device->energy, easy.device->energy + joules(60 * 5));
  PowerModel guest;
  guest.virtual_machine = true;
  EXPECT_FALSE(only(explained_with(busy_on_mains(0, 0), busy_on_mains(100, 10'000), guest)).device);
  PowerReading silent = busy_on_mains(100, 10'000);
  silent.activity.cpu_busy_ticks.reset();
  EXPECT_FALSE(only(explained(silent, silent)).device) << "nothing tells how busy it was";
}

// A counter of the whole laptop that stands still is waited for, never estimated around.
TEST(Energy, a_counter_that_stands_still_is_not_replaced_by_an_estimate) {
  PowerReading before = busy_on_mains(0, 0);
  PowerReading after = busy_on_mains(100, 10'000);
  before.counters = after.counters = {{"system", Boundary::sys, 5 * joule_uj, {}}};
  EXPECT_FALSE(only(explained(before, after)).device);
}

}  // namespace
}  // namespace wattlife
