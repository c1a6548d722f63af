// SPDX-License-Identifier: EUPL-1.2
#include "collector/attempts.h"

#include <gtest/gtest.h>

namespace wattlife {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

TEST(Attempts, wait_grows_and_ends) {
  struct Case {
    int failures;
    Duration wait;
  };
  const Case cases[] = {{0, seconds(0)},   {4, seconds(0)},         {5, seconds(1)},
                        {6, seconds(2)},   {9, seconds(16)},        {14, seconds(512)},
                        {15, minutes(15)}, {1'000'000, minutes(15)}};
  for (const Case& c : cases) {
    EXPECT_EQ(wait_of({c.failures, hours(1)}, hours(1)), c.wait) << c.failures;
  }
  EXPECT_EQ(wait_of({6, hours(1)}, Duration{hours(1)} + seconds(1)), seconds(1));
  EXPECT_EQ(wait_of({6, hours(1)}, Duration{hours(1)} + seconds(2)), seconds(0));
  EXPECT_EQ(wait_of({100, hours(1)}, hours(13)), seconds(0));
}

TEST(Attempts, success_forgets_and_keys_are_apart) {
  Attempts attempts;
  for (int i = 0; i < 8; ++i) attempts.failed("user jan", minutes(1));
  EXPECT_EQ(attempts.wait("user jan", minutes(1)), seconds(8));
  EXPECT_EQ(attempts.wait("user piet", minutes(1)), seconds(0));
  attempts.succeeded("user jan");
  EXPECT_EQ(attempts.wait("user jan", minutes(1)), seconds(0));
}

// An hour of guessing one password as fast as is allowed.
TEST(Attempts, a_guesser_gets_a_few_dozen_tries_a_day) {
  Attempts attempts;
  int tries = 0;
  for (Duration at{0}; at < hours(24); at += seconds(1)) {
    if (attempts.wait("user jan", at) > Duration{0}) continue;
    attempts.failed("user jan", at);
    ++tries;
  }
  EXPECT_GT(tries, 10);
  EXPECT_LT(tries, 120);
}

TEST(Attempts, memory_is_bounded_and_the_oldest_goes_first) {
  Attempts attempts(3);
  for (int i = 0; i < 100; ++i) attempts.failed("user " + std::to_string(i), seconds(i));
  EXPECT_EQ(attempts.size(), 3u);
  for (int i = 0; i < 6; ++i) attempts.failed("user 99", seconds(100));
  attempts.failed("user new", seconds(101));
  EXPECT_GT(attempts.wait("user 99", seconds(100)), seconds(0));
}

}  // namespace
}  // namespace wattlife
