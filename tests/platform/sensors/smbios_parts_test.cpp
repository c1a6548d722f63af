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
  EXPECT_FALSE(parts.memory[0].soldered());
  EXPECT_TRUE(parts.memory[1].soldered());
  EXPECT_EQ(parts.memory[1].size_mib, std::nullopt);
  EXPECT_EQ(parts.memory[2].size_mib, 0) << "free";
  EXPECT_EQ(parts.memory[2].type, "") << "the structure does not reach it";
}

TEST(SmbiosParts, cores_of_all_processors_that_say_it) {
  const auto processor = [](std::vector<SmbiosByte> bytes) {
    return smbios_structure(4, smbios_area(0x2C - 4, bytes));
  };
  const auto cores = [](const std::string& table) {
    return decode_smbios_parts(table + smbios_end()).cores;
  };
  EXPECT_EQ(cores(""), std::nullopt);
  EXPECT_EQ(cores(processor({{0x23, 0}})), std::nullopt) << "the firmware does not know";
  EXPECT_EQ(cores(processor({{0x23, 4}})), 4);
  EXPECT_EQ(cores(processor({{0x23, 4}}) + processor({{0x23, 4}})), 8);
  EXPECT_EQ(cores(processor({{0x23, 0xFF}, {0x2A, 0x00}, {0x2B, 0x01}})), 256);
  EXPECT_EQ(cores(smbios_structure(4, smbios_area(0x10 - 4, {}))), std::nullopt) << "too short";
}

