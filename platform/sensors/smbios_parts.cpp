// SPDX-License-Identifier: EUPL-1.2
// DMTF DSP0134, types 3, 17 and 22. A field that a short structure does not reach is not known.
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

// Reads fields of one structure by offset.
class Fields {
 public:
  explicit Fields(const SmbiosStructure& structure) : structure_(structure) {}

  std::optional<std::uint64_t> number(std::size_t at, std::size_t bytes) const {
    if (at + bytes > structure_.formatted.size()) return std::nullopt;
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < bytes; ++i) {
      const auto byte = static_cast<unsigned char>(structure_.formatted[at + i]);
      value |= static_cast<std::uint64_t>(byte) << (8 * i);
    }
    return value;
  }
  std::optional<std::string> text(std::size_t at) const {
    const auto index = number(at, 1);
    if (!index || *index == 0 || *index > structure_.strings.size()) return std::nullopt;
    return label_from(structure_.strings[*index - 1]);
  }

 private:
  const SmbiosStructure& structure_;
};

std::optional<std::int64_t> size_in(const Fields& fields) {
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

MemorySlot memory_slot(const Fields& fields) {
  MemorySlot slot;
  slot.size_mib = size_in(fields);
  slot.form_factor = word_in(form_factors, fields.number(0x0E, 1));
  slot.locator = fields.text(0x10);
  slot.type = word_in(memory_types, fields.number(0x12, 1));
  if (slot.size_mib == 0) return slot;  // what a free slot says of its module is left over
  const auto speed = fields.number(0x15, 2);
  if (speed && *speed != 0 && *speed != 0xFFFF) slot.speed_mts = static_cast<std::int64_t>(*speed);
  slot.manufacturer = fields.text(0x17);
  slot.part_number = fields.text(0x1A);
  return slot;
}

// Days since nowhere: 5 bits day, 4 bits month, 7 bits years since 1980.
std::optional<UtcDay> packed_day(std::optional<std::uint64_t> packed) {
  if (!packed || *packed == 0) return std::nullopt;
  const std::chrono::year_month_day date{
      std::chrono::year(1980 + static_cast<int>(*packed >> 9)),
      std::chrono::month(static_cast<unsigned>(*packed >> 5) & 0x0F),
      std::chrono::day(static_cast<unsigned>(*packed) & 0x1F)};
  return date.ok() ? std::optional(UtcDay(date)) : std::nullopt;
}

FirmwareBattery firmware_battery(const Fields& fields) {
  constexpr std::uint64_t smart_battery = 0x02;  // "see the smart battery's own fields"
  FirmwareBattery battery;
  battery.location = fields.text(0x04);
  battery.manufacturer = fields.text(0x05);
  battery.name = fields.text(0x08);
  const auto kind = fields.number(0x09, 1);
  battery.chemistry = label_from(word_in(chemistries, kind));
  if (kind == smart_battery) battery.chemistry = fields.text(0x14);
  const auto capacity = fields.number(0x0A, 2);
  const auto factor = fields.number(0x15, 1).value_or(1);
  if (capacity && *capacity != 0) {
    battery.design_mwh = static_cast<std::int64_t>(*capacity * std::max<std::uint64_t>(factor, 1));
  }
  const auto voltage = fields.number(0x0C, 2);
  if (voltage && *voltage != 0) battery.design_mv = static_cast<std::int64_t>(*voltage);
  if (const auto text = fields.text(0x06)) {
    battery.made_on = bios_day(*text);
    if (!battery.made_on) battery.made_on = day_from_iso8601(trimmed(*text));
  } else {
    battery.made_on = packed_day(fields.number(0x12, 2));
  }
  return battery;
}

Chassis chassis(const Fields& fields) {
  Chassis found;
  found.manufacturer = fields.text(0x04);
  const auto type = fields.number(0x05, 1).value_or(0);
  found.type = chassis_name(static_cast<unsigned>(type));
  found.lock = (type & 0x80) != 0;
  found.asset_tag = fields.text(0x08);
  return found;
}

}  // namespace

SmbiosParts decode_smbios_parts(std::string_view table) {
  SmbiosParts parts;
  for_each_smbios_structure(table, [&](const SmbiosStructure& structure) {
    const Fields fields(structure);
    if (structure.type == 3 && !parts.chassis) parts.chassis = chassis(fields);
    if (structure.type == 17) parts.memory.push_back(memory_slot(fields));
    if (structure.type == 22) parts.batteries.push_back(firmware_battery(fields));
  });
  return parts;
}

}  // namespace wattlife
