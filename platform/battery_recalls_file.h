// SPDX-License-Identifier: EUPL-1.2
// data/battery_recalls.toml as core values. The table is part of the programs.
#pragma once

#include <string_view>
#include <vector>

#include "core/battery_recall.h"
#include "core/result.h"

namespace wattlife {

// Malformed, naming the row and what is wrong with it: an unknown key, a missing text or source, a
// day that is none, a row that names nothing, an id that stands there twice.
Result<std::vector<BatteryRecall>> battery_recalls_from(std::string_view toml,
                                                        std::string_view name);

// data/battery_recalls.toml as it was built in; that it can be read is tested.
Result<std::vector<BatteryRecall>> built_in_battery_recalls();

}  // namespace wattlife
