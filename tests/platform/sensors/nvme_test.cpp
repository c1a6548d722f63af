// SPDX-License-Identifier: EUPL-1.2
#include "platform/sensors/nvme.h"

#include <gtest/gtest.h>

#include "platform/sensors/decoders.h"

namespace wattlife {
namespace {

std::string log_page() {
  std::string page(512, '\0');
  page[0] = 4;
  page[1] = 0x36;  // trap 22: 310 K, at an odd offset; not read, and must not shift the rest
  page[2] = 0x01;
  page[3] = 97;
  page[4] = 10;
  page[5] = static_cast<char>(130);
  page[48] = 0x10;
  page[49] = 0x27;
  page[128] = 0x39;
  page[129] = 0x30;
  page[160] = 2;
  return page;
}

TEST(NvmeHealth, ReadsEachField) {
  Disk disk;
  ASSERT_TRUE(decode_nvme_health(log_page(), disk));
  EXPECT_EQ(disk.critical_warning, 4);
  EXPECT_EQ(disk.available_spare, 97);
  EXPECT_EQ(disk.spare_threshold, 10);
  EXPECT_EQ(disk.percentage_used, 130);
  EXPECT_EQ(disk.data_units_written, 10000);
  EXPECT_EQ(disk.power_on_hours, 12345);
  EXPECT_EQ(disk.media_errors, 2);
  EXPECT_EQ(disk.reallocated, std::nullopt);
}

// Trap 21.
TEST(NvmeHealth, PercentageUsedIsAsTheDriveSays) {
  for (const int used : {0, 100, 130, 255}) {
    std::string page = log_page();
    page[5] = static_cast<char>(used);
    Disk disk;
    ASSERT_TRUE(decode_nvme_health(page, disk));
    EXPECT_EQ(disk.percentage_used, used);
  }
}

// Trap 23.
TEST(NvmeHealth, NoUnitsWrittenMeansNotReported) {
  std::string page = log_page();
  page[48] = page[49] = 0;
  Disk disk;
  ASSERT_TRUE(decode_nvme_health(page, disk));
  EXPECT_EQ(disk.data_units_written, std::nullopt);
  EXPECT_EQ(disk.media_errors, 2) << "where zero is a count, it stays one";
}

TEST(NvmeHealth, CountersOfMoreThan63BitsAreEmpty) {
  for (const std::size_t byte : {std::size_t{48 + 8}, std::size_t{48 + 15}}) {
    std::string page = log_page();
    page[byte] = 1;
    Disk disk;
    ASSERT_TRUE(decode_nvme_health(page, disk));
    EXPECT_EQ(disk.data_units_written, std::nullopt);
  }
  std::string page = log_page();
  page[48 + 7] = static_cast<char>(0x7F);
  Disk disk;
  ASSERT_TRUE(decode_nvme_health(page, disk));
  EXPECT_EQ(disk.data_units_written, (std::int64_t{0x7F} << 56) + 10000);
}

TEST(NvmeHealth, ShortOrEmptyPagesAreMalformedAndChangeNothing) {
  for (const std::string& page : {std::string(), log_page().substr(0, 511), std::string(512, '\0'),
                                  std::string(512, '\xff')}) {
    Disk disk;
    const Done decoded = decode_nvme_health(page, disk);
    ASSERT_FALSE(decoded);
    EXPECT_EQ(decoded.error().cause, Cause::malformed);
    EXPECT_EQ(disk, Disk{});
  }
}

std::string identify_page(std::string_view serial, std::string_view model) {
  std::string page(4096, '\0');
  page.replace(4, 20, std::string(20, ' ')).replace(4, serial.size(), serial);
  page.replace(24, 40, std::string(40, ' ')).replace(24, model.size(), model);
  const unsigned char size[] = {0x00, 0x60, 0x25, 0x3c, 0x77};  // 512,110,190,592
  for (std::size_t i = 0; i < sizeof size; ++i) page[280 + i] = static_cast<char>(size[i]);
  return page;
}

TEST(NvmeIdentify, ReadsSerialModelAndSize) {
  Disk disk;
  ASSERT_TRUE(
      decode_nvme_identify(identify_page("S4EUNX0N123456", "SAMSUNG MZVL2512HCJQ-00B07"), disk));
  EXPECT_EQ(disk.serial, "S4EUNX0N123456");
  EXPECT_EQ(disk.model, "SAMSUNG MZVL2512HCJQ-00B07");
  EXPECT_EQ(disk.size_bytes, 512110190592);
}

TEST(NvmeIdentify, KeepsWhatIsKnownWhenThePageDoesNotTell) {
  std::string page = identify_page("", "");
  page.replace(280, 16, std::string(16, '\0'));
  Disk disk;
  disk.serial = "from sysfs";
  disk.model = "from sysfs";
  disk.size_bytes = 5;
  ASSERT_TRUE(decode_nvme_identify(page, disk));
  EXPECT_EQ(disk.serial, "from sysfs");
  EXPECT_EQ(disk.model, "from sysfs");
  EXPECT_EQ(disk.size_bytes, 5);
}

TEST(NvmeIdentify, ShortOrEmptyPagesAreMalformed) {
  for (const std::string& page : {std::string(), std::string(4095, 'x'), std::string(4096, '\0')}) {
    Disk disk;
    ASSERT_FALSE(decode_nvme_identify(page, disk));
    EXPECT_EQ(disk, Disk{});
  }
}

TEST(Traps, Trap22_the_temperature_stands_at_an_odd_offset_in_kelvin) {
  const auto health = decode_nvme_log(log_page());
  ASSERT_TRUE(health);
  EXPECT_EQ(health->temperature_kelvin, 310);
  EXPECT_NEAR(celsius(*health->temperature_kelvin), 36.85, 1e-9);
}

TEST(Traps, Trap23_zero_data_units_are_not_reported) {
  std::string page = log_page();
  page[48] = page[49] = 0;
  const auto health = decode_nvme_log(page);
  ASSERT_TRUE(health);
  EXPECT_EQ(health->data_units_written, std::nullopt);
  EXPECT_EQ(health->data_units_read, std::nullopt);
  EXPECT_EQ(health->host_writes, 0) << "commands are counted from zero";
}

TEST(Traps, Trap33_a_counter_that_cannot_be_is_unknown) {
  std::string page = log_page();
  for (std::size_t i = 0; i < 16; ++i) page[128 + i] = static_cast<char>(0xFF);
  EXPECT_EQ(decode_nvme_log(page)->power_on_hours, std::nullopt);
}

TEST(NvmeErase, what_the_drive_offers) {
  std::string page(4096, '\0');
  page[4] = 'S';
  EXPECT_EQ(*decode_nvme_erase(page), NvmeErase{});
  page[328] = 0x05;
  page[256] = 0x02;
  page[524] = 0x04;
  EXPECT_EQ(*decode_nvme_erase(page), (NvmeErase{true, false, true, true, true}));
  page[256] = 0;
  EXPECT_FALSE(decode_nvme_erase(page)->format_crypto) << "no Format at all";
  EXPECT_FALSE(decode_nvme_erase(page.substr(1)));

  std::vector<DriveErase> drives;
  add_nvme_erase("nvme0", page, drives);
  add_nvme_erase("nvme1", page.substr(1), drives);
  EXPECT_EQ(drives,
            (std::vector<DriveErase>{{"nvme0", true, false, true, false, false, false, false}}));
}

}  // namespace
}  // namespace wattlife
