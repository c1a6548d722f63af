// SPDX-License-Identifier: EUPL-1.2
// The packs of one device, judged over the history that its reports brought by the same functions
// as on the device itself (core/outlook): class with persistence and hysteresis, median of three,
// learning events only, swaps found. Pure; the same for page, API and tests.
//
// A device sends its inventory when something changed. So a report about energy without a newer
// inventory says that the packs hold what they held: that counts as a reading of its day.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "collector/fleet_store.h"
#include "core/health.h"
#include "core/outlook.h"

namespace wattlife {

// Change of health a year of packs of one type (maker, model), where enough of them are known long
// enough: core/outlook, OutlookContext.
using FleetSlopes = std::map<std::pair<std::string, std::string>, double>;
FleetSlopes fleet_slopes(const std::vector<FleetDevice>& devices);

struct PackState {
  std::string name;  // "BAT0"
  Outlook outlook;
  Judgement judgement;      // the class and every reason and flag
  bool below_once = false;  // the newest week is below the threshold, and that is not confirmed
};

// `replace` needs two weekly levels below the threshold that are at least a week apart, of the same
// pack: one reading never rejects a device.
struct BatteryState {
  bool present = false;                // a pack is in the device
  Judgement judgement;                 // of all packs: the worst of them, and all reasons
  std::optional<Ratio> health;         // energies of all packs added, never percentages averaged
  bool below_once = false;             // of any pack
  std::optional<std::int64_t> cycles;  // of the pack with most
  std::vector<PackState> packs;        // those that are in
  std::optional<std::size_t> first;    // of these the one that needs attention first
};

// `heard`: days on which the device told of something without a newer inventory, in any order.
BatteryState battery_state(const std::vector<BatteriesOfDay>& history,
                           const std::vector<UtcDay>& heard = {}, const FleetSlopes& slopes = {});
// The last day of each period of which it reported energy.
std::vector<UtcDay> heard_days(const FleetDevice& device);

// What the pack `now` held, oldest first; a change of pack is marked. Without the number of a pack,
// which the first list of collected data does not have, bay, maker and model tell packs apart.
std::vector<CapacityPoint> capacity_points(const Battery& now,
                                           const std::vector<BatteriesOfDay>& history,
                                           const std::vector<UtcDay>& heard);

// Worst first, for several packs or drives together; unknown is worse than all but `replace` and
// `fail`, since a good part does not speak for another.
int badness(Verdict verdict);
// Adds another part to the judgement of all.
void join(Judgement& into, const Judgement& other, bool first);

}  // namespace wattlife
