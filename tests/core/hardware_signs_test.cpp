// SPDX-License-Identifier: EUPL-1.2
#include "core/hardware_signs.h"

#include <gtest/gtest.h>

namespace wattlife {
namespace {

using Codes = std::vector<std::string>;

TEST(HardwareSigns, WhatIsNotToldWorriesNobodyAndIsNothing) {
  EXPECT_TRUE(is_empty({}));
  EXPECT_EQ(worth_a_look({}), Codes{});
  HardwareSigns zero;
  zero.crashes = 0;
  EXPECT_FALSE(is_empty(zero)) << "told, and none";
  EXPECT_EQ(worth_a_look(zero), Codes{});
}

TEST(HardwareSigns, ErrorsAndCrashesAreWorthALook) {
  HardwareSigns signs;
  signs.crashes = 1;
  EXPECT_EQ(worth_a_look(signs), Codes{"crashed"});
  signs.memory_errors_corrected = 3;
  signs.memory_errors_uncorrected = 1;
  EXPECT_EQ(worth_a_look(signs), (Codes{"memory_errors", "memory_errors_corrected", "crashed"}));
}

TEST(HardwareSigns, AFanThatStandsStillMattersOnlyWhenItIsHot) {
  const struct {
    std::vector<std::int64_t> fans;
    std::optional<std::int64_t> hottest;
    bool worries;
  } cases[] = {{{0}, 85'000, true},         {{0, 0}, 97'000, true}, {{0}, 84'999, false},
               {{0, 2'100}, 97'000, false}, {{}, 97'000, false},    {{0}, std::nullopt, false}};
  for (const auto& c : cases) {
    HardwareSigns signs;
    signs.fan_rpm = c.fans;
    signs.hottest_millicelsius = c.hottest;
    EXPECT_EQ(worth_a_look(signs), c.worries ? Codes{"fan_stands_still"} : Codes{});
  }
}

TEST(HardwareSigns, SlowingDownIsToldAndNotJudged) {
  HardwareSigns signs;
  signs.throttle_events = 1'000'000;
  signs.throttle_ms = 3'600'000;
  EXPECT_FALSE(is_empty(signs));
  EXPECT_EQ(worth_a_look(signs), Codes{});
}

}  // namespace
}  // namespace wattlife
