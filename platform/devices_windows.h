// SPDX-License-Identifier: EUPL-1.2
// Questions to battery, energy meter and drive drivers of Windows, answered in the bytes they gave.
// Any of these calls can hang, so machine_tree_windows makes them through a BoundedReader; none of
// them writes.
#pragma once

#include <string>
#include <string_view>

#include "core/result.h"

namespace wattlife {

inline constexpr unsigned most_devices = 16;
inline constexpr unsigned most_meters = 256;  // Windows 11 makes one for each core

// The places for packs, one device path a line, in the order of the system.
Result<std::string> battery_devices();
// One value of the pack in the place `device`, by the name that machine_tree.h lists. Absent when
// no pack is in it, or the pack has no such value; `path` names it in messages.
Result<std::string> battery_value(const std::string& device, const std::string& path,
                                  std::string_view value);

// Devices of the Energy Metering Interface, one path a line, in the order of the system.
Result<std::string> emi_devices();
// "version", "metadata" or "measurement" of one of them.
Result<std::string> emi_value(const std::string& device, const std::string& path,
                              std::string_view value);

// Numbers of the physical drives inside the machine, a line each.
Result<std::string> internal_drives();
// DISK_PERFORMANCE of one of them.
Result<std::string> drive_performance(unsigned number, const std::string& path);

// Numbers of the physical drives that speak NVMe, a line each. Drives on USB are no part of the
// machine, and are left out.
Result<std::string> nvme_drives();
// "identify", "log/02" or "size" of one of them.
Result<std::string> nvme_value(unsigned number, const std::string& path, std::string_view value);

// Numbers of the physical drives on an ATA or SATA controller, a line each. One behind a RAID
// driver or a USB bridge is not among them.
Result<std::string> ata_drives();
// "identify", "attributes", "thresholds", "devstat/<two digits>" or "status" of one of them. Needs
// the rights of an administrator or the system: denied. A drive that sleeps is not woken: busy.
Result<std::string> ata_value(unsigned number, const std::string& path, std::string_view page);

}  // namespace wattlife
