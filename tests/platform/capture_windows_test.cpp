// SPDX-License-Identifier: EUPL-1.2
// The Windows captures in tests/captures, typed out field by field: no machine was recorded. The
// test makes them anew and compares, so that every byte in them has its explanation here.
// WATTLIFE_UPDATE=1 writes them.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "core/text.h"
#include "platform/capture.h"
#include "platform/scrub.h"
#include "platform/sensors/sensors.h"
#include "tests/places.h"
#include "tests/platform/ata_builder.h"
#include "tests/platform/smbios_builder.h"
#include "tests/platform/tree_of.h"
#include "tests/platform/windows_bytes.h"

namespace wattlife {
namespace {

struct Firmware {
  std::string maker, product, version, serial, sku, bios_date;
  unsigned chassis;
  std::string cpu;
  unsigned modules;
  unsigned module_mib;
};

std::string smbios_of(const Firmware& f) {
  std::string uuid;
  for (unsigned i = 0; i < 16; ++i) {
    const auto letter = static_cast<unsigned char>(f.serial[i % f.serial.size()]);
    uuid += static_cast<char>(letter + i);
  }
  std::string table =
      smbios_structure(0, smbios_area(20, {{0x04, 1}, {0x05, 2}, {0x08, 3}}),
                       {f.maker, "1.17.0", f.bios_date}) +
      smbios_system(f.maker, f.product, f.version, f.serial, uuid, f.sku) +
      smbios_structure(3, smbios_area(17, {{0x04, 1}, {0x05, f.chassis}, {0x07, 2}}),
                       {f.maker, f.serial}) +
      smbios_structure(4, smbios_area(38, {{0x05, 3}, {0x10, 1}}), {f.cpu});
  for (unsigned i = 0; i < f.modules; ++i) table += smbios_memory(f.module_mib);
  return raw_smbios(table + smbios_end());
}

struct Drive {
  std::string serial, model;
  std::uint64_t bytes;
  unsigned percentage_used, spare;
  std::uint64_t units_written, hours, media_errors;
};

std::string identify_of(const Drive& drive) {
  const auto padded = [](const std::string& text, std::size_t size) {
    return text + std::string(size - text.size(), ' ');
  };
  std::string page(4096, '\0');
  page.replace(4, 20, padded(drive.serial, 20));
  page.replace(24, 40, padded(drive.model, 40));
  page.replace(280, 8, le64(drive.bytes));
  return page;
}

std::string health_of(const Drive& drive) {
  std::string page(512, '\0');
  page.replace(1, 2, std::string("\x36\x01", 2));  // 310 K, not aligned
  page[3] = static_cast<char>(drive.spare);
  page[4] = 10;
  page[5] = static_cast<char>(drive.percentage_used);
  page.replace(48, 8, le64(drive.units_written));
  page.replace(128, 8, le64(drive.hours));
  page.replace(160, 8, le64(drive.media_errors));
  return page;
}

std::string power_status(bool mains, unsigned percent) {
  return std::string{static_cast<char>(mains ? 1 : 0), '\1', static_cast<char>(percent), '\0'} +
         le32(0xFFFF'FFFF) + le32(0xFFFF'FFFF);
}

// Seconds of all processors since the start.
std::string cpu_times(std::uint64_t idle_s, std::uint64_t kernel_s, std::uint64_t user_s) {
  constexpr std::uint64_t ticks = 10'000'000;
  return le64(idle_s * ticks) + le64((idle_s + kernel_s) * ticks) + le64(user_s * ticks);
}

// CPUID leaves 1 and 0x80000001 of family 6, model 154, stepping 4: SSE4.2, POPCNT and 64 bits
// among what is set.
std::string cpu_features() {
  return le32(0x906A4) + le32(0) + le32(1U << 20 | 1U << 23) + le32(0) + le32(0) + le32(0) +
         le32(0) + le32(1U << 29);
}

void add_pack(Answers& answers, const std::string& number,
              const BatteryInformationBytes& information, const BatteryStatusBytes& status,
              const std::string& maker, const std::string& model, const std::string& serial) {
  const std::string folder = "battery/" + number;
  answers.emplace_back(folder + "/information", information.bytes());
  answers.emplace_back(folder + "/manufacturer", utf16(maker));
  answers.emplace_back(folder + "/name", utf16(model));
  answers.emplace_back(folder + "/serial", utf16(serial));
  answers.emplace_back(folder + "/status", status.bytes());
}

struct Typed {
  std::string name, note;
  Answers answers;
};

Typed latitude() {
  const Drive drive{"5CD8A6K1P0Q2",
                    "KBG50ZNS512G NVMe KIOXIA 512GB",
                    512'110'190'592,
                    6,
                    100,
                    21'480'113,
                    3'811,
                    0};
  Typed typed{"windows-dell-latitude-5430-on-battery",
              "Dell Latitude 5430 with Windows, on battery; typed, no machine was recorded",
              {}};
  add_pack(typed.answers, "0", {0x8000'0000, 58'003, 52'786, 214}, {2, 31'418, 15'214, -7'862},
           "SMP", "DELL M69D0", "1187");
  typed.answers.insert(typed.answers.end(),
                       {{"cpu/cores", le32(10)},
                        {"cpu/features", cpu_features()},
                        {"cpu/identifier", "Intel64 Family 6 Model 154 Stepping 4"},
                        {"cpu/name", "12th Gen Intel(R) Core(TM) i5-1245U"},
                        {"cpu/times", cpu_times(98'112, 2'480, 5'733)},
                        {"cpu/vendor", "GenuineIntel"},
                        {"crash/records", "1"},
                        {"memory/bytes", le64(std::uint64_t{16} << 30)},
                        {"nvme/0/identify", identify_of(drive)},
                        {"nvme/0/log/02", health_of(drive)},
                        {"power/status", power_status(false, 60)},
                        {"smbios", smbios_of({"Dell Inc.", "Latitude 5430", "Not Specified",
                                              "7QX2KL3", "0B04", "09/12/2024", 10,
                                              "12th Gen Intel(R) Core(TM) i5-1245U", 1, 16'384})}});
  return typed;
}

Typed elitebook() {
  const Drive drive{"S64GNE0RB12345",
                    "SAMSUNG MZVLB256HBHQ-000H1",
                    256'060'514'304,
                    31,
                    97,
                    98'512'004,
                    9'870,
                    0};
  Typed typed{"windows-hp-elitebook-840-g7-worn-on-mains",
              "HP EliteBook 840 G7 with Windows, charged, 71 % of its battery left; typed, no "
              "machine was recorded",
              {}};
  add_pack(typed.answers, "0", {0x8000'0000, 53'018, 37'642, 687}, {1, 37'642, 12'938, 0},
           "Hewlett-Packard", "Primary", "41806 2020/09/14");
  typed.answers.insert(
      typed.answers.end(),
      {{"cpu/name", "Intel(R) Core(TM) i5-10310U CPU @ 1.70GHz"},
       {"cpu/times", cpu_times(604'800, 11'020, 19'411)},
       {"memory/bytes", le64(std::uint64_t{8} << 30)},
       {"nvme/0/identify", identify_of(drive)},
       {"nvme/0/log/02", health_of(drive)},
       {"power/status", power_status(true, 100)},
       {"smbios",
        smbios_of({"HP", "HP EliteBook 840 G7 Notebook PC", "SBKPF", "5CG0441XYZ", "1J6D8EA#ABH",
                   "03/28/2024", 10, "Intel(R) Core(TM) i5-10310U CPU @ 1.70GHz", 1, 8'192})}});
  return typed;
}

Typed thinkpad() {
  Typed typed{"windows-lenovo-thinkpad-t470-two-packs",
              "Lenovo ThinkPad T470 with Windows: two packs, one that hangs, and a drive behind a "
              "RAID driver; typed, no machine was recorded",
              {}};
  add_pack(typed.answers, "0", {0x8000'0000, 24'050, 19'120, 0}, {0, 18'990, 12'604, 0x8000'0000},
           "SANYO", "01AV419", "1912");
  typed.answers.insert(
      typed.answers.end(),
      {{"battery/1/information", Cause::busy},
       {"cpu/name", "Intel(R) Core(TM) i5-7300U CPU @ 2.60GHz"},
       {"cpu/times", cpu_times(40'001, 1'903, 2'750)},
       {"memory/bytes", le64(std::uint64_t{16} << 30)},
       {"nvme/0/identify", Cause::io},
       {"nvme/0/log/02", Cause::io},
       {"nvme/0/size", le64(512'110'190'592)},
       {"power/status", power_status(false, 78)},
       {"smbios", smbios_of({"LENOVO", "20HES0AB00", "ThinkPad T470", "PF0ABCDE",
                             "LENOVO_MT_20HE_BU_Think_FM_ThinkPad T470", "11/02/2022", 10,
                             "Intel(R) Core(TM) i5-7300U CPU @ 2.60GHz", 2, 8'192})}});
  return typed;
}

// A hard disk that passes its own judgement and has sectors that it cannot read; it knows no Device
// Statistics.
Typed probook() {
  const std::vector<AtaEntry> entries = {{1, 0x0F, 117, 0},     {5, 0x33, 100, 16, 36},
                                         {9, 0x32, 84, 14'216}, {187, 0x32, 98, 2},
                                         {197, 0x12, 100, 8},   {198, 0x10, 100, 8}};
  Typed typed{"windows-hp-probook-650-g2-sata",
              "HP ProBook 650 G2 with Windows and a hard disk on SATA; typed, no machine was "
              "recorded",
              {}};
  add_pack(typed.answers, "0", {0x8000'0000, 47'520, 39'442, 388}, {1, 39'442, 12'701, 0},
           "Hewlett-Packard", "Primary", "07211 2016/11/02");
  typed.answers.insert(
      typed.answers.end(),
      {{"ata/0/attributes", ata_attributes(entries)},
       {"ata/0/devstat/01", Cause::io},
       {"ata/0/devstat/03", Cause::io},
       {"ata/0/devstat/04", Cause::io},
       {"ata/0/devstat/05", Cause::io},
       {"ata/0/devstat/07", Cause::io},
       {"ata/0/identify", ata_identify("ST500LM021-1KJ152", 7200)},
       {"ata/0/status", "\x4F\xC2"},
       {"ata/0/thresholds", ata_thresholds(entries)},
       {"cpu/name", "Intel(R) Core(TM) i5-6200U CPU @ 2.30GHz"},
       {"cpu/times", cpu_times(201'600, 5'110, 8'904)},
       {"memory/bytes", le64(std::uint64_t{8} << 30)},
       {"power/status", power_status(true, 100)},
       {"smbios",
        smbios_of({"HP", "HP ProBook 650 G2", "KBC Version 40.1E", "5CG6433LMN", "L8U44AV#ABH",
                   "07/19/2019", 10, "Intel(R) Core(TM) i5-6200U CPU @ 2.30GHz", 1, 8'192})}});
  return typed;
}

std::string text_of(Typed typed) {
  Capture capture;
  capture.header.os = Os::windows;
  capture.header.notes = {typed.note};
  Now at;
  at.boot.since_boot = Duration{600'000};
  at.awake.since_boot = Duration{600'000};
  at.utc = *utc_from_iso8601("2026-01-05T08:00:00Z");
  capture.ticks.push_back({at, std::move(typed.answers)});
  return to_text(capture);
}

std::string bytes_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST(WindowsCaptures, AreWhatIsTypedHere) {
  const bool update = std::getenv("WATTLIFE_UPDATE") != nullptr;
  for (const Typed& typed : {latitude(), elitebook(), thinkpad(), probook()}) {
    SCOPED_TRACE(typed.name);
    const std::string path = places::sources() + "/tests/captures/" + typed.name + ".capture";
    const std::string text = text_of(typed);
    if (update) std::ofstream(path, std::ios::binary) << text;
    EXPECT_TRUE(bytes_of(path) == text) << "if this is right: WATTLIFE_UPDATE=1";
  }
}

// As `wattlife capture` does it: what the decoders read is recorded, scrubbed and written.
TEST(WindowsCaptures, ARecordedSataDriveKeepsItsHealthAndNotItsNumber) {
  const CaptureTree machine = tree_of(probook().answers, Os::windows);
  RecordingTree recording(machine);
  Inventory before = read_inventory(recording);
  ASSERT_EQ(before.disks.size(), 1U);
  ASSERT_EQ(before.disks[0].serial, "SERIAL47");
  EXPECT_EQ(before.disks[0].pending, 8);

  Capture recorded;
  recorded.header.os = Os::windows;
  recorded.ticks.push_back(recording.take_tick(Now{}));
  const auto clean = scrubbed(recorded, 7);
  ASSERT_TRUE(clean) << clean.error().text;
  const std::string text = to_text(*clean);
  for (const char* path : {"ata/0/identify : ", "ata/0/attributes : ", "ata/0/thresholds : ",
                           "ata/0/devstat/07 !io\n", "ata/0/status "}) {
    EXPECT_NE(text.find(path), std::string::npos) << path;
  }
  const std::string in_the_page = "ESIRLA74";  // the bytes of each word are turned there
  ASSERT_NE(to_text(recorded).find(hex_from_bytes(in_the_page)), std::string::npos);
  EXPECT_EQ(text.find(hex_from_bytes(in_the_page)), std::string::npos);

  auto read_back = parse_capture(text);
  ASSERT_TRUE(read_back) << read_back.error().text;
  Inventory after = read_inventory(CaptureTree(*std::move(read_back)));
  ASSERT_EQ(after.disks.size(), 1U);
  EXPECT_TRUE(after.disks[0].serial);
  EXPECT_NE(after.disks[0].serial, before.disks[0].serial);
  after.disks[0].serial = before.disks[0].serial;
  EXPECT_EQ(after.disks[0], before.disks[0]);
  EXPECT_EQ(after.faults, before.faults);
}

}  // namespace
}  // namespace wattlife
