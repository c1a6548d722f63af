// SPDX-License-Identifier: EUPL-1.2
// What the captures of tests/captures hold beyond what `wattlife decode --json` prints: graphics,
// ratings, drives, network, panel.
#include "platform/sensors/sensors.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "platform/capture.h"
#include "tests/places.h"

namespace wattlife {
namespace {

CaptureTree capture_named(const std::string& name) {
  std::ifstream file(places::sources() + "/tests/captures/" + name + ".capture", std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  auto capture = parse_capture(text.str());
  EXPECT_TRUE(capture) << name << ": " << (capture ? "" : capture.error().text);
  CaptureTree tree(*std::move(capture));
  tree.advance_to_last();
  return tree;
}

// The second card is the graphics inside the processor: its 11 W are in the package counter.
TEST(CapturedLaptop, AmdWithDiscreteGraphics) {
  const CaptureTree tree = capture_named("lenovo-thinkpad-p14x-amd-discrete-graphics");
  const PowerReading reading = read_power(tree);
  EXPECT_EQ(reading.gpus, (std::vector<DiscreteGpu>{{"card0", true, Power{6'250}}}));
  EXPECT_EQ(reading.adapters,
            (std::vector<Adapter>{{"AC", true},
                                  {"ucsi-source-psy-USBC000:001", true, watts(100)},
                                  {"ucsi-source-psy-USBC000:002", false}}));
  EXPECT_EQ(reading.activity.disk_busy_ms, 143'210);
  EXPECT_EQ(reading.activity.network_bytes, 812'233'441 + 90'221'133 + 1'226);
  EXPECT_EQ(reading.activity.panel_on, true);
  EXPECT_TRUE(reading.faults.empty());
  const Inventory inventory = read_inventory(tree);
  EXPECT_EQ(inventory.identity.virtual_machine, false);
  EXPECT_EQ(inventory.identity.modern_standby, true);
  ASSERT_EQ(inventory.batteries.size(), 1u);
  EXPECT_EQ(inventory.batteries[0].charge_limit, Ratio{800});
}

// Each file of a pack is a call to its controller, so a tick reads one for each pack.
TEST(CapturedLaptop, ATickReadsOneFileOfAPack) {
  const CaptureTree tree = capture_named("lenovo-thinkpad-p14x-amd-discrete-graphics");
  RecordingTree recorder(tree);
  read_power(recorder);
  std::vector<std::string> of_the_pack;
  for (const auto& [path, value] : recorder.take_tick({}).changes) {
    if (path.find("/BAT0/") != std::string::npos) of_the_pack.push_back(path);
  }
  EXPECT_EQ(of_the_pack, (std::vector<std::string>{"sys/class/power_supply/BAT0/uevent"}));
}

TEST(CapturedLaptop, WindowsWithAnEnergyMeter) {
  const CaptureTree tree = capture_named("windows-dell-latitude-5430-emi-on-mains");
  const PowerReading reading = read_power(tree);
  EXPECT_EQ(reading.counters, (std::vector<EnergyCounter>{{"RAPL_Package0_PKG", Boundary::cpu,
                                                           18'444'444'440, std::nullopt}}));
  EXPECT_EQ(reading.activity.panel_on, true);
  EXPECT_EQ(reading.activity.brightness, Ratio{700});
  EXPECT_EQ(reading.activity.disk_busy_ms, 341'000);
  EXPECT_EQ(reading.activity.network_bytes, 812'233'441 + 90'221'133);
  ASSERT_EQ(reading.batteries.size(), 1u);
  EXPECT_EQ(reading.batteries[0].power, watts(21));
  EXPECT_EQ(reading.batteries[0].step, milliwatt_hours(10));
  EXPECT_TRUE(reading.faults.empty());
  const Identity identity = read_inventory(tree).identity;
  EXPECT_EQ(identity.virtual_machine, false);
  EXPECT_EQ(identity.modern_standby, true);
}

TEST(CapturedLaptop, MacBookHeldAtEighty) {
  const CaptureTree tree = capture_named("macos-macbook-pro-14-on-mains");
  const PowerReading reading = read_power(tree);
  EXPECT_EQ(
      reading.counters,
      (std::vector<EnergyCounter>{{"system-load", Boundary::sys, 718'634'226'000, std::nullopt}}));
  EXPECT_EQ(reading.adapters, (std::vector<Adapter>{{"AC", true, watts(96)}}));
  ASSERT_EQ(reading.batteries.size(), 1u);
  EXPECT_EQ(reading.batteries[0].status, BatteryStatus::not_charging);
  EXPECT_EQ(reading.activity.cpu_busy_ticks, 600'000);
  EXPECT_TRUE(reading.faults.empty());
  EXPECT_EQ(read_inventory(tree).identity.virtual_machine, false);
}

}  // namespace
}  // namespace wattlife
