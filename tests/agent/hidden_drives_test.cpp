// SPDX-License-Identifier: EUPL-1.2
#include "agent/hidden_drives.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/platform/tree_of.h"

namespace wattlife {
namespace {

using namespace std::string_literals;

TEST(HiddenDrives, FindsDrivesThatAreHidden) {
  const auto tree = tree_of({
      {"sys/block/nvme0n1/size", "1\n"s},
      {"sys/block/sda/device/vendor", "ATA     \n"s},
      {"sys/block/sdb/device/vendor", "SanDisk \n"s},
      {"sys/block/sdc/device/vendor", "LSI     \n"s},
      {"sys/block/md0/md/level", "raid1\n"s},
      {"sys/bus/pci/devices/0000:00:17.0/class", "0x010400\n"s},
      {"sys/bus/pci/devices/0000:00:1f.0/class", "0x060100\n"s},
  });
  EXPECT_EQ(hidden_drives(tree),
            (std::vector<HiddenDrive>{{"md0", HiddenDrive::Behind::raid},
                                      {"sdb", HiddenDrive::Behind::usb_bridge},
                                      {"sdc", HiddenDrive::Behind::raid},
                                      {"pci-0000:00:17.0", HiddenDrive::Behind::raid}}));
  EXPECT_TRUE(hidden_drives(tree_of({}, Os::windows)).empty());
}

TEST(HiddenDrives, ARaidControllerThatPassesItsDrivesOnHidesNothing) {
  const auto tree = tree_of({
      {"sys/bus/pci/devices/0000:00:0e.0/class", "0x010400\n"s},
      {"sys/bus/pci/devices/10000:e1:00.0/class", "0x010802\n"s},
  });
  EXPECT_TRUE(hidden_drives(tree).empty());
}

TEST(HiddenDrives, ADriveOfWindowsThatIsNeitherNvmeNorAtaIsHidden) {
  const auto tree = tree_of(
      {{"disk/0/performance", "x"s}, {"disk/1/performance", "x"s}, {"nvme/0/identify", "x"s}},
      Os::windows);
  EXPECT_EQ(hidden_drives(tree),
            (std::vector<HiddenDrive>{{"disk1", HiddenDrive::Behind::other_driver}}));
}

}  // namespace
}  // namespace wattlife
