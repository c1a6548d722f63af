// SPDX-License-Identifier: EUPL-1.2
// What an SMBIOS table lists beyond identity: memory places and modules, packs as delivered, the
// owner's tag. A firmware's word, not a measurement: it is used for advice about upgrades and to
// know what was delivered.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/reading.h"
#include "core/time.h"
#include "platform/sensors/decoders.h"

namespace wattlife {

inline constexpr std::int64_t most_memory_mib = std::int64_t{16} << 20;  // 16 TiB: no more exists

// A memory device (type 17).
struct MemorySlot {
  std::optional<std::string> locator;     // "ChannelA-DIMM0"
  std::optional<std::int64_t> size_mib;   // 0: the slot is free; empty: the firmware does not know
  std::string form_factor;                // dmidecode's word: "SODIMM", "Row Of Chips"
  std::string type;                       // "DDR4"
  std::optional<std::int64_t> speed_mts;  // of the module
  std::optional<std::string> manufacturer;
  std::optional<std::string> part_number;
  bool system_memory = true;  // else: of the firmware or of graphics, in the same list
  bool soldered() const { return form_factor == "Row Of Chips" || form_factor == "Chip"; }
  friend bool operator==(const MemorySlot&, const MemorySlot&) = default;
};

// A portable battery (type 22). No serial number is kept: the pack itself tells it better.
struct SmbiosPack {
  std::optional<std::string> location;
  std::optional<std::string> manufacturer;
  std::optional<std::string> name;
  std::optional<std::string> chemistry;
  std::optional<UtcDay> made;              // only a whole, possible date
  std::optional<std::int64_t> design_mwh;  // some firmware writes mAh here: never taken as health
  std::optional<std::int64_t> design_mv;
  friend bool operator==(const SmbiosPack&, const SmbiosPack&) = default;
};

struct SmbiosParts {
  std::vector<MemorySlot> memory;
  std::int64_t counted_places = 0;  // of arrays of system memory (type 16); 0: none counts them
  std::vector<SmbiosPack> packs;
  std::optional<std::string> asset_tag;  // of the first chassis that has one (type 3)
  std::optional<std::int64_t> cores;     // of all processors that say it (type 4)
  friend bool operator==(const SmbiosParts&, const SmbiosParts&) = default;
};

// Of one structure of type 17.
MemorySlot memory_slot(const SmbiosStructure& structure);

// A table that stops early gives what was before.
SmbiosParts decode_smbios_parts(std::string_view table);

// What of it decides about a second life: memory places, packs, tag. Leaves the rest of `into`
// alone.
void add_smbios_parts(const SmbiosParts& parts, Provision& into);

}  // namespace wattlife
