// SPDX-License-Identifier: EUPL-1.2
// Tables: counters that wrap and reset, sleep, wrong clocks, two batteries, a weak adapter.
#include "core/energy.h"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace wattlife {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

// --- counted
// ---------------------------------------------------------------------------------------

constexpr std::int64_t joule_uj = 1'000'000;
constexpr std::int64_t rapl_range_uj = 262'143'328'850;  // as a real package zone says it

struct CounterCase {
  const char* name;
  std::int64_t before_uj;
  std::int64_t after_uj;
  std::optional<std::int64_t> range_uj;
  Duration elapsed;
  std::optional<Energy> want;
};

TEST(Energy, counted) {
  const Duration minute = minutes(1);
  const CounterCase cases[] = {
      {"forward", 5 * joule_uj, 9 * joule_uj, {}, minute, joules(4)},
      {"standing still", 5 * joule_uj, 5 * joule_uj, {}, minute, Energy{}},
      {"rounded to mJ", 0, 1'499, {}, minute, Energy{1}},
      {"half a mJ goes up", 0, 1'500, {}, minute, Energy{2}},
      {"wraps once", 262'143 * joule_uj, 10 * joule_uj, 262'144 * joule_uj, minute, joules(11)},
      {"wraps once at the range of a real zone", 262'143'000'000, 10 * joule_uj, rapl_range_uj,
       minute, Energy{10'329}},
      {"went back without a range: reset", 9 * joule_uj, 5 * joule_uj, {}, minute, {}},
      {"went back from low: reset, not wrap",
       100 * joule_uj,
       5 * joule_uj,
       rapl_range_uj,
       minute,
       {}},
      {"went back from above its range: corrupt",
       300'000 * joule_uj,
       5 * joule_uj,
       rapl_range_uj,
       minute,
       {}},
      {"wrap that would need more than the ceiling",
       200'000 * joule_uj,
       10 * joule_uj,
       rapl_range_uj,
       minute,
       {}},
      {"200 W for a minute", 0, 12'000 * joule_uj, {}, minute, joules(12'000)},
      {"more than 200 W", 0, 12'001 * joule_uj, {}, minute, {}},
      {"21 min: a second wrap is impossible", 0, 5 * joule_uj, rapl_range_uj, minutes(21),
       joules(5)},
      {"22 min: a second wrap could hide", 0, 5 * joule_uj, rapl_range_uj, minutes(22), {}},
      {"a day, but it never wraps", 0, 5 * joule_uj, {}, hours(24), joules(5)},
      {"no time passed", 0, 5 * joule_uj, {}, Duration{0}, {}},
      {"time went back", 0, 5 * joule_uj, {}, -minute, {}},
      {"negative before", -1, 5 * joule_uj, {}, minute, {}},
      {"negative after", 5 * joule_uj, -1, rapl_range_uj, minute, {}},
      {"largest numbers", INT64_MAX, INT64_MAX, INT64_MAX, minute, Energy{}},
      {"largest jump", 0, INT64_MAX, {}, minute, {}},
  };
  for (const CounterCase& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(counted(c.before_uj, c.after_uj, c.range_uj, c.elapsed, package_ceiling), c.want);
  }
}

// --- explain
// ---------------------------------------------------------------------------------------

const UtcTime eight = utc_from_iso8601("2026-01-05T08:00:00Z").value();

Battery pack(const char* name, BatteryStatus status, std::optional<Power> power,
             std::optional<Energy> now = std::nullopt) {
  Battery made;
  made.name = name;
  made.status = status;
  made.power = power;
  made.now = now;
  return made;
}

PowerReading on_battery(Power draw, std::optional<Energy> now = std::nullopt) {
  PowerReading reading;
  reading.batteries = {pack("BAT0", BatteryStatus::discharging, -draw, now)};
  reading.adapters = {{"AC", false}};
  return reading;
}

PowerReading on_mains(std::int64_t package_uj, std::optional<Power> into_pack = Power{}) {
  PowerReading reading;
  reading.batteries = {pack("BAT0", BatteryStatus::charging, into_pack)};
  reading.adapters = {{"AC", true}};
  reading.counters = {{"package-0", Boundary::cpu, package_uj, rapl_range_uj}};
  return reading;
}

// Two ticks, `boot` and `awake` apart, that begin at eight o'clock.
std::vector<Window> explained(const PowerReading& before, const PowerReading& after, Duration boot,
                              Duration awake) {
  const Now then{BootTime{hours(1)}, AwakeTime{hours(1)}, eight};
  const Now now{BootTime{hours(1) + boot}, AwakeTime{hours(1) + awake}, eight + boot};
  return explain({then, before}, {now, after});
}
std::vector<Window> explained(const PowerReading& before, const PowerReading& after) {
  return explained(before, after, minutes(1), minutes(1));
}

Duration time_of(const std::vector<Window>& windows) {
  Duration sum{0};
  for (const Window& window : windows) sum += window.time;
  return sum;
}

std::optional<Energy> energy_of(const std::vector<Window>& windows, UseState state) {
  std::optional<Energy> sum;
  for (const Window& window : windows) {
    if (window.key.state == state && window.device)
      sum = sum.value_or(Energy{}) + window.device->energy;
  }
  return sum;
}

// The only window; fails when there are more or none.
Window only(const std::vector<Window>& windows) {
  EXPECT_EQ(windows.size(), 1U);
  return windows.empty() ? Window{} : windows.front();
}

TEST(Energy, on_battery_the_gauge_measures) {
  const Window window = only(explained(on_battery(watts(10)), on_battery(watts(10))));
  EXPECT_EQ(window.key,
            (WindowKey{eight, UseState::awake, Supply::battery, Tier::measured, "battery-rate-1"}));
  EXPECT_EQ(window.time, minutes(1));
  ASSERT_TRUE(window.device);
  EXPECT_EQ(window.device->energy, joules(600));
  EXPECT_GT(window.device->deviation_shared_j, 0.0) << "a gauge is never exact";
  EXPECT_FALSE(window.wall) << "on battery the socket delivers nothing that is known";
}

TEST(Energy, the_rate_is_the_mean_of_both_ends) {
  EXPECT_EQ(only(explained(on_battery(watts(8)), on_battery(watts(12)))).device->energy,
            joules(600));
}

TEST(Energy, two_batteries_of_which_one_idles_are_added_not_averaged) {
  PowerReading both = on_battery(watts(10));
  both.batteries.push_back(pack("BAT1", BatteryStatus::not_charging, Power{}));
  EXPECT_EQ(only(explained(both, both)).device->energy, joules(600));
  both.batteries[1].power.reset();
  EXPECT_EQ(only(explained(both, both)).device->energy, joules(600))
      << "an idle pack need not tell";
}

TEST(Energy, two_batteries_that_both_discharge) {
  PowerReading both = on_battery(watts(6));
  both.batteries.push_back(pack("BAT1", BatteryStatus::discharging, watts(-4)));
  EXPECT_EQ(only(explained(both, both)).device->energy, joules(600));
}

// One pack fills the other: only the sum is the laptop's.
TEST(Energy, one_pack_filling_the_other_is_no_consumption) {
  PowerReading both = on_battery(watts(15));
  both.adapters = {{"AC", false}};
  both.batteries.push_back(pack("BAT1", BatteryStatus::unknown, watts(5)));
  EXPECT_EQ(only(explained(both, both)).device->energy, joules(600));
}

TEST(Energy, a_pack_that_takes_part_and_does_not_tell_makes_a_gap_never_a_zero) {
  PowerReading both = on_battery(watts(6));
  both.batteries.push_back(pack("BAT1", BatteryStatus::discharging, std::nullopt));
  const Window window = only(explained(both, both));
  EXPECT_EQ(window.key.tier, Tier::unknown);
  EXPECT_EQ(window.key.method, "");
  EXPECT_EQ(window.time, minutes(1));
  EXPECT_FALSE(window.device);
}

TEST(Energy, an_absent_pack_is_not_asked) {
  PowerReading reading = on_battery(watts(10));
  reading.batteries.push_back(pack("BAT1", BatteryStatus::unknown, std::nullopt));
  reading.batteries[1].present = false;
  EXPECT_EQ(only(explained(reading, reading)).device->energy, joules(600));
}

TEST(Energy, a_pack_that_was_changed_between_the_ticks_is_not_measured_across) {
  PowerReading before = on_battery(watts(10));
  PowerReading after = on_battery(watts(10));
  before.batteries[0].serial = "1";
  after.batteries[0].serial = "2";
  EXPECT_EQ(only(explained(before, after)).key.tier, Tier::unknown);
}

TEST(Energy, a_rate_that_no_battery_can_have_is_not_believed) {
  EXPECT_TRUE(only(explained(on_battery(watts(299)), on_battery(watts(299)))).device);
  EXPECT_FALSE(only(explained(on_battery(watts(301)), on_battery(watts(301)))).device);
}

TEST(Energy, on_mains_the_model_calculates_with_an_honest_interval) {
  const Window window = only(explained(on_mains(0), on_mains(600 * joule_uj)));
  EXPECT_EQ(window.key.supply, Supply::mains);
  EXPECT_EQ(window.key.tier, Tier::calibrated_model);
  ASSERT_TRUE(window.device && window.wall);
  // A package of 10 W in a laptop: more than the package, less than an oven.
  EXPECT_GT(window.device->energy, joules(600));
  EXPECT_LT(window.device->energy, joules(1'500));
  EXPECT_GT(window.wall->energy, window.device->energy) << "an adapter loses something";
  const Interval interval = interval_95(*window.device);
  EXPECT_LT(interval.low, window.device->energy);
  EXPECT_GT(interval.high, window.device->energy);
}

TEST(Energy, without_any_sensor_the_time_is_known_and_the_energy_not) {
  const Window window = only(explained({}, {}));
  EXPECT_EQ(window.time, minutes(1));
  EXPECT_EQ(window.key.tier, Tier::unknown);
  EXPECT_FALSE(window.device || window.wall);
}

TEST(Energy, the_package_counter_wraps_inside_a_span) {
  const Window straight = only(explained(on_mains(1'000 * joule_uj), on_mains(1'600 * joule_uj)));
  const Window wrapped =
      only(explained(on_mains(rapl_range_uj - 100 * joule_uj), on_mains(500 * joule_uj)));
  EXPECT_EQ(wrapped, straight);
}

TEST(Energy, a_counter_that_was_reset_makes_a_gap) {
  EXPECT_FALSE(only(explained(on_mains(1'000 * joule_uj), on_mains(5 * joule_uj))).device);
}

TEST(Energy, a_counter_that_appears_or_disappears_makes_a_gap) {
  PowerReading without = on_mains(0);
  without.counters.clear();
  EXPECT_FALSE(only(explained(without, on_mains(600 * joule_uj))).device);
  EXPECT_FALSE(only(explained(on_mains(600 * joule_uj), without)).device);
}

// psys contains the package: adding it would count the package twice.
TEST(Energy, other_boundaries_are_never_added) {
  PowerReading before = on_mains(0);
  PowerReading after = on_mains(600 * joule_uj);
  const Window alone = only(explained(before, after));
  before.counters.push_back({"psys", Boundary::psys, 0, rapl_range_uj});
  after.counters.push_back({"psys", Boundary::psys, 900 * joule_uj, rapl_range_uj});
  EXPECT_EQ(only(explained(before, after)), alone);
}

TEST(Energy, two_packages_are_added) {
  PowerReading before = on_mains(0);
  PowerReading after = on_mains(300 * joule_uj);
  before.counters.push_back({"package-1", Boundary::cpu, 0, rapl_range_uj});
  after.counters.push_back({"package-1", Boundary::cpu, 300 * joule_uj, rapl_range_uj});
  EXPECT_EQ(only(explained(before, after)).device->energy,
            only(explained(on_mains(0), on_mains(600 * joule_uj))).device->energy);
}

TEST(Energy, charging_costs_the_socket_more_than_it_gives_the_pack) {
  const Window idle = only(explained(on_mains(0), on_mains(600 * joule_uj)));
  const Window charging =
      only(explained(on_mains(0, watts(20)), on_mains(600 * joule_uj, watts(20))));
  EXPECT_EQ(charging.device, idle.device) << "charging is not what the laptop consumes";
  EXPECT_GT(charging.wall->energy - idle.wall->energy, joules(20 * 60));
}

TEST(Energy, a_weak_adapter_lets_the_pack_help_and_the_socket_delivers_less) {
  const Window alone = only(explained(on_mains(0), on_mains(1'800 * joule_uj)));
  const Window helped =
      only(explained(on_mains(0, watts(-10)), on_mains(1'800 * joule_uj, watts(-10))));
  EXPECT_EQ(helped.key.supply, Supply::mains);
  EXPECT_EQ(helped.device, alone.device);
  EXPECT_LT(helped.wall->energy, alone.wall->energy);
  const Window all_from_pack =
      only(explained(on_mains(0, watts(-90)), on_mains(600 * joule_uj, watts(-90))));
  EXPECT_EQ(all_from_pack.wall->energy, Energy{}) << "never less than nothing";
}

TEST(Energy, the_wall_is_unknown_when_the_pack_does_not_tell) {
  const Window window =
      only(explained(on_mains(0, std::nullopt), on_mains(600 * joule_uj, std::nullopt)));
  EXPECT_TRUE(window.device);
  EXPECT_FALSE(window.wall);
}

TEST(Energy, plugged_in_between_the_ticks_the_supply_is_unknown) {
  PowerReading before = on_battery(watts(10));
  before.counters = on_mains(0).counters;
  const Window window = only(explained(before, on_mains(600 * joule_uj)));
  EXPECT_EQ(window.key.supply, Supply::unknown);
  EXPECT_FALSE(window.wall);
}

TEST(Energy, supply_is_seen_from_the_pack_when_no_adapter_tells) {
  PowerReading reading = on_battery(watts(10));
  reading.adapters.clear();
  EXPECT_EQ(only(explained(reading, reading)).key.supply, Supply::battery);
  reading.batteries[0].status = BatteryStatus::charging;
  EXPECT_EQ(only(explained(reading, reading)).key.supply, Supply::mains);
  reading.batteries[0].status = BatteryStatus::unknown;
  EXPECT_EQ(only(explained(reading, reading)).key.supply, Supply::unknown);
  reading.batteries.clear();
  EXPECT_EQ(only(explained(reading, reading)).key.supply, Supply::mains) << "a desktop";
}

TEST(Energy, use_state) {
  const struct {
    const char* name;
    std::optional<bool> panel_on;
    std::optional<std::int64_t> busy;  // of 1,000 ticks
    UseState want;
  } cases[] = {{"busy", true, 500, UseState::active},
               {"5 % is busy", true, 50, UseState::active},
               {"4.9 % is idle", true, 49, UseState::idle},
               {"panel off, busy", false, 500, UseState::panel_off},
               {"no panel told", {}, 500, UseState::awake},
               {"no ticks told", true, {}, UseState::awake},
               {"ticks went back", true, -5, UseState::awake}};
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    PowerReading before = on_battery(watts(10));
    PowerReading after = before;
    before.activity = {1'000, 10'000, c.panel_on, {}};
    after.activity = {
        c.busy ? std::optional(1'000 + *c.busy) : std::nullopt, 11'000, c.panel_on, {}};
    EXPECT_EQ(only(explained(before, after)).key.state, c.want);
  }
}

// --- Sleep and clocks
// ------------------------------------------------------------------------------

TEST(Energy, eight_hours_asleep_are_a_window_of_their_own_with_the_gauge_as_witness) {
  // One minute awake at 10 W is 600 J; the gauge fell 2,000 mWh = 7,200 J.
  const auto windows =
      explained(on_battery(watts(10), milliwatt_hours(40'000)),
                on_battery(watts(10), milliwatt_hours(38'000)), hours(8) + minutes(1), minutes(1));
  EXPECT_EQ(time_of(windows), hours(8) + minutes(1));
  EXPECT_EQ(energy_of(windows, UseState::awake), joules(600));
  EXPECT_EQ(energy_of(windows, UseState::sleep), joules(6'600));
  Duration asleep{0};
  for (const Window& window : windows) {
    EXPECT_LE(window.time, quarter_hour);
    if (window.key.state == UseState::sleep) {
      asleep += window.time;
      EXPECT_EQ(window.key.method, "gauge-sleep-1");
    }
  }
  EXPECT_EQ(asleep, hours(8)) << "sleep is not smeared over the time awake";
}

TEST(Energy, sleep_is_unknown_when_the_gauge_says_nothing_credible) {
  const struct {
    const char* name;
    std::optional<Energy> before;
    std::optional<Energy> after;
  } cases[] = {
      {"no gauge", {}, {}},
      {"a fall of noise", milliwatt_hours(40'000), milliwatt_hours(39'971)},
      {"charge rose", milliwatt_hours(40'000), milliwatt_hours(41'000)},
      {"less than the minute awake took", milliwatt_hours(40'000), milliwatt_hours(39'900)}};
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const auto windows = explained(on_battery(watts(10), c.before), on_battery(watts(10), c.after),
                                   hours(8) + minutes(1), minutes(1));
    EXPECT_EQ(time_of(windows), hours(8) + minutes(1));
    EXPECT_EQ(energy_of(windows, UseState::sleep), std::nullopt);
    EXPECT_EQ(energy_of(windows, UseState::awake), joules(600));
  }
}

TEST(Energy, sleep_on_mains_is_an_estimate_and_says_so) {
  const auto windows =
      explained(on_mains(0), on_mains(600 * joule_uj), hours(8) + minutes(1), minutes(1));
  bool any = false;
  for (const Window& window : windows) {
    if (window.key.state != UseState::sleep) continue;
    any = true;
    EXPECT_EQ(window.key.tier, Tier::estimated);
    EXPECT_TRUE(window.device && window.wall);
  }
  EXPECT_TRUE(any);
  EXPECT_EQ(energy_of(windows, UseState::sleep), joules(8 * 3600)) << "the prior: 1 W";
}

TEST(Energy, clocks_that_are_read_one_after_the_other_are_no_sleep) {
  const auto windows =
      explained(on_battery(watts(10)), on_battery(watts(10)), minutes(1), minutes(1) - seconds(2));
  EXPECT_EQ(only(windows).time, minutes(1));
  EXPECT_NE(only(windows).key.state, UseState::sleep);
}

TEST(Energy, an_awake_clock_ahead_of_the_boot_clock_is_no_negative_sleep) {
  const auto windows =
      explained(on_battery(watts(10)), on_battery(watts(10)), minutes(1), minutes(1) + seconds(1));
  EXPECT_EQ(only(windows).time, minutes(1));
}

// The wall clock labels; it never measures.
TEST(Energy, a_wall_clock_that_jumps_changes_labels_only) {
  for (const Duration jump : {Duration(hours(-48)), Duration(-seconds(61)), Duration(hours(5)),
                              Duration(hours(24 * 365))}) {
    const Now then{BootTime{hours(1)}, AwakeTime{hours(1)}, eight};
    const Now now{BootTime{hours(1) + minutes(1)}, AwakeTime{hours(1) + minutes(1)},
                  eight + minutes(1) + jump};
    const auto windows = explain({then, on_battery(watts(10))}, {now, on_battery(watts(10))});
    EXPECT_EQ(time_of(windows), minutes(1));
    EXPECT_EQ(energy_of(windows, UseState::awake), joules(600));
    for (const Window& window : windows) {
      EXPECT_LE(window.key.slot, now.utc);
      EXPECT_GE(window.key.slot + quarter_hour, now.utc - minutes(1)) << "the later clock labels";
    }
  }
}

TEST(Energy, a_boot_clock_that_goes_back_or_stands_still_explains_nothing) {
  EXPECT_TRUE(
      explained(on_battery(watts(10)), on_battery(watts(10)), -minutes(1), minutes(1)).empty());
  EXPECT_TRUE(
      explained(on_battery(watts(10)), on_battery(watts(10)), Duration{0}, Duration{0}).empty());
}

TEST(Energy, a_span_that_nobody_watched_is_a_gap_never_a_guess) {
  EXPECT_TRUE(
      only(explained(on_battery(watts(10)), on_battery(watts(10)), longest_span, longest_span))
          .device);
  const Duration longer = longest_span + milliseconds(1);
  for (const auto& readings : {on_battery(watts(10)), on_mains(0)}) {
    const auto windows = explained(readings, readings, longer, longer);
    EXPECT_EQ(time_of(windows), longer);
    for (const Window& window : windows) {
      EXPECT_EQ(window.key.tier, Tier::unknown);
      EXPECT_FALSE(window.device || window.wall);
    }
  }
}

// --- Estimates
// -------------------------------------------------------------------------------------

TEST(Energy, independent_errors_shrink_in_a_sum_and_shared_ones_do_not) {
  const Estimate own{joules(100), 9.0, 0.0};
  const Estimate shared{joules(100), 0.0, 3.0};
  Estimate own_sum;
  Estimate shared_sum;
  for (int i = 0; i < 100; ++i) {
    own_sum = own_sum + own;
    shared_sum = shared_sum + shared;
  }
  const auto half_width = [](const Estimate& e) { return (interval_95(e).high - e.energy).milli; };
  EXPECT_EQ(half_width(own), half_width(shared));
  EXPECT_EQ(half_width(own_sum), 10 * half_width(own));
  EXPECT_EQ(half_width(shared_sum), 100 * half_width(shared));
}

TEST(Energy, interval_is_never_below_zero) {
  const Interval interval = interval_95({joules(1), 0.0, 100.0});
  EXPECT_EQ(interval.low, Energy{});
  EXPECT_EQ(interval.high, joules(197));
  EXPECT_EQ(interval_95({joules(1), 0.0, 0.0}), (Interval{joules(1), joules(1)}));
}

TEST(Energy, words_of_the_store) {
  EXPECT_STREQ(name_of(Tier::measured), "measured");
  EXPECT_STREQ(name_of(Tier::calibrated_device), "calibrated_device");
  EXPECT_STREQ(name_of(Tier::calibrated_model), "calibrated_model");
  EXPECT_STREQ(name_of(Tier::estimated), "estimated");
  EXPECT_STREQ(name_of(Tier::unknown), "unknown");
  EXPECT_STREQ(name_of(UseState::panel_off), "panel_off");
  EXPECT_STREQ(name_of(UseState::sleep), "sleep");
  EXPECT_STREQ(name_of(UseState::off), "off");
  EXPECT_STREQ(name_of(Ending::stopped), "stopped");
  EXPECT_STREQ(name_of(Ending::shutdown), "shutdown");
  EXPECT_STREQ(name_of(Supply::mains), "mains");
}

// --- What is known beyond the readings
// ----------------------------------------------------------

PowerModel calibrated() {
  PowerModel model;
  model.origin = ModelOrigin::calibrated;
  model.weights = {3.0, 1.1, 0, 0, 0, 0, 0};
  model.covariance_own = Symmetric::diagonal({0.04, 0.001, 0.01, 0.01, 0.01, 0.01, 0.01});
  model.covariance_shared = {};
  model.residual_w = 0.3;
  model.most_seen = {1, 12, 1, 1, 1, 1, 0};
  return model;
}

std::vector<Window> explained_with(const PowerReading& before, const PowerReading& after,
                                   const PowerModel& model) {
  const Now then{BootTime{hours(1)}, AwakeTime{hours(1)}, eight};
  const Now now{BootTime{hours(1) + minutes(1)}, AwakeTime{hours(1) + minutes(1)},
                eight + minutes(1)};
  return explain({then, before}, {now, after}, model);
}

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

// --- Traps
// -----------------------------------------------------------------------------------------

TEST(Traps, Trap08_a_package_counter_is_not_read_across_sleep) {
  // Began anew in sleep: from the upper half it looks like a wrap, from below like growth.
  for (const std::int64_t before_j : {200'000, 100, 5}) {
    SCOPED_TRACE(before_j);
    const auto windows = explained(on_mains(before_j * joule_uj), on_mains(300 * joule_uj),
                                   hours(8) + minutes(1), minutes(1));
    Duration awake{0};
    for (const Window& window : windows) {
      if (window.key.state == UseState::sleep) continue;
      EXPECT_EQ(window.key.tier, Tier::unknown);
      EXPECT_FALSE(window.device);
      awake += window.time;
    }
    EXPECT_EQ(awake, minutes(1)) << "a gap, with its length";
  }
}

TEST(Traps, Trap13_eight_hours_asleep_with_a_minute_awake_smear_nothing) {
  const auto windows =
      explained(on_battery(watts(12), milliwatt_hours(30'000)),
                on_battery(watts(12), milliwatt_hours(25'000)), hours(8) + minutes(1), minutes(1));
  EXPECT_EQ(time_of(windows), hours(8) + minutes(1));
  EXPECT_EQ(energy_of(windows, UseState::awake), joules(12 * 60)) << "twelve watts for a minute";
  EXPECT_EQ(energy_of(windows, UseState::sleep), milliwatt_hours(5'000) - joules(12 * 60));
  Duration awake{0};
  for (const Window& window : windows) {
    if (window.key.state != UseState::sleep) awake += window.time;
  }
  EXPECT_EQ(awake, minutes(1));
}

TEST(Traps, Trap14_a_wall_clock_set_back_or_forward_an_hour_changes_no_duration_and_no_energy) {
  for (const Duration jump : {Duration(-hours(1)), Duration(hours(1)), Duration(-hours(2))}) {
    const Now then{BootTime{hours(1)}, AwakeTime{hours(1)}, eight};
    const Now now{BootTime{hours(1) + minutes(1)}, AwakeTime{hours(1) + minutes(1)},
                  eight + minutes(1) + jump};
    for (const auto& windows :
         {explain({then, on_battery(watts(10))}, {now, on_battery(watts(10))}),
          explain({then, on_mains(0)}, {now, on_mains(600 * joule_uj)}, calibrated())}) {
      EXPECT_EQ(time_of(windows), minutes(1));
      EXPECT_GT(energy_of(windows, UseState::awake), joules(500));
      EXPECT_LT(energy_of(windows, UseState::awake), joules(1'000));
    }
  }
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

// --- Off -----------------------------------------------------------------------------------------

const Now switched_off{BootTime{hours(9)}, AwakeTime{hours(8)}, eight};

PowerReading with_serial(PowerReading reading, const char* serial = "S-1") {
  for (Battery& battery : reading.batteries) battery.serial = serial;
  return reading;
}

// The first tick `starting` after a start that came `off` after the last one.
Tick first_tick(Duration off, PowerReading reading, Duration starting = seconds(40)) {
  return {{BootTime{starting}, AwakeTime{starting}, eight + off + starting}, std::move(reading)};
}

Ended ended_with(Energy charge, Ending how = Ending::shutdown) {
  return ended_at({switched_off, with_serial(on_battery(watts(8), charge))}, how);
}

TEST(Energy, a_night_off_is_off_from_the_last_tick_to_the_start_and_no_longer) {
  const Tick first = first_tick(hours(10) + minutes(7), with_serial(on_mains(0)));
  const auto windows = explain_off(switched_off, ended_with(milliwatt_hours(30'000)), first);
  EXPECT_EQ(windows.size(), 41U);
  EXPECT_EQ(time_of(windows), hours(10) + minutes(7));
  EXPECT_EQ(windows.front().key.slot, eight);
  EXPECT_EQ(windows.back().key.slot, eight + hours(10));
  for (const Window& window : windows) {
    EXPECT_EQ(window.key.state, UseState::off);
    EXPECT_EQ(window.key.supply, Supply::unknown) << "nobody saw when the plug went in";
    EXPECT_EQ(window.key.tier, Tier::unknown);
    EXPECT_FALSE(window.device || window.wall);
    EXPECT_LE(window.time, quarter_hour);
  }
}

TEST(Energy, off_is_told_only_when_it_is_beyond_doubt) {
  const Ended shutdown = ended_with(milliwatt_hours(30'000));
  const PowerReading reading = with_serial(on_battery(watts(9), milliwatt_hours(29'000)));
  struct Case {
    const char* name;
    Ended ended;
    Tick first;
    Duration want;
  };
  Tick same_run = first_tick(hours(10), reading);
  same_run.now.boot.since_boot = hours(19);
  same_run.now.awake.since_boot = hours(9);
  Tick clock_set = same_run;
  clock_set.now.utc += hours(24);
  const Case cases[] = {
      {"shut down", shutdown, first_tick(hours(10), reading), hours(10)},
      {"stopped",
       ended_with(milliwatt_hours(30'000), Ending::stopped),
       first_tick(hours(10), reading),
       {}},
      {"the same run of the machine", shutdown, same_run, {}},
      {"the same run, and the wall clock was set", shutdown, clock_set, {}},
      {"the wall clock went back", shutdown, first_tick(-hours(1), reading), {}},
      {"the wall clock went back to the very moment",
       shutdown,
       first_tick(Duration{0}, reading),
       {}},
      {"the wall clock was years ahead", shutdown, first_tick(hours(24 * 4000), reading),
       longest_off},
      {"a restart", shutdown, first_tick(seconds(25), reading), seconds(25)},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(time_of(explain_off(switched_off, c.ended, c.first)), c.want);
  }
}

TEST(Energy, off_on_battery_takes_what_the_gauge_lost_less_what_starting_took) {
  // 9 W for 40 s are 100 mWh of the fall.
  const Tick first = first_tick(hours(10) + minutes(7),
                                with_serial(on_battery(watts(9), milliwatt_hours(29'000 - 100))));
  const auto windows = explain_off(switched_off, ended_with(milliwatt_hours(30'000)), first);
  EXPECT_EQ(energy_of(windows, UseState::off), milliwatt_hours(1'000)) << "to the millijoule";
  Estimate sum;
  for (const Window& window : windows) {
    EXPECT_EQ(window.key.tier, Tier::measured);
    EXPECT_EQ(window.key.method, "gauge-off-1");
    EXPECT_EQ(window.key.supply, Supply::battery);
    EXPECT_FALSE(window.wall);
    sum = sum + *window.device;
  }
  // 50 mWh of the gauge and half of the start, each independent, and 3 %.
  EXPECT_NEAR(sum.variance_own_j2, 180.0 * 180.0 + 180.0 * 180.0, 1.0);
  EXPECT_NEAR(sum.deviation_shared_j, 0.03 * 3'600, 0.1);
  PowerModel predicts;
  predicts.gauge_load_compensated = true;
  const auto wider =
      explain_off(switched_off, ended_with(milliwatt_hours(30'000)), first, predicts);
  EXPECT_GT(wider[3].device->variance_own_j2, 10 * windows[3].device->variance_own_j2);
}

TEST(Energy, off_has_no_figure_when_the_gauge_cannot_tell_it) {
  const PowerReading good = with_serial(on_battery(watts(9), milliwatt_hours(29'000)));
  const Ended ended = ended_with(milliwatt_hours(30'000));
  struct Case {
    const char* name;
    Ended ended;
    Tick first;
    bool guest = false;
  };
  PowerReading silent = good;
  silent.batteries[0].now.reset();
  PowerReading without_rate = good;
  without_rate.batteries[0].power.reset();
  PowerReading without_serial = good;
  without_serial.batteries[0].serial.reset();
  const Ended on_mains_then = ended_at({switched_off, with_serial(on_mains(0))}, Ending::shutdown);
  const Ended nameless =
      ended_at({switched_off, on_battery(watts(8), milliwatt_hours(30'000))}, Ending::shutdown);
  const Case cases[] = {
      {"on mains when it was shut down", on_mains_then, first_tick(hours(10), good)},
      {"on mains when it was started", ended, first_tick(hours(10), with_serial(on_mains(0)))},
      {"another pack", ended, first_tick(hours(10), with_serial(good, "S-2"))},
      {"a pack without a number", nameless, first_tick(hours(10), without_serial)},
      {"no charge told", ended, first_tick(hours(10), silent)},
      {"no rate told", ended, first_tick(hours(10), without_rate)},
      {"the charge rose", ended_with(milliwatt_hours(28'000)), first_tick(hours(10), good)},
      {"less than three steps", ended_with(milliwatt_hours(29'020)), first_tick(hours(10), good)},
      {"starting took more than all", ended_with(milliwatt_hours(29'060)),
       first_tick(hours(10), good)},
      {"long awake before the first tick", ended, first_tick(hours(10), good, minutes(11))},
      {"more than a laptop can take", ended, first_tick(seconds(10), good)},
      {"of more than is told", ended, first_tick(hours(24 * 31), good)},
      {"a guest", ended, first_tick(hours(10), good), true},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    PowerModel model;
    model.virtual_machine = c.guest;
    const auto windows = explain_off(switched_off, c.ended, c.first, model);
    EXPECT_GT(time_of(windows), Duration{0}) << "the time is known all the same";
    EXPECT_FALSE(energy_of(windows, UseState::off));
  }
}

TEST(Energy, time_off_without_a_figure_is_no_hole_in_what_was_watched) {
  EXPECT_FALSE(counts_for_coverage(UseState::off, std::nullopt));
  EXPECT_TRUE(counts_for_coverage(UseState::off, Estimate{joules(1), 0, 0}));
  EXPECT_TRUE(counts_for_coverage(UseState::sleep, std::nullopt));
  EXPECT_TRUE(counts_for_coverage(UseState::awake, std::nullopt));
}

}  // namespace
}  // namespace wattlife
