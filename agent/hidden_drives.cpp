// SPDX-License-Identifier: EUPL-1.2
#include "agent/hidden_drives.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "core/text.h"

namespace wattlife {
namespace {

std::vector<std::string> names_at(const MachineTree& tree, std::string_view folder) {
  auto names = tree.list(std::string(folder));
  return names ? *std::move(names) : std::vector<std::string>();
}

std::vector<HiddenDrive> hidden_drives_linux(const MachineTree& tree) {
  std::vector<HiddenDrive> hidden;
  const auto text = [&](const std::string& path) {
    const auto value = tree.read(path);
    return value ? std::string(trimmed(*value)) : std::string();
  };
  constexpr std::array<std::string_view, 9> controllers{"LSI", "AVAGO",   "Broadcom", "DELL", "HP",
                                                        "HPE", "Adaptec", "ASR",      "Intel"};
  for (const std::string& block : names_at(tree, "sys/block")) {
    if (block.starts_with("md") && !text("sys/block/" + block + "/md/level").empty()) {
      hidden.push_back({block, HiddenDrive::Behind::raid});
    }
    if (!block.starts_with("sd")) continue;
    const std::string vendor = text("sys/block/" + block + "/device/vendor");
    if (vendor.empty() || vendor == "ATA") continue;
    const bool raid =
        std::find(controllers.begin(), controllers.end(), vendor) != controllers.end();
    hidden.push_back({block, raid ? HiddenDrive::Behind::raid : HiddenDrive::Behind::usb_bridge});
  }
  // Intel VMD calls itself a RAID controller. When its driver passes the drives on, they stand
  // on a bus of its own, with a number of five digits.
  const std::vector<std::string> devices = names_at(tree, "sys/bus/pci/devices");
  const bool passed_on = std::any_of(devices.begin(), devices.end(), [](const std::string& device) {
    return device.find(':') == 5;
  });
  for (const std::string& device : devices) {
    if (!passed_on && text("sys/bus/pci/devices/" + device + "/class").starts_with("0x0104")) {
      hidden.push_back({"pci-" + device, HiddenDrive::Behind::raid});
    }
  }
  return hidden;
}

std::vector<HiddenDrive> hidden_drives_windows(const MachineTree& tree) {
  std::vector<HiddenDrive> hidden;
  std::vector<std::string> seen = names_at(tree, "nvme");
  for (std::string& name : names_at(tree, "ata")) seen.push_back(std::move(name));
  for (const std::string& number : names_at(tree, "disk")) {
    if (std::find(seen.begin(), seen.end(), number) != seen.end()) continue;
    hidden.push_back({"disk" + to_valid_utf8(number), HiddenDrive::Behind::other_driver});
  }
  return hidden;
}

}  // namespace

std::vector<HiddenDrive> hidden_drives(const MachineTree& tree) {
  if (tree.os() == Os::linux_os) return hidden_drives_linux(tree);
  if (tree.os() == Os::windows) return hidden_drives_windows(tree);
  return {};
}

}  // namespace wattlife
