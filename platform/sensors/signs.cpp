// SPDX-License-Identifier: EUPL-1.2
#include "platform/sensors/signs.h"

#include <algorithm>
#include <string>

#include "core/text.h"
#include "platform/sensors/decoders.h"
#include "platform/sensors/platform_linux.h"

namespace wattlife {
namespace {

// Counters and readings beyond these are broken.
constexpr std::int64_t most_events = std::int64_t{1} << 48;
constexpr std::int64_t most_rpm = 20'000;
constexpr std::int64_t coldest_millicelsius = -20'000;
constexpr std::int64_t hottest_millicelsius = 130'000;

// The number at `path` when it lies in [least, most]. An attribute of a sensor that sleeps or is
// not connected answers with an error: it is missing, and no fault (trap 31).
std::optional<std::int64_t> number_in(const Result<std::string>& text, std::int64_t least,
                                      std::int64_t most) {
  const auto number = text ? integer_from(trimmed(*text)) : std::nullopt;
  return number && *number >= least && *number <= most ? number : std::nullopt;
}
std::optional<std::int64_t> number_at(const MachineTree& tree, const std::string& path,
                                      std::int64_t least, std::int64_t most) {
  return number_in(tree.read(path), least, most);
}

std::vector<std::string> children(const MachineTree& tree, const std::string& folder) {
  auto names = tree.list(folder);
  return names ? *std::move(names) : std::vector<std::string>();
}

// A zone that reads exactly 0 is one whose sensor is switched off.
std::optional<std::int64_t> hottest_zone(const MachineTree& tree) {
  const std::string root = "sys/class/thermal";
  std::optional<std::int64_t> hottest;
  for (const std::string& zone : children(tree, root)) {
    if (!zone.starts_with("thermal_zone")) continue;
    const auto now =
        number_at(tree, root + "/" + zone + "/temp", coldest_millicelsius, hottest_millicelsius);
    if (now && *now != 0 && *now > hottest.value_or(coldest_millicelsius)) hottest = now;
  }
  return hottest;
}

// Documentation/hwmon/sysfs-interface: fanN_input, revolutions per minute.
bool is_fan(std::string_view name) {
  constexpr std::string_view begin = "fan";
  constexpr std::string_view end = "_input";
  return name.starts_with(begin) && name.ends_with(end) &&
         name.size() > begin.size() + end.size() &&
         integer_from(name.substr(begin.size(), name.size() - begin.size() - end.size()));
}

std::vector<std::int64_t> fans(const MachineTree& tree) {
  const std::string root = "sys/class/hwmon";
  std::vector<std::int64_t> found;
  for (const std::string& chip : children(tree, root)) {
    for (const std::string& name : children(tree, root + "/" + chip)) {
      if (!is_fan(name)) continue;
      const auto rpm = number_at(tree, root + "/" + chip + "/" + name, 0, most_rpm);
      if (rpm) found.push_back(*rpm);
    }
  }
  return found;
}

// Documentation/admin-guide/RAS: a memory controller for each that corrects errors.
void add_memory_errors(const MachineTree& tree, HardwareSigns& signs) {
  const std::string root = "sys/devices/system/edac/mc";
  const auto add = [](std::optional<std::int64_t>& sum, std::optional<std::int64_t> count) {
    if (count) sum = std::min(sum.value_or(0) + *count, most_events);
  };
  for (const std::string& name : children(tree, root)) {
    if (!name.starts_with("mc") || !integer_from(std::string_view(name).substr(2))) continue;
    const std::string controller = root + "/" + name;
    add(signs.memory_errors_corrected, number_at(tree, controller + "/ce_count", 0, most_events));
    add(signs.memory_errors_uncorrected, number_at(tree, controller + "/ue_count", 0, most_events));
  }
}

std::vector<std::int64_t> fans_of_controller(const MachineTree& tree) {
  constexpr int most_fans = 8;
  std::vector<std::int64_t> found;
  for (int fan = 0; fan < most_fans; ++fan) {
    const auto value = tree.read("smc/F" + std::to_string(fan) + "Ac");
    const auto thousandths = value ? smc_thousandths(*value) : Result<std::int64_t>(value.error());
    if (!thousandths) continue;
    const std::int64_t rpm = *thousandths / 1000;
    if (rpm >= 0 && rpm <= most_rpm) found.push_back(rpm);
  }
  return found;
}

}  // namespace

HardwareSigns read_signs(const MachineTree& tree, std::vector<Fault>& faults) {
  HardwareSigns signs;
  if (tree.os() == Os::linux_os) {
    std::vector<Fault> hidden;  // a counter that is not there for one processor of many
    if (const auto throttle = read_thermal_throttle_linux(tree, hidden)) {
      signs.throttle_events = throttle->events;
      signs.throttle_ms = throttle->time_ms;
    }
    signs.hottest_millicelsius = hottest_zone(tree);
    signs.fan_rpm = fans(tree);
    add_memory_errors(tree, signs);
  }
  if (tree.os() == Os::macos) signs.fan_rpm = fans_of_controller(tree);
  const auto crashes = tree.read("crash/records");
  if (crashes) {
    signs.crashes = number_in(crashes, 0, most_events);
    if (!signs.crashes) add_fault(faults, "crash/records", Cause::malformed);
  } else {
    add_fault(faults, "crash/records", crashes.error().cause);
  }
  return signs;
}

}  // namespace wattlife
