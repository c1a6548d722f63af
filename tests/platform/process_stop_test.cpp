// SPDX-License-Identifier: EUPL-1.2
// How a program is asked to end, and whether the machine ends too. In a program of its own: a stop
// is never taken back.
#include <gtest/gtest.h>

#include "platform/process.h"

namespace wattlife {
namespace {

TEST(ProcessStop, ARequestEndsTheWaitAndSaysWhetherTheMachineGoesDown) {
  watch_for_stop();
  ASSERT_FALSE(stop_requested());
  ASSERT_FALSE(machine_goes_down()) << "this machine runs, so there is no /run/nologin";
  request_stop(false);
  EXPECT_TRUE(stop_requested());
  EXPECT_FALSE(machine_goes_down());
  EXPECT_FALSE(wait_until(BootTime{now().boot.since_boot + std::chrono::hours(1)}));
  request_stop(true);
  EXPECT_TRUE(machine_goes_down());
  request_stop(false);
  EXPECT_TRUE(machine_goes_down()) << "what was told once stays";
}

}  // namespace
}  // namespace wattlife
