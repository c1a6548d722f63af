// SPDX-License-Identifier: EUPL-1.2
#include <gtest/gtest.h>

#include "core/energy.h"
#include "platform/sensors/decoders.h"
#include "tests/platform/tree_of.h"
#include "tests/platform/windows_bytes.h"

namespace wattlife {
namespace {

constexpr const char* package = "RAPL_Package0_PKG";

// Measurements of one device: energies in pWh, the time made up.
std::string measured(const std::vector<std::uint64_t>& energies) {
  std::string bytes;
  for (const std::uint64_t energy : energies) bytes += le64(energy) + le64(36'000'000'000);
  return bytes;
}

Answers device(const std::string& number, const std::vector<std::string>& channels,
               const std::vector<std::uint64_t>& energies) {
  const std::string folder = "emi/" + number;
  return {{folder + "/version", le16(2)},
          {folder + "/metadata", emi_metadata_v2(channels)},
          {folder + "/measurement", measured(energies)}};
}

PowerReading reading_of(const std::vector<Answers>& devices) {
  Answers all;
  for (const Answers& one : devices) all.insert(all.end(), one.begin(), one.end());
  PowerReading reading;
  read_emi_windows(tree_of(all, Os::windows), reading);
  return reading;
}

TEST(Emi, PicowattHoursBecomeMicrojoulesExactly) {
  const std::pair<std::uint64_t, std::int64_t> cases[] = {
      {0, 0},
      {277, 0},
      {278, 1},  // 1.0008 µJ
      {9'999, 35},
      {10'000, 36},
      {1'000'000'000'000, 3'600'000'000},
      {18'446'744'073'709'551'615u, 66'408'278'665'354'385},
  };
  for (const auto& [counted_pwh, microjoules] : cases) {
    EXPECT_EQ(microjoules_from_picowatt_hours(counted_pwh), microjoules) << counted_pwh;
  }
}

TEST(Traps, Trap11_AMillionMillionPicowattHoursInAMinuteAreSixtyWatts) {
  const auto before = reading_of({device("0", {package}, {5'000'000'000'000})});
  const auto after = reading_of({device("0", {package}, {6'000'000'000'000})});
  ASSERT_EQ(before.counters.size(), 1U);
  EXPECT_EQ(before.counters[0].name, package);
  EXPECT_EQ(before.counters[0].boundary, Boundary::cpu);
  EXPECT_EQ(before.counters[0].range_uj, std::nullopt);
  EXPECT_EQ(counted(before.counters[0].energy_uj, after.counters[0].energy_uj, std::nullopt,
                    std::chrono::minutes(1), watts(200)),
            joules(3'600));
}

// The performance counters of Windows add the package and its parts as "_Total": never read, and
// not taken when a device should call a channel so.
TEST(Traps, Trap12_ATotalIsIgnored) {
  auto total = device("0", {"_Total", "RAPL_Package0_PP0", package}, {9'000, 4'000, 20'000});
  total.emplace_back("pdh/Energy Meter(_Total)/Energy", le64(99'000));
  EXPECT_EQ(reading_of({total}).counters,
            (std::vector<EnergyCounter>{{package, Boundary::cpu, 72, std::nullopt}}));
  EXPECT_TRUE(reading_of({device("0", {"_Total"}, {9'000})}).counters.empty());
}

TEST(Emi, OnlyThePackageCountsAndOnce) {
  const std::vector<std::string> rapl = {package, "RAPL_Package0_PP0", "RAPL_Package0_PP1",
                                         "RAPL_Package0_DRAM"};
  struct Case {
    const char* name;
    std::vector<Answers> devices;
    std::vector<EnergyCounter> counters;
  };
  const Case cases[] = {
      {"Intel", {device("0", rapl, {50'000, 1, 2, 3})}, {{package, Boundary::cpu, 180, {}}}},
      {"a device for each core",
       {device("0", {"RAPL_Package0_Core0_CORE"}, {70'000}),
        device("1", {"RAPL_Package0_Core1_CORE"}, {80'000}), device("2", {package}, {50'000})},
       {{package, Boundary::cpu, 180, {}}}},
      {"mirrored by a second device",
       {device("0", rapl, {50'000, 1, 2, 3}), device("1", rapl, {50'000, 1, 2, 3})},
       {{package, Boundary::cpu, 180, {}}}},
      {"AMD",
       {device("0", {"VDDCR_VDD Energy", "VDDCR_SOC Energy", "Current Socket Energy"},
               {10'000, 20'000, 50'000})},
       {{"Current Socket Energy", Boundary::cpu, 180, {}}}},
      {"both names are one package",
       {device("0", {"Current Socket Energy"}, {90'000}), device("1", {package}, {50'000})},
       {{package, Boundary::cpu, 180, {}}}},
      {"parts only", {device("0", {"RAPL_Package0_PP0", "Apu Energy"}, {1'000, 1'000})}, {}},
      {"a counter that never moved", {device("0", {package}, {0})}, {}},
      {"none", {}, {}},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const PowerReading reading = reading_of(c.devices);
    EXPECT_EQ(reading.counters, c.counters);
    EXPECT_TRUE(reading.faults.empty());
  }
}

TEST(Emi, TheFirstVersionHasOneChannelAndItsUnitIsChecked) {
  using Channels = std::vector<EmiChannel>;
  EXPECT_EQ(*emi_channels(le16(1), emi_metadata_v1(package)), (Channels{{package, true}}));
  EXPECT_EQ(*emi_channels(le16(1), emi_metadata_v1(package, 1)), (Channels{{package, false}}));
  Answers other_unit = device("0", {package}, {50'000});
  other_unit[0].second = le16(1);
  other_unit[1].second = emi_metadata_v1(package, 1);
  EXPECT_TRUE(reading_of({other_unit}).counters.empty());
  other_unit[1].second = emi_metadata_v1(package);
  EXPECT_EQ(reading_of({other_unit}).counters.size(), 1U);
}

TEST(Emi, AnyCutIsMalformedAndNeverReadBeyond) {
  const std::string v2 = emi_metadata_v2({package, "RAPL_Package0_PP0"});
  for (std::size_t size = 0; size < v2.size(); ++size) {
    EXPECT_FALSE(emi_channels(le16(2), v2.substr(0, size))) << size;
  }
  EXPECT_EQ(emi_channels(le16(2), v2 + "later")->size(), 2U);
  const std::string v1 = emi_metadata_v1(package);
  for (std::size_t size = 0; size < v1.size(); ++size) {
    EXPECT_FALSE(emi_channels(le16(1), v1.substr(0, size))) << size;
  }
  for (const std::string& version : {le16(0), le16(3), std::string("\2"), le32(2)}) {
    EXPECT_FALSE(emi_channels(version, v2));
  }
  std::string odd = v2;
  odd[72] = '\7';  // bytes of the first name
  EXPECT_FALSE(emi_channels(le16(2), odd));
  const std::string measurements = measured({1, 2});
  EXPECT_EQ(*emi_energy(measurements, 1), 2U);
  EXPECT_FALSE(emi_energy(measurements, 2));
  EXPECT_FALSE(emi_energy(measurements.substr(0, 31), 1));
}

TEST(Emi, WhatCannotBeReadIsAFaultAndAbsenceIsNot) {
  struct Case {
    const char* path;
    CapturedValue value;
    std::vector<Fault> faults;
  };
  const Case cases[] = {
      {"emi/0/version", Cause::denied, {{"emi/0/version", Cause::denied}}},
      {"emi/0/metadata", Cause::busy, {{"emi/0/metadata", Cause::busy}}},
      {"emi/0/metadata", std::string("x"), {{"emi/0/metadata", Cause::malformed}}},
      {"emi/0/measurement", std::string(15, 'x'), {{"emi/0/measurement", Cause::malformed}}},
      {"emi/0/measurement", Cause::io, {{"emi/0/measurement", Cause::io}}},
      {"emi/0/measurement", Cause::absent, {}},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.path);
    Answers answers = device("0", {package}, {50'000});
    for (auto& [path, value] : answers) {
      if (path == c.path) value = c.value;
    }
    const PowerReading reading = reading_of({answers});
    EXPECT_TRUE(reading.counters.empty());
    EXPECT_EQ(reading.faults, c.faults);
  }
}

}  // namespace
}  // namespace wattlife
