// SPDX-License-Identifier: EUPL-1.2
// NVMe drives: the pages of the drive itself where they may be read, sysfs for what anyone may
// know.
#include <algorithm>
#include <set>

#include "core/text.h"
#include "platform/sensors/decoders.h"

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

// Sum over the namespaces of one controller, as block devices: in units of 512 bytes, whatever the
// size of a block on the drive.
std::optional<std::int64_t> size_of_namespaces(const MachineTree& tree, const std::string& name) {
  constexpr std::int64_t most_sectors = std::int64_t{1} << 50;
  const auto blocks = tree.list("sys/block");
  if (!blocks) return std::nullopt;
  std::int64_t sectors = 0;
  for (const std::string& block : *blocks) {
    if (block.rfind(name + "n", 0) != 0) continue;
    const auto text = tree.read("sys/block/" + block + "/size");
    const auto size = text ? integer_from(trimmed(*text)) : std::nullopt;
    if (!size || *size < 0 || *size > most_sectors) return std::nullopt;
    sectors = std::min(sectors + *size, most_sectors);
  }
  return sectors > 0 ? std::optional(sectors * 512) : std::nullopt;
}

template <class Decode>
void read_page(const MachineTree& tree, const std::string& path, Decode decode, Disk& disk,
               std::vector<Fault>& faults) {
  const auto page = tree.read(path);
  const Done decoded = page ? decode(*page, disk) : Done(page.error());
  if (!decoded) add_fault(faults, path, decoded.error().cause);
}

}  // namespace

void read_disks_linux(const MachineTree& tree, Inventory& into) {
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
    read_page(tree, "nvme/" + name + "/identify", decode_nvme_identify, disk, into.faults);
    if (!disk.size_bytes) disk.size_bytes = size_of_namespaces(tree, name);
    read_page(tree, "nvme/" + name + "/log/02", decode_nvme_health, disk, into.faults);
    // A device file of that name without a drive behind it: all is absent, nothing was refused.
    if (disk == silent && into.faults.size() == faults_before) continue;
    into.disks.push_back(std::move(disk));
  }
}

}  // namespace wattlife
