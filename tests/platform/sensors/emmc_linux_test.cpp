// SPDX-License-Identifier: EUPL-1.2
#include "platform/sensors/emmc_linux.h"

#include <gtest/gtest.h>

#include "core/health.h"
#include "platform/sensors/decoders.h"
#include "tests/platform/tree_of.h"

namespace wattlife {
namespace {

using namespace std::string_literals;

TEST(Traps, Trap26_emmc_life_exceeded_and_undefined) {
  EXPECT_EQ(emmc_life("0x0b 0x01\n"), (EmmcLife{100, std::nullopt, true}));
  EXPECT_EQ(emmc_life("0x00 0x00"), EmmcLife{}) << "unknown, not new";
  EXPECT_EQ(emmc_life("0x00 0x02"), (EmmcLife{10, 20, false}));
  EXPECT_EQ(emmc_life("0x02 0x01"), (EmmcLife{10, 20, false})) << "the worse of the two";
  EXPECT_EQ(emmc_life("0x01 0x01"), (EmmcLife{0, 10, false}));
  EXPECT_EQ(emmc_life("0x0A"), (EmmcLife{90, 100, false}));
  for (const char* text : {"", "1 2", "0x", "0xzz", "0x0c 0xff", "0x100"}) {
    EXPECT_EQ(emmc_life(text), EmmcLife{}) << text;
  }
}

TEST(Emmc, reserve) {
  EXPECT_EQ(emmc_reserve("0x01\n"), 1);
  EXPECT_EQ(emmc_reserve("0x03"), 3);
  EXPECT_EQ(emmc_reserve("0x00"), std::nullopt);
  EXPECT_EQ(emmc_reserve("0x04"), std::nullopt);
  EXPECT_EQ(emmc_reserve(""), std::nullopt);
}

Answers card(const std::string& type, const std::string& life, const std::string& reserve) {
  const std::string folder = "sys/block/mmcblk0/";
  return {{folder + "device/type", type + "\n"},
          {folder + "device/name", "DF4064\n"s},
          {folder + "device/serial", "0x1234abcd\n"s},
          {folder + "size", "122142720\n"s},
          {folder + "device/life_time", life + "\n"},
          {folder + "device/pre_eol_info", reserve + "\n"}};
}

Inventory inventory_of(Answers answers) {
  Inventory inventory;
  read_disks_linux(tree_of(std::move(answers)), inventory);
  return inventory;
}

TEST(Emmc, a_soldered_card_is_a_drive) {
  const Inventory inventory = inventory_of(card("MMC", "0x02 0x01", "0x01"));
  ASSERT_EQ(inventory.disks.size(), 1u);
  const Disk& disk = inventory.disks[0];
  EXPECT_EQ(disk.kind, DiskKind::emmc);
  EXPECT_EQ(disk.model, "DF4064");
  EXPECT_EQ(disk.size_bytes, 62'537'072'640);
  EXPECT_EQ(disk.percentage_used, 10);
  EXPECT_EQ(judge_disk(disk), (Judgement{Verdict::good, {}}));
}

TEST(Emmc, verdicts) {
  const auto verdict = [](const char* life, const char* reserve) {
    return judge_disk(inventory_of(card("MMC", life, reserve)).disks.at(0));
  };
  EXPECT_EQ(verdict("0x0b 0x0b", "0x01"), (Judgement{Verdict::watch, {"beyond_rating"}}));
  EXPECT_EQ(verdict("0x02 0x02", "0x02"), (Judgement{Verdict::watch, {"reserve_low"}}));
  EXPECT_EQ(verdict("0x02 0x02", "0x03"), (Judgement{Verdict::fail, {"reserve_urgent"}}));
  EXPECT_EQ(verdict("0x00 0x00", "0x00").verdict, Verdict::unknown);
}

TEST(Emmc, an_sd_card_is_no_part_of_the_machine) {
  EXPECT_TRUE(inventory_of(card("SD", "0x02 0x01", "0x01")).disks.empty());
}

}  // namespace
}  // namespace wattlife
