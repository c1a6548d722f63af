// SPDX-License-Identifier: EUPL-1.2
#include <gtest/gtest.h>

#include "platform/sensors/decoders.h"
#include "tests/platform/tree_of.h"
#include "tests/platform/windows_bytes.h"

namespace wattlife {
namespace {

PowerReading reading_of(const Answers& answers) {
  PowerReading reading;
  read_activity_windows(tree_of(answers, Os::windows), reading);
  return reading;
}

TEST(WindowsDisplay, IsOnOffOrDimmed) {
  struct Case {
    std::string bytes;
    std::optional<bool> on;
  };
  const Case cases[] = {{le32(0), false},        {le32(1), true},      {le32(2), true},
                        {le32(3), std::nullopt}, {"\1", std::nullopt}, {le64(1), std::nullopt}};
  for (const Case& c : cases) {
    const PowerReading reading = reading_of({{"display/state", c.bytes}});
    EXPECT_EQ(reading.activity.panel_on, c.on);
    EXPECT_EQ(reading.faults.empty(), c.on.has_value());
  }
}

TEST(WindowsDisplay, BrightnessIsTheLevelThatHolds) {
  struct Case {
    const char* name;
    std::string bytes;
    std::optional<Ratio> brightness;
  };
  const Case cases[] = {
      {"on mains", std::string("\1\x50\x28", 3), Ratio{800}},
      {"on battery", std::string("\2\x50\x28", 3), Ratio{400}},
      {"the same for both", std::string("\3\x64\x64", 3), Ratio{1000}},
      {"dark", std::string("\1\0\x28", 3), Ratio{0}},
      {"more than all", std::string("\1\x65\x28", 3), std::nullopt},
      {"no policy", std::string("\0\x50\x28", 3), std::nullopt},
      {"another policy", std::string("\4\x50\x28", 3), std::nullopt},
  };
  for (const Case& c : cases) {
    const PowerReading reading = reading_of({{"display/brightness", c.bytes}});
    EXPECT_EQ(reading.activity.brightness, c.brightness) << c.name;
    EXPECT_TRUE(reading.faults.empty()) << c.name;
  }
  EXPECT_EQ(reading_of({{"display/brightness", std::string(2, '\1')}}).faults,
            (std::vector<Fault>{{"display/brightness", Cause::malformed}}));
}

// DISK_PERFORMANCE with these times in ms.
std::string performance(std::uint64_t reads_ms, std::uint64_t writes_ms) {
  return le64(1) + le64(2) + le64(reads_ms * 10'000) + le64(writes_ms * 10'000) +
         std::string(56, '\7');
}

TEST(WindowsDrives, TimesOfAllInternalOnesAreAdded) {
  EXPECT_EQ(reading_of({{"disk/0/performance", performance(300, 40)},
                        {"disk/1/performance", performance(5, 6)}})
                .activity.disk_busy_ms,
            351);
  EXPECT_EQ(reading_of({{"disk/0/performance", performance(0, 0)}}).activity.disk_busy_ms, 0);
  const PowerReading bad = reading_of({{"disk/0/performance", std::string(87, '\0')},
                                       {"disk/1/performance", std::string(88, '\xff')},
                                       {"disk/2/performance", Cause::denied},
                                       {"disk/3/performance", Cause::absent}});
  EXPECT_EQ(bad.activity.disk_busy_ms, std::nullopt);
  EXPECT_EQ(bad.faults, (std::vector<Fault>{{"disk/0/performance", Cause::malformed},
                                            {"disk/1/performance", Cause::malformed},
                                            {"disk/2/performance", Cause::denied}}));
}

TEST(WindowsNetwork, BothWaysOfEachInterface) {
  const std::string two = le64(71) + le64(1'000) + le64(200) + le64(6) + le64(30) + le64(4);
  EXPECT_EQ(reading_of({{"net/counters", two}}).activity.network_bytes, 1'234);
  EXPECT_EQ(reading_of({{"net/counters", std::string()}}).activity.network_bytes, std::nullopt);
  const std::string broken = le64(71) + le64(UINT64_MAX) + le64(1) + two;
  EXPECT_EQ(reading_of({{"net/counters", broken}}).activity.network_bytes, 1'234);
  const PowerReading cut = reading_of({{"net/counters", two.substr(1)}});
  EXPECT_EQ(cut.activity.network_bytes, std::nullopt);
  EXPECT_EQ(cut.faults, (std::vector<Fault>{{"net/counters", Cause::malformed}}));
}

TEST(WindowsActivity, NothingKnownIsNothingClaimed) { EXPECT_EQ(reading_of({}), PowerReading{}); }

}  // namespace
}  // namespace wattlife
