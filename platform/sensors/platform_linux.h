// SPDX-License-Identifier: EUPL-1.2
// What a Linux machine shows of its processor beyond its name: the numbers that Windows 11 asks
// for, and how often it had to slow down because of heat.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "core/reading.h"
#include "core/windows11.h"
#include "platform/machine_tree.h"

namespace wattlife {

// proc/cpuinfo of x86: vendor, family, model, stepping, cores, and what it can do.
void add_cpuinfo(std::string_view cpuinfo, PlatformFacts& facts);

// The same for the inventory. That the file cannot be read is said by read_identity_linux.
Processor read_processor_linux(const MachineTree& tree);

// All facts: those of the processor are read, the rest is taken from the inventory
// (core/windows11).
PlatformFacts read_platform_linux(const MachineTree& tree, const Inventory& inventory,
                                  std::vector<Fault>& faults);

// Since the machine started, over all packages; each package counts once although every processor
// in it shows the same number (Intel).
struct ThermalThrottle {
  std::int64_t packages = 0;
  std::int64_t events = 0;
  std::optional<std::int64_t> time_ms;  // newer kernels
  friend bool operator==(const ThermalThrottle&, const ThermalThrottle&) = default;
};
// Empty when the machine does not count.
std::optional<ThermalThrottle> read_thermal_throttle_linux(const MachineTree& tree,
                                                           std::vector<Fault>& faults);

}  // namespace wattlife
