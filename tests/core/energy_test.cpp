// SPDX-License-Identifier: EUPL-1.2
// Tables: counters that wrap and reset, two batteries, a weak adapter, sums with their errors.
#include "core/energy.h"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>

#include "tests/core/energy_examples.h"

namespace wattlife {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

// --- counted -------------------------------------------------------------------------------------

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

// --- explain -------------------------------------------------------------------------------------

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

// --- Estimates -----------------------------------------------------------------------------------

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

}  // namespace
}  // namespace wattlife
