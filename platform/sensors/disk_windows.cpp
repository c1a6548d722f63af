// SPDX-License-Identifier: EUPL-1.2
// NVMe and ATA drives behind the storage stack of Windows. A drive behind a RAID driver is listed
// and may refuse its pages: then its health is unknown, which is not the same as good.
#include <algorithm>

#include "core/text.h"
#include "platform/sensors/ata.h"
#include "platform/sensors/decoders.h"
#include "platform/sensors/nvme.h"

namespace wattlife {
namespace {

template <class Decode>
void read_page(const MachineTree& tree, const std::string& path, Decode decode, Disk& disk,
               std::vector<Fault>& faults) {
  const auto page = tree.read(path);
  const Done decoded = page ? decode(*page, disk) : Done(page.error());
  if (!decoded) add_fault(faults, path, decoded.error().cause);
}

std::optional<std::int64_t> size_at(const MachineTree& tree, const std::string& path,
                                    std::vector<Fault>& faults) {
  constexpr std::uint64_t most_bytes = std::uint64_t{1} << 59;
  const auto bytes = tree.read(path);
  if (!bytes || bytes->size() != 8) {
    add_fault(faults, path, bytes ? Cause::malformed : bytes.error().cause);
    return std::nullopt;
  }
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < 8; ++i) {
    value |= static_cast<std::uint64_t>(static_cast<unsigned char>((*bytes)[i])) << (8 * i);
  }
  if (value == 0 || value > most_bytes) return std::nullopt;
  return static_cast<std::int64_t>(value);
}

// "10" after "9".
std::vector<std::string> numbers_in(const MachineTree& tree, std::string_view folder,
                                    std::vector<Fault>& faults) {
  std::vector<std::string> numbers = names_in(tree, folder, faults);
  std::stable_sort(numbers.begin(), numbers.end(),
                   [](const auto& a, const auto& b) { return a.size() < b.size(); });
  return numbers;
}

}  // namespace

void read_disks_windows(const MachineTree& tree, Inventory& into) {
  for (const std::string& number : numbers_in(tree, "nvme", into.faults)) {
    const std::string folder = "nvme/" + number;
    Disk disk;
    disk.name = "nvme" + to_valid_utf8(number);
    disk.kind = DiskKind::nvme;
    const auto identified = [&](std::string_view page, Disk& drive) {
      const Done decoded = decode_nvme_identify(page, drive);
      if (decoded) add_nvme_erase(drive.name, page, into.provision.drive_erase);
      return decoded;
    };
    read_page(tree, folder + "/identify", identified, disk, into.faults);
    if (!disk.size_bytes) disk.size_bytes = size_at(tree, folder + "/size", into.faults);
    read_page(tree, folder + "/log/02", decode_nvme_health, disk, into.faults);
    into.disks.push_back(std::move(disk));
  }
  for (const std::string& number : numbers_in(tree, "ata", into.faults)) {
    Disk disk;
    disk.name = "ata" + to_valid_utf8(number);
    disk.kind = DiskKind::ata;
    read_ata_disk(tree, "ata/" + number, disk, into.provision.drive_erase, into.faults);
    into.disks.push_back(std::move(disk));
  }
}

}  // namespace wattlife
