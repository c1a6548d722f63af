// SPDX-License-Identifier: EUPL-1.2
// NVMe drives of systems that give their pages by number: Windows and macOS. Linux has more to ask.
// A drive behind a RAID driver, or whose health another program holds, is listed and may refuse its
// pages: then its health is unknown, which is not the same as good.
#include <algorithm>

#include "core/text.h"
#include "platform/sensors/decoders.h"
#include "platform/sensors/little_endian.h"
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
  const std::uint64_t value = little_endian(*bytes, 0, 8);
  if (value == 0 || value > most_bytes) return std::nullopt;
  return static_cast<std::int64_t>(value);
}

Disk drive_at(const MachineTree& tree, const std::string& number, Inventory& into) {
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
  const auto model = disk.model ? Result<std::string>(*disk.model) : tree.read(folder + "/model");
  if (model) disk.model = label_from(*model);
  if (!disk.size_bytes) disk.size_bytes = size_at(tree, folder + "/size", into.faults);
  read_page(tree, folder + "/log/02", decode_nvme_health, disk, into.faults);
  return disk;
}

}  // namespace

std::vector<std::string> numbers_in(const MachineTree& tree, std::string_view folder,
                                    std::vector<Fault>& faults) {
  std::vector<std::string> numbers = names_in(tree, folder, faults);
  std::stable_sort(numbers.begin(), numbers.end(),
                   [](const auto& a, const auto& b) { return a.size() < b.size(); });
  return numbers;
}

void read_nvme_drives(const MachineTree& tree, Inventory& into) {
  for (const std::string& number : numbers_in(tree, "nvme", into.faults)) {
    into.disks.push_back(drive_at(tree, number, into));
  }
}

}  // namespace wattlife
