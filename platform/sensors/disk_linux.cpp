// SPDX-License-Identifier: EUPL-1.2
// NVMe and ATA drives: the pages of the drive itself where they may be read, sysfs for what anyone
// may know.
#include <algorithm>
#include <set>

#include "core/text.h"
#include "platform/sensors/ata.h"
#include "platform/sensors/decoders.h"
#include "platform/sensors/emmc_linux.h"
#include "platform/sensors/nvme.h"

namespace wattlife {
namespace {

bool is_controller(std::string_view name) {
  return name.size() > 4 && name.substr(0, 4) == "nvme" &&
         std::all_of(name.begin() + 4, name.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// "nvme10" after "nvme9".
struct ByNumber {
  bool operator()(const std::string& a, const std::string& b) const {
    return a.size() != b.size() ? a.size() < b.size() : a < b;
  }
};

std::set<std::string, ByNumber> controllers(const MachineTree& tree, std::vector<Fault>& faults) {
  std::set<std::string, ByNumber> names;
  for (const char* folder : {"nvme", "sys/class/nvme"}) {
    for (std::string& name : names_in(tree, folder, faults)) {
      if (is_controller(name)) names.insert(std::move(name));
    }
  }
  return names;
}

std::optional<std::string> text_at(const MachineTree& tree, const std::string& path,
                                   std::vector<Fault>& faults) {
  const auto text = tree.read(path);
  if (!text) {
    add_fault(faults, path, text.error().cause);
    return std::nullopt;
  }
  return label_from(*text);
}

// Of one block device: in units of 512 bytes, whatever the size of a block on the drive.
std::optional<std::int64_t> sectors_of(const MachineTree& tree, const std::string& block) {
  constexpr std::int64_t most_sectors = std::int64_t{1} << 50;
  const auto text = tree.read("sys/block/" + block + "/size");
  const auto size = text ? integer_from(trimmed(*text)) : std::nullopt;
  return size && *size >= 0 && *size <= most_sectors ? size : std::nullopt;
}

std::optional<std::int64_t> bytes_of(std::int64_t sectors) {
  return sectors > 0 ? std::optional(sectors * 512) : std::nullopt;
}

// Sum over the namespaces of one controller, as block devices.
std::optional<std::int64_t> size_of_namespaces(const MachineTree& tree, const std::string& name) {
  const auto blocks = tree.list("sys/block");
  if (!blocks) return std::nullopt;
  std::int64_t sum = 0;
  for (const std::string& block : *blocks) {
    if (block.rfind(name + "n", 0) != 0) continue;
    const auto sectors = sectors_of(tree, block);
    if (!sectors) return std::nullopt;
    sum = std::min(sum + *sectors, std::int64_t{1} << 50);
  }
  return bytes_of(sum);
}

template <class Decode>
void read_page(const MachineTree& tree, const std::string& path, Decode decode, Disk& disk,
               std::vector<Fault>& faults) {
  const auto page = tree.read(path);
  const Done decoded = page ? decode(*page, disk) : Done(page.error());
  if (!decoded) add_fault(faults, path, decoded.error().cause);
}

// "sda": a whole drive of the SCSI layer, which ATA drives are too.
bool is_scsi_drive(std::string_view name) {
  return name.size() > 2 && name.substr(0, 2) == "sd" &&
         std::all_of(name.begin() + 2, name.end(), [](char c) { return c >= 'a' && c <= 'z'; });
}

// Drives that the tree shows pages of, and drives of sysfs that say they are ATA and fixed. A stick
// says its maker; a drive in a box on USB often says "ATA" too, and is removable or not shown.
std::set<std::string, ByNumber> ata_drives(const MachineTree& tree, std::vector<Fault>& faults) {
  std::set<std::string, ByNumber> names;
  for (std::string& name : names_in(tree, "ata", faults)) names.insert(std::move(name));
  for (std::string& name : names_in(tree, "sys/block", faults)) {
    if (!is_scsi_drive(name)) continue;
    const auto vendor = tree.read("sys/block/" + name + "/device/vendor");
    const auto removable = tree.read("sys/block/" + name + "/removable");
    if (!vendor || trimmed(*vendor) != "ATA") continue;
    if (removable && trimmed(*removable) == "1") continue;
    names.insert(std::move(name));
  }
  return names;
}

void read_ata_linux(const MachineTree& tree, Inventory& into) {
  for (const std::string& name : ata_drives(tree, into.faults)) {
    Disk disk;
    disk.name = name;
    disk.kind = DiskKind::ata;
    const Disk silent = disk;
    const std::size_t faults_before = into.faults.size();
    disk.model = text_at(tree, "sys/block/" + name + "/device/model", into.faults);
    disk.size_bytes = bytes_of(sectors_of(tree, name).value_or(0));
    read_ata_disk(tree, "ata/" + name, disk, into.provision.drive_erase, into.faults);
    if (disk == silent && into.faults.size() == faults_before) continue;
    into.disks.push_back(std::move(disk));
  }
}

void read_nvme_linux(const MachineTree& tree, Inventory& into) {
  for (const std::string& name : controllers(tree, into.faults)) {
    const std::string folder = "sys/class/nvme/" + name;
    // NVMe over a network is not a drive of this machine.
    const auto transport = text_at(tree, folder + "/transport", into.faults);
    if (transport && *transport != "pcie") continue;

    Disk disk;
    disk.name = name;
    disk.kind = DiskKind::nvme;
    const Disk silent = disk;
    const std::size_t faults_before = into.faults.size();
    disk.model = text_at(tree, folder + "/model", into.faults);
    disk.serial = text_at(tree, folder + "/serial", into.faults);
    const auto identified = [&](std::string_view page, Disk& drive) {
      const Done decoded = decode_nvme_identify(page, drive);
      if (decoded) add_nvme_erase(drive.name, page, into.provision.drive_erase);
      return decoded;
    };
    read_page(tree, "nvme/" + name + "/identify", identified, disk, into.faults);
    if (!disk.size_bytes) disk.size_bytes = size_of_namespaces(tree, name);
    read_page(tree, "nvme/" + name + "/log/02", decode_nvme_health, disk, into.faults);
    // A device file of that name without a drive behind it: all is absent, nothing was refused.
    if (disk == silent && into.faults.size() == faults_before) continue;
    into.disks.push_back(std::move(disk));
  }
}

}  // namespace

void read_disks_linux(const MachineTree& tree, Inventory& into) {
  read_nvme_linux(tree, into);
  read_ata_linux(tree, into);
  read_emmc_linux(tree, into);
}

}  // namespace wattlife
