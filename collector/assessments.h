// SPDX-License-Identifier: EUPL-1.2
// From what is stored of a device to the facts that the rules look at, and from there to a
// proposal. Pure; the same for the page, the API, `explain` and the tests.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "collector/fleet_store.h"
#include "core/assessment.h"
#include "core/health.h"

namespace wattlife {

// The packs of one device together, with their history. `replace` needs two readings below the
// threshold that are at least a week apart, of the same pack: one reading never rejects a device.
struct BatteryState {
  bool present = false;  // a pack is in the device
  Judgement judgement;
  std::optional<Ratio> health;         // energies of all packs added, never percentages averaged
  bool below_once = false;             // below the threshold, not yet confirmed
  std::optional<std::int64_t> cycles;  // of the pack with most
};
BatteryState battery_state(const std::vector<BatteriesOfDay>& history);

// All internal drives together: the worst of them.
struct DiskState {
  bool present = false;
  Judgement judgement;
  std::optional<std::int64_t> percentage_used;
};
DiskState disk_state(const std::vector<Disk>& disks);

struct AssessedDevice {
  FleetDevice device;
  BatteryState battery;
  DiskState disk;
  Facts facts;
  Assessment assessment;
};
Facts facts_of(const FleetDevice& device, UtcDay today);
AssessedDevice assessed(FleetDevice device, const RuleSet& rules, UtcDay today);

// All of them, what to do first on top: in the order of the first rule that asks for an action,
// devices without one last. Devices that were withdrawn are left out.
std::vector<AssessedDevice> work_list(std::vector<FleetDevice> devices, const RuleSet& rules,
                                      UtcDay today);

// What must be done, with how often: the same words are one row, in the order of the rules.
struct ActionCount {
  std::string rule;
  std::string nl;
  std::string en;
  int devices = 0;
};
std::vector<ActionCount> action_counts(const std::vector<AssessedDevice>& devices,
                                       const RuleSet& rules);

}  // namespace wattlife
