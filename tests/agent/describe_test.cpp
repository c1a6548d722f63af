// SPDX-License-Identifier: EUPL-1.2
#include "agent/describe.h"

#include <gtest/gtest.h>

#include "tests/agent/examples.h"

namespace wattlife {
namespace {

// What is sent must be shown: each value that came with the second list stands in the text.
TEST(Describe, WhatTheSecondListAddedIsShown) {
  EnrolmentRequest request{Id128(16, 'i'), "0.1.0", laptop(), {}, newest_data_list};
  request.inventory.batteries[0].pack_number = 3;
  Provision& provision = request.inventory.provision;
  provision.processor = {"GenuineIntel", 6, 142, 10, true, 4, false};
  provision.drive_erase = {{"nvme0", true, true, true, true, true, true, true},
                           {"sda", false, false, false, false, false, false, false}};
  const std::string text = text_of(request);
  for (const char* shown :
       {"list of collected data 2", "pack 3 of this installation", "GenuineIntel", "family 6",
        "model 142", "stepping 10", "cores 4", "64 bits yes", "POPCNT and SSE4.2 no",
        "erasing nvme0: sanitize by key, sanitize by blocks, sanitize by overwriting, an erase "
        "command, that by key, not before the power was off, locked by a password",
        "erasing sda: no command of its own"}) {
    EXPECT_NE(text.find(shown), std::string::npos) << shown << " is not in\n" << text;
  }
}

}  // namespace
}  // namespace wattlife
