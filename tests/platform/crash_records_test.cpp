// SPDX-License-Identifier: EUPL-1.2
#include "platform/crash_records.h"

#include <gtest/gtest.h>

namespace wattlife {
namespace {

using Names = std::vector<std::string>;

TEST(CrashRecords, ACrashCountsOnce) {
  const struct {
    Names pstore;
    Names archive;
    std::int64_t crashes;
  } cases[] = {
      {{}, {}, 0},
      {{"dmesg-efi_pstore-170550000001001", "dmesg-efi_pstore-170550000002001"}, {}, 1},
      {{"dmesg-efi-170550000001001", "dmesg-efi-170560000001001"}, {}, 2},
      {{"dmesg-ramoops-0", "dmesg-ramoops-1.enc.z"}, {}, 2},
      {{"dmesg-erst-6900000000000000001"}, {}, 1},
      {{"console-ramoops-0", "pmsg-ramoops-0", "README"}, {}, 0},
      {{}, {"1705500000", "1705600000", "lost+found"}, 2},
      {{"dmesg-efi_pstore-170550000001001"}, {"1705500000"}, 1},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(crashes_kept(c.pstore, c.archive), c.crashes)
        << (c.pstore.empty() ? "archive" : c.pstore.front());
  }
}

}  // namespace
}  // namespace wattlife
