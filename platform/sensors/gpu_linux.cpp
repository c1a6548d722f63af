// SPDX-License-Identifier: EUPL-1.2
// Graphics chips with a supply of their own, below sys/class/drm. Asking one that sleeps would wake
// it and cost watts for seconds, so what the kernel remembers about it (uevent, runtime_status,
// labels of sensors) is read first, and its sensor only when it is awake anyway.
#include <algorithm>

#include "core/text.h"
#include "platform/sensors/decoders.h"

namespace wattlife {
namespace {

constexpr std::string_view cards = "sys/class/drm";

// "card0" and not "card0-eDP-1" or "renderD128".
bool is_card(std::string_view name) {
  return name.size() > 4 && name.substr(0, 4) == "card" &&
         std::all_of(name.begin() + 4, name.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::string_view value_in(std::string_view uevent, std::string_view key) {
  for (const std::string_view line : split(uevent, '\n')) {
    if (line.substr(0, key.size()) == key) return trimmed(line.substr(key.size()));
  }
  return "";
}

bool says(const MachineTree& tree, const std::string& path, std::string_view word) {
  const auto text = tree.read(path);
  return text && trimmed(*text) == word;
}

// The folder of the chip's sensors; empty when it has none.
std::string sensors_of(const MachineTree& tree, const std::string& device) {
  const auto numbers = tree.list(device + "/hwmon");
  return !numbers || numbers->empty() ? "" : device + "/hwmon/" + numbers->front();
}

// The driver shows which it is by the sensors that it makes (amdgpu_pm.c), and their labels are
// fixed words that wake nothing: only a chip with memory of its own has the clock of that memory,
// only one inside a processor the voltage of the north bridge. The power of the latter is that of
// the whole processor, which the package counter holds already.
bool is_discrete_amd(const MachineTree& tree, const std::string& sensors) {
  return says(tree, sensors + "/freq2_label", "mclk") &&
         !says(tree, sensors + "/in1_label", "vddnb");
}

// Graphics inside an Intel processor sit on its own bus; a chip of its own is behind a bridge.
bool is_discrete_intel(std::string_view uevent) {
  const std::string_view slot = value_in(uevent, "PCI_SLOT_NAME=");  // "0000:03:00.0"
  return slot.size() > 7 && slot.substr(5, 2) != "00";
}

// Empty for what the kernel does not manage: it may be on, or off by the firmware's own switch.
std::optional<bool> is_awake(const MachineTree& tree, const std::string& device) {
  const auto text = tree.read(device + "/power/runtime_status");
  if (!text) return std::nullopt;
  const std::string_view status = trimmed(*text);
  if (status == "active") return true;
  if (status == "suspended" || status == "suspending" || status == "resuming") return false;
  return std::nullopt;
}

// Micro-watts. A chip that fell asleep since it was asked refuses: no fault, and no power.
std::optional<Power> power_of(const MachineTree& tree, const std::string& sensors) {
  constexpr std::int64_t most_uw = 300'000'000;
  for (const char* name : {"power1_average", "power1_input"}) {
    const auto text = tree.read(sensors + "/" + name);
    const auto uw = text ? integer_from(trimmed(*text)) : std::nullopt;
    if (uw && *uw >= 0 && *uw <= most_uw) return Power{(*uw + 500) / 1000};
  }
  return std::nullopt;
}

}  // namespace

void read_gpus_linux(const MachineTree& tree, PowerReading& into) {
  const auto names = tree.list(cards);
  if (!names) return;  // a machine without a graphics driver
  for (const std::string& name : *names) {
    if (!is_card(name)) continue;
    const std::string device = std::string(cards) + "/" + name + "/device";
    const auto uevent = tree.read(device + "/uevent");
    if (!uevent) continue;
    const std::string_view driver = value_in(*uevent, "DRIVER=");
    const std::string sensors = driver == "amdgpu" ? sensors_of(tree, device) : "";
    const bool amd = !sensors.empty() && is_discrete_amd(tree, sensors);
    const bool nvidia = driver == "nvidia" || driver == "nouveau";
    const bool intel = (driver == "i915" || driver == "xe") && is_discrete_intel(*uevent);
    if (!amd && !nvidia && !intel) continue;
    DiscreteGpu gpu{to_valid_utf8(name), is_awake(tree, device), std::nullopt};
    if (amd && gpu.awake == true) gpu.power = power_of(tree, sensors);
    into.gpus.push_back(std::move(gpu));
  }
}

}  // namespace wattlife
