// SPDX-License-Identifier: EUPL-1.2
// Heat, fans, errors of memory and crashes (core/hardware_signs), from what each system tells.
//   Linux    thermal_throttle counters, sys/class/thermal, fans of sys/class/hwmon, EDAC, crash/
//   Windows  crash/ only: heat and fans need a driver of the maker, and WMI answers for few
//   macOS    fans of the controller (captures only)
// Dozens of small files: for a person who asks, and never for a tick.
#pragma once

#include <vector>

#include "core/hardware_signs.h"
#include "core/reading.h"
#include "platform/machine_tree.h"

namespace wattlife {

HardwareSigns read_signs(const MachineTree& tree, std::vector<Fault>& faults);

}  // namespace wattlife
