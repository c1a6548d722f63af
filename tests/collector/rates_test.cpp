// SPDX-License-Identifier: EUPL-1.2
#include "collector/rates.h"

#include <gtest/gtest.h>

namespace wattlife {
namespace {

using std::chrono::seconds;

int taken(Rates& rates, const std::string& key, int tries, Duration at) {
  int count = 0;
  for (int i = 0; i < tries; ++i) count += rates.take(key, at) ? 1 : 0;
  return count;
}

TEST(Rates, each_key_has_its_own_burst) {
  Rates rates;
  EXPECT_EQ(taken(rates, "a", 500, seconds(0)), enrolment_burst);
  EXPECT_EQ(taken(rates, "b", 500, seconds(0)), enrolment_burst);
  EXPECT_EQ(taken(rates, "a", 500, seconds(60)), enrolments_per_minute);
}

// A flood of keys that were made up once emptied the whole table, and with it everybody's limit.
TEST(Rates, a_flood_of_other_keys_does_not_give_back_what_was_used_up) {
  Rates rates(100);
  EXPECT_EQ(taken(rates, "guesser", 500, seconds(0)), enrolment_burst);
  for (int i = 0; i < 5000; ++i) {
    rates.take("flood " + std::to_string(i), seconds(0));
    if (i % 50 == 0) {
      EXPECT_FALSE(rates.take("guesser", seconds(0))) << i;
    }
    EXPECT_LE(rates.size(), 100u);
  }
  EXPECT_EQ(rates.size(), 100u);
}

TEST(Rates, who_came_longest_ago_goes_first) {
  Rates rates(2);
  taken(rates, "old", 500, seconds(0));
  taken(rates, "young", 500, seconds(1));
  rates.take("new", seconds(2));
  EXPECT_FALSE(rates.take("young", seconds(1)));
  EXPECT_TRUE(rates.take("old", seconds(2))) << "forgotten, so it begins again";
}

TEST(Rates, all_addresses_that_one_machine_can_have_are_one) {
  EXPECT_EQ(rate_key_of_address("2001:db8:1:2::1"), rate_key_of_address("2001:db8:1:2:ffff::9"));
  EXPECT_NE(rate_key_of_address("2001:db8:1:2::1"), rate_key_of_address("2001:db8:1:3::1"));
  EXPECT_EQ(rate_key_of_address("192.0.2.7"), "192.0.2.7");
  EXPECT_NE(rate_key_of_address("::ffff:192.0.2.7"), rate_key_of_address("::ffff:192.0.2.8"));
  EXPECT_EQ(rate_key_of_address("unix"), "unix");
}

}  // namespace
}  // namespace wattlife
