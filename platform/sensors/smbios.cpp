// SPDX-License-Identifier: EUPL-1.2
// The structure table of DMTF DSP0134 (SMBIOS), and what it says of identity: BIOS, system, board,
// chassis, processor, sum of memory. The rest of it: smbios_parts.cpp.
#include <algorithm>
#include <chrono>
#include <functional>

#include "core/text.h"
#include "platform/sensors/decoders.h"
#include "platform/sensors/little_endian.h"
#include "platform/sensors/smbios_parts.h"

namespace wattlife {
namespace {

void keep_first(std::optional<std::string>& into, std::optional<std::string> value) {
  if (!into) into = std::move(value);
}

void read_bios(const SmbiosStructure& structure, Identity& into) {
  if (const auto text = structure.text(0x08); text && !into.bios_date) {
    into.bios_date = bios_day(*text);
  }
}

void read_system(const SmbiosStructure& structure, SmbiosVersion version, Identity& into) {
  keep_first(into.manufacturer, structure.text(0x04));
  keep_first(into.model, model_name(into.manufacturer, structure.text(0x05), structure.text(0x06)));
  keep_first(into.serial, structure.text(0x07));
  keep_first(into.sku, structure.text(0x19));
  if (structure.formatted.size() >= 0x18) {
    keep_first(into.uuid, smbios_uuid(structure.formatted.substr(0x08, 16), version));
  }
}

void read_board(const SmbiosStructure& structure, Identity& into) {
  keep_first(into.board_serial, structure.text(0x07));
}

void read_chassis(const SmbiosStructure& structure, Identity& into) {
  const auto type = structure.number(0x05, 1);
  if (!type || into.chassis) return;
  const std::string_view word = chassis_name(static_cast<unsigned>(*type));
  if (!word.empty()) into.chassis = std::string(word);
}

void read_processor(const SmbiosStructure& structure, Identity& into) {
  constexpr std::uint64_t central = 3;
  if (structure.number(0x05, 1) != central) return;
  if (auto text = structure.text(0x10)) keep_first(into.cpu, single_spaced(*text));
}

// The sum over all slots, as long as every slot is known.
struct MemorySum {
  std::int64_t mib = 0;
  bool known = true;
  void add(const MemorySlot& slot) {
    if (!slot.system_memory) return;
    known = known && slot.size_mib.has_value();
    mib = std::min(mib + slot.size_mib.value_or(0), most_memory_mib + 1);
  }
  std::optional<std::int64_t> total() const {
    if (!known || mib <= 0 || mib > most_memory_mib) return std::nullopt;
    return mib;
  }
};

constexpr std::string_view chassis_names[] = {"",  // 0 is not defined
                                              "Other",
                                              "Unknown",
                                              "Desktop",
                                              "Low Profile Desktop",
                                              "Pizza Box",
                                              "Mini Tower",
                                              "Tower",
                                              "Portable",
                                              "Laptop",
                                              "Notebook",
                                              "Hand Held",
                                              "Docking Station",
                                              "All In One",
                                              "Sub Notebook",
                                              "Space-saving",
                                              "Lunch Box",
                                              "Main Server Chassis",
                                              "Expansion Chassis",
                                              "Sub Chassis",
                                              "Bus Expansion Chassis",
                                              "Peripheral Chassis",
                                              "RAID Chassis",
                                              "Rack Mount Chassis",
                                              "Sealed-case PC",
                                              "Multi-system",
                                              "CompactPCI",
                                              "AdvancedTCA",
                                              "Blade",
                                              "Blade Enclosing",
                                              "Tablet",
                                              "Convertible",
                                              "Detachable",
                                              "IoT Gateway",
                                              "Embedded PC",
                                              "Mini PC",
                                              "Stick PC"};

// In lower case, as found in tables and sysfs of machines on the market.
constexpr std::string_view placeholders[] = {"to be filled by o.e.m.",
                                             "to be filled by o.e.m",
                                             "to be filled by oem",
                                             "to be filed by msft",
                                             "default string",
                                             "o.e.m.",
                                             "o.e.m",
                                             "oem",
                                             "none",
                                             "null",
                                             "n/a",
                                             "na",
                                             "not specified",
                                             "not applicable",
                                             "not available",
                                             "not defined",
                                             "not set",
                                             "not present",
                                             "undefined",
                                             "unspecified",
                                             "unknown",
                                             "invalid",
                                             "empty",
                                             "<bad index>",
                                             "<out of spec>",
                                             "no enclosure",
                                             "system manufacturer",
                                             "system product name",
                                             "system name",
                                             "system version",
                                             "system serial number",
                                             "system sku",
                                             "sku",
                                             "sku number",
                                             "type1sku#",
                                             "type1family",
                                             "type1productconfigid",
                                             "base board serial number",
                                             "chassis serial number",
                                             "chassis asset tag",
                                             "asset tag",
                                             "asset-1234567890",
                                             "no asset tag",
                                             "no asset information",
                                             "serial number",
                                             "serial",
                                             "sernum0",
                                             "123456789",
                                             "0123456789",
                                             "1234567890",
                                             "12345678",
                                             "product name",
                                             "manufacturer"};

}  // namespace

std::string single_spaced(std::string_view text) {
  std::string single;
  for (const char c : trimmed(text)) {
    if (c == ' ' && !single.empty() && single.back() == ' ') continue;
    single += c;
  }
  return single;
}

bool is_placeholder(std::string_view text) {
  const std::string lower = lower_case(trimmed(text));
  if (lower.empty()) return true;
  if (std::find(std::begin(placeholders), std::end(placeholders), lower) !=
      std::end(placeholders)) {
    return true;
  }
  // "00000000", "........", "FFFFFFFF": one character all along. A single digit or
  // letter other than these may be a real name.
  const bool monotone =
      std::all_of(lower.begin(), lower.end(), [&](char c) { return c == lower.front(); });
  constexpr std::string_view fillers = "0.-_*#x? ";
  if (monotone && (fillers.find(lower.front()) != std::string_view::npos || lower.size() >= 6)) {
    return true;
  }
  return lower.rfind("sku=notprovided", 0) == 0;
}

std::string_view chassis_name(unsigned type) {
  type &= 0x7F;  // the top bit says that there is a lock
  return type < std::size(chassis_names) ? chassis_names[type] : std::string_view();
}

std::optional<std::string> model_name(const std::optional<std::string>& manufacturer,
                                      const std::optional<std::string>& product,
                                      const std::optional<std::string>& version) {
  const bool lenovo = manufacturer && lower_case(*manufacturer) == "lenovo";
  const bool telling = version && lower_case(*version) != "lenovo";
  return lenovo && telling ? version : product;
}

std::optional<UtcDay> bios_day(std::string_view text) {
  const auto parts = split(trimmed(text), '/');
  if (parts.size() != 3 || parts[0].size() != 2 || parts[1].size() != 2) return std::nullopt;
  std::string year(parts[2]);
  if (year.size() == 2) year.insert(0, year < "70" ? "20" : "19");
  return day_from_iso8601(year + "-" + std::string(parts[0]) + "-" + std::string(parts[1]));
}

std::optional<UtcDay> pack_day(std::string_view text) {
  const std::string_view bare = trimmed(text);
  std::optional<UtcDay> day = bios_day(bare);
  if (!day) day = day_from_iso8601(bare);
  if (!day && bare.size() == 8 && integer_from(bare)) {
    day = day_from_iso8601(std::string(bare.substr(0, 4)) + "-" + std::string(bare.substr(4, 2)) +
                           "-" + std::string(bare.substr(6)));
  }
  // Where nobody wrote a date the counting of years begins.
  const UtcDay nothing_written{std::chrono::year{1981} / 1 / 1};
  return day && *day >= nothing_written ? day : std::nullopt;
}

std::optional<std::string> smbios_uuid(std::string_view bytes, SmbiosVersion version) {
  if (bytes.size() != 16) return std::nullopt;
  const bool monotone =
      std::all_of(bytes.begin(), bytes.end(), [&](char c) { return c == bytes.front(); });
  if (monotone) return std::nullopt;  // all 00: not present; all FF: not set
  std::string ordered(bytes);
  if (version >= SmbiosVersion{2, 6}) {
    std::reverse(ordered.begin(), ordered.begin() + 4);
    std::reverse(ordered.begin() + 4, ordered.begin() + 6);
    std::reverse(ordered.begin() + 6, ordered.begin() + 8);
  }
  std::string uuid = hex_from_bytes(ordered);
  for (const std::size_t at : {20u, 16u, 12u, 8u}) uuid.insert(at, "-");
  // The example of a firmware kit, on boards of many makers.
  if (uuid == "03000200-0400-0500-0006-000700080009") return std::nullopt;
  return uuid;
}

std::optional<std::uint64_t> SmbiosStructure::number(std::size_t at, std::size_t bytes) const {
  if (at + bytes > formatted.size()) return std::nullopt;
  return little_endian(formatted, at, bytes);
}

std::optional<std::string> SmbiosStructure::text(std::size_t at) const {
  const auto index = number(at, 1);
  if (!index || *index == 0 || *index > strings.size()) return std::nullopt;
  return label_from(strings[*index - 1]);
}

void for_each_smbios_structure(std::string_view table,
                               const std::function<void(const SmbiosStructure&)>& visit) {
  constexpr std::size_t header_bytes = 4;
  constexpr unsigned end_of_table = 127;
  std::size_t at = 0;
  while (table.size() - at >= header_bytes) {
    const unsigned type = static_cast<unsigned char>(table[at]);
    const std::size_t length = static_cast<unsigned char>(table[at + 1]);
    if (length < header_bytes || length > table.size() - at) return;
    SmbiosStructure structure{type, at, table.substr(at, length), {}};
    at += length;
    // Strings end in NUL, their list in an empty one; without any there are two NULs as well.
    bool closed = false;
    while (!closed) {
      const std::size_t end = table.find('\0', at);
      if (end == std::string_view::npos) break;
      const std::string_view text = table.substr(at, end - at);
      at = end + 1;
      closed = text.empty();
      if (!closed) structure.strings.push_back(text);
    }
    if (closed && structure.strings.empty() && at < table.size() && table[at] == '\0') ++at;
    visit(structure);
    if (!closed || type == end_of_table) return;
  }
}

Identity decode_smbios(std::string_view table, SmbiosVersion version) {
  Identity identity;
  MemorySum memory;
  for_each_smbios_structure(table, [&](const SmbiosStructure& structure) {
    switch (structure.type) {
      case 0:
        return read_bios(structure, identity);
      case 1:
        return read_system(structure, version, identity);
      case 2:
        return read_board(structure, identity);
      case 3:
        return read_chassis(structure, identity);
      case 4:
        return read_processor(structure, identity);
      case 17:
        return memory.add(memory_slot(structure));
      default:
        return;
    }
  });
  identity.memory_mib = memory.total();
  return identity;
}

}  // namespace wattlife
