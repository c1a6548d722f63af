// SPDX-License-Identifier: EUPL-1.2
// What `powercfg /batteryreport` of Windows wrote, as XML or as HTML, with numbers in the way of
// any country. Only capacity is taken out: hours and energy of use from before the installation are
// in the report too, and are never returned (1-mission, rule 4).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/capacity_series.h"
#include "core/result.h"
#include "core/time.h"
#include "platform/machine_tree.h"

namespace wattlife {

// A pack that was in the machine when the report was made.
struct InstalledPack {
  std::optional<std::string> name;
  std::optional<std::string> manufacturer;
  std::optional<std::string> chemistry;
  std::optional<std::int64_t> design_mwh;
  std::optional<std::int64_t> full_mwh;
  std::optional<std::int64_t> cycles;  // empty for "-" and for 0, which means that nobody counts
  friend bool operator==(const InstalledPack&, const InstalledPack&) = default;
};

struct BatteryReport {
  std::optional<UtcDay> made_on;  // local day of the machine
  std::vector<InstalledPack> packs;
  // In the order of the report; one point for a week (or longer), the last week or so a point a
  // day. Of a machine with two packs these are the sums of both.
  std::vector<CapacityPoint> history;
  friend bool operator==(const BatteryReport&, const BatteryReport&) = default;
};

// UTF-8, with or without a mark, or UTF-16LE with one. Malformed when it is no battery report;
// one that stops early gives what was before.
Result<BatteryReport> parse_battery_report(std::string_view document);

// The history, and what the packs hold on the day of the report when every pack says so.
std::vector<CapacityPoint> capacity_points(const BatteryReport& report);

// From powercfg/batteryreport.xml in the tree of a machine; absent where there is none.
Result<std::vector<CapacityPoint>> read_capacity_history(const MachineTree& tree);

// "58,751 mWh", "58.751 mWh", "45 030 mWh" with any kind of space, "1,23,456 mWh". Empty for "-",
// and for a text that is no whole number with the unit behind it.
std::optional<std::int64_t> milliwatt_hours_in(std::string_view text);

}  // namespace wattlife