TEST(SmbiosParts, a_battery_with_its_date_in_either_way) {
  const auto battery = [](std::vector<SmbiosByte> bytes, std::vector<std::string> strings) {
    return decode_smbios_parts(smbios_structure(22, smbios_area(0x1A - 4, bytes), strings) +
                               smbios_end())
        .packs.at(0);
  };
  const SmbiosPack packed = battery({{0x04, 1},
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
  EXPECT_EQ(packed, (SmbiosPack{"Front", "LGC", "01AV478", "LiP", day_from_iso8601("2019-02-09"),
                                57'480, 11'580}));
  EXPECT_EQ(battery({{0x06, 1}}, {"06/10/2021"}).made, day_from_iso8601("2021-06-10"));
  EXPECT_EQ(battery({{0x06, 1}}, {"2018-05-24"}).made, day_from_iso8601("2018-05-24"));
  EXPECT_EQ(battery({{0x06, 1}}, {"1980-00-00"}).made, std::nullopt);
  EXPECT_EQ(battery({}, {}).design_mwh, std::nullopt) << "0 is unknown";
}

TEST(SmbiosParts, a_short_structure_and_a_cut_table_give_what_is_there) {
  const std::string table = smbios_structure(22, smbios_area(0x06 - 4, {{0x04, 1}}), {"Front"}) +
                            smbios_structure(3, smbios_area(0x09 - 4, {{0x05, 0x8A}})) +
                            smbios_end();
  const SmbiosParts parts = decode_smbios_parts(table);
  EXPECT_EQ(parts.packs.at(0).location, "Front");
  EXPECT_EQ(parts.asset_tag, std::nullopt);
  for (std::size_t size = 0; size < table.size(); ++size) {
    EXPECT_LE(decode_smbios_parts(table.substr(0, size)).packs.size(), 1u);
  }
}

// --- What decides about a second life ------------------------------------------------------------

Provision provision_of(const std::string& table) {
  Provision provision;
  add_smbios_parts(decode_smbios_parts(table), provision);
  return provision;
}

std::string memory_array(unsigned devices, unsigned use = 3) {
  return smbios_structure(16, smbios_area(11, {{0x05, use}, {0x0D, devices}}));
}

TEST(SmbiosProvision, CountsMemoryPlaces) {
  const struct {
    const char* what;
    std::string table;
    MemorySlots expected;
  } cases[] = {
      {"two places, one free",
       memory_array(2) + smbios_memory(8192) + smbios_memory(0),
       {2, 1, 8192}},
      {"both filled", memory_array(2) + smbios_memory(8192) + smbios_memory(16384), {2, 2, 16384}},
      {"only filled places are listed", memory_array(2) + smbios_memory(8192), {2, 1, 8192}},
      {"no array", smbios_memory(4096) + smbios_memory(4096), {2, 2, 4096}},
      {"an array that counts too few",
       memory_array(1) + smbios_memory(4096) + smbios_memory(0),
       {2, 1, 4096}},
      {"above 32 GiB", memory_array(1) + smbios_memory(0x7FFF, 65536), {1, 1, 65536}},
      {"a size that is not known",
       memory_array(2) + smbios_memory(0xFFFF) + smbios_memory(8192),
       {2, {}, {}}},
      {"an array of video memory", memory_array(4, 4) + smbios_memory(8192), {1, 1, 8192}},
      {"flash is no memory", smbios_memory(8192) + smbios_memory(16, 0, 0x09), {1, 1, 8192}},
      {"nothing filled: not believed", memory_array(2) + smbios_memory(0), {2, {}, {}}},
      {"nothing at all", "", {}},
      {"more places than a laptop has", memory_array(200) + smbios_memory(8192), {}},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(provision_of(c.table + smbios_end()).memory_slots, c.expected) << c.what;
  }
}

// A pack of 22 bytes and more: capacity word, multiplier, packed date.
std::string pack(unsigned mwh, unsigned scale, unsigned packed, const std::string& date = "") {
  const std::string area = smbios_area(22, {{0x05, 1},
                                            {0x06, date.empty() ? 0u : 3u},
                                            {0x08, 2},
                                            {0x0A, mwh & 255},
                                            {0x0B, mwh >> 8},
                                            {0x12, packed & 255},
                                            {0x13, packed >> 8},
                                            {0x15, scale}});
  std::vector<std::string> strings = {"LGC", "01AV478"};
  if (!date.empty()) strings.push_back(date);
  return smbios_structure(22, area, strings) + smbios_end();
}

TEST(SmbiosProvision, ReadsThePackAsDelivered) {
  const unsigned day_2019_02_09 = 39u << 9 | 2u << 5 | 9u;
  const auto packs = provision_of(pack(57000, 1, day_2019_02_09)).firmware_batteries;
  ASSERT_EQ(packs.size(), 1u);
  EXPECT_EQ(packs[0].name, "01AV478");
  EXPECT_EQ(packs[0].design, milliwatt_hours(57000));
  EXPECT_EQ(packs[0].made, day_from_iso8601("2019-02-09"));
  EXPECT_EQ(provision_of(pack(5700, 10, 0)).firmware_batteries[0].design, milliwatt_hours(57000));
  EXPECT_EQ(provision_of(pack(65535, 255, 0)).firmware_batteries[0].design, std::nullopt);
  EXPECT_EQ(provision_of(pack(5700, 0, 0)).firmware_batteries[0].design, std::nullopt);
  EXPECT_EQ(provision_of(pack(0, 1, 0)).firmware_batteries[0].design, std::nullopt);
}

TEST(SmbiosProvision, ReadsEachSpellingOfADay) {
  const struct {
    const char* text;
    const char* day;  // nullptr: not known
  } cases[] = {
      {"06/10/2021", "2021-06-10"},
      {"2018-05-24", "2018-05-24"},
      {"20180524", "2018-05-24"},
      {"06/10/21", "2021-06-10"},
      {" 2018-05-24 ", "2018-05-24"},
      {"1980-00-00", nullptr},
      {"1980-01-01", nullptr},
      {"01/01/1980", nullptr},
      {"13/40/2021", nullptr},
      {"2018-02-30", nullptr},
      {"unknown", nullptr},
      {"", nullptr},
      {"2018", nullptr},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(pack_day(c.text), c.day ? day_from_iso8601(c.day) : std::nullopt) << c.text;
    if (*c.text == '\0') continue;
    EXPECT_EQ(provision_of(pack(1, 1, 0, c.text)).firmware_batteries.at(0).made,
              c.day ? day_from_iso8601(c.day) : std::nullopt)
        << c.text;
  }
  // The packed form: nothing, and a day that is none.
  for (const unsigned packed : {0u, 39u << 9, 39u << 9 | 13u << 5 | 1u}) {
    EXPECT_EQ(provision_of(pack(1, 1, packed)).firmware_batteries.at(0).made, std::nullopt);
  }
}

TEST(SmbiosProvision, TheAssetTagIsNoPlaceholder) {
  const auto tag_of = [](const std::string& text) {
    return provision_of(smbios_structure(3, smbios_area(18, {{0x05, 10}, {0x08, 1}}), {text}) +
                        smbios_end())
        .asset_tag;
  };
  EXPECT_EQ(tag_of("RIJK-004711"), "RIJK-004711");
  EXPECT_EQ(tag_of("No Asset Information"), std::nullopt);
  EXPECT_EQ(tag_of("Asset-1234567890"), std::nullopt);
}

// The law of tables again: no cut makes more of it, and none reads outside.
TEST(SmbiosProvision, EveryCutGivesAPart) {
  const std::string table = memory_array(2) + smbios_memory(8192) + smbios_memory(16384) +
                            pack(57000, 1, 0, "06/10/2021");
  for (std::size_t size = 0; size <= table.size(); ++size) {
    const std::string exact(table.substr(0, size));
    const Provision part = provision_of(exact);
    EXPECT_LE(part.memory_slots.used.value_or(0), 2) << size;
    EXPECT_LE(part.firmware_batteries.size(), 1u) << size;
  }
}

// --- Real tables, with what dmidecode says -------------------------------------------------------

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

void compare(const SmbiosPack& ours, const Json& theirs) {
  EXPECT_EQ(ours.location, word_of(theirs, "Location"));
  EXPECT_EQ(ours.manufacturer, word_of(theirs, "Manufacturer"));
  EXPECT_EQ(ours.name, word_of(theirs, "Name"));
  const bool smart = theirs.contains("SBDS Chemistry");
  EXPECT_EQ(ours.chemistry, word_of(theirs, smart ? "SBDS Chemistry" : "Chemistry"));
  EXPECT_EQ(ours.design_mwh, number_before(theirs, "Design Capacity", "mWh"));
  EXPECT_EQ(ours.design_mv, number_before(theirs, "Design Voltage", "mV"));
  const std::string made =
      theirs.value("SBDS Manufacture Date", theirs.value("Manufacture Date", ""));
  EXPECT_EQ(ours.made, day_from_iso8601(made) ? day_from_iso8601(made) : bios_day(made));
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
    ASSERT_EQ(parts.packs.size(), expected["portable_batteries"].size());
    for (std::size_t i = 0; i < parts.packs.size(); ++i, ++batteries) {
      compare(parts.packs[i], expected["portable_batteries"][i]);
    }
    const std::string windows = shared::bytes_of(machine / "windows-RawSMBIOSData.bin");
    EXPECT_EQ(decode_smbios_parts(std::string_view(windows).substr(8)), parts);
  }
  EXPECT_EQ(tables, 7);
  EXPECT_GE(slots, 12);
  EXPECT_GE(batteries, 2);
}

}  // namespace
}  // namespace wattlife
