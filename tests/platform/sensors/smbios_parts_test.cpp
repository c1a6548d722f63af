// SPDX-License-Identifier: EUPL-1.2
#include "platform/sensors/smbios_parts.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "core/text.h"
#include "platform/sensors/decoders.h"
#include "tests/platform/smbios_builder.h"
#include "tests/shared_data.h"

namespace wattlife {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

TEST(SmbiosParts, a_slot_and_a_soldered_module) {
  const std::string slot = smbios_structure(17,
                                            smbios_area(0x1B - 4, {{0x0C, 0x00},
                                                                   {0x0D, 0x20},
                                                                   {0x0E, 0x0D},
                                                                   {0x10, 1},
                                                                   {0x12, 0x1A},
                                                                   {0x15, 0x60},
                                                                   {0x16, 0x09},
                                                                   {0x17, 2},
                                                                   {0x1A, 3}}),
                                            {"ChannelA-DIMM0", "Samsung", "M471A1K43"});
  const std::string soldered =
      smbios_structure(17, smbios_area(0x13 - 4, {{0x0C, 0xFF}, {0x0D, 0xFF}, {0x0E, 0x0B}}));
  const std::string free_slot = smbios_structure(17, smbios_area(0x0F - 4, {{0x0E, 0x0D}}));
  const SmbiosParts parts = decode_smbios_parts(slot + soldered + free_slot + smbios_end());
  ASSERT_EQ(parts.memory.size(), 3u);
  EXPECT_EQ(parts.memory[0],
            (MemorySlot{"ChannelA-DIMM0", 8192, "SODIMM", "DDR4", 2400, "Samsung", "M471A1K43"}));
  EXPECT_TRUE(parts.memory[1].soldered());
  EXPECT_EQ(parts.memory[1].size_mib, std::nullopt);
  EXPECT_EQ(parts.memory[2].size_mib, 0) << "free";
  EXPECT_EQ(parts.memory[2].type, "") << "the structure does not reach it";
}

TEST(SmbiosParts, a_battery_with_its_date_in_either_way) {
  const auto battery = [](std::vector<SmbiosByte> bytes, std::vector<std::string> strings) {
    return decode_smbios_parts(smbios_structure(22, smbios_area(0x1A - 4, bytes), strings) +
                               smbios_end())
        .batteries.at(0);
  };
  const FirmwareBattery packed = battery({{0x04, 1},
                                          {0x05, 2},
                                          {0x08, 3},
                                          {0x09, 2},
                                          {0x0A, 0x74},
                                          {0x0B, 0x16},
                                          {0x0C, 0x3C},
                                          {0x0D, 0x2D},
                                          {0x12, 0x49},
                                          {0x13, 0x4E},
                                          {0x14, 4},
                                          {0x15, 10}},
                                         {"Front", "LGC", "01AV478", "LiP"});
  EXPECT_EQ(packed, (FirmwareBattery{"Front", "LGC", "01AV478", "LiP",
                                     day_from_iso8601("2019-02-09"), 57'480, 11'580}));
  EXPECT_EQ(battery({{0x06, 1}}, {"06/10/2021"}).made_on, day_from_iso8601("2021-06-10"));
  EXPECT_EQ(battery({{0x06, 1}}, {"2018-05-24"}).made_on, day_from_iso8601("2018-05-24"));
  EXPECT_EQ(battery({{0x06, 1}}, {"1980-00-00"}).made_on, std::nullopt);
  EXPECT_EQ(battery({}, {}).design_mwh, std::nullopt) << "0 is unknown";
}

TEST(SmbiosParts, a_short_structure_and_a_cut_table_give_what_is_there) {
  const std::string table = smbios_structure(22, smbios_area(0x06 - 4, {{0x04, 1}}), {"Front"}) +
                            smbios_structure(3, smbios_area(0x09 - 4, {{0x05, 0x8A}})) +
                            smbios_end();
  const SmbiosParts parts = decode_smbios_parts(table);
  EXPECT_EQ(parts.batteries.at(0).location, "Front");
  EXPECT_EQ(parts.chassis->type, "Notebook");
  EXPECT_TRUE(parts.chassis->lock);
  for (std::size_t size = 0; size < table.size(); ++size) {
    EXPECT_LE(decode_smbios_parts(table.substr(0, size)).batteries.size(), 1u);
  }
}

// --- Real tables, with what dmidecode says
// ---------------------------------------------------------

std::optional<std::string> word_of(const Json& object, const char* key) {
  return label_from(object.value(key, ""));
}

std::optional<std::int64_t> number_before(const Json& object, const char* key, const char* unit) {
  const std::string text = object.value(key, "");
  if (!text.ends_with(unit)) return std::nullopt;
  return integer_from(text.substr(0, text.find(' ')));
}

void compare(const MemorySlot& ours, const Json& theirs) {
  const std::string size = theirs.value("Size", "");
  if (size == "No Module Installed") {
    EXPECT_EQ(ours.size_mib, 0);
  } else if (size.ends_with("GB")) {
    EXPECT_EQ(ours.size_mib, *number_before(theirs, "Size", "GB") * 1024);
  } else if (size.ends_with("MB")) {
    EXPECT_EQ(ours.size_mib, number_before(theirs, "Size", "MB"));
  } else {
    EXPECT_EQ(ours.size_mib, std::nullopt) << size;
  }
  if (theirs.contains("Form Factor")) {
    EXPECT_EQ(ours.form_factor, theirs["Form Factor"]);
  }
  if (theirs.contains("Type")) {
    EXPECT_EQ(ours.type, theirs["Type"]);
  }
  EXPECT_EQ(ours.locator, word_of(theirs, "Locator"));
  EXPECT_EQ(ours.speed_mts, number_before(theirs, "Speed", "MT/s"));
}

void compare(const FirmwareBattery& ours, const Json& theirs) {
  EXPECT_EQ(ours.location, word_of(theirs, "Location"));
  EXPECT_EQ(ours.manufacturer, word_of(theirs, "Manufacturer"));
  EXPECT_EQ(ours.name, word_of(theirs, "Name"));
  const bool smart = theirs.contains("SBDS Chemistry");
  EXPECT_EQ(ours.chemistry, word_of(theirs, smart ? "SBDS Chemistry" : "Chemistry"));
  EXPECT_EQ(ours.design_mwh, number_before(theirs, "Design Capacity", "mWh"));
  EXPECT_EQ(ours.design_mv, number_before(theirs, "Design Voltage", "mV"));
  const std::string made =
      theirs.value("SBDS Manufacture Date", theirs.value("Manufacture Date", ""));
  EXPECT_EQ(ours.made_on, day_from_iso8601(made) ? day_from_iso8601(made) : bios_day(made));
}

TEST(SharedData, PartsAgreeWithDmidecode) {
  const fs::path folder = shared::folder() / "smbios";
  WATTLIFE_SKIP_WITHOUT(folder);
  int tables = 0;
  int slots = 0;
  int batteries = 0;
  for (const fs::path& machine : shared::entries_of(folder)) {
    if (!fs::exists(machine / "expected.json")) continue;
    SCOPED_TRACE(machine.filename());
    ++tables;
    const Json expected = Json::parse(shared::bytes_of(machine / "expected.json"));
    const std::string table = shared::bytes_of(machine / "sys/firmware/dmi/tables/DMI");
    const SmbiosParts parts = decode_smbios_parts(table);
    ASSERT_EQ(parts.memory.size(), expected["memory_devices"].size());
    for (std::size_t i = 0; i < parts.memory.size(); ++i, ++slots) {
      SCOPED_TRACE(i);
      compare(parts.memory[i], expected["memory_devices"][i]);
    }
    ASSERT_EQ(parts.batteries.size(), expected["portable_batteries"].size());
    for (std::size_t i = 0; i < parts.batteries.size(); ++i, ++batteries) {
      compare(parts.batteries[i], expected["portable_batteries"][i]);
    }
    ASSERT_TRUE(parts.chassis);
    EXPECT_EQ(parts.chassis->type, expected["chassis-type"]);
    const std::string windows = shared::bytes_of(machine / "windows-RawSMBIOSData.bin");
    EXPECT_EQ(decode_smbios_parts(std::string_view(windows).substr(8)), parts);
  }
  EXPECT_EQ(tables, 7);
  EXPECT_GE(slots, 12);
  EXPECT_GE(batteries, 2);
}

}  // namespace
}  // namespace wattlife
