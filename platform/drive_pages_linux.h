// SPDX-License-Identifier: EUPL-1.2
// What a drive says of itself, asked by the kernel's pass-through calls: pages of NVMe and ATA
// drives, raw. Every call may hang for a minute when a drive is broken: ask on a BoundedReader.
// Formats: NVM Express base specification; ATA/ATAPI Command Set (ACS-3); SCSI/ATA Translation
// (SAT-4) for the form of the call.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/result.h"
#include "platform/ata_commands.h"

namespace wattlife {

// "nvme0", not "nvme0n1": the controller, which holds the health of all its namespaces.
bool is_nvme_controller(std::string_view name);

// "sda", not "sda1". Whether an ATA drive is behind it is another question: is_ata_drive().
bool is_scsi_disk(std::string_view name);

// What stands in sys/block/<name>/device/vendor when libata drives it. A drive behind a USB bridge
// shows the bridge's maker there, and is not a part of this machine.
bool is_ata_vendor(std::string_view vendor);

// Page "identify" (4,096 bytes) or "log/02" (512 bytes) of /dev/<controller>.
// Errors: absent (no such page or drive), denied (needs CAP_SYS_ADMIN), io (the drive refused).
Result<std::string> nvme_page(const std::string& controller, std::string_view page);

// From the sense data of ATA PASS-THROUGH with CK_COND, as descriptors or of fixed format (SAT-4,
// ATA Status Return). Empty when a bridge or the kernel returned none, or only zeros.
std::optional<AtaRegisters> ata_registers_in(std::string_view sense);

// Page "identify", "attributes", "thresholds" or "devstat/<two hexadecimal digits>" of /dev/<disk>,
// 512 bytes each, or "status", two bytes: 4F C2 of a drive that passes its own judgement, F4 2C of
// one that fails. A drive that sleeps is not woken: that is asleep, and it is asked again later.
// Errors besides: absent (no such page or drive), denied (needs CAP_SYS_RAWIO), io (it refused).
Result<std::string> ata_page(const std::string& disk, std::string_view page);

}  // namespace wattlife
