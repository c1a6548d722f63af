// SPDX-License-Identifier: EUPL-1.2
// Pages of an ATA drive, 512 bytes each (ATA/ATAPI Command Set): IDENTIFY DEVICE, SMART READ DATA,
// SMART READ THRESHOLDS, the Device Statistics log (04h), and the answer of SMART RETURN STATUS.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/ata_health.h"
#include "core/reading.h"
#include "core/result.h"
#include "platform/machine_tree.h"

namespace wattlife {

// How a drive can be erased by its own commands.
struct AtaErase {
  bool sanitize_crypto = false;
  bool sanitize_block = false;
  bool sanitize_overwrite = false;
  bool security_erase = false;  // the older SECURITY ERASE UNIT
  bool frozen = false;          // security commands are refused until the next power cycle
  bool locked = false;          // a password is set and not given
  friend bool operator==(const AtaErase&, const AtaErase&) = default;
};

struct AtaIdentity {
  std::optional<std::string> model;
  std::optional<std::string> serial;
  std::optional<std::string> firmware;
  std::optional<std::int64_t> size_bytes;
  std::optional<std::int64_t> rotation_rpm;  // of a hard disk that says so
  DriveMedium medium = DriveMedium::unknown;
  bool smart_enabled = false;
  AtaErase erase;
  friend bool operator==(const AtaIdentity&, const AtaIdentity&) = default;
};

// Malformed when a page is too short, empty, or its checksum is there and wrong.
Result<AtaIdentity> decode_ata_identify(std::string_view page);
Result<std::vector<AtaAttribute>> decode_ata_attributes(std::string_view page);
// Sets the threshold of each attribute that the page lists.
Done add_ata_thresholds(std::string_view page, std::vector<AtaAttribute>& attributes);
// Page 1, 3, 4, 5 or 7; another page has nothing for us. An item counts only when the drive says
// both that it supports it and that its value is valid.
Done add_ata_statistics(std::string_view page, AtaStatistics& statistics);
// The two bytes "LBA mid, LBA high" that SMART RETURN STATUS leaves: C24Fh passed, 2CF4h failed.
Result<bool> decode_ata_status(std::string_view registers);

// ata/<dev>/identify, attributes, thresholds, devstat/01|03|04|05|07, status: what is there, into
// `disk`; how it can be erased, into `erase`. Refused and malformed pages become faults.
void read_ata_disk(const MachineTree& tree, const std::string& folder, Disk& disk,
                   std::vector<DriveErase>& erase, std::vector<Fault>& faults);

}  // namespace wattlife
