// SPDX-License-Identifier: EUPL-1.2
// "battery" of view.json: how healthy the battery is and what to expect, from the history of its
// capacity (core/outlook). Pure. No serial is in it, no day of a note, and never a date to come.
#pragma once

#include <string>
#include <vector>

#include "core/capacity_series.h"

namespace wattlife {

// What a pack in the laptop held when full, over time.
struct PackHistory {
  std::string name;  // "BAT0"
  std::vector<CapacityPoint> points;
};

// Of several packs the one that needs attention first: replace, watch, unknown, good, and of two
// alike the one that holds less. "null" without a pack.
std::string battery_outlook_json(const std::vector<PackHistory>& packs);

}  // namespace wattlife
