// SPDX-License-Identifier: EUPL-1.2
// From what is stored of a device to the facts that the rules look at, and from there to a
// proposal. Pure; the same for the page, the API, `explain` and the tests.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "collector/battery_outlook.h"
#include "collector/fleet_store.h"
#include "core/assessment.h"
#include "core/health.h"
#include "core/windows11.h"

namespace wattlife {

// All internal drives together: the worst of them.
struct DiskState {
  bool present = false;
  Judgement judgement;
  std::optional<std::int64_t> percentage_used;
};
DiskState disk_state(const std::vector<Disk>& disks);

// Whether Windows 11 may be installed, by what the device showed of itself. Empty for a Mac.
std::optional<Windows11> windows11_of(const Inventory& inventory);

struct AssessedDevice {
  FleetDevice device;
  BatteryState battery;
  DiskState disk;
  std::optional<Windows11> windows11;  // by the list that is part of the program; not of a Mac
  Facts facts;
  Assessment assessment;
};
Facts facts_of(const FleetDevice& device, const BatteryState& battery, UtcDay today);
// The same, with no more known of its type of battery than the device itself tells.
Facts facts_of(const FleetDevice& device, UtcDay today);
AssessedDevice assessed(FleetDevice device, const RuleSet& rules, UtcDay today,
                        const FleetSlopes& slopes = {});

// Takes away what only its owner's asset role may know before a device is declared surplus, so that
// nothing is derived from it.
void hide_locks(FleetDevice& device);

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
