// SPDX-License-Identifier: EUPL-1.2
// From a machine tree to readings: the two functions that the sampler and the command line call.
// They choose the decoders by tree.os(); every decoder is pure (bytes -> values) and compiled on
// every system. What is absent is left out; what exists and cannot be read becomes a Fault.
#pragma once

#include "core/reading.h"
#include "platform/machine_tree.h"

namespace wattlife {

// Batteries, energy counters, adapters, activity: cheap, for every tick.
PowerReading read_power(const MachineTree& tree);

// Identity, battery capacities, drives: rarely (at start, then hourly at most).
Inventory read_inventory(const MachineTree& tree);

}  // namespace wattlife
