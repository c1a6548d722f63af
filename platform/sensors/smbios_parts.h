// SPDX-License-Identifier: EUPL-1.2
// Parts that an SMBIOS table lists: memory slots, what firmware was told about batteries, the case.
// A firmware's word, not a measurement: it is used for upgrade advice and to recognise a pack.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/time.h"

namespace wattlife {

// A memory device (type 17).
struct MemorySlot {
  std::optional<std::string> locator;     // "ChannelA-DIMM0"
  std::optional<std::int64_t> size_mib;   // 0: the slot is free; empty: the firmware does not know
  std::string form_factor;                // dmidecode's word: "SODIMM", "Row Of Chips"
  std::string type;                       // "DDR4"
  std::optional<std::int64_t> speed_mts;  // of the module
  std::optional<std::string> manufacturer;
  std::optional<std::string> part_number;
  bool soldered() const { return form_factor == "Row Of Chips" || form_factor == "Chip"; }
  friend bool operator==(const MemorySlot&, const MemorySlot&) = default;
};

// A portable battery (type 22). No serial number is kept: the pack itself tells it better.
struct FirmwareBattery {
  std::optional<std::string> location;
  std::optional<std::string> manufacturer;
  std::optional<std::string> name;
  std::optional<std::string> chemistry;
  std::optional<UtcDay> made_on;           // only a whole, possible date
  std::optional<std::int64_t> design_mwh;  // some firmware writes mAh here: never taken as health
  std::optional<std::int64_t> design_mv;
  friend bool operator==(const FirmwareBattery&, const FirmwareBattery&) = default;
};

struct Chassis {
  std::optional<std::string> manufacturer;
  std::string type;  // dmidecode's word
  bool lock = false;
  std::optional<std::string> asset_tag;
  friend bool operator==(const Chassis&, const Chassis&) = default;
};

struct SmbiosParts {
  std::vector<MemorySlot> memory;
  std::vector<FirmwareBattery> batteries;
  std::optional<Chassis> chassis;  // the first
  friend bool operator==(const SmbiosParts&, const SmbiosParts&) = default;
};

// A table that stops early gives what was before.
SmbiosParts decode_smbios_parts(std::string_view table);

}  // namespace wattlife
