// SPDX-License-Identifier: EUPL-1.2
// What can be said without a drive; with drives: tests/hardware.
#include "platform/drive_pages_linux.h"

#include <gtest/gtest.h>

namespace wattlife {
namespace {

TEST(DrivePages, KnowNamesOfDrives) {
  for (const char* name : {"nvme0", "nvme10"}) EXPECT_TRUE(is_nvme_controller(name)) << name;
  for (const char* name : {"nvme", "nvme0n1", "nvme0n1p1", "nvmex", "", "xnvme0"}) {
    EXPECT_FALSE(is_nvme_controller(name)) << name;
  }
  for (const char* name : {"sda", "sdz", "sdaa"}) EXPECT_TRUE(is_scsi_disk(name)) << name;
  for (const char* name : {"sd", "sda1", "sr0", "", "s", "SDA"}) {
    EXPECT_FALSE(is_scsi_disk(name)) << name;
  }
}

TEST(DrivePages, TellAnAtaDriveFromABridge) {
  EXPECT_TRUE(is_ata_vendor("ATA     \n"));
  EXPECT_FALSE(is_ata_vendor("Samsung \n"));
  EXPECT_FALSE(is_ata_vendor(""));
}

TEST(DrivePages, HaveNoOthersThanTheirList) {
  for (const char* page : {"", "identity", "devstat/", "devstat/7", "devstat/0g", "devstat/007"}) {
    const auto answer = ata_page("sda", page);
    ASSERT_FALSE(answer) << page;
    EXPECT_EQ(answer.error().cause, Cause::absent) << page;
  }
  const auto answer = nvme_page("nvme0", "log/03");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().cause, Cause::absent);
}

TEST(DrivePages, AreAbsentWhereThereIsNoDrive) {
  const auto ata = ata_page("sdzzzz", "identify");
  ASSERT_FALSE(ata);
  EXPECT_EQ(ata.error().cause, Cause::absent);
  const auto nvme = nvme_page("nvme987654", "log/02");
  ASSERT_FALSE(nvme);
  EXPECT_EQ(nvme.error().cause, Cause::absent);
}

}  // namespace
}  // namespace wattlife
