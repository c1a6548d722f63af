// SPDX-License-Identifier: EUPL-1.2
// What a machine tree says about reuse: whether Windows 11 may be installed, memory slots, how fast
// drives wear and how they can be erased. For the lines of `wattlife decode` only, each when it is
// known; the JSON is a contract without them. Pure.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/battery_recall.h"
#include "core/drive_wear.h"
#include "core/hardware_signs.h"
#include "core/reading.h"
#include "core/time.h"
#include "core/windows11.h"
#include "platform/machine_tree.h"
#include "platform/sensors/ata.h"
#include "platform/sensors/nvme.h"
#include "platform/sensors/smbios_parts.h"

namespace wattlife {

// Of one drive, by its name in the inventory.
struct DriveParts {
  std::optional<NvmeErase> nvme_erase;
  std::optional<AtaErase> ata_erase;
  std::optional<WearProjection> wear;
};

struct DecodedParts {
  std::optional<Windows11> windows11;  // empty: nothing of the processor is seen
  std::vector<MemorySlot> memory;
  std::map<std::string, DriveParts> drives;
  HardwareSigns signs = {};
  std::vector<RecallMatch> recalls = {};
};

// The drives at one moment.
struct DrivesThen {
  UtcDay day;
  std::vector<Disk> disks;
};

// What cannot be read is left out, and is no fault: these values are extra.
DecodedParts decode_parts(const MachineTree& tree, const Inventory& inventory);
// Wear of the drives that are the same ones (kind, model and serial) in two moments or more.
void add_wear(const std::vector<DrivesThen>& moments, DecodedParts& into);

// In the words of `wattlife decode`; empty when there is nothing to say.
std::string windows11_text(const DecodedParts& parts);  // "no: processor; not seen: tpm"
std::string memory_text(const DecodedParts& parts);     // "ChannelA-DIMM0: 8192 MiB DDR4; …"
std::string wear_text(const WearProjection& wear);      // "4.1 % of its rating a year, …"
std::string heat_text(const HardwareSigns& signs);      // "slowed down 17 times, …; 71 degrees"
std::string errors_text(const HardwareSigns& signs);    // "memory 0 corrected, …; crashes 2"
std::string recall_text(const RecallMatch& match);      // "named in a recall of 2018-01-04: …"
std::string erase_text(const DriveParts& drive);        // "sanitize by crypto, block; format"

}  // namespace wattlife
