// SPDX-License-Identifier: EUPL-1.2
// What stands in for a page that does not tell; the pages themselves: disk_windows_test, nvme_test.
#include <gtest/gtest.h>

#include "platform/sensors/decoders.h"
#include "tests/platform/tree_of.h"
#include "tests/platform/windows_bytes.h"

namespace wattlife {
namespace {

Inventory inventory_of(Answers answers) {
  Inventory inventory;
  read_nvme_drives(tree_of(std::move(answers), Os::macos), inventory);
  return inventory;
}

TEST(NvmeDrives, TheNameThatTheSystemHasStandsInForARefusedPage) {
  const Inventory inventory = inventory_of({{"nvme/0/identify", Cause::denied},
                                            {"nvme/0/model", "APPLE SSD AP0256Z "},
                                            {"nvme/0/size", le64(251'000'193'024)}});
  ASSERT_EQ(inventory.disks.size(), 1U);
  EXPECT_EQ(inventory.disks[0].model, "APPLE SSD AP0256Z");
  EXPECT_EQ(inventory.disks[0].size_bytes, 251'000'193'024);
  EXPECT_EQ(inventory.disks[0].serial, std::nullopt);
  EXPECT_TRUE(inventory.provision.drive_erase.empty());
  EXPECT_EQ(inventory.faults, (std::vector<Fault>{{"nvme/0/identify", Cause::denied}}));
}

TEST(NvmeDrives, TheDriveOfItselfGoesFirst) {
  std::string page(4096, '\0');
  page.replace(24, 6, "DRIVE1");
  page.replace(280, 8, le64(1'000));
  const Inventory inventory = inventory_of(
      {{"nvme/0/identify", page}, {"nvme/0/model", "OTHER"}, {"nvme/0/size", le64(2'000)}});
  ASSERT_EQ(inventory.disks.size(), 1U);
  EXPECT_EQ(inventory.disks[0].model, "DRIVE1");
  EXPECT_EQ(inventory.disks[0].size_bytes, 1'000);
  EXPECT_EQ(inventory.provision.drive_erase.size(), 1U);
}

TEST(NvmeDrives, TenComesAfterNineAndNoDriveIsNoFault) {
  Answers answers;
  for (const char* number : {"10", "9", "2"}) {
    answers.emplace_back("nvme/" + std::string(number) + "/model", "X");
  }
  const Inventory inventory = inventory_of(std::move(answers));
  ASSERT_EQ(inventory.disks.size(), 3U);
  EXPECT_EQ(inventory.disks[0].name, "nvme2");
  EXPECT_EQ(inventory.disks[2].name, "nvme10");
  EXPECT_EQ(inventory_of({}), Inventory{});
}

}  // namespace
}  // namespace wattlife
