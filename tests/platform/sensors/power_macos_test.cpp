// SPDX-License-Identifier: EUPL-1.2
#include <gtest/gtest.h>

#include <map>

#include "core/energy.h"
#include "core/health.h"
#include "platform/sensors/decoders.h"
#include "platform/sensors/property_list.h"
#include "tests/platform/tree_of.h"
#include "tests/platform/windows_bytes.h"

namespace wattlife {
namespace {

// An entry as ioreg writes it: a pack of Apple silicon that discharges, with keys replaced.
std::string entry(const std::map<std::string, std::string>& changes = {}) {
  std::map<std::string, std::string> values = {{"BatteryInstalled", "Yes"},
                                               {"ExternalConnected", "No"},
                                               {"IsCharging", "No"},
                                               {"FullyCharged", "No"},
                                               {"MaxCapacity", "100"},
                                               {"CurrentCapacity", "61"},
                                               {"AppleRawMaxCapacity", "4000"},
                                               {"AppleRawCurrentCapacity", "2440"},
                                               {"DesignCapacity", "5000"},
                                               {"CellVoltage", "(4000,4000,4000)"},
                                               {"Voltage", "12000"},
                                               {"Amperage", "18446744073709550616"},
                                               {"CycleCount", "213"},
                                               {"DeviceName", "\"bq20z451\""},
                                               {"Manufacturer", "\"SWD\""},
                                               {"Serial", "\"F5D1234\""}};
  for (const auto& [key, value] : changes) values[key] = value;
  std::string text = "+-o AppleSmartBattery  <class AppleSmartBattery>\n{\n";
  for (const auto& [key, value] : values) {
    if (!value.empty()) text += "  \"" + key + "\" = " + value + "\n";
  }
  return text + "}\n";
}

PowerReading reading_of(const std::string& text) {
  PowerReading reading;
  read_battery_macos(tree_of({{"ioreg/AppleSmartBattery", text}}, Os::macos), reading);
  EXPECT_TRUE(reading.faults.empty());
  return reading;
}

Battery battery_of(const std::map<std::string, std::string>& changes = {}) {
  const PowerReading reading = reading_of(entry(changes));
  EXPECT_EQ(reading.batteries.size(), 1U);
  return reading.batteries.empty() ? Battery{} : reading.batteries[0];
}

TEST(MacBattery, APackThatDischarges) {
  Battery expected;
  expected.name = "battery0";
  expected.status = BatteryStatus::discharging;
  expected.design = milliwatt_hours(57'000);  // 5,000 mAh, three cells of 3.8 V
  expected.full = milliwatt_hours(45'600);
  expected.now = milliwatt_hours(27'816);
  expected.power = watts(-12);
  expected.voltage = Voltage{12'000};
  expected.cycles = 213;
  expected.manufacturer = "SWD";
  expected.model = "bq20z451";
  expected.serial = "F5D1234";
  EXPECT_EQ(battery_of(), expected);
}

// Apple silicon: MaxCapacity is 100 and no charge.
TEST(Traps, Trap15_AMaxCapacityThatIsAPercentageIsNotTheHealth) {
  EXPECT_EQ(battery_health(battery_of()), Ratio{800});
  const Battery nothing_raw =
      battery_of({{"AppleRawMaxCapacity", ""}, {"AppleRawCurrentCapacity", ""}});
  EXPECT_EQ(nothing_raw.full, std::nullopt);
  EXPECT_EQ(nothing_raw.now, std::nullopt);
  const Battery nominal = battery_of({{"AppleRawMaxCapacity", ""},
                                      {"AppleRawCurrentCapacity", ""},
                                      {"NominalChargeCapacity", "4100"}});
  EXPECT_EQ(battery_health(nominal), Ratio{820});
  const Battery intel = battery_of({{"AppleRawMaxCapacity", ""},
                                    {"AppleRawCurrentCapacity", ""},
                                    {"MaxCapacity", "4000"},
                                    {"CurrentCapacity", "2440"}});
  EXPECT_EQ(intel.full, milliwatt_hours(45'600));
  EXPECT_EQ(intel.now, milliwatt_hours(27'816));
}

// Printed as an unsigned number: 2^64 - 1,000 is -1,000 mA.
TEST(Traps, Trap16_ANegativeCurrentIsPrintedAsALargeNumber) {
  EXPECT_EQ(battery_of({{"Amperage", "18446744073709550616"}}).power, watts(-12));
  EXPECT_EQ(battery_of({{"Amperage", "-1000"}}).power, watts(-12));
  EXPECT_EQ(battery_of({{"Amperage", ""}, {"InstantAmperage", "18446744073709551116"}}).power,
            watts(-6));
}

// A sum of a real machine: 5.46e12 mW in 54,538 samples would be 100 kW.
TEST(Traps, Trap17_AnAccumulatorThatIsCorruptIsRejected) {
  EXPECT_EQ(macos_accumulator("x", 5'460'000'000'000, 54'538), std::nullopt);
  EXPECT_EQ(macos_accumulator("x", 0, 54'538), std::nullopt);
  EXPECT_EQ(macos_accumulator("x", -1, 54'538), std::nullopt);
  EXPECT_EQ(macos_accumulator("x", 718'634'226, 0), std::nullopt);
  EXPECT_EQ(macos_accumulator("x", INT64_MAX, INT64_MAX), std::nullopt);
  EXPECT_EQ(macos_accumulator("x", 200'000, 1), std::nullopt);
  EXPECT_TRUE(macos_accumulator("x", 199'999, 1));
  const std::string telemetry =
      "{\"AccumulatedSystemPowerIn\"=5460000000000,\"SystemPowerInAccumulatorCount\"=54538,"
      "\"AccumulatedSystemLoad\"=718634226,\"SystemLoadAccumulatorCount\"=54538}";
  EXPECT_EQ(
      reading_of(entry({{"PowerTelemetryData", telemetry}})).counters,
      (std::vector<EnergyCounter>{{"system-load", Boundary::sys, 718'634'226'000, std::nullopt}}));
  const std::string corrupt =
      "{\"AccumulatedSystemLoad\"=5460000000000,\"SystemLoadAccumulatorCount\"=54538}";
  EXPECT_TRUE(reading_of(entry({{"PowerTelemetryData", corrupt}})).counters.empty());
}

// Sixty samples with a mean of 13.177 W are a minute at that power.
TEST(MacTelemetry, TheMeanOfTheSamplesIsThePower) {
  const auto before = macos_accumulator("system-load", 718'634'226, 54'538);
  const auto after = macos_accumulator("system-load", 718'634'226 + 60 * 13'177, 54'598);
  EXPECT_EQ(counted(before->energy_uj, after->energy_uj, std::nullopt, std::chrono::minutes(1),
                    watts(200)),
            Energy{60 * 13'177});
}

TEST(MacBattery, StatusAndPowerAgreeOrThePowerIsEmpty) {
  const struct {
    const char* name;
    std::map<std::string, std::string> changes;
    BatteryStatus status;
    std::optional<Power> power;
  } cases[] = {
      {"charging",
       {{"IsCharging", "Yes"}, {"ExternalConnected", "Yes"}, {"Amperage", "2000"}},
       BatteryStatus::charging,
       watts(24)},
      {"charging with current out",
       {{"IsCharging", "Yes"}, {"ExternalConnected", "Yes"}},
       BatteryStatus::charging,
       std::nullopt},
      {"discharging with current in",
       {{"Amperage", "1000"}},
       BatteryStatus::discharging,
       std::nullopt},
      {"discharging at nothing", {{"Amperage", "0"}}, BatteryStatus::discharging, std::nullopt},
      {"held",
       {{"ExternalConnected", "Yes"}, {"Amperage", "0"}},
       BatteryStatus::not_charging,
       Power{0}},
      {"full",
       {{"ExternalConnected", "Yes"}, {"FullyCharged", "Yes"}, {"Amperage", "0"}},
       BatteryStatus::full,
       Power{0}},
      {"weak adapter",
       {{"ExternalConnected", "Yes"}, {"Amperage", "-500"}},
       BatteryStatus::discharging,
       watts(-6)},
      {"an error of the gauge",
       {{"ExternalConnected", "Yes"}, {"Amperage", "-4"}},
       BatteryStatus::not_charging,
       Power{-48}},
      {"flags missing", {{"IsCharging", ""}}, BatteryStatus::unknown, std::nullopt},
      {"beyond sense", {{"Amperage", "-99999"}}, BatteryStatus::discharging, std::nullopt},
  };
  for (const auto& c : cases) {
    const Battery battery = battery_of(c.changes);
    EXPECT_EQ(battery.status, c.status) << c.name;
    EXPECT_EQ(battery.power, c.power) << c.name;
  }
}

TEST(MacBattery, CellsComeFromTheirVoltagesOrThePack) {
  const struct {
    const char* name;
    std::map<std::string, std::string> changes;
    std::optional<Energy> design;
  } cases[] = {
      {"three and an empty place",
       {{"CellVoltage", "(4109,4118,4099,0)"}},
       milliwatt_hours(57'000)},
      {"inside BatteryData",
       {{"CellVoltage", ""}, {"BatteryData", "{\"CellVoltage\"=(4000,4000)}"}},
       milliwatt_hours(38'000)},
      {"from the pack", {{"CellVoltage", ""}}, milliwatt_hours(57'000)},
      {"two cells", {{"CellVoltage", ""}, {"Voltage", "7600"}}, milliwatt_hours(38'000)},
      {"not known", {{"CellVoltage", ""}, {"Voltage", ""}}, std::nullopt},
      {"design inside BatteryData",
       {{"DesignCapacity", ""}, {"BatteryData", "{\"DesignCapacity\"=5000}"}},
       milliwatt_hours(57'000)},
      {"design of nothing", {{"DesignCapacity", "0"}}, std::nullopt},
  };
  for (const auto& c : cases) EXPECT_EQ(battery_of(c.changes).design, c.design) << c.name;
}

TEST(MacBattery, APackThatIsNotThereHasNoNumbers) {
  const Battery battery = battery_of({{"BatteryInstalled", "No"}});
  EXPECT_FALSE(battery.present);
  EXPECT_EQ(battery.full, std::nullopt);
  EXPECT_EQ(battery.power, std::nullopt);
  EXPECT_EQ(battery_of({{"CycleCount", "0"}}).cycles, std::nullopt);
}

TEST(MacAdapter, IsConnectedAndRated) {
  const struct {
    const char* name;
    std::map<std::string, std::string> changes;
    Adapter adapter;
  } cases[] = {
      {"connected",
       {{"ExternalConnected", "Yes"}, {"AdapterDetails", "{\"Watts\"=96,\"Current\"=4700}"}},
       {"AC", true, watts(96)}},
      {"not connected: details of the last one",
       {{"AdapterDetails", "{\"Watts\"=96}"}},
       {"AC", false}},
      {"no details", {{"ExternalConnected", "Yes"}}, {"AC", true}},
      {"no sense",
       {{"ExternalConnected", "Yes"}, {"AdapterDetails", "{\"Watts\"=0}"}},
       {"AC", true}},
      {"nobody tells", {{"ExternalConnected", ""}}, {"AC", std::nullopt}},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(reading_of(entry(c.changes)).adapters, (std::vector<Adapter>{c.adapter})) << c.name;
  }
}

TEST(MacBattery, AbsenceIsNoFaultAndWhatCannotBeReadIs) {
  PowerReading none;
  read_battery_macos(tree_of({}, Os::macos), none);
  EXPECT_EQ(none, PowerReading{});
  PowerReading broken;
  read_battery_macos(tree_of({{"ioreg/AppleSmartBattery", std::string("{")}}, Os::macos), broken);
  EXPECT_EQ(broken.faults, (std::vector<Fault>{{"ioreg/AppleSmartBattery", Cause::malformed}}));
}

TEST(MacProcessors, BusyIsAllButIdle) {
  PowerReading reading;
  read_activity_macos(
      tree_of({{"cpu/load", le32(40) + le32(20) + le32(4'000'000'000) + le32(1)}}, Os::macos),
      reading);
  EXPECT_EQ(reading.activity.cpu_total_ticks, 4'000'000'061);
  EXPECT_EQ(reading.activity.cpu_busy_ticks, 61);
  PowerReading cut;
  read_activity_macos(tree_of({{"cpu/load", std::string(15, '\0')}}, Os::macos), cut);
  EXPECT_EQ(cut.faults, (std::vector<Fault>{{"cpu/load", Cause::malformed}}));
}

}  // namespace
}  // namespace wattlife
