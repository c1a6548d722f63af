// SPDX-License-Identifier: EUPL-1.2
#include "platform/sensors/signs.h"

#include <gtest/gtest.h>

#include "tests/platform/tree_of.h"

namespace wattlife {
namespace {

using namespace std::string_literals;

HardwareSigns signs_of(Answers answers, Os os = Os::linux_os) {
  std::vector<Fault> faults;
  HardwareSigns signs = read_signs(tree_of(std::move(answers), os), faults);
  EXPECT_TRUE(faults.empty()) << faults.front().path;
  return signs;
}

const std::string cpu = "sys/devices/system/cpu/cpu0/";
const std::string zone = "sys/class/thermal/thermal_zone";
const std::string hwmon = "sys/class/hwmon/hwmon";
const std::string edac = "sys/devices/system/edac/mc/mc";

TEST(Signs, ALaptopThatTellsAll) {
  const HardwareSigns signs =
      signs_of({{cpu + "topology/physical_package_id", "0\n"s},
                {cpu + "thermal_throttle/package_throttle_count", "17\n"s},
                {cpu + "thermal_throttle/package_throttle_total_time_ms", "4200\n"s},
                {zone + "0/temp", "27800\n"s},
                {zone + "1/temp", "71000\n"s},
                {hwmon + "0/fan1_input", "3214\n"s},
                {hwmon + "2/fan1_input", "0\n"s},
                {edac + "0/ce_count", "2\n"s},
                {edac + "0/ue_count", "0\n"s},
                {edac + "1/ce_count", "3\n"s},
                {edac + "1/ue_count", "1\n"s},
                {"crash/records", "4"s}});
  EXPECT_EQ(signs.throttle_events, 17);
  EXPECT_EQ(signs.throttle_ms, 4200);
  EXPECT_EQ(signs.hottest_millicelsius, 71'000);
  EXPECT_EQ(signs.fan_rpm, (std::vector<std::int64_t>{3214, 0}));
  EXPECT_EQ(signs.memory_errors_corrected, 5);
  EXPECT_EQ(signs.memory_errors_uncorrected, 1);
  EXPECT_EQ(signs.crashes, 4);
}

TEST(Signs, ALaptopThatTellsNothing) {
  EXPECT_TRUE(is_empty(signs_of({})));
  EXPECT_TRUE(is_empty(signs_of({}, Os::windows)));
  EXPECT_TRUE(is_empty(signs_of({}, Os::macos)));
}

// A sensor that sleeps answers with an error; one that is broken with a number that cannot be.
TEST(Traps, Trap31_ASensorThatFailsIsAMissingFieldAndNothingElse) {
  const HardwareSigns signs = signs_of({{zone + "0/temp", Cause::io},
                                        {zone + "1/temp", "0\n"s},
                                        {zone + "2/temp", "-273000\n"s},
                                        {zone + "3/temp", "255000\n"s},
                                        {"sys/class/thermal/cooling_device0/temp", "50000\n"s},
                                        {hwmon + "0/fan1_input", Cause::io},
                                        {hwmon + "0/fan2_input", "65535\n"s},
                                        {hwmon + "0/fan_input", "1000\n"s},
                                        {hwmon + "0/fan1_max", "5000\n"s},
                                        {edac + "0/ce_count", "many\n"s},
                                        {"sys/devices/system/edac/mc/power/ce_count", "9\n"s}});
  EXPECT_TRUE(is_empty(signs));
}

TEST(Signs, ACountOfCrashesThatIsRefusedOrNoNumberIsAFault) {
  for (const auto& [value, cause] : {std::pair<CapturedValue, Cause>{Cause::denied, Cause::denied},
                                     {"some"s, Cause::malformed},
                                     {"-1"s, Cause::malformed}}) {
    std::vector<Fault> faults;
    const HardwareSigns signs =
        read_signs(tree_of({{"crash/records", value}}, Os::windows), faults);
    EXPECT_EQ(signs.crashes, std::nullopt);
    EXPECT_EQ(faults, (std::vector<Fault>{{"crash/records", cause}}));
  }
}

TEST(Signs, AMacTellsItsFans) {
  const HardwareSigns signs = signs_of({{"smc/F0Ac", "flt \x00\x00\x00\x45"s},  // 2048
                                        {"smc/F1Ac", "ui8 \x00"s}},
                                       Os::macos);
  EXPECT_EQ(signs.fan_rpm, (std::vector<std::int64_t>{2048, 0}));
}

}  // namespace
}  // namespace wattlife
