// SPDX-License-Identifier: EUPL-1.2
#include <gtest/gtest.h>

#include "platform/sensors/decoders.h"
#include "tests/platform/ata_builder.h"
#include "tests/platform/tree_of.h"
#include "tests/platform/windows_bytes.h"

namespace wattlife {
namespace {

std::string identify(const std::string& model, std::uint64_t size_bytes) {
  std::string page(4096, '\0');
  page.replace(4, 20, "S1234               ");
  page.replace(24, 40, (model + std::string(40, ' ')).substr(0, 40));
  page.replace(280, 8, le64(size_bytes));
  return page;
}

std::string health() {
  std::string page(512, '\0');
  page[3] = 100;
  page[4] = 10;
  page[5] = 7;
  page.replace(128, 8, le64(4'321));
  return page;
}

Inventory inventory_of(const Answers& answers) {
  Inventory inventory;
  read_disks_windows(tree_of(answers, Os::windows), inventory);
  return inventory;
}

TEST(WindowsDisks, APageEachGivesIdentityAndHealth) {
  const Inventory inventory =
      inventory_of({{"nvme/0/identify", identify("KXG60ZNV256G", 256'060'514'304)},
                    {"nvme/0/log/02", health()}});
  ASSERT_EQ(inventory.disks.size(), 1U);
  const Disk& disk = inventory.disks[0];
  EXPECT_EQ(disk.name, "nvme0");
  EXPECT_EQ(disk.kind, DiskKind::nvme);
  EXPECT_EQ(disk.model, "KXG60ZNV256G");
  EXPECT_EQ(disk.serial, "S1234");
  EXPECT_EQ(disk.size_bytes, 256'060'514'304);
  EXPECT_EQ(disk.percentage_used, 7);
  EXPECT_EQ(disk.power_on_hours, 4'321);
  EXPECT_TRUE(inventory.faults.empty());
}

TEST(WindowsDisks, TheSizeOfTheSystemStandsInForADriveThatDoesNotTell) {
  struct Case {
    const char* name;
    CapturedValue size;
    std::optional<std::int64_t> want;
    bool fault;
  };
  const Case cases[] = {{"told", le64(512'110'190'592), 512'110'190'592, false},
                        {"nothing", le64(0), std::nullopt, false},
                        {"more than there is", le64(~std::uint64_t{0}), std::nullopt, false},
                        {"cut off", std::string(4, '\1'), std::nullopt, true},
                        {"denied", Cause::denied, std::nullopt, true}};
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const Inventory inventory = inventory_of({{"nvme/0/identify", identify("X", 0)},
                                              {"nvme/0/log/02", health()},
                                              {"nvme/0/size", c.size}});
    ASSERT_EQ(inventory.disks.size(), 1U);
    EXPECT_EQ(inventory.disks[0].size_bytes, c.want);
    EXPECT_EQ(!inventory.faults.empty(), c.fault);
  }
}

// A driver that hides the drive: listed, health not known, and said so.
TEST(WindowsDisks, ADriveWithoutPagesIsListedAndAFault) {
  const Inventory inventory = inventory_of({{"nvme/1/identify", Cause::io},
                                            {"nvme/1/log/02", std::string(100, '\0')},
                                            {"nvme/1/size", le64(1'000)}});
  ASSERT_EQ(inventory.disks.size(), 1U);
  EXPECT_FALSE(inventory.disks[0].percentage_used);
  EXPECT_EQ(inventory.faults, (std::vector<Fault>{{"nvme/1/identify", Cause::io},
                                                  {"nvme/1/log/02", Cause::malformed}}));
}

TEST(WindowsDisks, AreInTheOrderOfTheirNumbers) {
  const Inventory inventory = inventory_of(
      {{"nvme/10/log/02", health()}, {"nvme/2/log/02", health()}, {"nvme/1/log/02", health()}});
  ASSERT_EQ(inventory.disks.size(), 3U);
  EXPECT_EQ(inventory.disks[0].name, "nvme1");
  EXPECT_EQ(inventory.disks[1].name, "nvme2");
  EXPECT_EQ(inventory.disks[2].name, "nvme10");
}

TEST(WindowsDisks, AtaDrivesStandAfterNvme) {
  const std::vector<AtaEntry> entries = {{5, 0x33, 100, 3, 10}};
  const Inventory inventory = inventory_of({{"ata/1/identify", ata_identify("ST500LM000", 5400)},
                                            {"ata/1/attributes", ata_attributes(entries)},
                                            {"ata/1/thresholds", ata_thresholds(entries)},
                                            {"nvme/0/identify", identify("A", 1'000)}});
  ASSERT_EQ(inventory.disks.size(), 2U);
  EXPECT_EQ(inventory.disks[0].kind, DiskKind::nvme);
  EXPECT_EQ(inventory.disks[1].name, "ata1");
  EXPECT_EQ(inventory.disks[1].model, "ST500LM000");
  EXPECT_EQ(inventory.disks[1].reallocated, 3);
}

}  // namespace
}  // namespace wattlife
