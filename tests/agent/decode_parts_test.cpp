// SPDX-License-Identifier: EUPL-1.2
#include "agent/decode_parts.h"

#include <gtest/gtest.h>

#include "agent/decode.h"
#include "tests/platform/smbios_builder.h"
#include "tests/platform/tree_of.h"

namespace wattlife {
namespace {

using namespace std::string_literals;

constexpr const char* secure_boot =
    "sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c";

std::string cpuinfo(int model) {
  std::string text;
  for (int core = 0; core < 4; ++core) {
    text += "vendor_id\t: GenuineIntel\ncpu family\t: 6\nmodel\t\t: " + std::to_string(model) +
            "\nstepping\t: 10\nphysical id\t: 0\ncore id\t\t: " + std::to_string(core) +
            "\nflags\t\t: fpu lm sse4_2 popcnt\n\n";
  }
  return text;
}

// An NVMe drive that knows sanitize by crypto and block erase, and Format with crypto.
std::string identify() {
  std::string page(4096, '\0');
  page.replace(4, 20, "S-1                 ");
  page.replace(24, 40, "MODEL                                   ");
  page[256] = 2;
  page[328] = 3;
  page[524] = 4;
  return page;
}

std::string memory_table() { return smbios_memory(8192) + smbios_memory(0) + smbios_end(); }

std::string lines_of(Answers answers, Os os = Os::linux_os) {
  return to_lines(decode(tree_of(std::move(answers), os)));
}
bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(DecodeParts, EachIsALineWhenItIsKnown) {
  const std::string lines = lines_of({{"proc/cpuinfo", cpuinfo(142)},
                                      {"sys/firmware/dmi/tables/DMI", memory_table()},
                                      {"sys/class/tpm/tpm0/tpm_version_major", "1\n"s},
                                      {"nvme/nvme0/identify", identify()}});
  EXPECT_TRUE(has(lines, "Windows 11        no: fails on tpm; not seen secure_boot, disk\n"))
      << lines;
  EXPECT_TRUE(has(lines,
                  "Memory slots      1 of 2 filled, largest module 8192 MiB: slot: 8192 MiB DDR4; "
                  "slot: free\n"))
      << lines;
  EXPECT_TRUE(has(lines, "erases itself: sanitize by crypto, block; format, also crypto\n"))
      << lines;
  EXPECT_FALSE(has(lines, "wear:")) << "one moment says nothing of wear";
}

TEST(DecodeParts, AMachineThatSaysNothingHasNoneOfTheLines) {
  for (const Os os : {Os::linux_os, Os::windows, Os::macos}) {
    const std::string lines = lines_of({}, os);
    for (const char* name : {"Windows 11", "slot: ", "erases itself", "wear:"}) {
      EXPECT_FALSE(has(lines, name)) << lines;
    }
  }
}

TEST(DecodeParts, WindowsElevenIsYesOnlyWhenAllIsSeen) {
  Answers answers = {{"proc/cpuinfo", cpuinfo(142)},
                     {"sys/firmware/dmi/tables/DMI", memory_table()},
                     {"sys/class/tpm/tpm0/tpm_version_major", "2\n"s},
                     {"sys/block/nvme0n1/size", "500118192\n"s},
                     {"nvme/nvme0/identify", identify()}};
  EXPECT_TRUE(has(lines_of(answers), "Windows 11        unknown: not seen secure_boot\n"))
      << lines_of(answers);
  answers.emplace_back(secure_boot, "\x06\0\0\0\0"s);
  EXPECT_TRUE(has(lines_of(answers), "Windows 11        yes\n")) << lines_of(answers);
  answers[0].second = cpuinfo(60);
  EXPECT_TRUE(has(lines_of(answers), "Windows 11        no: fails on processor\n"))
      << lines_of(answers);
}

TEST(DecodeParts, OnWindowsTheTableAndTheDrivesAreElsewhere) {
  const std::string header("\0\3\0\0\xFF\xFF\0\0", 8);
  const std::string lines =
      lines_of({{"smbios", header + memory_table()}, {"nvme/0/identify", identify()}}, Os::windows);
  EXPECT_TRUE(has(lines,
                  "Memory slots      1 of 2 filled, largest module 8192 MiB: slot: 8192 MiB DDR4; "
                  "slot: free\n"))
      << lines;
  EXPECT_TRUE(has(lines, "erases itself: sanitize by crypto, block")) << lines;
  EXPECT_TRUE(lines_of({{"smbios", "short"s}}, Os::windows).find("slot: ") == std::string::npos);
}

TEST(DecodeParts, WearNeedsTwoMomentsOfTheSameDrive) {
  Disk disk;
  disk.name = "nvme0";
  disk.model = "MODEL";
  disk.serial = "S-1";
  disk.percentage_used = 10;
  disk.data_units_written = 10'000'000;
  const UtcDay first{std::chrono::year{2025} / 1 / 1};
  Disk later = disk;
  later.percentage_used = 18;
  later.data_units_written = 18'000'000;
  const UtcDay last = first + std::chrono::days(730);
  DecodedParts parts;
  add_wear({{first, {disk}}, {last, {later}}}, parts);
  ASSERT_TRUE(parts.drives["nvme0"].wear);
  EXPECT_EQ(wear_text(*parts.drives["nvme0"].wear),
            "4.0 % of its rating a year, about 20 years to its rating, 2.0 TB written a year");
  later.serial = "S-2";
  DecodedParts other;
  add_wear({{first, {disk}}, {last, {later}}}, other);
  EXPECT_FALSE(other.drives["nvme0"].wear);
  DecodedParts soon;
  later.serial = "S-1";
  add_wear({{first, {disk}}, {first + std::chrono::days(14), {later}}}, soon);
  EXPECT_EQ(wear_text(*soon.drives["nvme0"].wear), "") << "a fortnight is no trend";
}

TEST(DecodeParts, HowAnAtaDriveErasesItself) {
  DriveParts drive;
  EXPECT_EQ(erase_text(drive), "") << "not read";
  drive.ata_erase = AtaErase{};
  EXPECT_EQ(erase_text(drive), "no command of its own");
  drive.ata_erase->security_erase = true;
  drive.ata_erase->frozen = true;
  EXPECT_EQ(erase_text(drive), "security erase; frozen until the power was off");
}

// The contract with scripts has none of this.
TEST(DecodeParts, TheJsonStaysAsItWas) {
  const CaptureTree tree = tree_of({{"proc/cpuinfo", cpuinfo(142)},
                                    {"sys/firmware/dmi/tables/DMI", memory_table()},
                                    {"sys/class/tpm/tpm0/tpm_version_major", Cause::denied},
                                    {"nvme/nvme0/identify", identify()}});
  const std::string json = to_json(decode(tree));
  for (const char* word : {"\"windows", "\"tpm", "\"slot", "\"erase", "\"wear"}) {  // keys
    EXPECT_FALSE(has(json, word)) << json;
  }
}

TEST(SignsText, SaysWhatIsToldAndNoMore) {
  HardwareSigns signs;
  EXPECT_EQ(heat_text(signs), "");
  EXPECT_EQ(errors_text(signs), "");
  signs.throttle_events = 42;
  EXPECT_EQ(heat_text(signs), "slowed down 42 times since the start");
  signs.throttle_ms = 5'310;
  signs.hottest_millicelsius = 52'600;
  signs.fan_rpm = {2'871, 0};
  EXPECT_EQ(heat_text(signs),
            "slowed down 42 times, 5.3 s since the start; 53 degrees at the hottest place; fan at "
            "2871 a minute; fan at 0 a minute");
  signs.memory_errors_corrected = 2;
  signs.crashes = 0;
  EXPECT_EQ(errors_text(signs),
            "memory 2 corrected and unknown not, since the start; records of crashes 0");
}

// From the pack's own answer to the line that people read.
TEST(RecallText, APackOfANoticeIsNamedAndToBeLookedUp) {
  const CaptureTree tree = tree_of(
      {{"sys/class/dmi/id/sys_vendor", "LENOVO\n"s},
       {"sys/class/dmi/id/product_version", "ThinkPad X230\n"s},
       {"sys/class/power_supply/BAT0/uevent",
        "POWER_SUPPLY_TYPE=Battery\nPOWER_SUPPLY_PRESENT=1\nPOWER_SUPPLY_MODEL_NAME=45N1022\n"s}});
  const std::string text = to_lines(decode(tree));
  EXPECT_NE(
      text.find("Recall BAT0       its number is named in a recall of 2015-04-21, look it up: "),
      std::string::npos)
      << text;
}

}  // namespace
}  // namespace wattlife
