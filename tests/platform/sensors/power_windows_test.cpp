// SPDX-License-Identifier: EUPL-1.2
#include <gtest/gtest.h>

#include "platform/sensors/decoders.h"
#include "tests/platform/tree_of.h"
#include "tests/platform/windows_bytes.h"

namespace wattlife {
namespace {

PowerReading reading_of(const Answers& answers) {
  PowerReading reading;
  read_power_status_windows(tree_of(answers, Os::windows), reading);
  return reading;
}

std::string power_status(unsigned line) {
  return std::string{static_cast<char>(line), '\x01', '\x43', '\0'} + le32(7'200) +
         le32(0xFFFF'FFFF);
}

TEST(WindowsPowerStatus, TellsTheAdapter) {
  struct Case {
    const char* name;
    unsigned line;
    std::optional<bool> online;
  };
  const Case cases[] = {{"off line", 0, false},
                        {"on line", 1, true},
                        {"not known", 255, std::nullopt},
                        {"not defined", 2, std::nullopt}};
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const PowerReading reading = reading_of({{"power/status", power_status(c.line)}});
    ASSERT_EQ(reading.adapters.size(), 1U);
    EXPECT_EQ(reading.adapters[0], (Adapter{"AC", c.online}));
    EXPECT_TRUE(reading.faults.empty());
  }
}

TEST(WindowsCpuTimes, KernelTimeHoldsIdleTime) {
  struct Case {
    const char* name;
    std::uint64_t idle;
    std::uint64_t kernel;
    std::uint64_t user;
    std::optional<std::int64_t> busy;
    std::optional<std::int64_t> total;
  };
  const std::uint64_t huge = std::uint64_t{1} << 63;
  const Case cases[] = {
      {"some work", 900, 950, 50, 100, 1'000},
      {"idle all along", 1'000, 1'000, 0, 0, 1'000},
      {"just started", 0, 0, 0, 0, 0},
      {"more idle than kernel time", 951, 950, 50, std::nullopt, std::nullopt},
      {"kernel beyond a number", 0, huge, 0, std::nullopt, std::nullopt},
      {"sum beyond a number", 0, huge - 1, 1, std::nullopt, std::nullopt},
      {"the largest sum", 0, huge - 2, 1, INT64_MAX, INT64_MAX},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const PowerReading reading =
        reading_of({{"cpu/times", le64(c.idle) + le64(c.kernel) + le64(c.user)}});
    EXPECT_EQ(reading.activity.cpu_busy_ticks, c.busy);
    EXPECT_EQ(reading.activity.cpu_total_ticks, c.total);
    EXPECT_EQ(reading.faults.empty(), c.total.has_value());
    EXPECT_FALSE(reading.activity.panel_on);
  }
}

TEST(WindowsPower, WhatIsCutOffOrDeniedIsAFaultAndAbsenceIsNot) {
  EXPECT_EQ(reading_of({}), PowerReading{});
  const PowerReading bad =
      reading_of({{"power/status", std::string(11, '\0')}, {"cpu/times", Cause::denied}});
  EXPECT_TRUE(bad.adapters.empty());
  EXPECT_EQ(bad.faults,
            (std::vector<Fault>{{"power/status", Cause::malformed}, {"cpu/times", Cause::denied}}));
  EXPECT_EQ(reading_of({{"cpu/times", std::string(23, '\0')}}).faults,
            (std::vector<Fault>{{"cpu/times", Cause::malformed}}));
}

}  // namespace
}  // namespace wattlife
