// SPDX-License-Identifier: EUPL-1.2
#include "platform/sensors/sensors.h"

#include "core/text.h"
#include "platform/sensors/decoders.h"

namespace wattlife {

PowerReading read_power(const MachineTree& tree) {
  PowerReading reading;
  switch (tree.os()) {
    case Os::linux_os:
      read_power_supplies_linux(tree, reading);
      read_powercap_linux(tree, reading);
      read_activity_linux(tree, reading);
      read_traffic_linux(tree, reading);
      read_gpus_linux(tree, reading);
      break;
    case Os::windows:
      read_batteries_windows(tree, reading);
      read_power_status_windows(tree, reading);
      read_emi_windows(tree, reading);
      read_activity_windows(tree, reading);
      break;
    case Os::macos:
      read_battery_macos(tree, reading);
      read_activity_macos(tree, reading);
      break;
  }
  return reading;
}

Inventory read_inventory(const MachineTree& tree) {
  Inventory inventory;
  inventory.os = tree.os();
  const auto simulated = tree.read("capture/simulated");
  inventory.simulated = simulated && trimmed(*simulated) == "1";

  PowerReading power;
  switch (tree.os()) {
    case Os::linux_os:
      inventory.identity = read_identity_linux(tree, inventory.faults);
      read_power_supplies_linux(tree, power);
      read_charge_limits_linux(tree, power.batteries);
      read_disks_linux(tree, inventory);
      read_provision_linux(tree, inventory);
      break;
    case Os::windows:
      inventory.identity = read_identity_windows(tree, inventory.faults);
      read_batteries_windows(tree, power);
      read_disks_windows(tree, inventory);
      read_provision_windows(tree, inventory);
      break;
    case Os::macos:
      inventory.identity = read_identity_macos(tree, inventory.faults);
      read_battery_macos(tree, power);
      read_nvme_drives(tree, inventory);
      read_provision_macos(tree, inventory);
      break;
  }
  if (is_named_as_guest(inventory.identity)) inventory.identity.virtual_machine = true;
  inventory.batteries = std::move(power.batteries);
  for (Fault& fault : power.faults) inventory.faults.push_back(std::move(fault));
  return inventory;
}

void add_fault(std::vector<Fault>& faults, std::string path, Cause cause) {
  if (cause != Cause::absent) faults.push_back({std::move(path), cause});
}

std::optional<std::string> label_from(std::string_view text) {
  constexpr std::size_t longest_label_bytes = 128;
  if (is_placeholder(text)) return std::nullopt;
  std::string label = to_valid_utf8(trimmed(text));
  for (char& c : label) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7F) c = ' ';
  }
  if (label.size() > longest_label_bytes) {
    std::size_t end = longest_label_bytes;
    while ((static_cast<unsigned char>(label[end]) & 0xC0) == 0x80)
      --end;  // not inside a character
    label.resize(end);
  }
  return label;
}

std::vector<std::string> names_in(const MachineTree& tree, std::string_view path,
                                  std::vector<Fault>& faults) {
  auto names = tree.list(path);
  if (names) return *std::move(names);
  add_fault(faults, std::string(path), names.error().cause);
  return {};
}

}  // namespace wattlife
