// SPDX-License-Identifier: EUPL-1.2
#include "tools/fortnight.h"

#include <gtest/gtest.h>

#include "core/energy.h"
#include "core/health.h"
#include "platform/sensors/sensors.h"

namespace wattlife {
namespace {

Capture two_pack_laptop() {
  Capture capture;
  capture.header.os = Os::linux_os;
  CaptureTick tick;
  tick.now.utc = *utc_from_iso8601("2026-01-05T08:00:00Z");
  tick.changes = {
      {"sys/class/power_supply/AC/uevent",
       "POWER_SUPPLY_NAME=AC\nPOWER_SUPPLY_TYPE=Mains\nPOWER_SUPPLY_ONLINE=1\n"},
      {"sys/class/power_supply/BAT0/uevent",
       "POWER_SUPPLY_NAME=BAT0\nPOWER_SUPPLY_TYPE=Battery\nPOWER_SUPPLY_STATUS=Full\n"
       "POWER_SUPPLY_PRESENT=1\nPOWER_SUPPLY_CYCLE_COUNT=212\n"
       "POWER_SUPPLY_VOLTAGE_MIN_DESIGN=11400000\nPOWER_SUPPLY_VOLTAGE_NOW=12600000\n"
       "POWER_SUPPLY_POWER_NOW=0\nPOWER_SUPPLY_ENERGY_FULL_DESIGN=24000000\n"
       "POWER_SUPPLY_ENERGY_FULL=19000000\nPOWER_SUPPLY_ENERGY_NOW=19000000\n"},
      {"sys/class/power_supply/BAT1/uevent",
       "POWER_SUPPLY_NAME=BAT1\nPOWER_SUPPLY_TYPE=Battery\nPOWER_SUPPLY_STATUS=Full\n"
       "POWER_SUPPLY_PRESENT=1\nPOWER_SUPPLY_VOLTAGE_MIN_DESIGN=11100000\n"
       "POWER_SUPPLY_VOLTAGE_NOW=12500000\nPOWER_SUPPLY_CURRENT_NOW=0\n"
       "POWER_SUPPLY_CHARGE_FULL_DESIGN=2160000\nPOWER_SUPPLY_CHARGE_FULL=1900000\n"
       "POWER_SUPPLY_CHARGE_NOW=1900000\n"},
      {"policy/CollectorUrl", "https://elders.example"},
  };
  capture.ticks.push_back(tick);
  return capture;
}

FortnightOptions until_23_november(std::uint64_t seed) {
  return {
      seed, *day_from_iso8601("2026-11-23"), {{"CollectorUrl", "https://localhost:8443"}}, "S1"};
}

TEST(Fortnight, is_the_same_for_the_same_seed_and_another_for_another) {
  const auto first = fortnight(two_pack_laptop(), until_23_november(7));
  const auto again = fortnight(two_pack_laptop(), until_23_november(7));
  const auto other = fortnight(two_pack_laptop(), until_23_november(8));
  ASSERT_TRUE(first && again && other);
  EXPECT_EQ(*first, *again);
  EXPECT_NE(*first, *other);
}

TEST(Fortnight, survives_its_own_text_form) {
  const auto capture = fortnight(two_pack_laptop(), until_23_november(7));
  ASSERT_TRUE(capture);
  const auto parsed = parse_capture(to_text(*capture));
  ASSERT_TRUE(parsed) << parsed.error().text;
  EXPECT_EQ(*parsed, *capture);
}

TEST(Fortnight, says_that_it_is_simulated_and_carries_the_policy_it_was_given) {
  const auto capture = fortnight(two_pack_laptop(), until_23_november(7));
  ASSERT_TRUE(capture);
  CaptureTree tree(*capture);
  EXPECT_TRUE(read_inventory(tree).simulated);
  const auto url = tree.read("policy/CollectorUrl");
  ASSERT_TRUE(url);
  EXPECT_EQ(*url, "https://localhost:8443");
}

TEST(Fortnight, keeps_the_recorded_health) {
  CaptureTree snapshot(two_pack_laptop());
  const auto capture = fortnight(two_pack_laptop(), until_23_november(7));
  ASSERT_TRUE(capture);
  CaptureTree tree(*capture);
  tree.advance_to_last();
  const Inventory before = read_inventory(snapshot);
  const Inventory after = read_inventory(tree);
  ASSERT_EQ(before.batteries.size(), 2U);
  ASSERT_EQ(after.batteries.size(), 2U);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(before.batteries[i].full, after.batteries[i].full);
    EXPECT_EQ(before.batteries[i].design, after.batteries[i].design);
    EXPECT_EQ(before.batteries[i].cycles, after.batteries[i].cycles);
  }
}

TEST(Fortnight, ends_after_the_second_week_is_over) {
  const auto capture = fortnight(two_pack_laptop(), until_23_november(7));
  ASSERT_TRUE(capture);
  EXPECT_EQ(to_iso8601(period_of(capture->ticks.front().now.utc, PeriodLength::week).begin),
            "2026-11-09");
  EXPECT_GT(capture->ticks.back().now.utc, UtcTime{*day_from_iso8601("2026-11-23")});
}

// Every minute is explained: what the readings say is enough for energy, on battery and on mains.
TEST(Fortnight, leaves_no_awake_minute_without_energy) {
  const auto capture = fortnight(two_pack_laptop(), until_23_november(7));
  ASSERT_TRUE(capture);
  CaptureTree tree(*capture);
  Tick before{tree.now(), read_power(tree)};
  Duration with{0};
  Duration measured{0};
  Duration without{0};
  Energy energy;
  while (tree.advance()) {
    const Tick after{tree.now(), read_power(tree)};
    for (const Battery& pack : after.reading.batteries) {
      ASSERT_GE(*pack.now, Energy{});
      ASSERT_LE(pack.now->milli, pack.full->milli + 3600);
    }
    if (after.now.boot > before.now.boot) {
      for (const Window& window : explain(before, after)) {
        if (window.key.state == UseState::sleep) continue;
        (window.device ? with : without) += window.time;
        if (window.key.tier == Tier::measured) measured += window.time;
        if (window.device) energy += window.device->energy;
      }
    }
    before = after;
  }
  EXPECT_GT(with, std::chrono::hours(60));
  EXPECT_GT(measured, std::chrono::hours(10));  // the meetings on battery
  // What is left are the minutes in which the plug went in or out and packs took turns.
  EXPECT_LT(without, with / 20);
  const double mean_w = static_cast<double>(energy.milli) / static_cast<double>(with.count());
  EXPECT_GT(mean_w, 6.0);
  EXPECT_LT(mean_w, 20.0);
}

TEST(Fortnight, refuses_an_end_that_is_not_a_monday) {
  FortnightOptions options = until_23_november(7);
  options.end_monday += std::chrono::days{1};
  const auto capture = fortnight(two_pack_laptop(), options);
  ASSERT_FALSE(capture);
  EXPECT_EQ(capture.error().cause, Cause::malformed);
}

}  // namespace
}  // namespace wattlife
