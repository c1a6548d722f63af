// SPDX-License-Identifier: EUPL-1.2
#include <gtest/gtest.h>

#include "platform/sensors/decoders.h"
#include "tests/platform/tree_of.h"

namespace wattlife {
namespace {

using namespace std::string_literals;

std::string healthy_log() {
  std::string page(512, '\0');
  page[3] = 100;
  page[4] = 10;
  page[128] = 5;
  return page;
}

std::string identify_of(const std::string& model) {
  std::string page(4096, '\0');
  page.replace(24, model.size(), model);
  page[283] = 1;
  return page;
}

Inventory disks_of(Answers answers) {
  Inventory inventory;
  read_disks_linux(tree_of(std::move(answers)), inventory);
  return inventory;
}

TEST(DisksLinux, ReadPagesInOrderOfNumber) {
  const Inventory inventory = disks_of({{"nvme/nvme10/identify", identify_of("Ten")},
                                        {"nvme/nvme10/log/02", healthy_log()},
                                        {"nvme/nvme9/identify", identify_of("Nine")},
                                        {"nvme/nvme9/log/02", healthy_log()}});
  ASSERT_EQ(inventory.disks.size(), 2u);
  EXPECT_EQ(inventory.disks[0].name, "nvme9");
  EXPECT_EQ(inventory.disks[0].model, "Nine");
  EXPECT_EQ(inventory.disks[0].size_bytes, std::int64_t{1} << 24);
  EXPECT_EQ(inventory.disks[0].power_on_hours, 5);
  EXPECT_EQ(inventory.disks[1].name, "nvme10");
  EXPECT_TRUE(inventory.faults.empty());
}

TEST(DisksLinux, WithoutRightsModelAndSizeRemainAndHealthIsAFault) {
  const Inventory inventory = disks_of({{"sys/class/nvme/nvme0/model", "WDC SN720   \n"s},
                                        {"sys/class/nvme/nvme0/serial", "1234ABCD\n"s},
                                        {"sys/class/nvme/nvme0/transport", "pcie\n"s},
                                        {"sys/block/nvme0n1/size", "1000215216\n"s},
                                        {"sys/block/nvme1n1/size", "7\n"s},
                                        {"sys/block/sda/size", "9\n"s},
                                        {"nvme/nvme0/identify", Cause::denied},
                                        {"nvme/nvme0/log/02", Cause::denied}});
  ASSERT_EQ(inventory.disks.size(), 1u);
  Disk expected;
  expected.name = "nvme0";
  expected.model = "WDC SN720";
  expected.serial = "1234ABCD";
  expected.size_bytes = 512110190592;
  EXPECT_EQ(inventory.disks[0], expected);
  EXPECT_EQ(inventory.faults, (std::vector<Fault>{{"nvme/nvme0/identify", Cause::denied},
                                                  {"nvme/nvme0/log/02", Cause::denied}}));
}

TEST(DisksLinux, DrivesOverANetworkAndNamesThatAreNoneAreLeftOut) {
  const Inventory inventory = disks_of({{"sys/class/nvme/nvme0/transport", "tcp\n"s},
                                        {"sys/class/nvme/nvme0/model", "Linux\n"s},
                                        {"sys/class/nvme/nvme-fabrics/model", "x\n"s},
                                        {"nvme/nvme/identify", "x"s},
                                        {"nvme/nvme0n1/identify", "x"s}});
  EXPECT_TRUE(inventory.disks.empty());
  EXPECT_TRUE(inventory.faults.empty());
}

TEST(DisksLinux, APageThatMakesNoSenseIsAFault) {
  const Inventory inventory =
      disks_of({{"nvme/nvme0/identify", "short"s}, {"nvme/nvme0/log/02", std::string(512, '\0')}});
  ASSERT_EQ(inventory.disks.size(), 1u);
  EXPECT_EQ(inventory.faults, (std::vector<Fault>{{"nvme/nvme0/identify", Cause::malformed},
                                                  {"nvme/nvme0/log/02", Cause::malformed}}));
}

TEST(DisksLinux, ANameThatAnswersNothingIsNoDrive) {
  EXPECT_TRUE(disks_of({{"nvme/nvme7/identify", Cause::absent}}).disks.empty());
  EXPECT_EQ(disks_of({{"nvme/nvme7/identify", Cause::denied}}).disks.size(), 1u);
}

TEST(DisksLinux, NoneIsNoFault) {
  EXPECT_TRUE(disks_of({}).disks.empty());
  EXPECT_TRUE(disks_of({}).faults.empty());
}

TEST(DisksLinux, WithoutRightsAnAtaDriveIsListedAndItsHealthIsAFault) {
  const std::string folder = "sys/block/sda/";
  const Inventory inventory = disks_of({{folder + "device/vendor", "ATA     \n"s},
                                        {folder + "device/model", "ST500LM000-1EJ16\n"s},
                                        {folder + "removable", "0\n"s},
                                        {folder + "size", "976773168\n"s},
                                        {"sys/block/sdaa/size", "8\n"s},
                                        {"ata/sda/identify", Cause::denied}});
  ASSERT_EQ(inventory.disks.size(), 1u);
  EXPECT_EQ(inventory.disks[0].name, "sda");
  EXPECT_EQ(inventory.disks[0].model, "ST500LM000-1EJ16");
  EXPECT_EQ(inventory.disks[0].size_bytes, 500'107'862'016);
  EXPECT_EQ(inventory.faults, (std::vector<Fault>{{"ata/sda/identify", Cause::denied}}));
}

TEST(DisksLinux, AStickAndARemovableDriveAreNoPartOfTheMachine) {
  EXPECT_TRUE(disks_of({{"sys/block/sda/device/vendor", "SanDisk \n"s},
                        {"sys/block/sda/size", "976773168\n"s},
                        {"sys/block/sdb/device/vendor", "ATA     \n"s},
                        {"sys/block/sdb/removable", "1\n"s},
                        {"sys/block/sdb/size", "976773168\n"s}})
                  .disks.empty());
}

}  // namespace
}  // namespace wattlife
