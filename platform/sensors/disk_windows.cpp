// SPDX-License-Identifier: EUPL-1.2
// NVMe and ATA drives behind the storage stack of Windows. A drive behind a RAID driver is listed
// and may refuse its pages: then its health is unknown, which is not the same as good.
#include "core/text.h"
#include "platform/sensors/ata.h"
#include "platform/sensors/decoders.h"

namespace wattlife {

void read_disks_windows(const MachineTree& tree, Inventory& into) {
  read_nvme_drives(tree, into);
  for (const std::string& number : numbers_in(tree, "ata", into.faults)) {
    Disk disk;
    disk.name = "ata" + to_valid_utf8(number);
    disk.kind = DiskKind::ata;
    read_ata_disk(tree, "ata/" + number, disk, into.provision.drive_erase, into.faults);
    into.disks.push_back(std::move(disk));
  }
}

}  // namespace wattlife
