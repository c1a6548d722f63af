// SPDX-License-Identifier: EUPL-1.2
// Numbers of the traps: docs/measurement.md and the measurement reference.
#include <gtest/gtest.h>

#include "core/energy.h"
#include "platform/sensors/decoders.h"
#include "tests/platform/tree_of.h"

namespace wattlife {
namespace {

using namespace std::string_literals;

// A uevent of the given KEY=VALUE words, as the kernel writes it.
std::string uevent(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += "POWER_SUPPLY_" + line + "\n";
  return text;
}

// A discharging pack in the energy family, with more lines added.
std::string pack(std::vector<std::string> more = {}) {
  std::vector<std::string> lines = {"NAME=BAT0",
                                    "TYPE=Battery",
                                    "STATUS=Discharging",
                                    "PRESENT=1",
                                    "CYCLE_COUNT=312",
                                    "VOLTAGE_MIN_DESIGN=11580000",
                                    "VOLTAGE_NOW=11660000",
                                    "POWER_NOW=7302000",
                                    "ENERGY_FULL_DESIGN=57000000",
                                    "ENERGY_FULL=48110000",
                                    "ENERGY_NOW=30010000",
                                    "MODEL_NAME=01AV478",
                                    "MANUFACTURER=SMP",
                                    "SERIAL_NUMBER= 1803"};
  // A later line of the same key replaces.
  for (std::string& extra : more) {
    const std::string key = extra.substr(0, extra.find('=') + 1);
    std::erase_if(lines, [&](const std::string& line) { return line.rfind(key, 0) == 0; });
    if (extra != key + "-") lines.push_back(extra);
  }
  return uevent(lines);
}

TEST(LinuxBattery, ReadsTheEnergyFamily) {
  const auto battery = linux_battery("BAT0", pack());
  ASSERT_TRUE(battery);
  Battery expected;
  expected.name = "BAT0";
  expected.status = BatteryStatus::discharging;
  expected.design = milliwatt_hours(57000);
  expected.full = milliwatt_hours(48110);
  expected.now = milliwatt_hours(30010);
  expected.power = Power{-7302};
  expected.voltage = Voltage{11660};
  expected.cycles = 312;
  expected.manufacturer = "SMP";
  expected.model = "01AV478";
  expected.serial = "1803";
  EXPECT_EQ(*battery, expected);
}

// Charge times design voltage is energy; power is what flows now, so current times voltage now.
TEST(LinuxBattery, ReadsTheChargeFamily) {
  const auto battery = linux_battery(
      "BAT0", uevent({"TYPE=Battery", "STATUS=Charging", "VOLTAGE_MIN_DESIGN=11400000",
                      "VOLTAGE_NOW=12600000", "CURRENT_NOW=756000", "CHARGE_FULL_DESIGN=4912000",
                      "CHARGE_FULL=4804000", "CHARGE_NOW=4723000"}));
  ASSERT_TRUE(battery);
  EXPECT_EQ(to_milliwatt_hours(*battery->design), 55997);
  EXPECT_EQ(to_milliwatt_hours(*battery->full), 54766);
  EXPECT_EQ(to_milliwatt_hours(*battery->now), 53842);
  EXPECT_EQ(battery->power, Power{9526});
}

// One pack described both ways gives one power, and energy is preferred.
TEST(Traps, Trap01_BothUnitFamiliesAgreeAndEnergyIsPreferred) {
  const std::vector<std::string> both = {"CURRENT_NOW=626000", "CHARGE_FULL=1000000",
                                         "CHARGE_NOW=1000000", "CHARGE_FULL_DESIGN=1000000"};
  const auto battery = linux_battery("BAT0", pack(both));
  ASSERT_TRUE(battery);
  EXPECT_EQ(battery->power, Power{-7302});
  EXPECT_EQ(battery->full, milliwatt_hours(48110));
  auto charge_only = both;
  charge_only.push_back("POWER_NOW=-");
  const auto other = linux_battery("BAT0", pack(charge_only));
  EXPECT_NEAR(static_cast<double>(other->power->milli), -7302.0, 0.03 * 7302);
}

// Drivers disagree about signs, so the status says which way it flows.
TEST(Traps, Trap02_TheStatusGivesTheSign) {
  const struct {
    const char* status;
    const char* current;
    std::optional<Power> power;
  } cases[] = {
      {"Charging", "-1000000", Power{12000}},
      {"Charging", "1000000", Power{12000}},
      {"Charging", "0", Power{0}},
      {"Discharging", "-1000000", Power{-12000}},
      {"Discharging", "1000000", Power{-12000}},
      {"Discharging", "0", std::nullopt},  // no gauge: a pack that discharges gives something
      {"Full", "0", Power{0}},
      {"Full", "413000", std::nullopt},  // it flows, and nobody says where to
      {"Not charging", "0", Power{0}},
      {"Not charging", "5000", std::nullopt},
      {"Unknown", "0", Power{0}},
      {"Unknown", "1000000", std::nullopt},
      {"", "1000000", std::nullopt},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(std::string(c.status) + " " + c.current);
    const auto battery = linux_battery(
        "BAT0", uevent({"TYPE=Battery", std::string("STATUS=") + c.status, "VOLTAGE_NOW=12000000",
                        std::string("CURRENT_NOW=") + c.current}));
    ASSERT_TRUE(battery);
    EXPECT_EQ(battery->power, c.power);
  }
}

TEST(LinuxBattery, ReadsEachStatus) {
  const std::pair<const char*, BatteryStatus> cases[] = {
      {"Charging", BatteryStatus::charging},
      {"Discharging", BatteryStatus::discharging},
      {"Full", BatteryStatus::full},
      {"Not charging", BatteryStatus::not_charging},
      {"Unknown", BatteryStatus::unknown},
      {"", BatteryStatus::unknown},
      {"Discharging\r", BatteryStatus::discharging},
  };
  for (const auto& [text, status] : cases) {
    EXPECT_EQ(linux_battery("B", pack({std::string("STATUS=") + text}))->status, status) << text;
  }
}

// What is no battery of this laptop.
TEST(Traps, Trap03_APeripheralIsNoBatteryOfTheLaptop) {
  const std::string mouse =
      uevent({"TYPE=Battery", "SCOPE=Device", "CAPACITY=95", "STATUS=Discharging"});
  EXPECT_EQ(linux_battery("hidpp_battery_0", mouse), std::nullopt);
  EXPECT_EQ(linux_adapter("hidpp_battery_0", mouse), std::nullopt);
}

// One pack gives, the other rests: the sum is the laptop's. A pack that does not answer any more
// leaves a fault, so that nobody takes the other for the whole.
TEST(Traps, Trap04_PacksAreListedApartAndOneThatVanishesIsAFault) {
  const Answers both = {
      {"sys/class/power_supply/BAT0/uevent", pack()},
      {"sys/class/power_supply/BAT1/uevent", pack({"STATUS=Not charging", "POWER_NOW=0"})}};
  PowerReading before;
  read_power_supplies_linux(tree_of(both), before);
  ASSERT_EQ(before.batteries.size(), 2u);
  EXPECT_EQ(*before.batteries[0].power + *before.batteries[1].power, Power{-7302});
  Answers pulled = both;
  pulled[1].second = Cause::io;
  PowerReading after;
  read_power_supplies_linux(tree_of(pulled), after);
  EXPECT_EQ(after.batteries.size(), 1u);
  EXPECT_EQ(after.faults, (std::vector<Fault>{{"sys/class/power_supply/BAT1/uevent", Cause::io}}));
}

TEST(Traps, Trap05_AUpsIsNoBatteryOfTheLaptop) {
  const std::string ups = uevent({"TYPE=UPS", "CAPACITY=95", "STATUS=Discharging"});
  EXPECT_EQ(linux_battery("ups", ups), std::nullopt);
  EXPECT_EQ(linux_adapter("ups", ups), std::nullopt);
}

TEST(LinuxBattery, LeavesOutPeripheralsSuppliesAndUps) {
  const struct {
    const char* name;
    std::string text;
    bool battery;
  } cases[] = {
      {"mouse", uevent({"TYPE=Battery", "SCOPE=Device", "CAPACITY=95", "STATUS=Discharging"}),
       false},
      {"scope system", pack({"SCOPE=System"}), true},
      {"scope unknown", pack({"SCOPE=Unknown"}), true},
      {"ups", uevent({"TYPE=UPS", "CAPACITY=95"}), false},
      {"mains", uevent({"TYPE=Mains", "ONLINE=1"}), false},
      {"usb-c", uevent({"TYPE=USB", "ONLINE=1", "VOLTAGE_NOW=20000000"}), false},
      {"old kernel without type", pack({"TYPE=-"}), true},
      {"mains of an old kernel", uevent({"ONLINE=1"}), false},
      {"nothing", "", false},
      {"not a uevent", "hello\n=\nPOWER_SUPPLY_\n", false},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(linux_battery("x", c.text).has_value(), c.battery) << c.name;
  }
}

// A driver leaves out of uevent what its firmware does not answer (ENODEV, ENODATA), and a file of
// its own may give EIO: that field is missing, and nothing else.
TEST(Traps, Trap31_AnAttributeThatFailsIsAMissingFieldAndNothingElse) {
  const char* keys[] = {"CYCLE_COUNT",        "VOLTAGE_MIN_DESIGN", "VOLTAGE_NOW", "POWER_NOW",
                        "ENERGY_FULL_DESIGN", "ENERGY_FULL",        "ENERGY_NOW",  "MODEL_NAME",
                        "MANUFACTURER",       "SERIAL_NUMBER",      "PRESENT"};
  for (const std::string key : keys) {
    const auto battery = linux_battery("BAT0", pack({key + "=-"}));
    ASSERT_TRUE(battery) << key;
    EXPECT_TRUE(battery->present) << key;
    EXPECT_EQ(battery->status, BatteryStatus::discharging) << key;
    EXPECT_EQ(battery->now.has_value(), key != "ENERGY_NOW") << key;
    EXPECT_EQ(battery->power.has_value(), key != "POWER_NOW") << key;
  }
  for (const Cause cause : {Cause::absent, Cause::io, Cause::busy, Cause::denied}) {
    std::vector<Battery> batteries(1);
    batteries[0].name = "BAT0";
    read_charge_limits_linux(
        tree_of({{"sys/class/power_supply/BAT0/charge_control_end_threshold", cause}}), batteries);
    EXPECT_EQ(batteries[0].charge_limit, std::nullopt) << name_of(cause);
  }
}

// Trap 34, and everything else that a laptop cannot have: empty, never zero.
TEST(LinuxBattery, WhatIsMissingOrImpossibleIsEmpty) {
  const struct {
    const char* line;
    std::optional<Energy> Battery::*energy;
  } energies[] = {
      {"ENERGY_FULL_DESIGN=0", &Battery::design},
      {"ENERGY_FULL_DESIGN=-", &Battery::design},
      {"ENERGY_FULL_DESIGN=-57000000", &Battery::design},
      {"ENERGY_FULL_DESIGN=1000000001", &Battery::design},
      {"ENERGY_FULL_DESIGN=57 Wh", &Battery::design},
      {"ENERGY_FULL_DESIGN=99999999999999999999", &Battery::design},
      {"ENERGY_FULL=0", &Battery::full},
      {"ENERGY_FULL=", &Battery::full},
      {"ENERGY_NOW=-1", &Battery::now},
  };
  for (const auto& c : energies) {
    EXPECT_EQ((*linux_battery("B", pack({c.line}))).*c.energy, std::nullopt) << c.line;
  }
  EXPECT_EQ(linux_battery("B", pack({"ENERGY_NOW=0"}))->now, Energy{0}) << "an empty pack is real";
  for (const char* power : {"POWER_NOW=300000001", "POWER_NOW=-", "POWER_NOW=x"}) {
    EXPECT_EQ(linux_battery("B", pack({power}))->power, std::nullopt) << power;
  }
  EXPECT_EQ(linux_battery("B", pack({"POWER_NOW=300000000"}))->power, Power{-300'000});
  for (const char* voltage : {"VOLTAGE_NOW=0", "VOLTAGE_NOW=-", "VOLTAGE_NOW=100000001"}) {
    EXPECT_EQ(linux_battery("B", pack({voltage}))->voltage, std::nullopt) << voltage;
  }
  for (const char* cycles : {"CYCLE_COUNT=0", "CYCLE_COUNT=-", "CYCLE_COUNT=65535"}) {
    EXPECT_EQ(linux_battery("B", pack({cycles}))->cycles, std::nullopt) << cycles;
  }
  EXPECT_EQ(linux_battery("B", pack({"SERIAL_NUMBER=00000"}))->serial, std::nullopt);
  EXPECT_EQ(linux_battery("B", pack({"MODEL_NAME= "}))->model, std::nullopt);
}

TEST(LinuxBattery, WithoutADesignVoltageChargeGivesNoEnergy) {
  const auto battery = linux_battery(
      "B", uevent({"TYPE=Battery", "STATUS=Discharging", "VOLTAGE_NOW=12000000",
                   "CURRENT_NOW=1000000", "CHARGE_FULL=4000000", "CHARGE_NOW=2000000"}));
  EXPECT_EQ(battery->full, std::nullopt);
  EXPECT_EQ(battery->now, std::nullopt);
  EXPECT_EQ(battery->power, Power{-12000});
  const auto no_voltage =
      linux_battery("B", uevent({"TYPE=Battery", "STATUS=Discharging", "CURRENT_NOW=1000000"}));
  EXPECT_EQ(no_voltage->power, std::nullopt);
}

TEST(LinuxBattery, FirmwareThatIsAThousandTimesOffIsNotBelieved) {
  const auto battery = linux_battery(
      "B", pack({"ENERGY_FULL_DESIGN=60000", "ENERGY_FULL=58000", "ENERGY_NOW=30000"}));
  EXPECT_EQ(battery->design, std::nullopt);
  EXPECT_EQ(battery->full, std::nullopt);
  EXPECT_EQ(battery->now, std::nullopt);
}

TEST(LinuxBattery, APackThatIsNotThereHasNoNumbers) {
  for (const char* present : {"PRESENT=0", "PRESENT="}) {
    const auto battery = linux_battery("BAT1", pack({present}));
    ASSERT_TRUE(battery) << "it is listed";
    EXPECT_FALSE(battery->present);
    EXPECT_EQ(battery->status, BatteryStatus::unknown);
    for (const auto& energy : {battery->design, battery->full, battery->now}) {
      EXPECT_EQ(energy, std::nullopt);
    }
    EXPECT_EQ(battery->power, std::nullopt);
    EXPECT_EQ(battery->voltage, std::nullopt);
    EXPECT_EQ(battery->cycles, std::nullopt);
  }
  EXPECT_TRUE(linux_battery("BAT1", pack({"PRESENT=-"}))->present) << "not said: there";
}

TEST(LinuxBattery, TextsAreMadeFitToShow) {
  EXPECT_EQ(linux_battery("B", pack({"MODEL_NAME=LNV-45N1\xff\xff"}))->model,
            "LNV-45N1\xEF\xBF\xBD\xEF\xBF\xBD");
  EXPECT_EQ(linux_battery("B", pack({"MODEL_NAME=a\x01"
                                     "b"}))
                ->model,
            "a b");
  EXPECT_EQ(linux_battery("B", pack({"MODEL_NAME=A" + std::string(500, 'x')}))->model->size(),
            128u);
}

TEST(LinuxAdapter, KnowsWhetherItIsOnLine) {
  const struct {
    std::string text;
    std::optional<Adapter> adapter;
  } cases[] = {
      {uevent({"TYPE=Mains", "ONLINE=1"}), Adapter{"AC", true}},
      {uevent({"TYPE=Mains", "ONLINE=0"}), Adapter{"AC", false}},
      {uevent({"TYPE=USB", "ONLINE=2"}), Adapter{"AC", true}},
      {uevent({"TYPE=USB_C"}), Adapter{"AC", std::nullopt}},
      {uevent({"TYPE=Mains", "ONLINE=?"}), Adapter{"AC", std::nullopt}},
      {uevent({"NAME=AC", "ONLINE=0"}), Adapter{"AC", false}},
      {uevent({"TYPE=Battery", "ONLINE=1"}), std::nullopt},
      {uevent({"TYPE=UPS", "ONLINE=1"}), std::nullopt},
      {uevent({"TYPE=Wireless", "SCOPE=Device", "ONLINE=1"}), std::nullopt},
      {"", std::nullopt},
  };
  for (const auto& c : cases) EXPECT_EQ(linux_adapter("AC", c.text), c.adapter) << c.text;
}

TEST(LinuxAdapter, RatedIsWhatItsContractAllowsAndNeverADraw) {
  const std::string usb_c = "sys/class/power_supply/ucsi-source-psy-USBC000:001/uevent";
  const struct {
    const char* name;
    std::vector<std::string> lines;
    std::optional<Power> rated;
  } cases[] = {
      {"a contract of 20 V and 3.25 A",
       {"ONLINE=1", "VOLTAGE_MAX=20000000", "CURRENT_MAX=3250000", "VOLTAGE_NOW=20000000",
        "CURRENT_NOW=1000000"},
       watts(65)},
      {"weak", {"ONLINE=1", "VOLTAGE_MAX=15000000", "CURRENT_MAX=2000000"}, watts(30)},
      {"nothing plugged in", {"ONLINE=0", "VOLTAGE_MAX=5000000", "CURRENT_MAX=100000"}, {}},
      {"no current", {"ONLINE=1", "VOLTAGE_MAX=20000000"}, {}},
      {"nothing allowed", {"ONLINE=1", "VOLTAGE_MAX=20000000", "CURRENT_MAX=0"}, {}},
      {"a draw alone", {"ONLINE=1", "VOLTAGE_NOW=20000000", "CURRENT_NOW=3000000"}, {}},
      {"more than any", {"ONLINE=1", "VOLTAGE_MAX=48000000", "CURRENT_MAX=99000000"}, {}},
  };
  for (const auto& c : cases) {
    std::vector<std::string> lines = c.lines;
    lines.insert(lines.begin(), "TYPE=USB");
    PowerReading reading;
    read_power_supplies_linux(tree_of({{usb_c, uevent(lines)}}), reading);
    ASSERT_EQ(reading.adapters.size(), 1u) << c.name;
    EXPECT_EQ(reading.adapters[0].rated, c.rated) << c.name;
    EXPECT_TRUE(reading.batteries.empty()) << c.name;
  }
}

TEST(PowerSupplies, AreReadInOrderOfNameWithFaultsBesideThem) {
  const CaptureTree tree = tree_of({
      {"sys/class/power_supply/AC/uevent", uevent({"TYPE=Mains", "ONLINE=0"})},
      {"sys/class/power_supply/BAT1/uevent", pack()},
      {"sys/class/power_supply/BAT0/uevent", pack({"STATUS=Full", "POWER_NOW=0"})},
      {"sys/class/power_supply/BAT2/uevent", Cause::io},
      {"sys/class/power_supply/BAT3/type", "Battery\n"s},  // gone between list and read
      {"sys/class/power_supply/hid-x-battery/uevent",
       uevent({"TYPE=Battery", "SCOPE=Device", "CAPACITY=95"})},
  });
  PowerReading reading;
  read_power_supplies_linux(tree, reading);
  ASSERT_EQ(reading.batteries.size(), 2u);
  EXPECT_EQ(reading.batteries[0].name, "BAT0");
  EXPECT_EQ(reading.batteries[1].name, "BAT1");
  EXPECT_EQ(reading.adapters, (std::vector<Adapter>{{"AC", false}}));
  EXPECT_EQ(reading.faults,
            (std::vector<Fault>{{"sys/class/power_supply/BAT2/uevent", Cause::io}}));
}

TEST(PowerSupplies, TypeAndScopeComeFromTheirFilesOnOldKernels) {
  const CaptureTree tree = tree_of({
      {"sys/class/power_supply/BAT0/uevent", pack({"TYPE=-"})},
      {"sys/class/power_supply/BAT0/type", "Battery\n"s},
      {"sys/class/power_supply/mouse/uevent", pack({"TYPE=-"})},
      {"sys/class/power_supply/mouse/type", "Battery\n"s},
      {"sys/class/power_supply/mouse/scope", "Device\n"s},
      {"sys/class/power_supply/ups/uevent", pack({"TYPE=-"})},
      {"sys/class/power_supply/ups/type", "UPS\n"s},
      {"sys/class/power_supply/ADP/uevent", "POWER_SUPPLY_NAME=ADP\nPOWER_SUPPLY_ONLINE=1"s},
      {"sys/class/power_supply/ADP/type", "Mains\n"s},
  });
  PowerReading reading;
  read_power_supplies_linux(tree, reading);
  ASSERT_EQ(reading.batteries.size(), 1u);
  EXPECT_EQ(reading.batteries[0].name, "BAT0");
  EXPECT_EQ(reading.adapters, (std::vector<Adapter>{{"ADP", true}}));
}

TEST(PowerSupplies, NoneIsNoFaultAndClosedIs) {
  PowerReading none;
  read_power_supplies_linux(tree_of({}), none);
  EXPECT_EQ(none, PowerReading{});
  PowerReading closed;
  read_power_supplies_linux(tree_of({{"sys/class/power_supply", Cause::denied}}), closed);
  EXPECT_EQ(closed.faults, (std::vector<Fault>{{"sys/class/power_supply", Cause::denied}}));
}

TEST(ChargeLimits, AreThereWhenTheyAreSet) {
  const struct {
    const char* file;
    const char* text;
    std::optional<Ratio> limit;
  } cases[] = {
      {"charge_control_end_threshold", "80\n", Ratio{800}},
      {"charge_stop_threshold", "60\n", Ratio{600}},
      {"charge_control_end_threshold", "100\n", std::nullopt},
      {"charge_control_end_threshold", "0\n", std::nullopt},
      {"charge_control_end_threshold", "a lot\n", std::nullopt},
      {"other", "80\n", std::nullopt},
  };
  for (const auto& c : cases) {
    std::vector<Battery> batteries(1);
    batteries[0].name = "BAT0";
    read_charge_limits_linux(
        tree_of({{"sys/class/power_supply/BAT0/"s + c.file, std::string(c.text)}}), batteries);
    EXPECT_EQ(batteries[0].charge_limit, c.limit) << c.file << " " << c.text;
  }
}

Answers zone(const std::string& folder, const std::string& name, const std::string& energy,
             const std::string& range = "262143328850\n") {
  const std::string path = "sys/class/powercap/" + folder;
  return {{path + "/name", name + "\n"},
          {path + "/energy_uj", energy},
          {path + "/max_energy_range_uj", range}};
}

Answers together(const std::vector<Answers>& parts) {
  Answers all;
  for (const Answers& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

// A package with its children, its mirror and the platform rail.
TEST(Traps, Trap09_ThePackageCountsOnceAndThePlatformApart) {
  const CaptureTree tree = tree_of(together(
      {zone("intel-rapl", "", "1\n"), zone("intel-rapl:0", "package-0", "240422366267\n"),
       zone("intel-rapl:0:0", "core", "118821284256\n"), zone("intel-rapl:0:1", "uncore", "5\n"),
       zone("intel-rapl:0:2", "dram", "5\n"), zone("intel-rapl:1", "psys", "7\n"),
       zone("intel-rapl-mmio", "", "1\n"), zone("intel-rapl-mmio:0", "package-0", "999\n"),
       zone("dtpm:0", "package-9", "3\n")}));
  PowerReading reading;
  read_powercap_linux(tree, reading);
  EXPECT_EQ(reading.counters,
            (std::vector<EnergyCounter>{{"package-0", Boundary::cpu, 240422366267, 262143328850},
                                        {"psys", Boundary::psys, 7, 262143328850}}));
  EXPECT_TRUE(reading.faults.empty());
}

// The energy between two readings of one zone, as the tree gave them.
std::optional<Energy> counted_between(const std::string& before, const std::string& after) {
  PowerReading readings[2];
  read_powercap_linux(tree_of(zone("intel-rapl:0", "package-0", before, "262144000000\n")),
                      readings[0]);
  read_powercap_linux(tree_of(zone("intel-rapl:0", "package-0", after, "262144000000\n")),
                      readings[1]);
  return counted(readings[0].counters.at(0).energy_uj, readings[1].counters.at(0).energy_uj,
                 readings[1].counters.at(0).range_uj, std::chrono::minutes(1), watts(200));
}

TEST(Traps, Trap07_ACounterThatWrapsIsCountedOnWithTheRangeOfItsFile) {
  EXPECT_EQ(counted_between("262143000000\n", "10000000\n"), joules(11));
}

TEST(Traps, Trap08_ACounterThatWasResetIsAGap) {
  EXPECT_EQ(counted_between("100000000\n", "10000000\n"), std::nullopt);
  EXPECT_EQ(counted_between("200000000000\n", "10000000\n"), std::nullopt)
      << "as a wrap it would be 62 kJ in a minute";
}

TEST(Powercap, TheMirrorCountsWhereItIsTheOnlyOne) {
  PowerReading reading;
  read_powercap_linux(tree_of(zone("intel-rapl-mmio:0", "package-0", "999\n")), reading);
  EXPECT_EQ(reading.counters,
            (std::vector<EnergyCounter>{{"package-0", Boundary::cpu, 999, 262143328850}}));
}

// AMD has a package and the energy of a single core, under the same names.
TEST(Traps, Trap10_TheSingleCoreOfAmdIsLeftOut) {
  PowerReading reading;
  read_powercap_linux(tree_of(together({zone("intel-rapl:0", "package-0", "123\n", "65532610987\n"),
                                        zone("intel-rapl:0:0", "core", "45\n")})),
                      reading);
  EXPECT_EQ(reading.counters,
            (std::vector<EnergyCounter>{{"package-0", Boundary::cpu, 123, 65532610987}}));
}

TEST(Powercap, SeveralPackagesAndDies) {
  PowerReading reading;
  read_powercap_linux(tree_of(together({zone("intel-rapl:0", "package-0-die-0", "1\n"),
                                        zone("intel-rapl:1", "package-0-die-1", "2\n"),
                                        zone("intel-rapl:a", "package-10", "3\n")})),
                      reading);
  ASSERT_EQ(reading.counters.size(), 3u);
  EXPECT_EQ(reading.counters[2].name, "package-10");
}

TEST(Powercap, WhatIsThereAndCannotBeReadIsAFaultOnce) {
  auto answers =
      together({zone("intel-rapl:0", "package-0", ""), zone("intel-rapl-mmio:0", "package-0", "")});
  for (auto& [path, value] : answers) {
    if (path.ends_with("energy_uj")) value = Cause::denied;
  }
  PowerReading reading;
  read_powercap_linux(tree_of(answers), reading);
  EXPECT_TRUE(reading.counters.empty());
  EXPECT_EQ(reading.faults,
            (std::vector<Fault>{{"sys/class/powercap/intel-rapl:0/energy_uj", Cause::denied}}));
}

TEST(Powercap, ValuesThatMakeNoSenseAreFaultsAndRangesThatMakeNoneAreEmpty) {
  const struct {
    const char* energy;
    const char* range;
    bool counted;
  } cases[] = {
      {"-1\n", "100\n", false},  {"x\n", "100\n", false},  {"\n", "100\n", false},
      {"101\n", "100\n", false}, {"100\n", "100\n", true}, {"5\n", "0\n", true},
      {"5\n", "x\n", true},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.energy + " of "s + c.range);
    PowerReading reading;
    read_powercap_linux(tree_of(zone("intel-rapl:0", "package-0", c.energy, c.range)), reading);
    EXPECT_EQ(reading.counters.size(), c.counted ? 1u : 0u);
    EXPECT_EQ(reading.faults.size(), c.counted ? 0u : 1u);
  }
  PowerReading no_range;
  read_powercap_linux(tree_of({{"sys/class/powercap/intel-rapl:0/name", "package-0\n"s},
                               {"sys/class/powercap/intel-rapl:0/energy_uj", "5\n"s}}),
                      no_range);
  ASSERT_EQ(no_range.counters.size(), 1u);
  EXPECT_EQ(no_range.counters[0].range_uj, std::nullopt);
}

}  // namespace
}  // namespace wattlife
