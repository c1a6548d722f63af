// SPDX-License-Identifier: EUPL-1.2
// What can be said without a drive; with drives: tests/hardware.
#include "platform/drive_pages_linux.h"

#include <gtest/gtest.h>

#include <string>

#include "platform/sensors/ata.h"

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

// Sense data as SAT-4 has it: with an ATA Status Return descriptor, or of fixed format.
std::string with_descriptor(unsigned status, unsigned count, unsigned mid, unsigned high) {
  std::string sense(32, '\0');
  sense[0] = 0x72;
  sense[1] = 0x01;  // recovered error
  sense[3] = 0x1D;  // ATA pass-through information available
  sense[7] = 14;
  sense[8] = 0x09;
  sense[9] = 0x0C;
  sense[13] = static_cast<char>(count);
  sense[17] = static_cast<char>(mid);
  sense[19] = static_cast<char>(high);
  sense[21] = static_cast<char>(status);
  return sense;
}
std::string of_fixed_format(unsigned status, unsigned count, unsigned mid, unsigned high) {
  std::string sense(32, '\0');
  sense[0] = 0x70;
  sense[2] = 0x01;
  sense[4] = static_cast<char>(status);
  sense[6] = static_cast<char>(count);
  sense[7] = 10;
  sense[10] = static_cast<char>(mid);
  sense[11] = static_cast<char>(high);
  sense[12] = 0x00;
  sense[13] = 0x1D;
  return sense;
}

TEST(DrivePages, RegistersComeBackInEitherFormOfSenseData) {
  const AtaRegisters registers{0x50, 0xFF, 0x4F, 0xC2};
  EXPECT_EQ(ata_registers_in(with_descriptor(0x50, 0xFF, 0x4F, 0xC2)), registers);
  EXPECT_EQ(ata_registers_in(of_fixed_format(0x50, 0xFF, 0x4F, 0xC2)), registers);
  std::string deferred = of_fixed_format(0x50, 0, 0x4F, 0xC2);
  deferred[0] = static_cast<char>(0x80 | 0x70);  // the field "information" is valid
  EXPECT_TRUE(ata_registers_in(deferred));
  // A bridge that filled in zeros, which is no drive in standby, and a drive that is busy.
  for (const unsigned status : {0x00U, 0x80U, 0xD0U}) {
    EXPECT_FALSE(ata_registers_in(with_descriptor(status, 0, 0, 0))) << status;
    EXPECT_FALSE(ata_registers_in(of_fixed_format(status, 0, 0, 0))) << status;
  }
  const auto standby = ata_registers_in(with_descriptor(0x50, 0, 0, 0));
  ASSERT_TRUE(standby);
  EXPECT_TRUE(is_asleep(*standby));
  // A bridge that returned nothing, another descriptor, sense data that was cut off.
  EXPECT_FALSE(ata_registers_in(std::string(32, '\0')));
  std::string other = with_descriptor(0x50, 0, 0x4F, 0xC2);
  other[8] = 0x00;
  EXPECT_FALSE(ata_registers_in(other));
  for (std::size_t length = 0; length < 22; ++length) {
    EXPECT_FALSE(ata_registers_in(with_descriptor(0x50, 0, 0x4F, 0xC2).substr(0, length)));
  }
}

TEST(DrivePages, TheJudgementOfTheDriveIsWhatTheDecoderReads) {
  struct Case {
    const char* what;
    std::string sense;
    std::optional<bool> passed;  // empty: no judgement
    Cause cause = Cause::io;
  };
  const Case cases[] = {
      {"passed", with_descriptor(0x50, 0, 0x4F, 0xC2), true},
      {"failed", with_descriptor(0x50, 0, 0xF4, 0x2C), false},
      {"passed, fixed format", of_fixed_format(0x50, 0, 0x4F, 0xC2), true},
      {"failed, fixed format", of_fixed_format(0x50, 0, 0xF4, 0x2C), false},
      {"no registers", std::string(32, '\0'), {}, Cause::absent},
      {"aborted: SMART is off", with_descriptor(0x51, 0, 0x4F, 0xC2), {}, Cause::io},
      {"device fault", of_fixed_format(0x70, 0, 0x4F, 0xC2), {}, Cause::io},
      {"neither signature", with_descriptor(0x50, 0, 0x00, 0xC2), {}, Cause::malformed},
  };
  for (const Case& c : cases) {
    const Result<std::string> page = smart_status_page(ata_registers_in(c.sense));
    const Result<bool> passed = page ? decode_ata_status(*page) : Result<bool>(page.error());
    EXPECT_EQ(passed ? std::optional(*passed) : std::nullopt, c.passed) << c.what;
    EXPECT_TRUE(passed || passed.error().cause == c.cause) << c.what;
  }
}

TEST(DrivePages, TheStatusOfADriveThatIsNotThereIsAbsent) {
  const auto status = ata_page("sdzzzz", "status");
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().cause, Cause::absent);
  EXPECT_NE(status.error().text.find("sdzzzz"), std::string::npos) << status.error().text;
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
