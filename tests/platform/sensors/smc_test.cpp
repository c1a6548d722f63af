// SPDX-License-Identifier: EUPL-1.2
#include <gtest/gtest.h>

#include "platform/sensors/decoders.h"

namespace wattlife {
namespace {

using namespace std::string_literals;

TEST(Smc, TheTypeSaysHowTheBytesAreWritten) {
  const struct {
    std::string value;
    std::int64_t thousandths;
  } cases[] = {
      {"flt \x00\x00\x46\x41"s, 12'375},
      {"flt \x00\x00\x46\xc1"s, -12'375},
      {"flt \x00\x00\x00\x00"s, 0},
      {"sp78\x1c\x80"s, 28'500},
      {"sp78\xff\x80"s, -500},
      {"sp87\x06\x40"s, 12'500},
      {"spa5\x01\x90"s, 12'500},
      {"sp5a\x32\x00"s, 12'500},
      {"fpe2\x1f\x40"s, 2'000'000},
      {"fpe2\xff\xff"s, 16'383'750},
      {"ui8 \xff"s, 255'000},
      {"ui16\x01\x00"s, 256'000},
      {"ui32\xff\xff\xff\xff"s, 4'294'967'295'000},
      {"si8 \xff"s, -1'000},
      {"si16\x80\x00"s, -32'768'000},
  };
  for (const auto& c : cases) {
    const auto value = smc_thousandths(c.value);
    ASSERT_TRUE(value) << c.value.substr(0, 4) << ": " << value.error().text;
    EXPECT_EQ(*value, c.thousandths) << c.value.substr(0, 4);
  }
}

TEST(Smc, WhatDoesNotFitItsTypeIsMalformed) {
  const std::string cases[] = {"",
                               "flt",
                               "flt ",
                               "flt \1\2\3"s,
                               "flt \1\2\3\4\5"s,
                               "flt \0\0\xc0\x7f"s,
                               "flt \0\0\x80\x7f"s,
                               "flt \xff\xff\x7f\x7f"s,
                               "sp78\1"s,
                               "sp79\1\2"s,
                               "spxy\1\2"s,
                               "fpe1\1\2"s,
                               "sp78\1\2\3"s,
                               "ui8 ",
                               "ui16\1"s,
                               "ui32\1\2\3"s,
                               "ch8*abc",
                               "{fds\1\2"s};
  for (const std::string& value : cases) {
    const auto decoded = smc_thousandths(value);
    ASSERT_FALSE(decoded) << value;
    EXPECT_EQ(decoded.error().cause, Cause::malformed);
  }
}

}  // namespace
}  // namespace wattlife
