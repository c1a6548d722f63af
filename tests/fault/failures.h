// SPDX-License-Identifier: EUPL-1.2
// Every way of failing, for every N: shared by the tests of the two stores.
#pragma once

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <string>

#include "tests/fault/fault_vfs.h"

namespace wattlife::fault {

struct Failure {
  const char* name;
  Failing failing;
  int code;
  Calls calls;
};
inline constexpr Failure failures[] = {
    {"one write or sync fails", Failing::once, SQLITE_IOERR_WRITE, Calls::changes},
    {"the disk fails from here on", Failing::for_ever, SQLITE_IOERR_FSYNC, Calls::changes},
    {"the disk is full once", Failing::once, SQLITE_FULL, Calls::changes},
    {"the disk is full from here on", Failing::for_ever, SQLITE_FULL, Calls::changes},
    {"a lock is refused once", Failing::once, SQLITE_IOERR_LOCK, Calls::locks},
};

// Runs `round(failure)` with the first call failing, then the second, and so on, until a round ends
// that no failure reached. `round` gets a disk that is armed and must disarm it.
template <class Round>
void for_every_call(Round round) {
  install();
  for (const Failure& failure : failures) {
    int nth = 1;
    for (;; ++nth) {
      SCOPED_TRACE(std::string(failure.name) + ", call " + std::to_string(nth));
      ASSERT_LT(nth, 2000) << "a round that never ends untouched";
      round(failure, nth);
      disarm();
      if (::testing::Test::HasFatalFailure() || !fired()) break;
    }
    EXPECT_GT(nth, 5) << failure.name << ": the disk was hardly asked";
  }
}

}  // namespace wattlife::fault
