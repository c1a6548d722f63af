// SPDX-License-Identifier: EUPL-1.2
#include <gtest/gtest.h>

#include "platform/sensors/decoders.h"
#include "tests/platform/tree_of.h"
#include "tests/platform/windows_bytes.h"

namespace wattlife {
namespace {

using Information = BatteryInformationBytes;
using Status = BatteryStatusBytes;

constexpr std::uint32_t unknown = 0xFFFF'FFFF;
constexpr std::int64_t unknown_rate = 0x8000'0000;
constexpr std::uint32_t mains = 1;
constexpr std::uint32_t discharging = 2;
constexpr std::uint32_t charging = 4;
constexpr std::uint32_t critical = 8;

Battery decoded(const Information& information, const Status& status) {
  const std::string bytes = status.bytes();
  const auto battery = windows_battery("battery0", information.bytes(), bytes);
  EXPECT_TRUE(battery && *battery);
  return battery && *battery ? **battery : Battery{};
}

TEST(WindowsBattery, APackThatDischarges) {
  const Battery battery = decoded({}, {});
  EXPECT_EQ(battery.name, "battery0");
  EXPECT_EQ(battery.status, BatteryStatus::discharging);
  EXPECT_TRUE(battery.present);
  EXPECT_EQ(battery.design, milliwatt_hours(60'000));
  EXPECT_EQ(battery.full, milliwatt_hours(48'000));
  EXPECT_EQ(battery.now, milliwatt_hours(24'000));
  EXPECT_EQ(battery.power, Power{-8'500});
  EXPECT_EQ(battery.voltage, Voltage{11'400});
  EXPECT_EQ(battery.cycles, 120);
  EXPECT_FALSE(battery.charge_limit);
}

TEST(Traps, Trap05_AShortTermBatteryIsAUpsAndNoneOfTheLaptops) {
  struct Case {
    const char* name;
    std::uint32_t capabilities;
    bool listed;
  };
  const Case cases[] = {
      {"system battery", 0x8000'0000, true},
      {"system battery in the case", 0x9000'0000, true},
      {"not a system battery", 0x0000'0000, false},
      {"short term: a UPS", 0xA000'0000, false},
      {"relative system battery", 0xC000'0000, true},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    Information information;
    information.capabilities = c.capabilities;
    const auto battery = windows_battery("battery0", information.bytes(), std::nullopt);
    ASSERT_TRUE(battery);
    EXPECT_EQ(battery->has_value(), c.listed);
  }
}

TEST(Traps, Trap06_ARelativeCapacityHasNoUnitAndGivesNoEnergy) {
  Information information;
  information.capabilities = 0xC000'0000;
  information.full_mwh = 100;
  Status status;
  status.now_mwh = 50;
  const Battery battery = decoded(information, status);
  EXPECT_FALSE(battery.design);
  EXPECT_FALSE(battery.full);
  EXPECT_FALSE(battery.now);
  EXPECT_FALSE(battery.power);
  EXPECT_EQ(battery.status, BatteryStatus::discharging);
  EXPECT_EQ(battery.voltage, Voltage{11'400});
}

TEST(WindowsBattery, StatusComesFromTheFlags) {
  struct Case {
    const char* name;
    std::uint32_t state;
    std::uint32_t now_mwh;
    BatteryStatus want;
  };
  const Case cases[] = {
      {"discharging", discharging, 24'000, BatteryStatus::discharging},
      {"discharging and low", discharging | critical, 900, BatteryStatus::discharging},
      {"charging on mains", mains | charging, 24'000, BatteryStatus::charging},
      {"a weak adapter", mains | discharging, 24'000, BatteryStatus::discharging},
      {"on mains, nothing missing", mains, 48'000, BatteryStatus::full},
      {"on mains, stopped at a limit", mains, 38'000, BatteryStatus::not_charging},
      {"on mains, charge not known", mains, unknown, BatteryStatus::not_charging},
      {"second pack at rest", 0, 48'000, BatteryStatus::not_charging},
      {"both ways at once", charging | discharging, 24'000, BatteryStatus::unknown},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    Status status;
    status.state = c.state;
    status.now_mwh = c.now_mwh;
    EXPECT_EQ(decoded({}, status).status, c.want);
  }
}

TEST(WindowsBattery, PowerIsSignedAndNeverGuessed) {
  struct Case {
    const char* name;
    std::uint32_t state;
    std::int64_t rate_mw;
    std::optional<Power> want;
  };
  const Case cases[] = {
      {"out of the pack", discharging, -8'500, Power{-8'500}},
      {"into the pack", mains | charging, 31'000, Power{31'000}},
      {"mark of unknown", discharging, unknown_rate, std::nullopt},
      {"at rest", mains, 0, Power{0}},
      {"at rest, mark of unknown", mains, unknown_rate, std::nullopt},
      {"says 0 while it discharges", discharging, 0, std::nullopt},
      {"a pack that tells only discharge", mains | charging, 0, std::nullopt},
      {"sign against the flag, out", discharging, 8'500, std::nullopt},
      {"sign against the flag, in", mains | charging, -8'500, std::nullopt},
      {"both flags", charging | discharging, -8'500, std::nullopt},
      {"300 W", discharging, -300'000, Power{-300'000}},
      {"more than 300 W", discharging, -300'001, std::nullopt},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    Status status;
    status.state = c.state;
    status.rate_mw = c.rate_mw;
    EXPECT_EQ(decoded({}, status).power, c.want);
  }
}

TEST(WindowsBattery, CapacitiesThatNoLaptopHasAreUnknown) {
  struct Case {
    const char* name;
    std::uint32_t design_mwh;
    std::uint32_t full_mwh;
    std::uint32_t now_mwh;
    std::optional<std::int64_t> design;
    std::optional<std::int64_t> full;
    std::optional<std::int64_t> now;
  };
  const std::nullopt_t none = std::nullopt;
  const Case cases[] = {
      {"marks of unknown", unknown, unknown, unknown, none, none, none},
      {"design 0", 0, 48'000, 24'000, none, 48'000, 24'000},
      {"full 0", 60'000, 0, 0, 60'000, none, 0},
      {"an empty pack", 60'000, 48'000, 0, 60'000, 48'000, 0},
      {"1 kWh", 1'000'000, 1'000'000, 1'000'000, 1'000'000, 1'000'000, 1'000'000},
      {"more than 1 kWh", 1'000'001, 1'000'001, 1'000'001, none, none, none},
      {"Wh in the place of mWh", 60, 48, 24, none, none, none},
      {"more than new", 60'000, 61'500, 61'500, 60'000, 61'500, 61'500},
  };
  const auto mwh = [](const std::optional<Energy>& energy) {
    return energy ? std::optional(to_milliwatt_hours(*energy)) : std::nullopt;
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    Information information;
    information.design_mwh = c.design_mwh;
    information.full_mwh = c.full_mwh;
    Status status;
    status.now_mwh = c.now_mwh;
    const Battery battery = decoded(information, status);
    EXPECT_EQ(mwh(battery.design), c.design);
    EXPECT_EQ(mwh(battery.full), c.full);
    EXPECT_EQ(mwh(battery.now), c.now);
  }
}

TEST(WindowsBattery, CyclesAndVoltageHaveBounds) {
  struct Case {
    std::uint32_t cycles;
    std::uint32_t voltage_mv;
    std::optional<std::int64_t> want_cycles;
    std::optional<Voltage> want_voltage;
  };
  const Case cases[] = {
      {0, 0, std::nullopt, std::nullopt},
      {1, 1, 1, Voltage{1}},
      {10'000, 100'000, 10'000, Voltage{100'000}},
      {10'001, 100'001, std::nullopt, std::nullopt},
      {unknown, unknown, std::nullopt, std::nullopt},
  };
  for (const Case& c : cases) {
    Information information;
    information.cycles = c.cycles;
    Status status;
    status.voltage_mv = c.voltage_mv;
    const Battery battery = decoded(information, status);
    EXPECT_EQ(battery.cycles, c.want_cycles);
    EXPECT_EQ(battery.voltage, c.want_voltage);
  }
}

TEST(WindowsBattery, AnyCutIsMalformedAndNeverReadBeyond) {
  const std::string information = Information{}.bytes();
  const std::string status = Status{}.bytes();
  for (std::size_t size = 0; size < information.size(); ++size) {
    const auto cut = windows_battery("battery0", information.substr(0, size), status);
    ASSERT_FALSE(cut) << size;
    EXPECT_EQ(cut.error().cause, Cause::malformed);
  }
  for (std::size_t size = 0; size < status.size(); ++size) {
    const std::string part = status.substr(0, size);
    EXPECT_FALSE(windows_battery("battery0", information, part)) << size;
  }
  EXPECT_TRUE(windows_battery("battery0", information + "later", status + "later"));
}

// A tag names the pack that is in its place now. When the pack goes, the driver answers that there
// is no such device, which the tree gives as absent: the place is empty, and no energy is added.
TEST(Traps, Trap04_APackThatVanishesLeavesAnEmptyPlace) {
  PowerReading reading;
  read_batteries_windows(tree_of({{"battery/0/information", Information{}.bytes()},
                                  {"battery/0/status", Status{}.bytes()},
                                  {"battery/1/information", Cause::absent}},
                                 Os::windows),
                         reading);
  ASSERT_EQ(reading.batteries.size(), 2U);
  EXPECT_TRUE(reading.batteries[0].present);
  EXPECT_FALSE(reading.batteries[1].present);
  EXPECT_EQ(reading.batteries[1].now, std::nullopt);
  EXPECT_TRUE(reading.faults.empty());
}

TEST(WindowsBattery, TheStepOfTheGaugeDependsOnTheCharge) {
  const std::string two = le32(10) + le32(20'000) + le32(100) + le32(60'000);
  struct Case {
    const char* name;
    std::string scales;
    std::optional<Energy> now;
    std::optional<Energy> step;
  };
  const Case cases[] = {
      {"one", le32(10) + le32(60'000), milliwatt_hours(24'000), milliwatt_hours(10)},
      {"low", two, milliwatt_hours(20'000), milliwatt_hours(10)},
      {"high", two, milliwatt_hours(20'001), milliwatt_hours(100)},
      {"above all", two, milliwatt_hours(70'000), milliwatt_hours(100)},
      {"charge unknown: the widest", two, std::nullopt, milliwatt_hours(100)},
      {"none", "", milliwatt_hours(24'000), std::nullopt},
      {"zero is no step", le32(0) + le32(60'000), milliwatt_hours(24'000), std::nullopt},
      {"no gauge", le32(10'001) + le32(60'000), milliwatt_hours(24'000), std::nullopt},
      {"cut off", two.substr(0, 15), milliwatt_hours(50'000), milliwatt_hours(10)},
      {"a fifth is not read", std::string(32, '\0') + le32(7) + le32(90'000), milliwatt_hours(5),
       std::nullopt},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(windows_battery_step(c.scales, c.now), c.step) << c.name;
  }
}

TEST(WindowsBatteries, StepsAreReadWhereCapacitiesHaveAUnit) {
  Information relative;
  relative.capabilities = 0xC000'0000;
  const std::string scale = le32(10) + le32(60'000);
  PowerReading reading;
  read_batteries_windows(tree_of({{"battery/0/information", Information{}.bytes()},
                                  {"battery/0/status", Status{}.bytes()},
                                  {"battery/0/granularity", scale},
                                  {"battery/1/information", relative.bytes()},
                                  {"battery/1/status", Status{}.bytes()},
                                  {"battery/1/granularity", scale},
                                  {"battery/2/information", Information{}.bytes()},
                                  {"battery/2/status", Status{}.bytes()},
                                  {"battery/2/granularity", Cause::io}},
                                 Os::windows),
                         reading);
  ASSERT_EQ(reading.batteries.size(), 3U);
  EXPECT_EQ(reading.batteries[0].step, milliwatt_hours(10));
  EXPECT_EQ(reading.batteries[1].step, std::nullopt);
  EXPECT_EQ(reading.batteries[2].step, std::nullopt);
  EXPECT_EQ(reading.faults, (std::vector<Fault>{{"battery/2/granularity", Cause::io}}));
}

TEST(WindowsBatteries, AreListedWithTheirNames) {
  PowerReading reading;
  read_batteries_windows(tree_of({{"battery/0/information", Information{}.bytes()},
                                  {"battery/0/status", Status{}.bytes()},
                                  {"battery/0/name", utf16("DELL 7VTMN1B")},
                                  {"battery/0/manufacturer", utf16(" SMP ")},
                                  {"battery/0/serial", utf16("4711")}},
                                 Os::windows),
                         reading);
  ASSERT_EQ(reading.batteries.size(), 1U);
  EXPECT_EQ(reading.batteries[0].name, "battery0");
  EXPECT_EQ(reading.batteries[0].model, "DELL 7VTMN1B");
  EXPECT_EQ(reading.batteries[0].manufacturer, "SMP");
  EXPECT_EQ(reading.batteries[0].serial, "4711");
  EXPECT_TRUE(reading.faults.empty());
}

// The sum of packs is the laptop's; a pack that cannot be read must not be missing from it
// silently.
TEST(WindowsBatteries, OneThatCannotBeReadIsListedWithoutNumbers) {
  struct Case {
    const char* name;
    Answers answers;
    Battery want;
    std::vector<Fault> faults;
  };
  Battery silent;
  silent.name = "battery1";
  Battery empty_place = silent;
  empty_place.present = false;
  Battery only_capacity = silent;
  only_capacity.design = milliwatt_hours(60'000);
  only_capacity.full = milliwatt_hours(48'000);
  only_capacity.cycles = 120;
  const std::string information = Information{}.bytes();
  const std::string status = Status{}.bytes();
  const Case cases[] = {
      {"hangs",
       {{"battery/1/information", Cause::busy}},
       silent,
       {{"battery/1/information", Cause::busy}}},
      {"cut off",
       {{"battery/1/information", information.substr(0, 20)}, {"battery/1/status", status}},
       silent,
       {{"battery/1/information", Cause::malformed}}},
      {"status denied",
       {{"battery/1/information", information}, {"battery/1/status", Cause::denied}},
       only_capacity,
       {{"battery/1/status", Cause::denied}}},
      {"status cut off",
       {{"battery/1/information", information}, {"battery/1/status", status.substr(0, 8)}},
       only_capacity,
       {{"battery/1/status", Cause::malformed}}},
      {"no pack in the place", {{"battery/1/manufacture", std::string(4, '\0')}}, empty_place, {}},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    PowerReading reading;
    read_batteries_windows(tree_of(c.answers, Os::windows), reading);
    ASSERT_EQ(reading.batteries.size(), 1U);
    EXPECT_EQ(reading.batteries[0], c.want);
    EXPECT_EQ(reading.faults, c.faults);
  }
}

TEST(WindowsBatteries, NoneIsFine) {
  PowerReading reading;
  read_batteries_windows(tree_of({}, Os::windows), reading);
  EXPECT_EQ(reading, PowerReading{});
}

TEST(Utf16, BecomesUtf8) {
  struct Case {
    const char* name;
    std::string bytes;
    std::string want;
  };
  const auto units = [](std::initializer_list<unsigned> list) {
    std::string bytes;
    for (const unsigned unit : list) {
      bytes += static_cast<char>(unit & 255);
      bytes += static_cast<char>(unit >> 8);
    }
    return bytes;
  };
  const std::string lost = "\xEF\xBF\xBD";
  const Case cases[] = {
      {"nothing", "", ""},
      {"one byte", "x", ""},
      {"text", utf16("DELL"), "DELL"},
      {"without NUL", units({'D', 'E'}), "DE"},
      {"an odd byte at the end", units({'D'}) + "E", "D"},
      {"stops at NUL", units({'D', 0, 'E'}), "D"},
      {"two bytes", units({0xE9}), "\xC3\xA9"},
      {"three bytes", units({0x20AC}), "\xE2\x82\xAC"},
      {"a pair", units({0xD83D, 0xDD0B}), "\xF0\x9F\x94\x8B"},
      {"high alone", units({0xD83D}), lost},
      {"high before a letter", units({0xD83D, 'x'}), lost + "x"},
      {"low alone", units({0xDD0B, 'x'}), lost + "x"},
      {"two highs", units({0xD83D, 0xD83D, 0xDD0B}), lost + "\xF0\x9F\x94\x8B"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(utf8_from_utf16le(c.bytes), c.want);
  }
}

}  // namespace
}  // namespace wattlife
