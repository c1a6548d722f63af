// SPDX-License-Identifier: EUPL-1.2
// DMTF DSP0134, types 3, 16, 17 and 22. A field that a short structure does not reach is not known.
#include "platform/sensors/smbios_parts.h"

#include <algorithm>
#include <iterator>

#include "core/text.h"
#include "platform/sensors/decoders.h"

namespace wattlife {
namespace {

constexpr std::string_view form_factors[] = {"",        "Other",  "Unknown",
                                             "SIMM",    "SIP",    "Chip",
                                             "DIP",     "ZIP",    "Proprietary Card",
                                             "DIMM",    "TSOP",   "Row Of Chips",
                                             "RIMM",    "SODIMM", "SRIMM",
                                             "FB-DIMM", "Die",    "CAMM"};

constexpr std::string_view memory_types[] = {"",
                                             "Other",
                                             "Unknown",
                                             "DRAM",
                                             "EDRAM",
                                             "VRAM",
                                             "SRAM",
                                             "RAM",
                                             "ROM",
                                             "Flash",
                                             "EEPROM",
                                             "FEPROM",
                                             "EPROM",
                                             "CDRAM",
                                             "3DRAM",
                                             "SDRAM",
                                             "SGRAM",
                                             "RDRAM",
                                             "DDR",
                                             "DDR2",
                                             "DDR2 FB-DIMM",
                                             "",
                                             "",
                                             "",
                                             "DDR3",
                                             "FBD2",
                                             "DDR4",
                                             "LPDDR",
                                             "LPDDR2",
                                             "LPDDR3",
                                             "LPDDR4",
                                             "Logical non-volatile device",
                                             "HBM",
                                             "HBM2",
                                             "DDR5",
                                             "LPDDR5",
                                             "HBM3"};

constexpr std::string_view chemistries[] = {"",
                                            "",
                                            "",
                                            "Lead Acid",
                                            "Nickel Cadmium",
                                            "Nickel Metal Hydride",
                                            "Lithium Ion",
                                            "Zinc Air",
                                            "Lithium Polymer"};

template <std::size_t Size>
std::string word_in(const std::string_view (&words)[Size], std::optional<std::uint64_t> number) {
  return number && *number < Size ? std::string(words[*number]) : "";
}

std::optional<std::int64_t> size_in(const SmbiosStructure& fields) {
  const auto size = fields.number(0x0C, 2);
  if (!size || *size == 0xFFFF) return std::nullopt;
  if (*size == 0x7FFF) {
    const auto extended = fields.number(0x1C, 4);
    if (!extended) return std::nullopt;
    return static_cast<std::int64_t>(*extended & 0x7FFFFFFF);
  }
  const bool in_kib = (*size & 0x8000) != 0;
  return static_cast<std::int64_t>(in_kib ? (*size & 0x7FFF) / 1024 : *size);
}

// Memory of graphics, of caches and of the firmware stands in the same list as the modules.
bool is_system_memory(std::uint64_t type) {
  constexpr std::uint64_t video = 0x05;
  constexpr std::uint64_t cache = 0x06;      // SRAM
  constexpr std::uint64_t first_rom = 0x08;  // ROM, flash, EEPROM, FEPROM, EPROM
  constexpr std::uint64_t last_rom = 0x0C;
  return type != video && type != cache && (type < first_rom || type > last_rom);
}

// Places of an array that holds system memory.
std::int64_t places_of(const SmbiosStructure& array) {
  constexpr std::uint64_t system_memory = 3;
  if (array.number(0x05, 1) != system_memory) return 0;
  return static_cast<std::int64_t>(array.number(0x0D, 2).value_or(0));
}

// Cores of one processor: a byte, or a word where that is too small. 0: the firmware does not know.
void add_cores(const SmbiosStructure& processor, std::optional<std::int64_t>& sum) {
  constexpr std::uint64_t see_the_word = 0xFF;
  auto cores = processor.number(0x23, 1);
  if (cores == see_the_word) cores = processor.number(0x2A, 2);
  if (!cores || *cores == 0) return;
  sum = sum.value_or(0) + static_cast<std::int64_t>(*cores);
}

// "Smart Battery Data Specification": bits 0-4 the day, 5-8 the month, 9-15 the year since 1980.
// Where nobody wrote a date the counting of years begins.
std::optional<UtcDay> packed_day(std::optional<std::uint64_t> packed) {
  if (!packed || *packed >> 9 == 0) return std::nullopt;
  const std::chrono::year_month_day date{
      std::chrono::year(1980 + static_cast<int>(*packed >> 9)),
      std::chrono::month(static_cast<unsigned>(*packed >> 5) & 0x0F),
      std::chrono::day(static_cast<unsigned>(*packed) & 0x1F)};
  return date.ok() ? std::optional(UtcDay(date)) : std::nullopt;
}

std::optional<std::int64_t> design_in(const SmbiosStructure& fields) {
  const auto capacity = fields.number(0x0A, 2);
  const auto factor = fields.number(0x15, 1).value_or(1);
  if (!capacity || *capacity * factor == 0) return std::nullopt;
  return static_cast<std::int64_t>(*capacity * factor);
}

SmbiosPack pack(const SmbiosStructure& fields) {
  constexpr std::uint64_t smart_battery = 0x02;  // "see the smart battery's own fields"
  SmbiosPack found;
  found.location = fields.text(0x04);
  found.manufacturer = fields.text(0x05);
  found.name = fields.text(0x08);
  const auto kind = fields.number(0x09, 1);
  found.chemistry = label_from(word_in(chemistries, kind));
  if (kind == smart_battery) found.chemistry = fields.text(0x14);
  found.design_mwh = design_in(fields);
  const auto voltage = fields.number(0x0C, 2);
  if (voltage && *voltage != 0) found.design_mv = static_cast<std::int64_t>(*voltage);
  // A text that is there, and says nothing, is not contradicted by the packed form.
  const bool has_text = fields.number(0x06, 1).value_or(0) != 0;
  const auto text = fields.text(0x06);
  if (text) found.made = pack_day(*text);
  if (!has_text) found.made = packed_day(fields.number(0x12, 2));
  return found;
}

// Firmware may list only the places that are filled (type 17) but count them all (type 16), or
// count none: the larger of the two is what exists.
MemorySlots slots_of(const SmbiosParts& parts) {
  constexpr std::int64_t most_places = 64;
  std::int64_t listed = 0;
  std::int64_t used = 0;
  std::int64_t largest_mib = 0;
  bool sizes_known = true;
  for (const MemorySlot& slot : parts.memory) {
    if (!slot.system_memory) continue;
    ++listed;
    if (!slot.size_mib || *slot.size_mib > most_memory_mib) {
      sizes_known = false;
    } else if (*slot.size_mib > 0) {
      ++used;
      largest_mib = std::max(largest_mib, *slot.size_mib);
    }
  }
  MemorySlots slots;
  const std::int64_t total = std::max(listed, parts.counted_places);
  if (total < 1 || total > most_places) return slots;
  slots.total = total;
  if (!sizes_known || used == 0) return slots;
  slots.used = used;
  slots.largest_module_mib = largest_mib;
  return slots;
}

FirmwareBattery as_delivered(const SmbiosPack& pack) {
  constexpr std::int64_t most_mwh = 1'000'000;  // 1 kWh: no laptop pack comes near
  FirmwareBattery battery;
  battery.name = pack.name;
  battery.made = pack.made;
  if (pack.design_mwh && *pack.design_mwh <= most_mwh) {
    battery.design = milliwatt_hours(*pack.design_mwh);
  }
  return battery;
}

}  // namespace

MemorySlot memory_slot(const SmbiosStructure& fields) {
  MemorySlot slot;
  slot.size_mib = size_in(fields);
  slot.form_factor = word_in(form_factors, fields.number(0x0E, 1));
  slot.locator = fields.text(0x10);
  const auto type = fields.number(0x12, 1);
  slot.type = word_in(memory_types, type);
  slot.system_memory = is_system_memory(type.value_or(0));
  if (slot.size_mib == 0) return slot;  // what a free slot says of its module is left over
  const auto speed = fields.number(0x15, 2);
  if (speed && *speed != 0 && *speed != 0xFFFF) slot.speed_mts = static_cast<std::int64_t>(*speed);
  slot.manufacturer = fields.text(0x17);
  slot.part_number = fields.text(0x1A);
  return slot;
}

SmbiosParts decode_smbios_parts(std::string_view table) {
  SmbiosParts parts;
  for_each_smbios_structure(table, [&](const SmbiosStructure& structure) {
    if (structure.type == 3 && !parts.asset_tag) parts.asset_tag = structure.text(0x08);
    if (structure.type == 4) add_cores(structure, parts.cores);
    if (structure.type == 16) parts.counted_places += places_of(structure);
    if (structure.type == 17) parts.memory.push_back(memory_slot(structure));
    if (structure.type == 22) parts.packs.push_back(pack(structure));
  });
  return parts;
}

void add_smbios_parts(const SmbiosParts& parts, Provision& into) {
  constexpr std::size_t most_packs = 4;
  if (!into.asset_tag) into.asset_tag = parts.asset_tag;
  into.memory_slots = slots_of(parts);
  for (const SmbiosPack& pack : parts.packs) {
    if (into.firmware_batteries.size() == most_packs) break;
    const FirmwareBattery battery = as_delivered(pack);
    if (battery != FirmwareBattery{}) into.firmware_batteries.push_back(battery);
  }
}

}  // namespace wattlife
